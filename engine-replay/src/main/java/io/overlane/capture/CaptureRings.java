// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.memory.MemoryBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Rings of captures that have ended, for the next ones. The JVM frees direct memory when it collects the whole heap,
 * which an engine that allocates nothing may not need for days. Any thread.
 */
final class CaptureRings
{
    /** Rings that are kept; an operator seldom runs more captures at a time. */
    private static final int KEPT = 2;

    private static final List<ManyToOneRingBuffer> RINGS = new ArrayList<>();
    private static int types;

    private CaptureRings()
    {
    }

    /** A ring with nothing in it that the caller has by itself until {@link #give}. */
    static ManyToOneRingBuffer take(final int length)
    {
        synchronized (RINGS)
        {
            for (final ManyToOneRingBuffer ring : RINGS)
            {
                if (ring.capacity() == length)
                {
                    RINGS.remove(ring);
                    return ring;
                }
            }
        }
        return new ManyToOneRingBuffer(
            MemoryBuffer.allocate(length + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH));
    }

    /**
     * A type for the messages of one capture. A thread of an engine may still write a message for the capture before,
     * which the next one must not take for its own.
     */
    static int nextType()
    {
        synchronized (RINGS)
        {
            types = Math.max(1, types + 1);
            return types;
        }
    }

    /**
     * Takes a ring back, discards what is in it, and gives its pages back to the system. A ring to which a thread still
     * writes is left to the garbage collector.
     */
    static void give(final ManyToOneRingBuffer ring)
    {
        readAll(ring, (type, buffer, index, length) -> {});
        final long position = ring.consumerPosition();
        if (ring.producerPosition() != position)
        {
            return;
        }
        // What was read is zero.
        new MemoryBuffer(ring.buffer(), 0, ring.capacity()).releasePages();
        if (ring.producerPosition() != position)
        {
            return;
        }
        synchronized (RINGS)
        {
            if (RINGS.size() == KEPT)
            {
                RINGS.remove(0);
            }
            RINGS.add(ring);
        }
    }

    /** Reads until the ring is empty, or until a message comes that is not written to its end. */
    static void readAll(final ManyToOneRingBuffer ring, final MessageHandler handler)
    {
        // A read may pass over the padding at the ring's end alone, and then answers 0 although messages follow.
        long position;
        do
        {
            position = ring.consumerPosition();
            ring.read(handler);
        }
        while (ring.consumerPosition() != position);
    }
}
