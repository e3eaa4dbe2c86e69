// SPDX-License-Identifier: Apache-2.0
package io.overlane.reconcile;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Makes the tables say what owners want. Each owner's entries are its own: applying a state adds, changes and removes
 * entries of that owner only; what another has with another value stays and is reported. Several owners may want the
 * same entry, which then stays until the last has given it up.
 *
 * <p>Used by the one thread that writes the tables, but for {@link #prepare}. Readers see every entry as it was or as
 * it is wanted, and a flood list before or after all of its changes; nothing is taken away before what takes its place
 * is there, except where there is no room for both.
 */
public final class Reconciler
{
    private final EntryWriter tables;
    private final Claims claims = new Claims();
    private final Map<String, Applied> applied = new ConcurrentHashMap<>();

    /**
     * @param tables what owners want something of.
     */
    public Reconciler(final EntryWriter tables)
    {
        this.tables = tables;
    }

    /**
     * Find out what differs from what the owner wanted last. Any thread: the larger part of the work is done here, so
     * that frames do not wait for it.
     *
     * @param owner   a name.
     * @param desired all it wants; not changed any more.
     * @return does it, on the thread that writes the tables, and says what was done and what could not be.
     */
    public Supplier<ReconcileResult> prepare(final String owner, final DesiredState desired)
    {
        final Map<EntryKey, Object> wanted = desired.entries();
        final Applied before = applied.getOrDefault(owner, Applied.NOTHING);
        final List<EntryKey> toPut = before.toPut(wanted);
        final List<EntryKey> toGiveUp = before.toGiveUp(wanted);
        return () ->
        {
            final Applied current = applied.getOrDefault(owner, Applied.NOTHING);
            // Another state of the same owner may have been applied meanwhile.
            return current == before ?
                apply(owner, before.generation() + 1, wanted, toPut, toGiveUp) :
                apply(owner, current.generation() + 1, wanted, current.toPut(wanted), current.toGiveUp(wanted));
        };
    }

    private ReconcileResult apply(
        final String owner,
        final long generation,
        final Map<EntryKey, Object> wanted,
        final List<EntryKey> toPut,
        final List<EntryKey> toGiveUp)
    {
        final Set<EntryKey> puts = new LinkedHashSet<>(toPut);
        for (final EntryKey key : claims.takeMissing(owner))
        {
            if (wanted.containsKey(key))
            {
                puts.add(key);
            }
        }
        final List<Change> changes = new ArrayList<>();
        final List<EntryKey> late = new ArrayList<>();
        int unchanged = wanted.size() - puts.size();
        for (final EntryKey key : puts)
        {
            final Object value = wanted.get(key);
            final Claims.Claim claim = claims.get(key);
            if (claim != null && claim.value().equals(value))
            {
                claims.claim(owner, key, value);
                unchanged++;
            }
            else if (!put(owner, key, value, changes))
            {
                late.add(key);
            }
        }
        toGiveUp.forEach(key -> giveUp(owner, key, changes));
        if (!late.isEmpty())
        {
            // What was given up has made room, perhaps.
            tables.commit();
            for (final EntryKey key : late)
            {
                if (!put(owner, key, wanted.get(key), changes))
                {
                    refuse(owner, key, wanted.get(key), "no room", changes);
                }
            }
        }
        tables.commit();
        applied.put(owner, new Applied(generation, wanted));
        return new ReconcileResult(owner, generation, List.copyOf(changes), unchanged);
    }

    /**
     * Note that an entry was put by a command of its own: it is this owner's now, whoever had it before.
     *
     * @param owner a name.
     * @param key   of the entry.
     * @param value what it says.
     */
    public void take(final String owner, final EntryKey key, final Object value)
    {
        final Claims.Claim claim = claims.get(key);
        if (claim == null || !claim.isOnly(owner))
        {
            claims.forget(key, applied::containsKey);
        }
        claims.claim(owner, key, value);
    }

    /**
     * Note that an entry was removed by a command of its own.
     *
     * @param key of the entry.
     */
    public void forget(final EntryKey key)
    {
        claims.forget(key, applied::containsKey);
    }

    /**
     * Note that a segment went, with all its entries.
     *
     * @param vni of the segment.
     */
    public void forget(final int vni)
    {
        for (final EntryKey key : claims.keys(vni))
        {
            if (key.kind() == EntryKey.Kind.REMOTE)
            {
                // In no table of its own that would be emptied.
                tables.remove(key, claims.get(key).value());
            }
            claims.forget(key, applied::containsKey);
        }
    }

    /**
     * @param key of an entry.
     * @return its owners; none if nobody configured it.
     */
    public List<String> owners(final EntryKey key)
    {
        final Claims.Claim claim = claims.get(key);
        return claim == null ? List.of() : List.copyOf(claim.owners());
    }

    /** False if there is no room. */
    private boolean put(final String owner, final EntryKey key, final Object value, final List<Change> changes)
    {
        final String refusal = tables.refusal(key, value);
        if (refusal != null)
        {
            refuse(owner, key, value, refusal, changes);
            return true;
        }
        final Claims.Claim claim = claims.get(key);
        if (claim != null && !claim.isOnly(owner))
        {
            if (claim.owners().contains(owner))
            {
                claims.release(owner, key);
            }
            claims.miss(owner, key);
            changes.add(new Change(
                Change.Action.CONFLICT, key, claim.value(), value, "owned by " + String.join(", ", claim.owners())));
            return true;
        }
        if (!tables.put(key, value))
        {
            return false;
        }
        final Object before = claim == null ? null : claim.value();
        changes.add(new Change(
            before == null ? Change.Action.ADDED : Change.Action.CHANGED, key, before, value, ""));
        claims.claim(owner, key, value);
        return true;
    }

    private void refuse(
        final String owner, final EntryKey key, final Object value, final String why, final List<Change> changes)
    {
        claims.miss(owner, key);
        changes.add(new Change(Change.Action.REFUSED, key, null, value, why));
    }

    private void giveUp(final String owner, final EntryKey key, final List<Change> changes)
    {
        final Claims.Claim claim = claims.get(key);
        if (claim == null || !claim.owners().contains(owner))
        {
            return;
        }
        final Object value = claim.value();
        String why = "";
        if (claims.release(owner, key))
        {
            tables.remove(key, value);
        }
        else
        {
            why = "stays for " + String.join(", ", claim.owners());
        }
        changes.add(new Change(Change.Action.REMOVED, key, value, null, why));
    }
}
