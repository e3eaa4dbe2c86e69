// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** A bounded queue of frames. They are copied in, lent, and returned together. Not thread-safe. */
final class FrameQueue
{
    private final FrameSlab slab;
    private long tail;
    private long next;
    private long head;

    FrameQueue(final int capacity, final int frameLength)
    {
        slab = new FrameSlab(capacity, frameLength);
    }

    int frameCapacity()
    {
        return slab.frameCapacity();
    }

    /** Frames that are not lent yet. */
    int waiting()
    {
        return (int)(tail - next);
    }

    /** Lent frames count, because their slots are in use until they are returned. */
    boolean isFull()
    {
        return tail - head == slab.count();
    }

    /** Copy bytes to the end. The caller has checked that there is room and that they fit. */
    Frame copy(final DirectBuffer source, final int offset, final int length)
    {
        final Frame slot = slot(tail);
        slot.buffer().putBytes(FrameSlab.HEADROOM, source, offset, length);
        slot.wrap(FrameSlab.HEADROOM, length);
        tail++;
        return slot;
    }

    /** Copy bytes and offload metadata to the end, but not the verdict. */
    void copy(final Frame frame)
    {
        copy(frame.buffer(), frame.offset(), frame.length()).offload(
            frame.flags(),
            frame.gsoType(),
            frame.headerLength(),
            frame.gsoSize(),
            frame.checksumStart(),
            frame.checksumOffset());
    }

    /** The next waiting frame, valid until {@link #giveBack()}; null if there is none. */
    @Nullable Frame lend()
    {
        if (next == tail)
        {
            return null;
        }
        final Frame frame = slot(next);
        next++;
        return frame;
    }

    void giveBack()
    {
        head = next;
    }

    private Frame slot(final long position)
    {
        return slab.frame((int)(position % slab.count()));
    }
}
