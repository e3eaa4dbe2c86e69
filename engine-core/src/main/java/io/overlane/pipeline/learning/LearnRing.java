// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * What threads that may not write the FDB have learned, on its way to the one that may. When it is full the rest is
 * forgotten and counted: the next frame of the station brings it again.
 *
 * <pre>
 *   0     8     16     24    32
 *   +-----+-----+------+-----+
 *   | vni | mac | high | low |
 *   +-----+-----+------+-----+
 * </pre>
 */
public final class LearnRing
{
    /** A station that is heard all the time is handed over so often, or more if entries grow old sooner. */
    private static final long REFRESH_MS = TimeUnit.SECONDS.toMillis(1);

    private static final int REFRESHES_PER_AGE = 4;
    private static final int CAPACITY = 1 << 16;
    private static final int MESSAGE_TYPE = 1;
    private static final int MAC_OFFSET = 8;
    private static final int HIGH_OFFSET = 16;
    private static final int LOW_OFFSET = 24;
    private static final int LENGTH = 32;
    private static final int MESSAGES_PER_DRAIN = 256;

    private final ManyToOneRingBuffer ring = new ManyToOneRingBuffer(new UnsafeBuffer(
        BufferUtil.allocateDirectAligned(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH, Long.BYTES)));
    private final AtomicLong forgotten = new AtomicLong();
    private final Runnable wake;
    private volatile long refreshMs;
    private final MessageHandler handler = this::onMessage;
    private Consumer consumer;

    /** Learns on the thread that may. */
    @FunctionalInterface
    public interface Consumer
    {
        /**
         * @param vni  of a segment.
         * @param mac  of a station.
         * @param high first word of the outer address it was heard from.
         * @param low  second word.
         */
        void onLearned(int vni, long mac, long high, long low);
    }

    /**
     * @param wake     ends a wait of the thread that drains; cheap when it does not wait.
     * @param fdbAgeNs age at which a learned entry goes; 0: never.
     */
    public LearnRing(final Runnable wake, final long fdbAgeNs)
    {
        this.wake = wake;
        refreshMs = REFRESH_MS;
        onAge(fdbAgeNs);
    }

    /**
     * Some entries go at this age: what keeps them is handed over often enough for it. Any one thread.
     *
     * @param ageNs in nanoseconds; 0: never.
     */
    public void onAge(final long ageNs)
    {
        if (ageNs > 0)
        {
            refreshMs = Math.min(refreshMs, TimeUnit.NANOSECONDS.toMillis(ageNs) / REFRESHES_PER_AGE);
        }
    }

    /** How long what was handed over need not be again, in milliseconds. */
    long refreshMs()
    {
        return refreshMs;
    }

    /** Any thread; allocates nothing. False if it is full. */
    boolean offer(final int vni, final long mac, final long high, final long low)
    {
        final int index = ring.tryClaim(MESSAGE_TYPE, LENGTH);
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

    /** Let the thread that drains look. Any thread. */
    void wake()
    {
        wake.run();
    }

    /** @return what was lost because the ring was full; any thread. */
    public long forgotten()
    {
        return forgotten.get();
    }

    /**
     * One thread.
     *
     * @param consumer of what was handed over, of the same thread.
     * @return how much that was.
     */
    public int drain(final Consumer consumer)
    {
        this.consumer = consumer;
        return ring.read(handler, MESSAGES_PER_DRAIN);
    }

    private void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length)
    {
        consumer.onLearned(
            (int)buffer.getLong(index),
            buffer.getLong(index + MAC_OFFSET),
            buffer.getLong(index + HIGH_OFFSET),
            buffer.getLong(index + LOW_OFFSET));
    }
}
