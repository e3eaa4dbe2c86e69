// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import io.overlane.memory.MemoryBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;

/** The bytes of a capture, read ahead into one buffer. The reader moves the position on over what it has used. */
final class CaptureInput implements AutoCloseable
{
    private static final int INITIAL_CAPACITY = 128 * 1024;

    private final ReadableByteChannel channel;
    private final String name;
    private final MemoryBuffer buffer = new MemoryBuffer();
    private ByteBuffer input;

    /** Offset in the file of the buffer's first byte. */
    private long base;

    CaptureInput(final ReadableByteChannel channel, final String name)
    {
        this.channel = channel;
        this.name = name;
        input = allocate(INITIAL_CAPACITY);
        input.limit(0);
    }

    String name()
    {
        return name;
    }

    MutableDirectBuffer buffer()
    {
        return buffer;
    }

    /** Index in the buffer of the next byte that is not used yet. */
    int position()
    {
        return input.position();
    }

    /** Offset in the file of the next byte that is not used yet. */
    long filePosition()
    {
        return base + input.position();
    }

    /** The bytes before this index are used: the next {@link #require} may overwrite them. */
    void position(final int position)
    {
        input.position(position);
    }

    /**
     * Make bytes available from {@link #position()} on, which moves if the buffer must be emptied first.
     *
     * @return bytes that are available, fewer than required only at the end of the file.
     */
    int require(final int bytes) throws IOException
    {
        if (input.remaining() < bytes && input.capacity() - input.position() < bytes)
        {
            makeRoom(bytes);
        }
        while (input.remaining() < bytes)
        {
            final int position = input.position();
            final int limit = input.limit();
            input.limit(input.capacity()).position(limit);
            final int read = channel.read(input);
            input.limit(input.position()).position(position);
            if (read < 0)
            {
                break;
            }
        }
        return Math.min(input.remaining(), bytes);
    }

    /** Use bytes without looking at them; returns how many there were, fewer only at the end of the file. */
    long skip(final long bytes) throws IOException
    {
        long skipped = 0;
        while (skipped < bytes)
        {
            final int part = require((int)Math.min(bytes - skipped, INITIAL_CAPACITY));
            if (part == 0)
            {
                break;
            }
            input.position(input.position() + part);
            skipped += part;
        }
        return skipped;
    }

    @Override
    public void close()
    {
        CloseHelper.quietClose(channel);
    }

    private void makeRoom(final int bytes)
    {
        final ByteBuffer old = input;
        base += old.position();
        if (old.capacity() < bytes)
        {
            input = allocate(Integer.highestOneBit(bytes) << 1);
            input.put(old);
        }
        else
        {
            old.compact();
        }
        input.flip();
    }

    private ByteBuffer allocate(final int capacity)
    {
        final ByteBuffer allocated = ByteBuffer.allocateDirect(capacity);
        buffer.wrap(allocated);
        return allocated;
    }
}
