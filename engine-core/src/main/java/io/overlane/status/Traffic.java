// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;


/** Frames and bytes that were delivered one way, for one VNI. One thread records; any thread reads. */
public final class Traffic
{
    private final Counter frames;
    private final Counter bytes;

    /**
     * @param label in front of {@code .frames} and {@code .bytes}.
     */
    Traffic(final CounterRegion counters, final String label)
    {
        frames = counters.counter(label + ".frames");
        bytes = counters.counter(label + ".bytes");
    }

    /**
     * @param length bytes of the inner frames together, layer 2 headers included.
     */
    void record(final long count, final long length)
    {
        frames.add(count);
        bytes.add(length);
    }

    /**
     * Add the counts of another, whose thread records no more. Only for the thread that records here.
     *
     * @param other to add.
     */
    public void add(final Traffic other)
    {
        frames.add(other.frames());
        bytes.add(other.bytes());
    }

    /** Release the counters; the counts are lost. Only for the thread that creates counters. */
    public void free()
    {
        frames.free();
        bytes.free();
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
