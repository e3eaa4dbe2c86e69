// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.agrona.BitUtil;

/**
 * Allocates a buffer for each frame of a device: as long as the longest frame of its MTU, behind some headroom. The
 * kernel cuts a frame that is longer than the buffer without a word, so a frame that fills its buffer counts as cut,
 * and later buffers are twice as long.
 */
final class FrameAllocator extends DefaultMaxMessagesRecvByteBufAllocator
{
    /** An Ethernet header, two VLAN tags, and one byte by which a cut frame shows. */
    private static final int BEYOND_MTU = FrameChannel.HEADROOM + 14 + 2 * 4 + 1;

    /** No frame is longer. */
    private static final int MAX_LENGTH = 65_536 + 128;

    private volatile int length = 2048;

    FrameAllocator()
    {
        super(FrameChannel.FRAMES_PER_LOOP);
        respectMaybeMoreData(false);
    }

    /** Allocate for a device with an MTU, in bytes. Any thread. */
    void mtu(final int mtu)
    {
        length = Math.min(MAX_LENGTH, BitUtil.align(mtu + BEYOND_MTU, 64));
    }

    /** A frame was cut. Event loop. */
    void grow()
    {
        length = Math.min(MAX_LENGTH, 2 * length);
    }

    @Override
    @SuppressWarnings("deprecation")
    public Handle newHandle()
    {
        return new FrameHandle();
    }

    /** Gives Netty the length. */
    private final class FrameHandle extends MaxMessageHandle
    {
        @Override
        public int guess()
        {
            return length;
        }

        @Override
        public ByteBuf allocate(final ByteBufAllocator allocator)
        {
            return super.allocate(allocator).setIndex(FrameChannel.HEADROOM, FrameChannel.HEADROOM);
        }
    }
}
