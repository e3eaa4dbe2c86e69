// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.agrona.BitUtil;

/**
 * State and length of each record of a {@link FrameRing}: one number for each 64 bytes of the ring, beside the records,
 * so a writer cannot damage them. A record's number is that of its first byte.
 *
 * <pre>
 *   FREE ── claim ──► CLAIMED ── commit ──► COMMITTED ── read ──► FREE
 *                        │ ├───── abort ──► SKIPPED ──── read ──► FREE
 *                        │
 *                        └─ give up ──► GIVEN_UP ── late commit or abort ──► GIVEN_BACK ── passed ──► FREE
 * </pre>
 *
 * <p>The records of a run go from {@code FREE} to {@code COMMITTED} at once, the first one last.
 */
final class RecordStates
{
    static final int FREE = 0;
    static final int CLAIMED = 1;
    static final int COMMITTED = 2;
    static final int SKIPPED = 3;
    static final int GIVEN_UP = 4;
    static final int GIVEN_BACK = 5;

    private static final int ALIGNMENT_SHIFT = 6;
    private static final int KIND_MASK = 7;
    private static final int LENGTH_SHIFT = 3;

    private final AtomicIntegerArray records;

    /** @param capacity bytes of the ring. */
    RecordStates(final int capacity)
    {
        records = new AtomicIntegerArray(capacity >> ALIGNMENT_SHIFT);
    }

    /** The bytes of the ring that a record of a length takes. */
    static int ringLength(final int length)
    {
        return Math.max(FrameRing.ALIGNMENT, BitUtil.align(length, FrameRing.ALIGNMENT));
    }

    /** The state in a number. */
    static int kind(final int record)
    {
        return record & KIND_MASK;
    }

    /** The length in a number, in bytes. */
    static int length(final int record)
    {
        return record >> LENGTH_SHIFT;
    }

    /** The number of the record that begins at an index of the ring. */
    int get(final int index)
    {
        return records.get(index >> ALIGNMENT_SHIFT);
    }

    /** The reader has passed the record. */
    void free(final int index)
    {
        records.setPlain(index >> ALIGNMENT_SHIFT, FREE);
    }

    void claim(final int index, final int length)
    {
        records.setRelease(index >> ALIGNMENT_SHIFT, length << LENGTH_SHIFT | CLAIMED);
    }

    /** The record is committed once one in front of it is committed with {@link #commit}. */
    void put(final int index, final int length)
    {
        records.setPlain(index >> ALIGNMENT_SHIFT, length << LENGTH_SHIFT | COMMITTED);
    }

    void commit(final int index, final int length)
    {
        records.setRelease(index >> ALIGNMENT_SHIFT, length << LENGTH_SHIFT | COMMITTED);
    }

    /** Have the reader pass over a part of the ring that its writer has claimed. */
    void skip(final int from, final int to)
    {
        records.setRelease(from >> ALIGNMENT_SHIFT, to - from << LENGTH_SHIFT | SKIPPED);
    }

    /** Give a claim up whose number was {@code record}; false if it has changed meanwhile. */
    boolean giveUp(final int index, final int record)
    {
        return records.compareAndSet(index >> ALIGNMENT_SHIFT, record, record - CLAIMED + GIVEN_UP);
    }

    /**
     * End a claim. A full memory fence.
     *
     * @param kind {@link #COMMITTED} or {@link #SKIPPED}.
     * @return false if it was given up.
     * @throws IllegalStateException if nothing is claimed there.
     */
    boolean settle(final int index, final int kind)
    {
        final int block = index >> ALIGNMENT_SHIFT;
        final int record = records.get(block);
        if (kind(record) == CLAIMED && records.compareAndSet(block, record, record - CLAIMED + kind))
        {
            return true;
        }
        final int now = records.get(block);
        if (kind(now) == GIVEN_UP && records.compareAndSet(block, now, now - GIVEN_UP + GIVEN_BACK))
        {
            return false;
        }
        throw new IllegalStateException("nothing is claimed at index " + index + ": commit or abort a claim once");
    }
}
