package io.overlane.frame;

/**
 * Frames in the order they came, a fixed number at most. Holds references only: see the package comment for who owns
 * the memory.
 */
public final class FrameBatch
{
    private final Frame[] frames;
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
