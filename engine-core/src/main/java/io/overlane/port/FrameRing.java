// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.memory.MemoryBuffer;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.agrona.BitUtil;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * A ring of records from any number of threads to one. A thread claims room, writes a record there and commits it. The
 * reader gets the committed records in the order of their claims; each stays where it is until the reader releases it.
 *
 * <pre>
 *       head            next          tail
 *   ------+---------------+-------------+------
 *   free  |  lent: read,  |  committed  |  free
 *         |  not released |  or claimed |
 *   ------+---------------+-------------+------
 * </pre>
 *
 * <p>A record begins at a multiple of 64 bytes. Its state and length are not in front of it but in an array with one
 * number for each 64 bytes of the ring, so a writer cannot damage them:
 *
 * <pre>
 *   FREE ── claim ──► CLAIMED ── commit ──► COMMITTED ── read ──► FREE
 *                        │ ├───── abort ──► SKIPPED ──── read ──► FREE
 *                        │
 *                        └─ give up ──► GIVEN_UP ── late commit or abort ──► GIVEN_BACK ── passed ──► FREE
 * </pre>
 *
 * <p><b>Claims that are given up.</b> A claim that is not committed holds up all later ones. The reader can give it up
 * and go on. The thread that made it may be slow and not dead, and may still write there. So this part of the ring is
 * not used again: claims keep clear of it until that thread commits or aborts, which then has no other effect.
 *
 * <p><b>Why a writer knows the parts to keep clear of.</b> The reader lists such a part before it moves {@code head}
 * past it, and takes it off the list before it moves {@code head} past it another time. A writer reads {@code head}
 * first and the list afterwards, and {@code head} limits what it may claim.
 */
final class FrameRing
{
    /** {@link #tryClaim(int)} answers this while there is no room. */
    static final int FULL = -1;

    /** {@link #tryClaim(int)} answers this after {@link #close()}. */
    static final int CLOSED = -2;

    /** Records begin and end at multiples of this, in bytes. */
    static final int ALIGNMENT = BitUtil.CACHE_LINE_LENGTH;

    /** In bytes. */
    static final int MAX_CAPACITY = 1 << 30;

    /** In bytes. The reader gets no record of a run before the last is written, so a run is short. */
    private static final int MAX_RUN = 1 << 20;

    private static final int ALIGNMENT_SHIFT = 6;

    // The low bits of a record's number are its state; the others are its length in bytes.
    private static final int FREE = 0;
    private static final int CLAIMED = 1;
    private static final int COMMITTED = 2;
    private static final int SKIPPED = 3;
    private static final int GIVEN_UP = 4;
    private static final int GIVEN_BACK = 5;
    private static final int KIND_MASK = 7;
    private static final int LENGTH_SHIFT = 3;

    /** Set in the tail when the ring takes no more claims. */
    private static final long CLOSED_BIT = Long.MIN_VALUE;

    private final MemoryBuffer buffer;
    private final AtomicIntegerArray records;
    private final int capacity;
    private final int tailIndex;
    private final int headCacheIndex;
    private final int headIndex;

    private volatile RingBarriers barriers;

    // Of the reader.
    private long head;
    private long next;
    private int offset;
    private int length;

    /** @param capacity bytes of the ring; a power of two from {@link #ALIGNMENT} to {@link #MAX_CAPACITY}. */
    FrameRing(final int capacity)
    {
        this.capacity = capacity;
        buffer = MemoryBuffer.allocate(
            capacity + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH);
        records = new AtomicIntegerArray(capacity >> ALIGNMENT_SHIFT);
        tailIndex = capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
        headCacheIndex = capacity + RingBufferDescriptor.HEAD_CACHE_POSITION_OFFSET;
        headIndex = capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET;
        barriers = RingBarriers.of(capacity);
    }

    /** The bytes of the ring that a record takes. */
    static int recordLength(final int length)
    {
        return Math.max(ALIGNMENT, BitUtil.align(length, ALIGNMENT));
    }

    /** The memory that records are written to. */
    MemoryBuffer buffer()
    {
        return buffer;
    }

    int capacity()
    {
        return capacity;
    }

    /**
     * Claim room for a record. Any thread.
     *
     * @return index of its first byte in {@link #buffer()}, or {@link #FULL} or {@link #CLOSED}.
     */
    int tryClaim(final int length)
    {
        final int recordLength = recordLength(length);
        final long claimed = claim(recordLength, recordLength);
        if (claimed < 0)
        {
            return (int)claimed;
        }
        final int index = (int)claimed;
        records.setRelease(index >> ALIGNMENT_SHIFT, length << LENGTH_SHIFT | CLAIMED);
        return index;
    }

    /**
     * Claim room for several records in one piece, which the reader gets together. Any thread, which must not fail
     * between this and {@link #commitRun}: the reader cannot give a run up. The writer calls {@link #put} for each
     * record but the first.
     *
     * @param first  bytes of the ring that the first record takes ({@link #recordLength(int)}).
     * @param wanted bytes of the ring that all records take, at most.
     * @return the run, from {@code first} to {@code wanted} bytes long: see {@link #runIndex} and {@link #runEnd}; or
     *         {@link #FULL} or {@link #CLOSED}.
     */
    long tryClaimRun(final int first, final int wanted)
    {
        return claim(first, Math.max(first, Math.min(wanted, Math.min(capacity, MAX_RUN))));
    }

    /** Index of the first byte of a run. */
    static int runIndex(final long run)
    {
        return (int)run;
    }

    /** Index behind the last byte of a run. */
    static int runEnd(final long run)
    {
        return (int)(run + (run >>> 32));
    }

    /** Note that a record of a run has been written. It is the reader's once the run is committed. */
    void put(final int index, final int length)
    {
        records.setPlain(index >> ALIGNMENT_SHIFT, length << LENGTH_SHIFT | COMMITTED);
    }

    /**
     * Let the reader have the records of a run.
     *
     * @param length  of the first record.
     * @param written index behind the last record; the rest of the run is free again when the reader comes there. It is
     *                the begin of the run if there is no record.
     */
    void commitRun(final long run, final int length, final int written)
    {
        final int index = runIndex(run);
        final int end = runEnd(run);
        if (written == index)
        {
            skip(index, end);
            return;
        }
        if (written < end)
        {
            skip(written, end);
        }
        records.setRelease(index >> ALIGNMENT_SHIFT, length << LENGTH_SHIFT | COMMITTED);
    }

    /**
     * Let the reader have the record that was claimed at an index. Any thread. A full memory fence.
     *
     * @return false if the claim was given up: the reader does not get the record.
     * @throws IllegalStateException if nothing is claimed there.
     */
    boolean commit(final int index)
    {
        return settle(index, COMMITTED);
    }

    /**
     * Have the reader pass over the record that was claimed at an index. Any thread.
     *
     * @return false if the claim was given up already.
     * @throws IllegalStateException if nothing is claimed there.
     */
    boolean abort(final int index)
    {
        return settle(index, SKIPPED);
    }

    /** Take no more claims; existing claims can be committed, and committed records can be read. Any thread. */
    void close()
    {
        long tail = buffer.getLongVolatile(tailIndex);
        while (!buffer.compareAndSetLong(tailIndex, tail, tail | CLOSED_BIT))
        {
            tail = buffer.getLongVolatile(tailIndex);
        }
    }

    /** Whether {@link #advance()} may find a record. Any thread, but exact on the reader's only. */
    boolean mayHaveRecord()
    {
        final int kind = kind(next);
        return kind == COMMITTED || kind == SKIPPED || kind >= GIVEN_UP && next != tail();
    }

    /** Go to the next committed record; false if there is none yet. Reader. */
    boolean advance()
    {
        while (true)
        {
            final int block = index(next) >> ALIGNMENT_SHIFT;
            final int record = records.get(block);
            switch (record & KIND_MASK)
            {
                case COMMITTED:
                    records.setPlain(block, FREE);
                    take(record);
                    return true;

                case SKIPPED:
                    records.setPlain(block, FREE);
                    next += recordLength(record >> LENGTH_SHIFT);
                    break;

                case GIVEN_UP:
                case GIVEN_BACK:
                    if (next == tail())
                    {
                        return false;
                    }
                    passBarrier(block, record);
                    break;

                default:
                    return false;
            }
        }
    }

    /** Whether the next record was claimed and is neither committed nor aborted. Reader. */
    boolean isHeldUp()
    {
        return kind(next) == CLAIMED;
    }

    /**
     * Give up the claim that holds up the others, and go to it as to a record. False if it does not hold them up any
     * more. Reader.
     */
    boolean giveUp()
    {
        final int block = index(next) >> ALIGNMENT_SHIFT;
        final int record = records.get(block);
        if ((record & KIND_MASK) != CLAIMED || !records.compareAndSet(block, record, record - CLAIMED + GIVEN_UP))
        {
            return false;
        }
        final int begin = index(next);
        barriers = barriers.with(begin, begin + recordLength(record >> LENGTH_SHIFT));
        take(record);
        return true;
    }

    /** After {@link #close()}: give up every claim. All that is left to read is committed. Reader. */
    void giveUpAll()
    {
        long position = next;
        for (final long tail = tail(); position < tail;)
        {
            final int block = index(position) >> ALIGNMENT_SHIFT;
            final int record = records.get(block);
            final int kind = record & KIND_MASK;
            if (kind == FREE)
            {
                // Claimed by a thread that is about to write the state.
                Thread.onSpinWait();
            }
            else if (kind != CLAIMED || records.compareAndSet(block, record, record - CLAIMED + GIVEN_UP))
            {
                position += recordLength(record >> LENGTH_SHIFT);
            }
        }
    }

    /** Where the record begins in {@link #buffer()}. Reader. */
    int offset()
    {
        return offset;
    }

    /** Bytes in the record. Reader. */
    int length()
    {
        return length;
    }

    /** How far the reader has come, in bytes since the beginning; it never goes back. Reader. */
    long position()
    {
        return next;
    }

    /** How far the writers have come, in bytes since the beginning. Any thread. */
    long tail()
    {
        return buffer.getLongVolatile(tailIndex) & ~CLOSED_BIT;
    }

    /** Bytes that are claimed, committed or not released. Any thread. */
    int usedLength()
    {
        final long from = buffer.getLongVolatile(headIndex);
        return (int)Math.min(tail() - from, capacity);
    }

    /** The part of the ring that is used, 0…1. Any thread. */
    double fill()
    {
        return (double)usedLength() / capacity;
    }

    /** How far the reader has given room back, in bytes since the beginning. Any thread. */
    long released()
    {
        return buffer.getLongVolatile(headIndex);
    }

    /** Bytes that are read and not released. Reader. */
    int lentLength()
    {
        return (int)(next - head);
    }

    /** Give the room of all records that were read back to the writers. Reader. Returns false if there is none. */
    boolean release()
    {
        if (next == head)
        {
            return false;
        }
        head = next;
        buffer.putLongRelease(headIndex, head);
        return true;
    }

    /** Claim from {@code first} to {@code wanted} bytes: index in the low half, length in the high half. */
    private long claim(final int first, final int wanted)
    {
        while (true)
        {
            final long tail = buffer.getLongVolatile(tailIndex);
            if (tail < 0)
            {
                return CLOSED;
            }
            // The head must be read before the list of barriers.
            long knownHead = buffer.getLongVolatile(headCacheIndex);
            RingBarriers around = barriers;
            long start = around.place(tail, first);
            if (start + wanted - knownHead > capacity)
            {
                knownHead = buffer.getLongVolatile(headIndex);
                buffer.putLongRelease(headCacheIndex, knownHead);
                around = barriers;
                start = around.place(tail, first);
                if (start + first - knownHead > capacity)
                {
                    return FULL;
                }
            }
            final int index = index(start);
            int length = first;
            if (wanted > first)
            {
                final int untilBarrier = around.begin(around.at(index)) - index;
                length = Math.min(wanted, Math.min(untilBarrier, (int)(knownHead + capacity - start)));
            }
            if (buffer.compareAndSetLong(tailIndex, tail, start + length))
            {
                pad(tail, start, around);
                return (long)length << 32 | index;
            }
        }
    }

    /** Have the reader pass over a part of the ring that its writer has claimed. */
    private void skip(final int from, final int to)
    {
        records.setRelease(from >> ALIGNMENT_SHIFT, to - from << LENGTH_SHIFT | SKIPPED);
    }

    private boolean settle(final int index, final int kind)
    {
        final int block = index >> ALIGNMENT_SHIFT;
        final int record = records.get(block);
        if ((record & KIND_MASK) == CLAIMED && records.compareAndSet(block, record, record - CLAIMED + kind))
        {
            return true;
        }
        final int now = records.get(block);
        if ((now & KIND_MASK) == GIVEN_UP && records.compareAndSet(block, now, now - GIVEN_UP + GIVEN_BACK))
        {
            return false;
        }
        throw new IllegalStateException("nothing is claimed at index " + index + ": commit or abort a claim once");
    }

    private void take(final int record)
    {
        offset = index(next);
        length = record >> LENGTH_SHIFT;
        next += recordLength(length);
    }

    private void passBarrier(final int block, final int record)
    {
        next += recordLength(record >> LENGTH_SHIFT);
        if ((record & KIND_MASK) == GIVEN_BACK)
        {
            records.setPlain(block, FREE);
            barriers = barriers.without(block << ALIGNMENT_SHIFT);
        }
    }

    /** Fill the part of a claim that is in front of its record. */
    private void pad(final long tail, final long start, final RingBarriers around)
    {
        for (long position = tail; position < start;)
        {
            final int from = index(position);
            final int at = around.at(from);
            if (from < around.begin(at))
            {
                skip(from, around.begin(at));
            }
            position += around.end(at) - from;
        }
    }

    private int kind(final long position)
    {
        return records.get(index(position) >> ALIGNMENT_SHIFT) & KIND_MASK;
    }

    private int index(final long position)
    {
        return (int)position & (capacity - 1);
    }
}
