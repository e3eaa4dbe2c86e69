// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

/** The entries of one segment that age: learned ones, by the remote that holds them, and the user's dynamic ones. */
final class SegmentShare
{
    /** The segment has no age of its own. */
    static final long ANY_AGE = -1;

    private final Ranking holders = new Ranking();
    private final SeenLists lists;
    /** List 0 of these has the dynamic entries. They count for no remote, and are never evicted. */
    private final SeenLists dynamics;
    /** A holder lost its last entry, so others may have another place. */
    private boolean hasLeft;
    private int learned;
    private int limit = Integer.MAX_VALUE;
    private long maxAgeMs = ANY_AGE;

    SegmentShare(final EntryRecords records)
    {
        lists = new SeenLists(records);
        dynamics = new SeenLists(records);
    }

    Ranking holders()
    {
        return holders;
    }

    SeenLists lists()
    {
        return lists;
    }

    SeenLists dynamics()
    {
        return dynamics;
    }

    int learned()
    {
        return learned;
    }

    boolean isFull()
    {
        return learned >= limit;
    }

    boolean isOverfull()
    {
        return learned > limit;
    }

    void limit(final int limit)
    {
        this.limit = limit;
    }

    void maxAgeMs(final long maxAgeMs)
    {
        this.maxAgeMs = maxAgeMs;
    }

    /** Age at which entries are removed, 0 for never; the caller's if the segment has none of its own. */
    long ageLimitMs(final long callersMs)
    {
        return maxAgeMs == ANY_AGE ? callersMs : maxAgeMs;
    }

    void add(final int holder, final int slot)
    {
        lists.append(holder, slot);
        holders.increment(holder);
        learned++;
    }

    void remove(final int holder, final int slot)
    {
        lists.remove(holder, slot);
        holders.decrement(holder);
        hasLeft |= holders.count(holder) == 0;
        learned--;
    }

    /** Whether a holder has lost its last entry since the last call. */
    boolean takeLeft()
    {
        final boolean taken = hasLeft;
        hasLeft = false;
        return taken;
    }
}
