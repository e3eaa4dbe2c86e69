// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.control.FdbChange;
import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.status.TableCounters;
import io.overlane.table.CompactTable;
import java.util.function.IntConsumer;

/**
 * The forwarding database of all segments: (VNI, MAC) to where the MAC is. One thread writes; any thread may
 * {@link #lookup(int, long)}.
 *
 * <p><b>Layers.</b> What a user configured wins over what a control plane says, and both win over what was learned:
 * learning never changes, shadows or evicts a static or external entry, ageing never removes one, and a configured
 * entry takes the place of a learned one, of its own MAC or, when the table is full, of any. The user's dynamic
 * entries move and age as learned ones do, and are not evicted.
 *
 * <p><b>Destinations</b> are numbers of someone else's, made by {@link FdbEntry#destination(int, int)}; that of a
 * remote is its number. Each entry stands for one reference to its destination: a {@code put} that returns true and a
 * {@code learn} that returns {@link #NEW} or {@link #MOVED} take one over from the caller; an entry that is removed,
 * replaced, moved, evicted or aged gives one back through the release callback, after readers can no longer find it.
 *
 * <p><b>Work.</b> No call costs more than a few entries of the table, whatever its size; {@link #learn} allocates
 * nothing but for the first frame of a segment and, by doubling, when it meets higher numbers of remotes.
 */
public final class Fdb
{
    /** The MAC was not known; it is now. */
    public static final int NEW = 0;

    /** The MAC is where it was; its age starts again. */
    public static final int REFRESHED = 1;

    /** The MAC was learned behind another destination and is behind this one now. */
    public static final int MOVED = 2;

    /** A configured entry says the MAC is elsewhere; nothing changed. Linux VXLAN_ENTRY_EXISTS. */
    public static final int STATIC_VIOLATION = 3;

    /** A configured entry says the same; nothing changed. */
    public static final int STATIC_MATCH = 4;

    /** The MAC is not known and there is no room for it: every entry is configured. */
    public static final int FULL = 5;

    /** The MAC has moved too often of late and stays where it was for a while; nothing changed. */
    public static final int PINNED = 6;

    /** Entries that one {@link #age(long, long)} looks at. */
    public static final int STEPS_PER_AGE = 256;

    private final CompactTable table;
    private final EntryRecords records;
    private final LearnedEntries learned;
    private final IntConsumer onRelease;
    private final TableCounters counters;
    private final int learnsPerSecond;
    private final MoveLimit moveLimit;
    private FdbListener listener = FdbListener.NONE;
    private boolean isAgePassDone;

    /**
     * @param context   limits and times.
     * @param onRelease is told each destination that an entry let go of, on the writer's thread.
     * @param counters  for what becomes of entries.
     * @throws IllegalArgumentException if a setting is out of range.
     */
    public Fdb(final FdbContext context, final IntConsumer onRelease, final TableCounters counters)
    {
        table = new CompactTable(context.maxEntries(), context.seed());
        records = new EntryRecords(table.slots());
        learned = new LearnedEntries(records);
        this.onRelease = onRelease;
        this.counters = counters;
        learnsPerSecond = context.learnsPerSecond();
        moveLimit = new MoveLimit(records, context);
    }

    /**
     * @param listener is told of every change from now on. Writer only, or before there is one.
     */
    public void listener(final FdbListener listener)
    {
        this.listener = listener;
    }

    /**
     * Have a segment hold so many learned entries at most. Writer only, or before there is one.
     *
     * @param vni        of the segment.
     * @param maxLearned 0: no limit of its own.
     */
    public void limit(final int vni, final int maxLearned)
    {
        learned.share(vni).limit(maxLearned == 0 ? Integer.MAX_VALUE : maxLearned);
    }

    /**
     * Have the entries of a segment age as it wants. Writer only, or before there is one.
     *
     * @param vni      of the segment.
     * @param maxAgeMs an entry goes when it is this old; 0 for never, negative for as old as those of other segments.
     */
    public void maxAge(final int vni, final long maxAgeMs)
    {
        learned.share(vni).maxAgeMs(maxAgeMs < 0 ? SegmentShare.ANY_AGE : maxAgeMs);
    }

    /**
     * Evict learned entries where a segment has more than its limit, which was higher before, allows. Writer only.
     *
     * @param vni    of the segment.
     * @param atMost entries to evict in this call.
     * @return true if there are still too many.
     */
    public boolean trim(final int vni, final int atMost)
    {
        final SegmentShare share = learned.share(vni);
        for (int i = 0; i < atMost && share.isOverfull(); i++)
        {
            evict(learned.victimOver(share));
        }
        return share.isOverfull();
    }

    /**
     * Evict what was learned of a remote, in all segments. Writer only.
     *
     * @param remote its number.
     */
    public void evictFrom(final int remote)
    {
        for (int slot = learned.firstOf(remote); slot != SeenLists.NO_SLOT; slot = learned.firstOf(remote))
        {
            evict(slot);
        }
    }

    /** @return what became of entries; any thread. */
    public TableCounters counters()
    {
        return counters;
    }

    /** @return MACs that each thread that learns should learn of each remote in a second; 0: no limit. */
    public int learnsPerSecond()
    {
        return learnsPerSecond;
    }

    /** @return entries of every kind; any thread. */
    public int size()
    {
        return table.size();
    }

    /** @return learned entries; writer only. */
    public int learned()
    {
        return learned.size();
    }

    /**
     * Writer only.
     *
     * @param vni of a segment.
     * @return learned entries of it.
     */
    public int learned(final int vni)
    {
        return learned.size(vni);
    }

    /**
     * Writer only.
     *
     * @param remote its number.
     * @return learned entries that are behind it, in all segments.
     */
    public int learnedFrom(final int remote)
    {
        return learned.held(remote);
    }

    /** @return entries that age: learned ones and the user's dynamic ones; writer only. */
    public int ageing()
    {
        return learned.size() + learned.dynamicSize();
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
     * Writer only.
     *
     * @param vni of the segment.
     * @param mac in the low 48 bits.
     * @return who owns the entry, {@link FdbRequest#NO_OWNER} also if there is none.
     */
    public int owner(final int vni, final long mac)
    {
        final int slot = table.find(vni, mac);
        return slot == CompactTable.NO_SLOT ? FdbRequest.NO_OWNER : records.owner(slot);
    }

    /**
     * Writer only.
     *
     * @param vni of the segment.
     * @param mac in the low 48 bits.
     * @return when a frame last confirmed the entry, on the clock given to {@link #learn(int, long, int, long)}; 0 also
     *         if there is none.
     */
    public long lastSeenMs(final int vni, final long mac)
    {
        final int slot = table.find(vni, mac);
        return slot == CompactTable.NO_SLOT ? 0 : records.lastSeenMs(slot);
    }

    /**
     * Put an entry in place of whatever was there. Writer only.
     *
     * @param vni   of the segment.
     * @param mac   in the low 48 bits.
     * @param word  made by {@link FdbEntry#word(int, int, boolean)}; not of a learned entry.
     * @param owner who may take it out again, in numbers the callers agree on.
     * @param nowMs from when a dynamic entry ages, on the clock given to {@link #learn(int, long, int, long)}.
     * @return false if there is no room, not even by evicting a learned entry.
     */
    public boolean put(final int vni, final long mac, final long word, final int owner, final long nowMs)
    {
        int slot = table.find(vni, mac);
        if (slot == CompactTable.NO_SLOT)
        {
            if (table.size() == table.maxEntries() && !evict(learned.victim()))
            {
                return false;
            }
            slot = table.put(vni, mac, word);
            records.init(slot, nowMs, owner);
            learned.add(slot, vni, word);
            listener.onFdbChange(FdbChange.ADDED, vni, mac, word, FdbEntry.MISSING);
            return true;
        }
        final long before = table.valueAt(slot);
        learned.remove(slot, vni, before);
        table.valueAt(slot, word);
        records.init(slot, nowMs, owner);
        learned.add(slot, vni, word);
        listener.onFdbChange(FdbChange.MOVED, vni, mac, word, before);
        onRelease.accept(FdbEntry.destination(before));
        return true;
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
        final int slot = table.find(vni, mac);
        return slot == CompactTable.NO_SLOT ? FdbEntry.MISSING : remove(slot, FdbChange.REMOVED);
    }

    /**
     * A segment is gone: forget its limit. It has no learned entries any more. Writer only.
     *
     * @param vni of the segment.
     */
    public void forget(final int vni)
    {
        learned.forget(vni);
    }

    /**
     * Note that a frame from a MAC came from a remote. Writer only. Whether the address may be a source at all
     * is for the caller to know.
     *
     * @param vni    of the segment.
     * @param mac    in the low 48 bits.
     * @param remote the frame came from.
     * @param nowMs  on any clock that does not go back.
     * @return {@link #NEW}, {@link #REFRESHED}, {@link #MOVED}, {@link #STATIC_VIOLATION}, {@link #STATIC_MATCH},
     *         {@link #FULL} or {@link #PINNED}.
     */
    public int learn(final int vni, final long mac, final int remote, final long nowMs)
    {
        final int slot = table.find(vni, mac);
        if (slot == CompactTable.NO_SLOT)
        {
            return learnNew(vni, mac, remote, nowMs);
        }
        final long word = table.valueAt(slot);
        final boolean isSame = FdbEntry.remote(word) == remote;
        if (FdbEntry.isConfigured(word))
        {
            return isSame ? STATIC_MATCH : STATIC_VIOLATION;
        }
        if (!isSame)
        {
            return move(slot, vni, mac, remote, nowMs);
        }
        learned.seen(slot, vni, word, nowMs);
        return REFRESHED;
    }

    /**
     * Remove entries that no frame has confirmed for a time: those that age and were not seen. Each call looks at
     * {@link #STEPS_PER_AGE} entries at most, and the next one goes on where it stopped, until
     * {@link #isAgePassDone()}. An entry that stays costs nothing but for the oldest of each remote and segment; one
     * that was last seen within about a second of another may stay for as much longer. Writer only.
     *
     * @param nowMs    on the clock given to {@link #learn(int, long, int, long)}.
     * @param maxAgeMs an entry goes when it is this old; 0 for never. For segments that have no age of their own.
     * @return entries removed.
     */
    public int age(final long nowMs, final long maxAgeMs)
    {
        isAgePassDone = false;
        int removed = 0;
        for (int i = 0; i < STEPS_PER_AGE && !isAgePassDone; i++)
        {
            final int slot = learned.nextToAge();
            final long limitMs = slot == SeenLists.NO_SLOT ? 0 : learned.ageLimitMs(maxAgeMs);
            if (slot == SeenLists.NO_SLOT)
            {
                isAgePassDone = true;
            }
            else if (limitMs == 0)
            {
                learned.skipShare();
            }
            else if (nowMs - records.lastSeenMs(slot) >= limitMs)
            {
                remove(slot, FdbChange.AGED);
                counters.record(TableCounters.Event.AGED);
                removed++;
            }
            else
            {
                learned.skipList();
            }
        }
        return removed;
    }

    /** @return true if the last {@link #age(long, long)} came to the end of all entries; writer only. */
    public boolean isAgePassDone()
    {
        return isAgePassDone;
    }

    /**
     * Walk all entries, in no useful order. Writer only; the consumer may remove entries, but not put any.
     *
     * @param consumer of each entry.
     */
    public void forEach(final EntryConsumer consumer)
    {
        table.forEach((vni, mac, word, slot) -> consumer.accept(vni, mac, word, records.lastSeenMs(slot)));
    }

    /**
     * Walk the VNIs and MACs of all entries, in no useful order, while entries change. Any thread; what they say is to
     * be looked up.
     *
     * @param consumer of each; an entry that stays is met exactly once.
     */
    public void forEachKey(final CompactTable.KeyConsumer consumer)
    {
        table.forEachKey(consumer);
    }

    private int learnNew(final int vni, final long mac, final int remote, final long nowMs)
    {
        final SegmentShare share = learned.share(vni);
        if (share.isFull() ?
            !evict(learned.victimIn(share, remote)) :
            table.size() == table.maxEntries() && !evict(learned.victimFor(share, remote)))
        {
            counters.record(TableCounters.Event.NO_ROOM);
            return FULL;
        }
        final long word = FdbEntry.word(FdbEntry.LEARNED, remote);
        final int slot = table.put(vni, mac, word);
        records.init(slot, nowMs, FdbRequest.NO_OWNER);
        learned.add(slot, vni, word);
        counters.record(TableCounters.Event.LEARNED);
        listener.onFdbChange(FdbChange.ADDED, vni, mac, word, FdbEntry.MISSING);
        return NEW;
    }

    private int move(final int slot, final int vni, final long mac, final int remote, final long nowMs)
    {
        if (!moveLimit.mayMove(slot, nowMs))
        {
            counters.record(TableCounters.Event.PINNED);
            return PINNED;
        }
        final long before = table.valueAt(slot);
        final long word = FdbEntry.moved(before, remote);
        learned.remove(slot, vni, before);
        table.valueAt(slot, word);
        records.lastSeenMs(slot, nowMs);
        learned.add(slot, vni, word);
        counters.record(TableCounters.Event.MOVED);
        listener.onFdbChange(FdbChange.MOVED, vni, mac, word, before);
        onRelease.accept(FdbEntry.destination(before));
        return MOVED;
    }

    private boolean evict(final int slot)
    {
        if (slot == SeenLists.NO_SLOT)
        {
            return false;
        }
        remove(slot, FdbChange.EVICTED);
        counters.record(TableCounters.Event.EVICTED);
        return true;
    }

    private long remove(final int slot, final FdbChange change)
    {
        final int vni = table.k0At(slot);
        final long mac = table.k1At(slot);
        final long word = table.removeAt(slot);
        learned.remove(slot, vni, word);
        listener.onFdbChange(change, vni, mac, word, FdbEntry.MISSING);
        onRelease.accept(FdbEntry.destination(word));
        return word;
    }

    /** Receives the entries of the table, on the calling thread. */
    @FunctionalInterface
    public interface EntryConsumer
    {
        /**
         * @param vni        of the segment.
         * @param mac        in the low 48 bits.
         * @param word       to be read with {@link FdbEntry}.
         * @param lastSeenMs when a learned entry was last confirmed, on the clock given to
         *                   {@link #learn(int, long, int, long)}; 0 for a configured one.
         */
        void accept(int vni, long mac, long word, long lastSeenMs);
    }
}
