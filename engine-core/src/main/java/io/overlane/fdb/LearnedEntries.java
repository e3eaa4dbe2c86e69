// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Tracks learned entries per remote; picks the next to evict or to age out.
 *
 * <p><b>Fairness.</b> If a segment is full, the remote that holds the most entries of the segment loses one; if the
 * table is full, the remote that holds the most of all. It loses the entry that was seen least recently. So a remote
 * that sends from ever new addresses loses its own entries as soon as it holds as many as any other, and costs others
 * none. Each step takes the logarithm of the number of holders; if many segments fill the table, it also looks at each
 * segment once at most.
 */
final class LearnedEntries
{
    private static final int DYNAMICS = -1;

    private final EntryRecords records;
    private final Ranking holders = new Ranking();
    private final Int2ObjectHashMap<SegmentShare> byVni = new Int2ObjectHashMap<>();
    private final List<SegmentShare> shares = new ArrayList<>();

    private int size;
    private int dynamicSize;
    private int victimCursor;
    private int ageShare;
    private int agePlace = DYNAMICS;

    LearnedEntries(final EntryRecords records)
    {
        this.records = records;
    }

    int size()
    {
        return size;
    }

    int dynamicSize()
    {
        return dynamicSize;
    }

    int size(final int vni)
    {
        final SegmentShare share = byVni.get(vni);
        return share == null ? 0 : share.learned();
    }

    /** Entries of a remote in all segments. */
    int held(final int remote)
    {
        return holders.count(remote);
    }

    SegmentShare share(final int vni)
    {
        SegmentShare share = byVni.get(vni);
        if (share == null)
        {
            share = new SegmentShare(records);
            byVni.put(vni, share);
            shares.add(share);
        }
        return share;
    }

    /** Forget a removed segment, which has no entries that age. */
    void forget(final int vni)
    {
        shares.remove(byVni.remove(vni));
        ageShare = 0;
        agePlace = DYNAMICS;
    }

    /** Add an entry if it is of a kind that ages. */
    void add(final int slot, final int vni, final long word)
    {
        if (FdbEntry.kind(word) == FdbEntry.LEARNED)
        {
            final int holder = FdbEntry.remote(word);
            share(vni).add(holder, slot);
            holders.increment(holder);
            size++;
        }
        else if (FdbEntry.kind(word) == FdbEntry.DYNAMIC)
        {
            share(vni).dynamics().append(0, slot);
            dynamicSize++;
        }
    }

    void remove(final int slot, final int vni, final long word)
    {
        if (FdbEntry.kind(word) == FdbEntry.LEARNED)
        {
            final int holder = FdbEntry.remote(word);
            share(vni).remove(holder, slot);
            holders.decrement(holder);
            size--;
        }
        else if (FdbEntry.kind(word) == FdbEntry.DYNAMIC)
        {
            share(vni).dynamics().remove(0, slot);
            dynamicSize--;
        }
    }

    /** A frame confirmed an entry. */
    void seen(final int slot, final int vni, final long word, final long nowMs)
    {
        // Mostly it is equal, as a busy station is seen many times in a millisecond, and need not be stored.
        if (records.lastSeenMs(slot) != nowMs)
        {
            if (FdbEntry.kind(word) == FdbEntry.LEARNED)
            {
                share(vni).lists().seen(FdbEntry.remote(word), slot, nowMs);
            }
            else
            {
                share(vni).dynamics().seen(0, slot, nowMs);
            }
        }
    }

    /** The entry to evict for a new one in a full segment. */
    int victimIn(final SegmentShare share, final int remote)
    {
        final int holder = first(share.holders(), remote);
        return holder == Ranking.NONE ? SeenLists.NO_SLOT : share.lists().first(holder);
    }

    /** The entry to evict for a configured one. */
    int victim()
    {
        final int holder = holders.first();
        return holder == Ranking.NONE ? SeenLists.NO_SLOT : victimOf(holder);
    }

    /** The entry to evict for a new one of a segment, in a full table. */
    int victimFor(final SegmentShare share, final int remote)
    {
        final int holder = first(holders, remote);
        if (holder == Ranking.NONE)
        {
            return SeenLists.NO_SLOT;
        }
        final int slot = share.lists().first(holder);
        return slot == SeenLists.NO_SLOT ? victimOf(holder) : slot;
    }

    /** The first of a ranking; of equals the remote that needs the room. */
    private static int first(final Ranking ranking, final int asking)
    {
        final int first = ranking.first();
        return first != Ranking.NONE && ranking.count(asking) == ranking.count(first) ? asking : first;
    }

    /** An entry of a remote in any segment. */
    int firstOf(final int remote)
    {
        return held(remote) == 0 ? SeenLists.NO_SLOT : victimOf(remote);
    }

    private int victimOf(final int holder)
    {
        for (int i = shares.size(); i > 0; i--)
        {
            victimCursor = victimCursor + 1 < shares.size() ? victimCursor + 1 : 0;
            final int slot = shares.get(victimCursor).lists().first(holder);
            if (slot != SeenLists.NO_SLOT)
            {
                return slot;
            }
        }
        return SeenLists.NO_SLOT;
    }

    /** The entry to evict in a segment above its limit, {@link SeenLists#NO_SLOT} if it is not above. */
    int victimOver(final SegmentShare share)
    {
        return share.isOverfull() ? share.lists().first(share.holders().first()) : SeenLists.NO_SLOT;
    }

    /** The next entry that may be too old: the first of its list. {@link SeenLists#NO_SLOT} after the last list. */
    int nextToAge()
    {
        for (; ageShare < shares.size(); ageShare++)
        {
            final SegmentShare share = shares.get(ageShare);
            final int dynamic = agePlace == DYNAMICS ? share.dynamics().first(0) : SeenLists.NO_SLOT;
            if (dynamic != SeenLists.NO_SLOT)
            {
                return dynamic;
            }
            agePlace = Math.max(agePlace, 0);
            if (agePlace >= share.holders().size() && share.takeLeft())
            {
                // Another holder may have taken the place of the one that left, and may not have been checked.
                agePlace = 0;
            }
            if (agePlace < share.holders().size())
            {
                return share.lists().first(share.holders().at(agePlace));
            }
            agePlace = DYNAMICS;
        }
        ageShare = 0;
        return SeenLists.NO_SLOT;
    }

    /** The age at which the next entry is removed, 0 for never. */
    long ageLimitMs(final long callersMs)
    {
        return shares.get(ageShare).ageLimitMs(callersMs);
    }

    /** The first entry of this list is young enough, and so are all others. */
    void skipList()
    {
        agePlace++;
    }

    /** No entry of this segment is removed for its age. */
    void skipShare()
    {
        ageShare++;
        agePlace = DYNAMICS;
    }
}
