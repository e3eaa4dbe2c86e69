// SPDX-License-Identifier: Apache-2.0
package io.overlane.frame;

/**
 * Frames in the order they came, up to a fixed number. Holds references; the package comment says who owns the memory.
 * A batch can also provide the memory, with {@link #slot(int)}: then all ports that one thread polls with this batch
 * read into the same memory, and a port needs none of its own.
 */
public final class FrameBatch
{
    private static final FrameSlab NO_SLOTS = new FrameSlab(0, 0);

    private final Frame[] frames;
    private FrameSlab slab = NO_SLOTS;
    private int size;
    private boolean isCutShort;

    public FrameBatch(final int capacity)
    {
        frames = new Frame[capacity];
    }

    /** @return frames that fit. */
    public int capacity()
    {
        return frames.length;
    }

    /** @return number of frames. */
    public int size()
    {
        return size;
    }

    public boolean isEmpty()
    {
        return size == 0;
    }

    /** @return true if {@link #add(Frame)} would throw. */
    public boolean isFull()
    {
        return size == frames.length;
    }

    /** Note that more frames are waiting than were taken, though there is room for them. */
    public void cutShort()
    {
        isCutShort = true;
    }

    /** @return true if more frames are probably waiting: the batch is full, or was cut short. */
    public boolean leavesMore()
    {
        return isCutShort || isFull();
    }

    /** @return the frame at an index of 0…size-1. */
    public Frame get(final int index)
    {
        if (index >= size)
        {
            throw new IndexOutOfBoundsException("index=" + index + " size=" + size);
        }
        return frames[index];
    }

    /**
     * Append a frame.
     *
     * @throws IndexOutOfBoundsException if the batch is full.
     */
    public void add(final Frame frame)
    {
        // Mostly it is the same frame as last time: a comparison is cheaper than the write barrier of the collector.
        if (frames[size] != frame)
        {
            frames[size] = frame;
        }
        size++;
    }

    /**
     * A frame in the memory of this batch, for a port that reads into it and then adds it. The bytes stay until the
     * batch is cleared and filled again.
     *
     * @param frameLength longest frame that the slot must hold, in bytes, without headroom.
     * @return the slot of the frame that is added next.
     * @throws IndexOutOfBoundsException if the batch is full.
     */
    public Frame slot(final int frameLength)
    {
        reserve(frameLength);
        return slab.frame(size);
    }

    /**
     * Allocate the memory of all slots now if that has not happened yet.
     *
     * @param frameLength longest frame that a slot must hold, in bytes, without headroom; 0 for no slots.
     */
    public void reserve(final int frameLength)
    {
        if (slab.frameCapacity() < frameLength)
        {
            slab = new FrameSlab(frames.length, frameLength);
        }
    }

    /** Replace the frame at an index of 0…size-1. */
    public void set(final int index, final Frame frame)
    {
        if (index >= size)
        {
            throw new IndexOutOfBoundsException("index=" + index + " size=" + size);
        }
        frames[index] = frame;
    }

    /** Remove all frames. */
    public void clear()
    {
        size = 0;
        isCutShort = false;
    }
}
