// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import java.nio.ByteOrder;

/**
 * Memory of frames with canaries: between the slots, in the headroom beyond the bytes that every port lends, and behind
 * each frame.
 *
 * <pre>
 *  | guard | canaries  64 | headroom 64 | frame | canaries 32 | … | guard |
 *          '---------------------- slot ---------------------------'
 * </pre>
 */
final class GuardedSlots
{
    /** Longest frame in bytes. */
    static final int ROOM = 6 * 1024;

    /** Bytes of headroom that a port lends at least, and that the engine may use. */
    private static final int LENT = 64;
    private static final int GUARD = 64;
    private static final int TAIL = 32;
    private static final int SLOT = FrameSlab.HEADROOM + ROOM + TAIL;
    private static final long CANARY = 0xC0FF_EE5A_DEAD_BEA7L;

    private final MemoryBuffer memory;
    private final Frame[] frames;
    private final int[] ends;
    private int used;

    GuardedSlots(final int count)
    {
        memory = MemoryBuffer.allocate(GUARD + count * (SLOT + GUARD), Long.BYTES);
        frames = new Frame[count];
        ends = new int[count];
        for (int i = 0; i < count; i++)
        {
            frames[i] = new Frame(new MemoryBuffer(memory, start(i), SLOT));
        }
        for (int i = 0; i <= count; i++)
        {
            fill(memory, start(i) - GUARD, GUARD);
        }
    }

    private static int start(final int index)
    {
        return GUARD + index * (SLOT + GUARD);
    }

    int free()
    {
        return frames.length - used;
    }

    /** The next slot, with an empty frame behind its headroom. */
    Frame take()
    {
        return frames[used].wrap(FrameSlab.HEADROOM, 0);
    }

    /** Lend the frame that was taken, as it is now. */
    void seal()
    {
        final Frame frame = frames[used];
        ends[used] = frame.offset() + frame.length();
        fill(frame.buffer(), 0, FrameSlab.HEADROOM - LENT);
        fill(frame.buffer(), ends[used], TAIL);
        used++;
    }

    /** Assert that nobody wrote beside the lent frames, and take them back. */
    void takeBack()
    {
        for (int i = 0; i < used; i++)
        {
            final MemoryBuffer buffer = frames[i].buffer();
            if (!isIntact(buffer, 0, FrameSlab.HEADROOM - LENT) || !isIntact(buffer, ends[i], TAIL) ||
                !isIntact(memory, start(i) - GUARD, GUARD) || !isIntact(memory, start(i + 1) - GUARD, GUARD))
            {
                throw new AssertionError("bytes beside a frame were written: " + describe(i));
            }
        }
        used = 0;
    }

    private String describe(final int index)
    {
        final StringBuilder text = new StringBuilder("frame of ")
            .append(ends[index] - FrameSlab.HEADROOM).append(" bytes, changed at");
        final MemoryBuffer buffer = frames[index].buffer();
        for (int i = -FrameSlab.HEADROOM; i < -LENT; i++)
        {
            if (buffer.getByte(i + FrameSlab.HEADROOM) != canary(i + FrameSlab.HEADROOM))
            {
                text.append(' ').append(i);
            }
        }
        for (int i = 0; i < TAIL; i++)
        {
            if (buffer.getByte(ends[index] + i) != canary(i))
            {
                text.append(" end+").append(i);
            }
        }
        return text.toString();
    }

    private static byte canary(final int index)
    {
        return (byte)(CANARY >>> 8 * (index & 7));
    }

    private static void fill(final MemoryBuffer buffer, final int offset, final int length)
    {
        for (int i = 0; i < length; i += Long.BYTES)
        {
            buffer.putLong(offset + i, CANARY, ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static boolean isIntact(final MemoryBuffer buffer, final int offset, final int length)
    {
        boolean isIntact = true;
        for (int i = 0; i < length; i += Long.BYTES)
        {
            isIntact &= buffer.getLong(offset + i, ByteOrder.LITTLE_ENDIAN) == CANARY;
        }
        return isIntact;
    }
}
