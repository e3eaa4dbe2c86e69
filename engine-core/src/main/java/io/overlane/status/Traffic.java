// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;

/**
 * Frames and bytes that were delivered one way, for one VNI. One thread records; any thread reads.
 */
public final class Traffic
{
    private final AtomicCounter frames;
    private final AtomicCounter bytes;

    /**
     * @param counters where the two counters are allocated.
     * @param label    what they are called, before {@code .frames} and {@code .bytes}.
     */
    Traffic(final CountersManager counters, final String label)
    {
        frames = counters.newCounter(label + ".frames");
        bytes = counters.newCounter(label + ".bytes");
    }

    /**
     * @param count  frames.
     * @param length bytes of the inner frames together, layer 2 headers included.
     */
    void record(final int count, final int length)
    {
        frames.getAndAddPlain(count);
        bytes.getAndAddPlain(length);
    }

    /**
     * Add what another has counted. On the thread that records here, when the other's records no more.
     *
     * @param other counts no more.
     */
    public void add(final Traffic other)
    {
        frames.getAndAddPlain(other.frames());
        bytes.getAndAddPlain(other.bytes());
    }

    /** Give the counters back. On the thread that makes counters; what was counted is gone. */
    public void free()
    {
        frames.close();
        bytes.close();
    }

    /** @return frames so far. */
    public long frames()
    {
        return frames.get();
    }

    /** @return bytes so far. */
    public long bytes()
    {
        return bytes.get();
    }
}
