// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import java.util.Arrays;

/**
 * Numbered lists of slots, each in the order in which its entries were last seen, to about a second: an entry that is
 * seen all the time moves to the end of its list at most once a second. Grows by doubling for higher numbers.
 */
final class SeenLists
{
    static final int NO_SLOT = -1;

    /** Entries keep their place within 2^10 ms. */
    private static final int ORDER_SHIFT = 10;

    private static final int INITIAL = 16;

    private final EntryRecords records;
    private int[] heads = new int[0];
    private int[] tails = new int[0];

    SeenLists(final EntryRecords records)
    {
        this.records = records;
        grow(INITIAL);
    }

    /** The entry that was seen least recently, or {@link #NO_SLOT}. */
    int first(final int list)
    {
        return list < heads.length ? heads[list] : NO_SLOT;
    }

    void append(final int list, final int slot)
    {
        if (list >= heads.length)
        {
            grow(Math.max(list + 1, 2 * heads.length));
        }
        final int last = tails[list];
        records.before(slot, last);
        records.next(slot, NO_SLOT);
        tails[list] = slot;
        if (last == NO_SLOT)
        {
            heads[list] = slot;
        }
        else
        {
            records.next(last, slot);
        }
    }

    void remove(final int list, final int slot)
    {
        final int next = records.next(slot);
        final int before = records.before(slot);
        if (next == NO_SLOT)
        {
            tails[list] = before;
        }
        else
        {
            records.before(next, before);
        }
        if (before == NO_SLOT)
        {
            heads[list] = next;
        }
        else
        {
            records.next(before, next);
        }
    }

    /** A frame confirmed an entry of a list. */
    void seen(final int list, final int slot, final long nowMs)
    {
        final long before = records.lastSeenMs(slot);
        records.lastSeenMs(slot, nowMs);
        if (before >> ORDER_SHIFT != nowMs >> ORDER_SHIFT)
        {
            remove(list, slot);
            append(list, slot);
        }
    }

    private void grow(final int length)
    {
        final int before = heads.length;
        heads = Arrays.copyOf(heads, length);
        tails = Arrays.copyOf(tails, length);
        Arrays.fill(heads, before, length, NO_SLOT);
        Arrays.fill(tails, before, length, NO_SLOT);
    }
}
