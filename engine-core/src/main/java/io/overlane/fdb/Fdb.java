package io.overlane.fdb;

import io.overlane.table.OffHeapTable;
import java.security.SecureRandom;
import java.util.function.IntConsumer;

/**
 * The forwarding database of all segments: (VNI, MAC) to the remote the MAC is behind. One thread writes; any thread
 * may {@link #lookup(int, long)}.
 *
 * <p><b>Layers.</b> What a user configured wins over what a control plane says, and both win over what was learned:
 * learning never changes, shadows or evicts a configured entry, ageing never removes one, and a configured entry takes
 * the place of a learned one, of its own MAC or, when the table is full, of any.
 *
 * <p><b>Remotes</b> are numbers of someone else's. Each entry stands for one reference to its remote: a {@code put}
 * that returns true and a {@code learn} that returns {@link #NEW} or {@link #MOVED} take one over from the caller; an
 * entry that is removed, replaced, moved, evicted or aged gives one back through the release callback, after readers
 * can no longer find it.
 */
public final class Fdb
{
    /** The MAC was not known; it is now. */
    public static final int NEW = 0;

    /** The MAC is where it was; its age starts again. */
    public static final int REFRESHED = 1;

    /** The MAC was learned behind another remote and is behind this one now. */
    public static final int MOVED = 2;

    /** A configured entry says the MAC is behind another remote; nothing changed. Linux VXLAN_ENTRY_EXISTS. */
    public static final int STATIC_VIOLATION = 3;

    /** A configured entry says the same; nothing changed. */
    public static final int STATIC_MATCH = 4;

    /** The MAC is not known and there is no room for it. */
    public static final int FULL = 5;

    /** Slots that one {@link #age(long, long, IntConsumer)} looks at: 128 KiB of memory, some ten microseconds. */
    public static final int SLOTS_PER_AGE = 4096;

    /** An eviction takes the one seen longest ago of this many learned entries. */
    private static final int EVICTION_CANDIDATES = 8;

    private final OffHeapTable table;
    private final IntConsumer onRelease;
    private int learned;
    private int ageCursor;
    private int evictionCursor;

    /**
     * A database for a caller that does not count references to remotes.
     *
     * @param maxEntries of all segments together.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public Fdb(final int maxEntries)
    {
        this(maxEntries, new SecureRandom().nextLong(), remote -> {});
    }

    /**
     * @param maxEntries of all segments together.
     * @param seed       of the hash; the same seed and calls give the same order of ageing, evicting and walking.
     * @param onRelease  is told each remote that an entry let go of, on the writer's thread.
     * @throws IllegalArgumentException if {@code maxEntries} is out of range.
     */
    public Fdb(final int maxEntries, final long seed, final IntConsumer onRelease)
    {
        this.table = new OffHeapTable(2, maxEntries, seed);
        this.onRelease = onRelease;
    }

    /** @return entries of every kind; any thread. */
    public int size()
    {
        return table.size();
    }

    /** @return entries of every kind it can hold. */
    public int maxEntries()
    {
        return table.maxEntries();
    }

    /** @return learned entries; writer only. */
    public int learned()
    {
        return learned;
    }

    /**
     * Any thread; allocates nothing and never waits for the writer.
     *
     * @param vni of the segment.
     * @param mac in the low 48 bits.
     * @return an entry word for {@link FdbEntry}, or {@link FdbEntry#MISSING}.
     */
    public long lookup(final int vni, final long mac)
    {
        return table.get(vni, mac);
    }

    /**
     * Look up the MACs of a batch at once, which hides the latency of memory when the table is larger than the caches.
     * Any thread.
     *
     * @param vni   of the segment.
     * @param macs  in the low 48 bits each.
     * @param words receives an entry word, or {@link FdbEntry#MISSING}, for each.
     * @param count MACs.
     */
    public void lookup(final int vni, final long[] macs, final long[] words, final int count)
    {
        table.get(vni, macs, words, count);
    }

    /**
     * Put what a user configured, in place of whatever was there. Writer only.
     *
     * @param vni    of the segment.
     * @param mac    in the low 48 bits.
     * @param remote it is behind.
     * @return false if there is no room, not even by evicting a learned entry.
     */
    public boolean putStatic(final int vni, final long mac, final int remote)
    {
        return put(vni, mac, FdbEntry.STATIC, remote);
    }

    /**
     * Put what a control plane says, unless a user configured the MAC. Writer only.
     *
     * @param vni    of the segment.
     * @param mac    in the low 48 bits.
     * @param remote it is behind.
     * @return false if a static entry stands, or there is no room, not even by evicting a learned entry.
     */
    public boolean putExternal(final int vni, final long mac, final int remote)
    {
        return FdbEntry.kind(lookup(vni, mac)) != FdbEntry.STATIC && put(vni, mac, FdbEntry.EXTERNAL, remote);
    }

    /**
     * Remove the entry of a MAC, of whatever kind. Writer only.
     *
     * @param vni of the segment.
     * @param mac in the low 48 bits.
     * @return the entry that was there, or {@link FdbEntry#MISSING}.
     */
    public long remove(final int vni, final long mac)
    {
        final long word = table.remove(vni, mac);
        if (word != FdbEntry.MISSING)
        {
            gone(word, onRelease);
        }
        return word;
    }

    /**
     * Note that a frame from a MAC came through a remote. Writer only; allocates nothing. Whether the address may be a
     * source at all is for the caller to know.
     *
     * @param vni    of the segment.
     * @param mac    in the low 48 bits.
     * @param remote the frame came from.
     * @param nowMs  on any clock that does not go back.
     * @return {@link #NEW}, {@link #REFRESHED}, {@link #MOVED}, {@link #STATIC_VIOLATION}, {@link #STATIC_MATCH} or
     *         {@link #FULL}.
     */
    public int learn(final int vni, final long mac, final int remote, final long nowMs)
    {
        final int slot = table.find(vni, mac);
        if (slot == OffHeapTable.NO_SLOT)
        {
            if (!table.put(vni, mac, FdbEntry.word(FdbEntry.LEARNED, remote)))
            {
                return FULL;
            }
            table.stampAt(table.find(vni, mac), nowMs);
            learned++;
            return NEW;
        }
        final long word = table.valueAt(slot);
        final boolean sameRemote = FdbEntry.remote(word) == remote;
        if (FdbEntry.isConfigured(word))
        {
            return sameRemote ? STATIC_MATCH : STATIC_VIOLATION;
        }
        // Not stored when equal: readers on other cores keep the cache line.
        if (table.stampAt(slot) != nowMs)
        {
            table.stampAt(slot, nowMs);
        }
        if (sameRemote)
        {
            return REFRESHED;
        }
        table.valueAt(slot, FdbEntry.word(FdbEntry.LEARNED, remote));
        onRelease.accept(FdbEntry.remote(word));
        return MOVED;
    }

    /**
     * Remove learned entries that no frame has confirmed for a time, in a part of the table; the next call goes on
     * where this one stopped. Each call looks at {@link #SLOTS_PER_AGE} slots, or at all if there are fewer; there are
     * two to four slots to each of {@link #maxEntries()}. Writer only.
     *
     * @param nowMs     on the clock given to {@link #learn(int, long, int, long)}.
     * @param maxAgeMs  an entry goes when it is this old; 0 for never.
     * @param onRelease is told the remote of each entry that goes, instead of the callback given to the constructor.
     * @return entries removed.
     */
    public int age(final long nowMs, final long maxAgeMs, final IntConsumer onRelease)
    {
        if (maxAgeMs == 0 || learned == 0)
        {
            return 0;
        }
        int removed = 0;
        for (int i = Math.min(SLOTS_PER_AGE, table.slots()); i > 0; i--)
        {
            final long word = table.valueAt(ageCursor);
            if (FdbEntry.kind(word) == FdbEntry.LEARNED && nowMs - table.stampAt(ageCursor) >= maxAgeMs)
            {
                table.removeAt(ageCursor);
                gone(word, onRelease);
                removed++;
            }
            ageCursor = next(ageCursor);
        }
        return removed;
    }

    /**
     * Walk all entries, in no useful order. Writer only; the consumer may remove entries, but not put any.
     *
     * @param consumer of each entry.
     */
    public void forEach(final FdbConsumer consumer)
    {
        table.forEach((vni, mac, unused, word, stamp) -> consumer.accept((int)vni, mac, word, stamp));
    }

    private boolean put(final int vni, final long mac, final int kind, final int remote)
    {
        final int slot = table.find(vni, mac);
        if (slot == OffHeapTable.NO_SLOT)
        {
            if (table.size() == table.maxEntries() && !evictLearned())
            {
                return false;
            }
            return table.put(vni, mac, FdbEntry.word(kind, remote));
        }
        final long replaced = table.valueAt(slot);
        table.valueAt(slot, FdbEntry.word(kind, remote));
        table.stampAt(slot, 0);
        gone(replaced, onRelease);
        return true;
    }

    /** May look at every slot, when nearly all entries are configured; configuring a full table is rare. */
    private boolean evictLearned()
    {
        int candidates = Math.min(EVICTION_CANDIDATES, learned);
        int victim = OffHeapTable.NO_SLOT;
        while (candidates > 0)
        {
            if (FdbEntry.kind(table.valueAt(evictionCursor)) == FdbEntry.LEARNED)
            {
                if (victim == OffHeapTable.NO_SLOT || table.stampAt(evictionCursor) - table.stampAt(victim) < 0)
                {
                    victim = evictionCursor;
                }
                candidates--;
            }
            evictionCursor = next(evictionCursor);
        }
        if (victim == OffHeapTable.NO_SLOT)
        {
            return false;
        }
        gone(table.removeAt(victim), onRelease);
        return true;
    }

    private void gone(final long word, final IntConsumer onRelease)
    {
        if (FdbEntry.kind(word) == FdbEntry.LEARNED)
        {
            learned--;
        }
        onRelease.accept(FdbEntry.remote(word));
    }

    private int next(final int slot)
    {
        return (slot + 1) & (table.slots() - 1);
    }
}
