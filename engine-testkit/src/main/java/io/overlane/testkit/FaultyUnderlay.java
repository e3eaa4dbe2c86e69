// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.frame.Frame;
import io.overlane.underlay.ForwardingUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.Underlay;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * An underlay that spoils the datagrams it receives. The same seed, arrivals and clock give the same faults.
 *
 * <p>Each received entry is copied and then, in this order, possibly lost, truncated, corrupted, held back, and
 * doubled. An entry of several joined datagrams is spoiled as a whole. Sending is not changed; to spoil both
 * directions, wrap both ends.
 *
 * <pre>
 *   underlay.poll ──► loss ──► truncation ──► corruption ──► reordering (wait) ──► duplication ──► poll
 * </pre>
 *
 * Rates are fractions, 0 to 1, and are set before the first poll. Counters may be read by any thread.
 */
public final class FaultyUnderlay extends ForwardingUnderlay
{
    /**
     * Default time for which a reordered datagram is held back, in nanoseconds: long enough for a batch to overtake it.
     */
    public static final long DEFAULT_HOLD_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int BATCH_CAPACITY = 32;
    private static final int QUEUE_CAPACITY = 128;
    private static final int MAX_DATAGRAM_LENGTH = 65_535;

    private final NanoClock clock;
    private final SplittableRandom random;
    private final ReceiveBatch received = new ReceiveBatch(BATCH_CAPACITY);
    private final TimedQueue queue = new TimedQueue(QUEUE_CAPACITY, MAX_DATAGRAM_LENGTH);

    private double lossRate;
    private double duplicationRate;
    private double reorderingRate;
    private long holdNs = DEFAULT_HOLD_NS;
    private double truncationRate;
    private double corruptionRate;

    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong duplicated = new AtomicLong();
    private final AtomicLong reordered = new AtomicLong();
    private final AtomicLong truncated = new AtomicLong();
    private final AtomicLong corrupted = new AtomicLong();

    /**
     * @param underlay to spoil; it is closed with this.
     * @param clock    says how long a datagram has been held back.
     */
    public FaultyUnderlay(final Underlay underlay, final long seed, final NanoClock clock)
    {
        super(underlay);
        this.clock = clock;
        random = new SplittableRandom(seed);
    }

    public FaultyUnderlay loss(final double rate)
    {
        lossRate = checkRate("loss", rate);
        return this;
    }

    public FaultyUnderlay duplication(final double rate)
    {
        duplicationRate = checkRate("duplication", rate);
        return this;
    }

    /**
     * @param rate   of datagrams that are held back while later ones pass.
     * @param holdNs time for which they are held back, in nanoseconds of the clock.
     */
    public FaultyUnderlay reordering(final double rate, final long holdNs)
    {
        if (holdNs <= 0)
        {
            throw new IllegalArgumentException("holdNs must be positive: " + holdNs);
        }
        reorderingRate = checkRate("reordering", rate);
        this.holdNs = holdNs;
        return this;
    }

    /** @param rate of datagrams that lose some or all of their bytes at the end. */
    public FaultyUnderlay truncation(final double rate)
    {
        truncationRate = checkRate("truncation", rate);
        return this;
    }

    /** @param rate of datagrams that arrive with one bit wrong. */
    public FaultyUnderlay corruption(final double rate)
    {
        corruptionRate = checkRate("corruption", rate);
        return this;
    }

    /** @return entries lost on purpose. */
    public long lost()
    {
        return lost.get();
    }

    /** @return entries doubled. */
    public long duplicated()
    {
        return duplicated.get();
    }

    /** @return entries held back. Whether other entries overtook them depends on the traffic. */
    public long reordered()
    {
        return reordered.get();
    }

    /** @return entries cut short. */
    public long truncated()
    {
        return truncated.get();
    }

    /** @return entries with a flipped bit. */
    public long corrupted()
    {
        return corrupted.get();
    }

    @Override
    public String description()
    {
        return "faulty " + super.description();
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        queue.giveBack();
        final long nowNs = clock.nanoTime();
        // An entry needs two slots at most. Without enough slots, entries stay in the network for now.
        if (queue.free() >= 2 * BATCH_CAPACITY)
        {
            received.clear();
            super.poll(received);
            for (int i = 0; i < received.size(); i++)
            {
                spoil(i, nowNs);
            }
        }
        return queue.lend(batch, nowNs);
    }

    @Override
    public void await(final long timeoutNs)
    {
        final long waitNs = queue.isEmpty() ? timeoutNs : Math.min(timeoutNs, queue.nextDueNs() - clock.nanoTime());
        if (waitNs > 0)
        {
            super.await(waitNs);
        }
    }

    private void spoil(final int index, final long nowNs)
    {
        if (happens(lossRate, lost))
        {
            return;
        }
        final Frame frame = received.frame(index);
        if (frame.length() > 0 && happens(truncationRate, truncated))
        {
            frame.length(random.nextInt(frame.length()));
        }
        if (frame.length() > 0 && happens(corruptionRate, corrupted))
        {
            final MutableDirectBuffer buffer = frame.buffer();
            final int at = frame.offset() + random.nextInt(frame.length());
            buffer.putByte(at, (byte)(buffer.getByte(at) ^ (1 << random.nextInt(Byte.SIZE))));
        }
        keep(index, nowNs + (happens(reorderingRate, reordered) ? holdNs : 0));
        if (happens(duplicationRate, duplicated))
        {
            keep(index, nowNs);
        }
    }

    private void keep(final int index, final long dueNs)
    {
        final Frame frame = received.frame(index);
        queue.add(
            frame.buffer(),
            frame.offset(),
            frame.length(),
            received.sourceHigh(index),
            received.sourceLow(index),
            received.sourcePort(index),
            received.tos(index),
            received.segmentSize(index),
            dueNs);
    }

    private boolean happens(final double rate, final AtomicLong counter)
    {
        if (rate > 0 && random.nextDouble() < rate)
        {
            counter.incrementAndGet();
            return true;
        }
        return false;
    }

    private static double checkRate(final String name, final double rate)
    {
        if (!(rate >= 0 && rate <= 1))
        {
            throw new IllegalArgumentException(name + " rate must be 0 to 1: " + rate);
        }
        return rate;
    }
}
