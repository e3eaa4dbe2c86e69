// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.overlane.memory.MemoryBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

/**
 * Allocates the memory in which one channel receives datagrams: one after the other in a large chunk, each with
 * headroom.
 *
 * <pre>
 *  chunk
 *  +----------+------------+----------+--------+----------+-------------------------+
 *  | headroom | datagram   | headroom | d.     | headroom | room for the longest    |  next read
 *  +----------+------------+----------+--------+----------+-------------------------+
 * </pre>
 *
 * A read needs room for a joined datagram of 64 KiB, and most datagrams are far shorter; the next one begins directly
 * after the bytes that were used. Each datagram holds a reference to its chunk, which returns to the pool when the last
 * one is released. For the event loop, except where a method says otherwise.
 */
final class ChunkAllocator extends DefaultMaxMessagesRecvByteBufAllocator
{
    /** Bytes before each datagram that belong to it. */
    static final int HEADROOM = 64;

    private static final int MAX_DATAGRAM_LENGTH = 65_535;
    private static final int CHUNK_LENGTH = 256 * 1024;

    /** Reads before the event loop serves its other channels. */
    private static final int READS_PER_LOOP = 64;

    /** Views of the chunks in the order in which they were allocated, for the thread that polls. */
    private final Queue<MemoryBuffer> memories = new ConcurrentLinkedQueue<>();
    /** The chunk of the last datagram that was polled. */
    private MemoryBuffer polled = new MemoryBuffer();

    private @Nullable ByteBuf chunk;
    private int next;

    ChunkAllocator()
    {
        super(READS_PER_LOOP);
    }

    @Override
    @SuppressWarnings("deprecation")
    public Handle newHandle()
    {
        return new ChunkHandle();
    }

    /**
     * Allocate and free one chunk. The first time in a JVM, Netty's pool then loads the JDK's flight recorder, which
     * takes half a second. So the constructing thread waits for it, not the first datagram.
     */
    static void warmUp(final ByteBufAllocator allocator)
    {
        allocator.directBuffer(CHUNK_LENGTH, CHUNK_LENGTH).release();
    }

    /**
     * The memory in which a datagram lies. Datagrams are polled in the order of their chunks, so a chunk that does not
     * have this one has no later one either. Polling thread.
     */
    MemoryBuffer memoryWith(final long address)
    {
        while (address < polled.addressOffset() || address >= polled.addressOffset() + polled.capacity())
        {
            polled = memories.remove();
        }
        return polled;
    }

    /** Release the current chunk; datagrams in it keep it alive. */
    void release()
    {
        if (chunk != null)
        {
            chunk.release();
            chunk = null;
        }
    }

    /** Gives Netty parts of the chunk. */
    private final class ChunkHandle extends MaxMessageHandle
    {
        @Override
        public int guess()
        {
            return MAX_DATAGRAM_LENGTH;
        }

        @Override
        public ByteBuf allocate(final ByteBufAllocator allocator)
        {
            if (chunk == null || chunk.capacity() - next < HEADROOM + MAX_DATAGRAM_LENGTH)
            {
                release();
                chunk = allocator.directBuffer(CHUNK_LENGTH, CHUNK_LENGTH);
                memories.add(ByteBufFrames.memory(chunk));
                next = 0;
            }
            return chunk.retainedSlice(next + HEADROOM, MAX_DATAGRAM_LENGTH).clear();
        }

        @Override
        public void lastBytesRead(final int bytes)
        {
            if (bytes > 0)
            {
                next += BitUtil.align(HEADROOM + bytes, Long.BYTES);
            }
            super.lastBytesRead(bytes);
        }
    }
}
