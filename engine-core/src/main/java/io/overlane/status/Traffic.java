// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;

/** Frames and bytes that were delivered one way, for one VNI. One thread records; any thread reads. */
public final class Traffic
{
    private final AtomicCounter frames;
    private final AtomicCounter bytes;

    /**
     * @param label in front of {@code .frames} and {@code .bytes}.
     */
    Traffic(final CountersManager counters, final String label)
    {
        frames = counters.newCounter(label + ".frames");
        bytes = counters.newCounter(label + ".bytes");
    }

    /**
     * @param length bytes of the inner frames together, layer 2 headers included.
     */
    void record(final int count, final int length)
    {
        frames.getAndAddPlain(count);
        bytes.getAndAddPlain(length);
    }

    /**
     * Add the counts of another, whose thread records no more. Only for the thread that records here.
     *
     * @param other to add.
     */
    public void add(final Traffic other)
    {
        frames.getAndAddPlain(other.frames());
        bytes.getAndAddPlain(other.bytes());
    }

    /** Release the counters; the counts are lost. Only for the thread that creates counters. */
    public void free()
    {
        frames.close();
        bytes.close();
    }

    /** @return both counts. */
    public Volume volume()
    {
        return new Volume(frames(), bytes());
    }

    public long frames()
    {
        return frames.get();
    }

    public long bytes()
    {
        return bytes.get();
    }
}
