// SPDX-License-Identifier: Apache-2.0
package io.overlane.frame;

/**
 * Frames in the order they came, a fixed number at most. Holds references: see the package comment for who owns the
 * memory. A batch can also provide the memory, once {@link #slot(int)} is called: then all ports that one thread polls
 * with this batch read into the same memory, and a port needs none of its own.
 */
public final class FrameBatch
{
    private static final FrameSlab NO_SLOTS = new FrameSlab(0, 0);

    private final Frame[] frames;
    private FrameSlab slab = NO_SLOTS;
    private int size;
    private boolean isCutShort;

    /**
     * @param capacity frames it can hold.
     */
    public FrameBatch(final int capacity)
    {
        frames = new Frame[capacity];
    }

    /** @return frames it can hold. */
    public int capacity()
    {
        return frames.length;
    }

    /** @return frames in it. */
    public int size()
    {
        return size;
    }

    /** @return true if no frame is in it. */
    public boolean isEmpty()
    {
        return size == 0;
    }

    /** @return true if {@link #add(Frame)} would refuse. */
    public boolean isFull()
    {
        return size == frames.length;
    }

    /** Say that more frames are waiting than were taken, though there is room for them. */
    public void cutShort()
    {
        isCutShort = true;
    }

    /** @return true if more frames are likely waiting behind these: it is full, or was cut short. */
    public boolean leavesMore()
    {
        return isCutShort || isFull();
    }

    /**
     * @param index 0…size-1.
     * @return the frame there.
     */
    public Frame get(final int index)
    {
        if (index >= size)
        {
            throw new IndexOutOfBoundsException("index=" + index + " size=" + size);
        }
        return frames[index];
    }

    /**
     * @param frame to append.
     * @throws IndexOutOfBoundsException if the batch is full.
     */
    public void add(final Frame frame)
    {
        // Mostly the same frame as last time: a comparison is cheaper than the collector's barrier behind a store.
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
     * Allocate the memory of all slots now if it is not there yet.
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

    /**
     * @param index 0…size-1.
     * @param frame to stand there from now on.
     */
    public void set(final int index, final Frame frame)
    {
        if (index >= size)
        {
            throw new IndexOutOfBoundsException("index=" + index + " size=" + size);
        }
        frames[index] = frame;
    }

    /** Forget all frames. */
    public void clear()
    {
        size = 0;
        isCutShort = false;
    }
}
