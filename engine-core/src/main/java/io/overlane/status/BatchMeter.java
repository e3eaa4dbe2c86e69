// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Measures the batches of one thread and direction: how many frames each has, and if that is switched on, how long they
 * take. One thread records; any thread reads and switches.
 *
 * <p>The time of a batch begins when the poll has returned its frames and ends when they have left; each delivered
 * frame counts with the time of its batch. So a batch costs two readings of the clock, and a frame none. Time in a
 * queue of the port or in the kernel is not included.
 */
public final class BatchMeter
{
    private final NanoClock clock;
    private final LogHistogram sizes = new LogHistogram();
    private final LogHistogram latencyNs = new LogHistogram();
    private volatile boolean isOn;
    private boolean isTimed;
    private long startNs;
    private long lastIn;
    private long lastDelivered;
    private @Nullable BatchMeter further;

    BatchMeter(final NanoClock clock)
    {
        this.clock = clock;
    }

    /** Let readers see the measurements of another thread too, and switch both. Before threads start. */
    void join(final BatchMeter other)
    {
        further = other;
    }

    /** @param isOn whether to measure times from now on. Any thread. */
    public void latency(final boolean isOn)
    {
        this.isOn = isOn;
        if (further != null)
        {
            further.latency(isOn);
        }
    }

    /** @return whether times are measured. Any thread. */
    public boolean isLatencyOn()
    {
        return isOn;
    }

    /** A poll has returned frames. */
    public void onBegin()
    {
        isTimed = isOn;
        if (isTimed)
        {
            startNs = clock.nanoTime();
        }
    }

    /**
     * The frames have left.
     *
     * @param in        frames that came in since the engine started.
     * @param delivered frames that were delivered since then.
     */
    void onEnd(final long in, final long delivered)
    {
        if (in != lastIn)
        {
            sizes.record(in - lastIn, 1);
            lastIn = in;
        }
        if (isTimed && delivered != lastDelivered)
        {
            latencyNs.record(clock.nanoTime() - startNs, delivered - lastDelivered);
        }
        lastDelivered = delivered;
    }

    /** Frames came in and were delivered in no batch. */
    void skip(final long frames)
    {
        lastIn += frames;
        lastDelivered += frames;
    }

    /** @return numbers of frames that were polled together. Any thread. */
    Distribution sizes()
    {
        final long[] sums = new long[LogBuckets.COUNT];
        for (BatchMeter meter = this; meter != null; meter = meter.further)
        {
            meter.sizes.addTo(sums);
        }
        return new Distribution(sums);
    }

    /** @return times in nanoseconds; empty if they were never measured. Any thread. */
    Distribution latencyNs()
    {
        final long[] sums = new long[LogBuckets.COUNT];
        for (BatchMeter meter = this; meter != null; meter = meter.further)
        {
            meter.latencyNs.addTo(sums);
        }
        return new Distribution(sums);
    }
}
