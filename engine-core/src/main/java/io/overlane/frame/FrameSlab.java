// SPDX-License-Identifier: Apache-2.0
package io.overlane.frame;

import io.overlane.memory.MemoryBuffer;
import org.agrona.BitUtil;

/**
 * A fixed set of frames over one direct allocation.
 *
 * <pre>
 *  slot 0                             slot 1
 *  +----------+-----------------------+--------+----------+-----
 *  | headroom |  room for one frame   | skew   | headroom | ...
 *  +----------+-----------------------+--------+----------+-----
 * </pre>
 *
 * Slots start on a cache line and an odd number of cache lines apart. Otherwise the headers of a batch, which are the
 * bytes that the engine touches, all fall into the same few cache sets when slots have 64 KiB.
 */
public final class FrameSlab
{
    /** Bytes kept free in front of every frame: VXLAN 8, vnet 12, outer Ethernet 18, IPv6 40, UDP 8. */
    public static final int HEADROOM = 128;

    private final MemoryBuffer memory;
    private final Frame[] frames;
    private final int slotCapacity;

    /**
     * @param count       slots.
     * @param frameLength longest frame a slot must hold, in bytes, without headroom.
     */
    public FrameSlab(final int count, final int frameLength)
    {
        slotCapacity = HEADROOM + BitUtil.align(frameLength, 8);
        final int lines = BitUtil.align(slotCapacity, BitUtil.CACHE_LINE_LENGTH) / BitUtil.CACHE_LINE_LENGTH;
        final int stride = (lines | 1) * BitUtil.CACHE_LINE_LENGTH;
        memory = MemoryBuffer.allocate(Math.multiplyExact(count, stride), BitUtil.CACHE_LINE_LENGTH);
        frames = new Frame[count];
        for (int i = 0; i < count; i++)
        {
            frames[i] = new Frame(new MemoryBuffer(memory, i * stride, slotCapacity)).wrap(HEADROOM, 0);
        }
    }

    /** @return number of slots. */
    public int count()
    {
        return frames.length;
    }

    /** @return longest frame that fits a slot behind its headroom, in bytes. */
    public int frameCapacity()
    {
        return slotCapacity - HEADROOM;
    }

    /** @return the frame of a slot 0…count-1, as it was last aimed. */
    public Frame frame(final int index)
    {
        return frames[index];
    }
}
