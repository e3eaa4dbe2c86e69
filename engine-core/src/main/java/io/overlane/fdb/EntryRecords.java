// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.memory.MemoryBuffer;
import org.agrona.BitUtil;

/**
 * The data of each entry that only the writer needs, by the slot of the entry.
 *
 * <pre>
 *  0            8      12     16            24      28      32
 *  +------------+------+------+-------------+-------+-------+
 *  | lastSeenMs | next |before| movesSinceMs| moves | owner |
 *  +------------+------+------+-------------+-------+-------+
 * </pre>
 *
 * {@code next} and {@code before} link the lists of {@link SeenLists}.
 */
final class EntryRecords
{
    private static final int NEXT_OFFSET = 8;
    private static final int BEFORE_OFFSET = 12;
    private static final int MOVES_SINCE_OFFSET = 16;
    private static final int MOVES_OFFSET = 24;
    private static final int OWNER_OFFSET = 28;
    private static final int SHIFT = 5;

    private final MemoryBuffer records;

    EntryRecords(final int slots)
    {
        records = MemoryBuffer.allocate(slots << SHIFT, BitUtil.CACHE_LINE_LENGTH);
    }

    void init(final int slot, final long lastSeenMs, final int owner)
    {
        lastSeenMs(slot, lastSeenMs);
        moves(slot, lastSeenMs, 0);
        records.putInt((slot << SHIFT) + OWNER_OFFSET, owner);
    }

    long lastSeenMs(final int slot)
    {
        return records.getLong(slot << SHIFT);
    }

    void lastSeenMs(final int slot, final long lastSeenMs)
    {
        records.putLong(slot << SHIFT, lastSeenMs);
    }

    int next(final int slot)
    {
        return records.getInt((slot << SHIFT) + NEXT_OFFSET);
    }

    void next(final int slot, final int next)
    {
        records.putInt((slot << SHIFT) + NEXT_OFFSET, next);
    }

    int before(final int slot)
    {
        return records.getInt((slot << SHIFT) + BEFORE_OFFSET);
    }

    void before(final int slot, final int before)
    {
        records.putInt((slot << SHIFT) + BEFORE_OFFSET, before);
    }

    /** Start of the time in which moves are counted, or the end of the time for which the entry is pinned. */
    long movesSinceMs(final int slot)
    {
        return records.getLong((slot << SHIFT) + MOVES_SINCE_OFFSET);
    }

    int moves(final int slot)
    {
        return records.getInt((slot << SHIFT) + MOVES_OFFSET);
    }

    void moves(final int slot, final long sinceMs, final int moves)
    {
        records.putLong((slot << SHIFT) + MOVES_SINCE_OFFSET, sinceMs);
        records.putInt((slot << SHIFT) + MOVES_OFFSET, moves);
    }

    int owner(final int slot)
    {
        return records.getInt((slot << SHIFT) + OWNER_OFFSET);
    }
}
