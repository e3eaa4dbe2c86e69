// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.control.FdbChange;
import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.status.TableCounters;
import io.overlane.table.CompactTable;
import java.util.function.IntConsumer;

/**
 * The forwarding database of all segments: (VNI, MAC) to the destination of the MAC. One thread writes; any thread may
 * {@link #lookup(int, long)}. Methods are for the writer only where they do not say "any thread"; those that configure
 * may also be called before there is a writer. A MAC is the low 48 bits of a {@code long}, a remote is its number.
 * Times are in milliseconds, on any clock that does not go back.
 *
 * <p><b>Layers.</b> Entries of the user take precedence over those of a control plane, and both over learned ones:
 * learning never changes, shadows or evicts a static or external entry, ageing never removes one, and a configured
 * entry replaces a learned one, of its own MAC or, when the table is full, of any. The user's dynamic entries move and
 * age as learned ones do, and are not evicted.
 *
 * <p><b>Destinations</b> are numbers made by {@link FdbEntry#destination(int, int)}; that of a remote is its number.
 * Each entry holds one reference to its destination: a {@code put} that returns true and a {@code learn} that returns
 * {@link #NEW} or {@link #MOVED} take one over from the caller; an entry that is removed, replaced, moved, evicted or
 * aged returns one through the release callback, after readers can no longer find it.
 *
 * <p><b>Work.</b> No call costs more than a few entries of the table, whatever its size; {@link #learn} allocates only
 * for the first frame of a segment and, by doubling, for higher numbers of remotes.
 */
public final class Fdb
{
    /** The MAC was not known; it is now. */
    public static final int NEW = 0;

    /** The MAC is where it was; its age starts again. */
    public static final int REFRESHED = 1;

    /** The MAC was learned behind another destination and is behind this one now. */
    public static final int MOVED = 2;

    /** A configured entry has another destination; nothing changed. Linux VXLAN_ENTRY_EXISTS. */
    public static final int STATIC_VIOLATION = 3;

    /** A configured entry has the same destination; nothing changed. */
    public static final int STATIC_MATCH = 4;

    /** The MAC is not known and there is no room for it: every entry is configured. */
    public static final int FULL = 5;

    /** The MAC moved too often recently and stays where it was for a while; nothing changed. */
    public static final int PINNED = 6;

    /** The most entries that one {@link #age(long, long)} checks. */
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
    private volatile int version;

    /**
     * @param context   limits and times.
     * @param onRelease receives the destination of each reference that an entry returns, on the writer's thread.
     * @param counters  of events of entries.
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
     * @param listener receives every change from now on.
     */
    public void listener(final FdbListener listener)
    {
        this.listener = listener;
    }

    /**
     * Limit the learned entries of a segment.
     *
     * @param maxLearned 0: no limit of its own.
     */
    public void limit(final int vni, final int maxLearned)
    {
        learned.share(vni).limit(maxLearned == 0 ? Integer.MAX_VALUE : maxLearned);
    }

    /**
     * Set the age at which entries of a segment are removed.
     *
     * @param maxAgeMs 0 for never; negative for the age of other segments.
     */
    public void maxAge(final int vni, final long maxAgeMs)
    {
        learned.share(vni).maxAgeMs(maxAgeMs < 0 ? SegmentShare.ANY_AGE : maxAgeMs);
    }

    /**
     * Evict learned entries of a segment whose limit became lower.
     *
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

    /** Evict the entries learned from a remote, in all segments. */
    public void evictFrom(final int remote)
    {
        for (int slot = learned.firstOf(remote); slot != SeenLists.NO_SLOT; slot = learned.firstOf(remote))
        {
            evict(slot);
        }
    }

    /** @return a number that grows whenever an entry comes, goes or gets another destination; any thread. */
    public int version()
    {
        return version;
    }

    private void report(
        final FdbChange change, final int vni, final long mac, final long word, final long other)
    {
        version = version + 1;
        listener.onFdbChange(change, vni, mac, word, other);
    }

    /** @return counters of events of entries; any thread. */
    public TableCounters counters()
    {
        return counters;
    }

    /** @return MACs that each learning thread should learn of each remote in a second; 0: no limit. */
    public int learnsPerSecond()
    {
        return learnsPerSecond;
    }

    /**
     * A MAC was not learned because its remote or port brought too many. Any thread.
     *
     * @param high    first word of the address of the remote or port.
     * @param udpPort to which frames for it would be sent.
     */
    public void onLearnLimited(final int vni, final long high, final long low, final int udpPort)
    {
        counters.record(TableCounters.Event.LEARN_LIMITED);
        listener.onLearnLimited(vni, high, low, udpPort);
    }

    /** @return entries of every kind; any thread. */
    public int size()
    {
        return table.size();
    }

    /** @return learned entries. */
    public int learned()
    {
        return learned.size();
    }

    /** @return learned entries of a segment. */
    public int learned(final int vni)
    {
        return learned.size(vni);
    }

    /** @return learned entries behind a remote, in all segments. */
    public int learnedFrom(final int remote)
    {
        return learned.held(remote);
    }

    /** @return entries that age: learned ones and the user's dynamic ones. */
    public int ageing()
    {
        return learned.size() + learned.dynamicSize();
    }

    /**
     * Any thread; allocates nothing and never waits for the writer.
     *
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
     * @param words receives an entry word, or {@link FdbEntry#MISSING}, for each MAC.
     * @param count MACs.
     */
    public void lookup(final int vni, final long[] macs, final long[] words, final int count)
    {
        table.get(vni, macs, words, count);
    }

    /** @return owner of an entry; {@link FdbRequest#NO_OWNER} also if there is no entry. */
    public int owner(final int vni, final long mac)
    {
        final int slot = table.find(vni, mac);
        return slot == CompactTable.NO_SLOT ? FdbRequest.NO_OWNER : records.owner(slot);
    }

    /** @return time when a frame last confirmed the entry; 0 also if there is no entry. */
    public long lastSeenMs(final int vni, final long mac)
    {
        final int slot = table.find(vni, mac);
        return slot == CompactTable.NO_SLOT ? 0 : records.lastSeenMs(slot);
    }

    /**
     * Put an entry, or replace one.
     *
     * @param word  made by {@link FdbEntry#word(int, int, boolean)}; not of a learned entry.
     * @param owner who may remove the entry, in numbers on which the callers agree.
     * @param nowMs start of the age of a dynamic entry.
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
            report(FdbChange.CONFIGURED, vni, mac, word, FdbEntry.MISSING);
            return true;
        }
        final long before = table.valueAt(slot);
        learned.remove(slot, vni, before);
        table.valueAt(slot, word);
        records.init(slot, nowMs, owner);
        learned.add(slot, vni, word);
        report(FdbChange.MOVED, vni, mac, word, before);
        onRelease.accept(FdbEntry.destination(before));
        return true;
    }

    /**
     * Remove the entry of a MAC, of any kind.
     *
     * @return the entry that was there, or {@link FdbEntry#MISSING}.
     */
    public long remove(final int vni, final long mac)
    {
        final int slot = table.find(vni, mac);
        return slot == CompactTable.NO_SLOT ? FdbEntry.MISSING : remove(slot, FdbChange.REMOVED);
    }

    /** Forget the settings of a removed segment, which has no entries that age any more. */
    public void forget(final int vni)
    {
        learned.forget(vni);
    }

    /**
     * Learn that a frame with a source MAC came from a remote. The caller checks that the MAC may be a source.
     *
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
     * Remove entries that age and that no frame confirmed for a time. Each call checks {@link #STEPS_PER_AGE} entries
     * at most, and the next call continues there, until {@link #isAgePassDone()}. Of each remote and segment only the
     * oldest entry is checked, until one stays; an entry last seen within about a second of another may stay for as
     * much longer, and one whose frames were carried beside the engine for its age longer.
     *
     * @param maxAgeMs age at which entries are removed, 0 for never; for segments without an age of their own.
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
                removed += removeIfIdle(slot, nowMs, limitMs);
            }
            else
            {
                learned.skipList();
            }
        }
        return removed;
    }

    /** Remove an old entry, unless a frame of its station was seen beside the engine; returns how many were removed. */
    private int removeIfIdle(final int slot, final long nowMs, final long limitMs)
    {
        final long idleMs = listener.idleMs(table.k0At(slot), table.k1At(slot));
        if (idleMs < limitMs)
        {
            learned.seen(slot, table.k0At(slot), table.valueAt(slot), nowMs - idleMs);
            return 0;
        }
        remove(slot, FdbChange.AGED);
        counters.record(TableCounters.Event.AGED);
        return 1;
    }

    /**
     * A frame of a station was carried beside the engine. This changes nothing if there is no entry that ages, or a
     * later frame has confirmed it.
     *
     * @param seenMs time of the frame.
     */
    public void seen(final int vni, final long mac, final long seenMs)
    {
        final int slot = table.find(vni, mac);
        if (slot != CompactTable.NO_SLOT &&
            !FdbEntry.isConfigured(table.valueAt(slot)) &&
            seenMs > records.lastSeenMs(slot))
        {
            learned.seen(slot, vni, table.valueAt(slot), seenMs);
        }
    }

    /** @return true if the last {@link #age(long, long)} reached the end of all entries. */
    public boolean isAgePassDone()
    {
        return isAgePassDone;
    }

    /** Visit all entries, in no useful order. The consumer may remove or confirm entries, but not put any. */
    public void forEach(final EntryConsumer consumer)
    {
        table.forEach((vni, mac, word, slot) -> consumer.accept(vni, mac, word, records.lastSeenMs(slot)));
    }

    /**
     * Visit the VNIs and MACs of all entries, in no useful order, while entries change. An entry that stays is visited
     * exactly once. Any thread.
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
        report(FdbChange.LEARNED, vni, mac, word, FdbEntry.MISSING);
        return NEW;
    }

    private int move(final int slot, final int vni, final long mac, final int remote, final long nowMs)
    {
        final long before = table.valueAt(slot);
        if (!moveLimit.mayMove(slot, nowMs))
        {
            counters.record(TableCounters.Event.PINNED);
            listener.onFdbChange(FdbChange.PINNED, vni, mac, before, FdbEntry.moved(before, remote));
            return PINNED;
        }
        final long word = FdbEntry.moved(before, remote);
        learned.remove(slot, vni, before);
        table.valueAt(slot, word);
        records.lastSeenMs(slot, nowMs);
        learned.add(slot, vni, word);
        counters.record(TableCounters.Event.MOVED);
        report(FdbChange.MOVED, vni, mac, word, before);
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
        report(change, vni, mac, word, FdbEntry.MISSING);
        onRelease.accept(FdbEntry.destination(word));
        return word;
    }

    /** Receives the entries of the table, on the calling thread. */
    @FunctionalInterface
    public interface EntryConsumer
    {
        /**
         * @param word       to be read with {@link FdbEntry}.
         * @param lastSeenMs time when a learned entry was last confirmed; 0 for a configured one.
         */
        void accept(int vni, long mac, long word, long lastSeenMs);
    }
}
