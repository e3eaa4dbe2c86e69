// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import io.overlane.memory.MemoryBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Brings stations, and neighbours of gateways, from the threads that may not write the tables to the thread that may.
 * One that finds the ring full is discarded and counted: its next frame brings it again.
 *
 * <pre>
 *   0     8     16     24    32
 *   +-----+-----+------+-----+
 *   | vni | mac | high | low |   the address is that of the remote, or of the neighbour
 *   +-----+-----+------+-----+
 * </pre>
 */
public final class LearnRing
{
    /** A busy station is sent again after this time, or sooner if entries age sooner. */
    private static final long REFRESH_MS = TimeUnit.SECONDS.toMillis(1);

    private static final int REFRESHES_PER_AGE = 4;
    private static final int CAPACITY = 1 << 16;
    private static final int STATION = 1;
    private static final int NEIGHBOR = 2;
    private static final int MAC_OFFSET = 8;
    private static final int HIGH_OFFSET = 16;
    private static final int LOW_OFFSET = 24;
    private static final int LENGTH = 32;
    private static final int MESSAGES_PER_DRAIN = 256;

    private final ManyToOneRingBuffer ring = new ManyToOneRingBuffer(
        MemoryBuffer.allocate(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH, Long.BYTES));
    private final AtomicLong forgotten = new AtomicLong();
    private final Runnable wake;
    private volatile long refreshMs;
    private final MessageHandler handler = this::onMessage;
    @SuppressWarnings("NullAway.Init")
    private Consumer consumer;

    /** Learns stations on the thread that may write the FDB. */
    @FunctionalInterface
    public interface Consumer
    {
        /**
         * @param isNeighbor false if the two words are the outer source address of a station's frame, true if they are
         *                   the address of a neighbour.
         */
        void onLearned(boolean isNeighbor, int vni, long mac, long high, long low);
    }

    /**
     * @param wake     ends a wait of the thread that drains; cheap if it does not wait.
     * @param fdbAgeNs age at which a learned entry is removed; 0: never.
     */
    public LearnRing(final Runnable wake, final long fdbAgeNs)
    {
        this.wake = wake;
        refreshMs = REFRESH_MS;
        onAge(fdbAgeNs);
    }

    /** Refresh stations often enough for entries that are removed at this age; 0: never. Any one thread. */
    public void onAge(final long ageNs)
    {
        if (ageNs > 0)
        {
            refreshMs = Math.min(refreshMs, TimeUnit.NANOSECONDS.toMillis(ageNs) / REFRESHES_PER_AGE);
        }
    }

    /** A station that was sent less than this many milliseconds ago need not be sent again. */
    long refreshMs()
    {
        return refreshMs;
    }

    /** False if the ring is full. Any thread; allocates nothing. */
    boolean offer(final int vni, final long mac, final long high, final long low)
    {
        return offer(STATION, vni, mac, high, low);
    }

    /** The same for a neighbour of a gateway with its address. */
    public boolean offerNeighbor(final int vni, final long mac, final long high, final long low)
    {
        return offer(NEIGHBOR, vni, mac, high, low);
    }

    private boolean offer(final int type, final int vni, final long mac, final long high, final long low)
    {
        final int index = ring.tryClaim(type, LENGTH);
        if (index < 0)
        {
            forgotten.incrementAndGet();
            return false;
        }
        final MutableDirectBuffer buffer = ring.buffer();
        buffer.putLong(index, vni);
        buffer.putLong(index + MAC_OFFSET, mac);
        buffer.putLong(index + HIGH_OFFSET, high);
        buffer.putLong(index + LOW_OFFSET, low);
        ring.commit(index);
        return true;
    }

    /** Wake the thread that drains. Any thread. */
    public void wake()
    {
        wake.run();
    }

    /** Stations that were discarded because the ring was full. Any thread. */
    public long forgotten()
    {
        return forgotten.get();
    }

    /**
     * Give the stations in the ring to a consumer. One thread.
     *
     * @return how many there were.
     */
    public int drain(final Consumer consumer)
    {
        this.consumer = consumer;
        return ring.read(handler, MESSAGES_PER_DRAIN);
    }

    private void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length)
    {
        consumer.onLearned(
            type == NEIGHBOR,
            (int)buffer.getLong(index),
            buffer.getLong(index + MAC_OFFSET),
            buffer.getLong(index + HIGH_OFFSET),
            buffer.getLong(index + LOW_OFFSET));
    }
}
