package io.overlane.reconcile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the tables say what owners want. Each owner's entries are its own: applying a state adds, changes and removes
 * entries of that owner only; what another has with another value stays and is reported. Several owners may want the
 * same entry, which then stays until the last has given it up.
 *
 * <p>Used by the one thread that writes the tables. Readers see every entry as it was or as it is wanted, and a flood
 * list before or after all of its changes; nothing is taken away before what takes its place is there, except where
 * there is no room for both.
 */
public final class Reconciler
{
    private final EntryWriter tables;
    private final Claims claims = new Claims();
    private final Map<String, Long> generations = new HashMap<>();

    /**
     * @param tables what owners want something of.
     */
    public Reconciler(final EntryWriter tables)
    {
        this.tables = tables;
    }

    /**
     * @param owner   a name.
     * @param desired all it wants.
     * @return what was done, and what could not be.
     */
    public ReconcileResult apply(final String owner, final DesiredState desired)
    {
        final List<Change> changes = new ArrayList<>();
        final Map<EntryKey, Object> wanted = desired.entries();
        final List<EntryKey> late = new ArrayList<>();
        int unchanged = 0;
        for (final Map.Entry<EntryKey, Object> entry : wanted.entrySet())
        {
            final EntryKey key = entry.getKey();
            final Claims.Claim claim = claims.get(key);
            if (claim != null && claim.value().equals(entry.getValue()) && tables.holds(key, entry.getValue()))
            {
                claims.claim(owner, key, entry.getValue());
                unchanged++;
            }
            else if (!put(owner, key, entry.getValue(), changes))
            {
                late.add(key);
            }
        }
        for (final EntryKey key : claims.keys(owner))
        {
            if (!wanted.containsKey(key))
            {
                giveUp(owner, key, changes);
            }
        }
        if (!late.isEmpty())
        {
            // What was given up has made room, perhaps.
            tables.commit();
            for (final EntryKey key : late)
            {
                if (!put(owner, key, wanted.get(key), changes))
                {
                    changes.add(new Change(Change.Action.REFUSED, key, null, wanted.get(key), "no room"));
                }
            }
        }
        tables.commit();
        return new ReconcileResult(owner, generations.merge(owner, 1L, Long::sum), List.copyOf(changes), unchanged);
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
            claims.forget(key);
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
        claims.forget(key);
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
            claims.forget(key);
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
        final String refusal = tables.refusal(key);
        if (refusal != null)
        {
            changes.add(new Change(Change.Action.REFUSED, key, null, value, refusal));
            return true;
        }
        final Claims.Claim claim = claims.get(key);
        final boolean isForeign = claim != null && !claim.isOnly(owner) && !claim.value().equals(value);
        if (isForeign)
        {
            final Object standing = claim.value();
            if (claim.owners().contains(owner))
            {
                claims.release(owner, key);
            }
            changes.add(new Change(
                Change.Action.CONFLICT, key, standing, value, "owned by " + String.join(", ", claim.owners())));
            return true;
        }
        if (!tables.put(key, value))
        {
            return false;
        }
        final Object before = claim == null ? null : claim.value();
        final boolean isNew = before == null || before.equals(value);
        changes.add(new Change(
            isNew ? Change.Action.ADDED : Change.Action.CHANGED, key, isNew ? null : before, value, ""));
        claims.claim(owner, key, value);
        return true;
    }

    private void giveUp(final String owner, final EntryKey key, final List<Change> changes)
    {
        final Claims.Claim claim = claims.get(key);
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
