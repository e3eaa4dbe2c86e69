// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.control.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The owners of each entry. An entry may have several owners if they want the same value. An entry that an owner wants
 * and does not have, because another owner has it or took it away, is recorded as missing.
 */
final class EntryOwners
{
    private final Map<Entry.Key, OwnedEntry> entries = new HashMap<>();
    private final Map<String, Set<Entry.Key>> missing = new HashMap<>();

    /** An entry of the tables and its owners, at least one. */
    static final class OwnedEntry
    {
        private final List<String> owners = new ArrayList<>(1);
        private Entry entry;

        private OwnedEntry(final Entry entry)
        {
            this.entry = entry;
        }

        Entry entry()
        {
            return entry;
        }

        List<String> owners()
        {
            return owners;
        }

        boolean isOnly(final String owner)
        {
            return owners.size() == 1 && owners.get(0).equals(owner);
        }
    }

    /** Null if the entry has no owner. */
    @Nullable OwnedEntry get(final Entry.Key key)
    {
        return entries.get(key);
    }

    /** The entry is in the tables and belongs to this owner, too. */
    void add(final String owner, final Entry entry)
    {
        final OwnedEntry owned = entries.computeIfAbsent(entry.key(), unknown -> new OwnedEntry(entry));
        owned.entry = entry;
        if (!owned.owners.contains(owner))
        {
            owned.owners.add(owner);
        }
    }

    /** The owner no longer wants the entry. True if it was the last owner. */
    boolean remove(final String owner, final OwnedEntry owned)
    {
        owned.owners.remove(owner);
        if (owned.owners.isEmpty())
        {
            entries.remove(owned.entry.key());
            return true;
        }
        return false;
    }

    /** The entry is no longer in the tables. It is missing for those of its owners that apply states. */
    void forget(final Entry.Key key, final Predicate<String> appliesStates)
    {
        final OwnedEntry owned = entries.remove(key);
        if (owned != null)
        {
            owned.owners.stream().filter(appliesStates).forEach(owner -> miss(owner, key));
        }
    }

    /** The owner wants the entry and does not have it. */
    void miss(final String owner, final Entry.Key key)
    {
        missing.computeIfAbsent(owner, unknown -> new HashSet<>()).add(key);
    }

    /** The missing entries of an owner, which are no longer recorded as missing. */
    Set<Entry.Key> takeMissing(final String owner)
    {
        final Set<Entry.Key> keys = missing.remove(owner);
        return keys == null ? Set.of() : keys;
    }

    /** A copy of the entries of a segment that have owners. */
    List<Entry> entries(final int vni)
    {
        return entries.values().stream().map(OwnedEntry::entry).filter(entry -> entry.key().vni() == vni).toList();
    }
}
