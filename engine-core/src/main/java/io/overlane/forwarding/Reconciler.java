// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.control.DesiredState;
import io.overlane.control.Entry;
import io.overlane.control.ReconcileResult;
import io.overlane.control.ReconcileResult.Change;
import io.overlane.control.TableResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Changes the tables from one state of an owner to the next. A state adds, changes and removes only entries of its
 * owner; an entry of another owner stays, and is reported as a conflict if its value differs. Several owners may want
 * the same entry: it stays until the last of them no longer wants it.
 *
 * <p>Used by the one thread that writes the tables, except for {@link #prepare}. Readers see an entry as it was before
 * or as it is afterwards, and a flood list before or after all of its changes. An entry is removed after the entry that
 * replaces it was added, unless there is no room for both. This also holds for a prefix that moves to the gateway of
 * another segment, and for an L3 VNI that moves to another context.
 */
public final class Reconciler
{
    private static final AppliedState NOTHING = new AppliedState(0, Map.of());

    private final ConfiguredEntries tables;
    private final EntryOwners owners = new EntryOwners();
    private final Map<String, AppliedState> applied = new ConcurrentHashMap<>();

    /** The last state of an owner, which does not change, and how many states the owner has applied. */
    private record AppliedState(long generation, Map<Entry.Key, Entry> wanted)
    {
        private Map<Entry.Key, Entry> toPut(final Map<Entry.Key, Entry> next)
        {
            final Map<Entry.Key, Entry> entries = new LinkedHashMap<>(next);
            entries.entrySet().removeIf(entry -> entry.getValue().equals(wanted.get(entry.getKey())));
            return entries;
        }

        private List<Entry.Key> toGiveUp(final Map<Entry.Key, Entry> next)
        {
            return wanted.keySet().stream().filter(key -> !next.containsKey(key)).toList();
        }
    }

    Reconciler(final ConfiguredEntries tables)
    {
        this.tables = tables;
    }

    /**
     * Compare a state with the last one of the same owner. Any thread may call this. Most of the work is done here, so
     * that frames do not wait for it.
     *
     * @param owner   a name.
     * @param desired state; the caller does not change it any more.
     * @return the command that applies the state; to be run on the thread that writes the tables.
     */
    @SuppressWarnings("ReferenceEquality")
    public Supplier<ReconcileResult> prepare(final String owner, final DesiredState desired)
    {
        final Map<Entry.Key, Entry> wanted = desired.entries();
        final AppliedState before = applied.getOrDefault(owner, NOTHING);
        final Map<Entry.Key, Entry> toPut = before.toPut(wanted);
        final List<Entry.Key> toGiveUp = before.toGiveUp(wanted);
        return () ->
        {
            final AppliedState current = applied.getOrDefault(owner, NOTHING);
            // Another state of the same owner may have been applied meanwhile.
            return current == before ?
                apply(owner, before.generation() + 1, wanted, toPut, toGiveUp) :
                apply(owner, current.generation() + 1, wanted, current.toPut(wanted), current.toGiveUp(wanted));
        };
    }

    private ReconcileResult apply(
        final String owner,
        final long generation,
        final Map<Entry.Key, Entry> wanted,
        final Map<Entry.Key, Entry> toPut,
        final List<Entry.Key> toGiveUp)
    {
        for (final Entry.Key key : owners.takeMissing(owner))
        {
            final Entry entry = wanted.get(key);
            if (entry != null)
            {
                toPut.put(key, entry);
            }
        }
        final List<Change> changes = new ArrayList<>();
        final List<Entry> late = new ArrayList<>();
        final List<Entry> taken = new ArrayList<>();
        int unchanged = wanted.size() - toPut.size();
        for (final Entry entry : toPut.values())
        {
            final EntryOwners.OwnedEntry owned = owners.get(entry.key());
            if (owned != null && owned.entry().equals(entry))
            {
                owners.add(owner, entry);
                unchanged++;
            }
            else
            {
                final TableResult result = put(owner, entry, Set.of(), changes);
                if (result != TableResult.DONE)
                {
                    (result == TableResult.NO_ROOM ? late : taken).add(entry);
                }
            }
        }
        if (!taken.isEmpty())
        {
            takePlaces(owner, taken, toGiveUp, late, changes);
        }
        toGiveUp.forEach(key -> giveUp(owner, key, changes));
        if (!late.isEmpty())
        {
            // The entries that were removed may have made room.
            tables.commit();
            for (final Entry entry : late)
            {
                final TableResult result = put(owner, entry, Set.of(), changes);
                if (result != TableResult.DONE)
                {
                    refuse(owner, entry, result.words(), changes);
                }
            }
        }
        tables.commit();
        applied.put(owner, new AppliedState(generation, wanted));
        return new ReconcileResult(owner, generation, List.copyOf(changes), unchanged);
    }

    /**
     * Put entries whose prefix or VNI another entry has now. They fit if that one goes or changes with this state, as
     * when two segments exchange their prefixes; for a moment both have the same one.
     *
     * @param taken the entries.
     * @param late  gets those for which there is no room.
     */
    private void takePlaces(
        final String owner,
        final List<Entry> taken,
        final List<Entry.Key> toGiveUp,
        final List<Entry> late,
        final List<Change> changes)
    {
        final Set<Entry.Key> leaving = new HashSet<>();
        taken.forEach(entry -> leaving.add(entry.key()));
        for (final Entry.Key key : toGiveUp)
        {
            final EntryOwners.OwnedEntry owned = owners.get(key);
            if (owned != null && owned.isOnly(owner))
            {
                leaving.add(key);
            }
        }
        while (taken.removeIf(entry -> isRefused(owner, entry, leaving, changes)))
        {
            // Those that are refused keep the places that others wait for.
        }
        for (final Entry entry : taken)
        {
            leaving.remove(entry.key());
            final TableResult result = put(owner, entry, leaving, changes);
            final EntryOwners.OwnedEntry owned = owners.get(entry.key());
            if (result != TableResult.DONE && owned != null &&
                tables.check(owned.entry(), leaving) != TableResult.DONE)
            {
                // Another entry has the place already.
                giveUp(owner, entry.key(), changes);
            }
            if (result == TableResult.NO_ROOM)
            {
                late.add(entry);
            }
            else if (result != TableResult.DONE)
            {
                refuse(owner, entry, result.words(), changes);
            }
        }
    }

    private boolean isRefused(
        final String owner, final Entry entry, final Set<Entry.Key> leaving, final List<Change> changes)
    {
        final TableResult result = tables.check(entry, leaving);
        if (result == TableResult.DONE)
        {
            return false;
        }
        leaving.remove(entry.key());
        refuse(owner, entry, result.words(), changes);
        return true;
    }

    /**
     * Note that an operation put an entry: from now on it belongs to this owner only.
     *
     * @param owner a name.
     * @param entry that was put.
     */
    void take(final String owner, final Entry entry)
    {
        final EntryOwners.OwnedEntry owned = owners.get(entry.key());
        if (owned == null || !owned.isOnly(owner))
        {
            forget(entry.key());
        }
        owners.add(owner, entry);
    }

    /** Note that an operation removed an entry. */
    void forget(final Entry.Key key)
    {
        owners.forget(key, applied::containsKey);
    }

    /** Note that a segment was removed with all its entries. */
    void forget(final int vni)
    {
        for (final Entry entry : owners.entries(vni))
        {
            if (entry instanceof Entry.Remote)
            {
                // This entry is only a reference to the remote, and no table of the segment releases it.
                tables.remove(entry);
            }
            forget(entry.key());
        }
    }

    /** Owners of an entry; none if it was learned. */
    List<String> owners(final Entry.Key key)
    {
        final EntryOwners.OwnedEntry owned = owners.get(key);
        return owned == null ? List.of() : List.copyOf(owned.owners());
    }

    /**
     * The answer is {@link TableResult#DONE}, also if a change says why the entry was not put; or there is no room, or
     * another entry has the place.
     */
    private TableResult put(
        final String owner, final Entry entry, final Set<Entry.Key> leaving, final List<Change> changes)
    {
        final TableResult check = tables.check(entry, leaving);
        final boolean isTaken = check == TableResult.PREFIX_TAKEN || check == TableResult.VNI_TAKEN;
        if (check != TableResult.DONE && !isTaken)
        {
            refuse(owner, entry, check.words(), changes);
            return TableResult.DONE;
        }
        final EntryOwners.OwnedEntry owned = owners.get(entry.key());
        if (owned != null && !owned.isOnly(owner))
        {
            if (owned.owners().contains(owner))
            {
                owners.remove(owner, owned);
            }
            owners.miss(owner, entry.key());
            changes.add(new Change(
                Change.Action.CONFLICT, owned.entry(), entry, "owned by " + String.join(", ", owned.owners())));
            return TableResult.DONE;
        }
        if (isTaken)
        {
            return check;
        }
        if (!tables.put(entry))
        {
            return TableResult.NO_ROOM;
        }
        final Entry before = owned == null ? null : owned.entry();
        changes.add(new Change(before == null ? Change.Action.ADDED : Change.Action.CHANGED, before, entry, ""));
        owners.add(owner, entry);
        return TableResult.DONE;
    }

    private void refuse(final String owner, final Entry entry, final String why, final List<Change> changes)
    {
        owners.miss(owner, entry.key());
        changes.add(new Change(Change.Action.REFUSED, null, entry, why));
    }

    private void giveUp(final String owner, final Entry.Key key, final List<Change> changes)
    {
        final EntryOwners.OwnedEntry owned = owners.get(key);
        if (owned == null || !owned.owners().contains(owner))
        {
            return;
        }
        String why = "";
        if (owners.remove(owner, owned))
        {
            tables.remove(owned.entry());
        }
        else
        {
            why = "still wanted by " + String.join(", ", owned.owners());
        }
        changes.add(new Change(Change.Action.REMOVED, owned.entry(), null, why));
    }
}
