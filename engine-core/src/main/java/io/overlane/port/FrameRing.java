// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.memory.MemoryBuffer;
import java.util.concurrent.atomic.AtomicLongArray;
import org.agrona.BitUtil;

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
 * <p>A record begins at a multiple of 64 bytes. {@link RecordStates} has its state and length.
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

    /** Numbers in two cache lines: processors fetch lines in pairs. */
    private static final int PADDING = 2 * BitUtil.CACHE_LINE_LENGTH / Long.BYTES;

    // Indices of positions.
    private static final int TAIL = PADDING;
    /** A head that a writer read before, so that not every claim has to read the reader's cache line. */
    private static final int HEAD_CACHE = 2 * PADDING;
    private static final int HEAD = 3 * PADDING;

    /** Set in the tail when the ring takes no more claims. */
    private static final long CLOSED_BIT = Long.MIN_VALUE;

    private final MemoryBuffer buffer;
    private final RecordStates records;
    private final int capacity;
    /** Three numbers, each on cache lines of its own. */
    private final AtomicLongArray positions = new AtomicLongArray(4 * PADDING);

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
        buffer = MemoryBuffer.allocate(capacity, BitUtil.CACHE_LINE_LENGTH);
        records = new RecordStates(capacity);
        barriers = RingBarriers.of(capacity);
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
        final int recordLength = RecordStates.ringLength(length);
        final long claimed = claim(recordLength, recordLength);
        if (claimed < 0)
        {
            return (int)claimed;
        }
        final int index = (int)claimed;
        records.claim(index, length);
        return index;
    }

    /**
     * Claim room for several records in one piece, which the reader gets together. Any thread, which must not fail
     * between this and {@link #commitRun}: the reader cannot give a run up. The writer calls {@link #put} for each
     * record but the first.
     *
     * @param first  bytes of the ring that the first record takes ({@link RecordStates#ringLength(int)}).
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
        records.put(index, length);
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
            records.skip(index, end);
            return;
        }
        if (written < end)
        {
            records.skip(written, end);
        }
        records.commit(index, length);
    }

    /**
     * Let the reader have the record that was claimed at an index. Any thread. A full memory fence.
     *
     * @return false if the claim was given up: the reader does not get the record.
     * @throws IllegalStateException if nothing is claimed there.
     */
    boolean commit(final int index)
    {
        return records.settle(index, RecordStates.COMMITTED);
    }

    /**
     * Have the reader pass over the record that was claimed at an index. Any thread.
     *
     * @return false if the claim was given up already.
     * @throws IllegalStateException if nothing is claimed there.
     */
    boolean abort(final int index)
    {
        return records.settle(index, RecordStates.SKIPPED);
    }

    /** Take no more claims; existing claims can be committed, and committed records can be read. Any thread. */
    void close()
    {
        long tail = positions.get(TAIL);
        while (!positions.compareAndSet(TAIL, tail, tail | CLOSED_BIT))
        {
            tail = positions.get(TAIL);
        }
    }

    /** Whether {@link #advance()} may find a record. Any thread, but exact on the reader's only. */
    boolean mayHaveRecord()
    {
        final int kind = kind(next);
        return kind == RecordStates.COMMITTED || kind == RecordStates.SKIPPED ||
            kind >= RecordStates.GIVEN_UP && next != tail();
    }

    /** Go to the next committed record; false if there is none yet. Reader. */
    boolean advance()
    {
        while (true)
        {
            final int index = index(next);
            final int record = records.get(index);
            switch (RecordStates.kind(record))
            {
                case RecordStates.COMMITTED:
                    records.free(index);
                    take(record);
                    return true;

                case RecordStates.SKIPPED:
                    records.free(index);
                    pass(record);
                    break;

                case RecordStates.GIVEN_UP:
                    if (next == tail())
                    {
                        return false;
                    }
                    pass(record);
                    break;

                case RecordStates.GIVEN_BACK:
                    if (next == tail())
                    {
                        return false;
                    }
                    pass(record);
                    records.free(index);
                    barriers = barriers.without(index);
                    break;

                default:
                    return false;
            }
        }
    }

    /** Whether the next record was claimed and is neither committed nor aborted. Reader. */
    boolean isHeldUp()
    {
        return kind(next) == RecordStates.CLAIMED;
    }

    /**
     * Give up the claim that holds up the others, and go to it as to a record. False if it does not hold them up any
     * more. Reader.
     */
    boolean giveUp()
    {
        final int index = index(next);
        final int record = records.get(index);
        if (RecordStates.kind(record) != RecordStates.CLAIMED || !records.giveUp(index, record))
        {
            return false;
        }
        barriers = barriers.with(index, index + RecordStates.ringLength(RecordStates.length(record)));
        take(record);
        return true;
    }

    /** After {@link #close()}: give up every claim. All that is left to read is committed. Reader. */
    void giveUpAll()
    {
        long position = next;
        for (final long tail = tail(); position < tail;)
        {
            final int index = index(position);
            final int record = records.get(index);
            final int kind = RecordStates.kind(record);
            if (kind == RecordStates.FREE)
            {
                // Claimed by a thread that is about to write the state, or the frames of a run.
                Thread.yield();
            }
            else if (kind != RecordStates.CLAIMED || records.giveUp(index, record))
            {
                position += RecordStates.ringLength(RecordStates.length(record));
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
        return positions.get(TAIL) & ~CLOSED_BIT;
    }

    /** Bytes that are claimed, committed or not released. Any thread. */
    int usedLength()
    {
        final long from = positions.get(HEAD);
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
        return positions.get(HEAD);
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
        positions.setRelease(HEAD, head);
        return true;
    }

    /** Claim from {@code first} to {@code wanted} bytes: index in the low half, length in the high half. */
    private long claim(final int first, final int wanted)
    {
        while (true)
        {
            final long tail = positions.get(TAIL);
            if (tail < 0)
            {
                return CLOSED;
            }
            // The head must be read before the list of barriers.
            long knownHead = positions.get(HEAD_CACHE);
            RingBarriers around = barriers;
            long start = around.place(tail, first);
            if (start + wanted - knownHead > capacity)
            {
                knownHead = positions.get(HEAD);
                positions.setRelease(HEAD_CACHE, knownHead);
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
            if (positions.compareAndSet(TAIL, tail, start + length))
            {
                pad(tail, start, around);
                return (long)length << 32 | index;
            }
        }
    }

    private void take(final int record)
    {
        offset = index(next);
        length = RecordStates.length(record);
        pass(record);
    }

    private void pass(final int record)
    {
        next += RecordStates.ringLength(RecordStates.length(record));
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
                records.skip(from, around.begin(at));
            }
            position += around.end(at) - from;
        }
    }

    private int kind(final long position)
    {
        return RecordStates.kind(records.get(index(position)));
    }

    private int index(final long position)
    {
        return (int)position & (capacity - 1);
    }
}
