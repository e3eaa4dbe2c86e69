// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.control.Entry;
import io.overlane.control.EntryKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who wants which entry. An entry may have several owners as long as they want the same. What an owner wants and does
 * not have, because another has it or took it away, is remembered as missing.
 */
final class Claims
{
    private final Map<EntryKey, Claim> claims = new HashMap<>();
    private final Map<String, Set<EntryKey>> missing = new HashMap<>();

    /** An entry of the tables and its owners, at least one. */
    static final class Claim
    {
        private Entry entry;
        private final List<String> owners = new ArrayList<>(1);

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

    /** Null if nobody wants it. */
    Claim get(final EntryKey key)
    {
        return claims.get(key);
    }

    /** The entry is in the tables, and this is one of its owners. */
    void claim(final String owner, final Entry entry)
    {
        final Claim claim = claims.computeIfAbsent(entry.key(), unknown -> new Claim());
        claim.entry = entry;
        if (!claim.owners.contains(owner))
        {
            claim.owners.add(owner);
        }
    }

    /** The owner does not want it; true if nobody does any more. */
    boolean release(final String owner, final EntryKey key)
    {
        final Claim claim = claims.get(key);
        claim.owners.remove(owner);
        if (claim.owners.isEmpty())
        {
            claims.remove(key);
            return true;
        }
        return false;
    }

    /** It is there no more, whoever wants it; those who will ask again miss it. */
    void forget(final EntryKey key, final Predicate<String> asksAgain)
    {
        final Claim claim = claims.remove(key);
        if (claim != null)
        {
            claim.owners.stream().filter(asksAgain).forEach(owner -> miss(owner, key));
        }
    }

    /** The owner wants it and does not have it. */
    void miss(final String owner, final EntryKey key)
    {
        missing.computeIfAbsent(owner, unknown -> new HashSet<>()).add(key);
    }

    /** What the owner wanted and did not have, and begin anew. */
    Set<EntryKey> takeMissing(final String owner)
    {
        final Set<EntryKey> keys = missing.remove(owner);
        return keys == null ? Set.of() : keys;
    }

    /** What anybody wants of a segment, as it is now. */
    List<EntryKey> keys(final int vni)
    {
        return claims.keySet().stream().filter(key -> key.vni() == vni).toList();
    }
}
