// SPDX-License-Identifier: Apache-2.0
package io.overlane.limit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets a number of things happen in a second, and after a time of rest a number of them at once. Any number of threads;
 * allocates nothing.
 *
 * <p>Kept is only the time up to which all that was taken is paid for (the generic cell rate algorithm).
 */
public final class RateLimit
{
    static final long AT_REST = Long.MIN_VALUE;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong paidUntilNs = new AtomicLong(AT_REST);
    private final long costNs;
    private final long burstNs;

    /**
     * A limit that lets a second's worth happen at once.
     *
     * @param perSecond 1…1,000,000,000.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public RateLimit(final int perSecond)
    {
        this(perSecond, perSecond);
    }

    /**
     * @param perSecond 1…1,000,000,000.
     * @param burst     1…perSecond: as many at once.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public RateLimit(final int perSecond, final int burst)
    {
        if (perSecond < 1 || perSecond > SECOND_NS)
        {
            throw new IllegalArgumentException("perSecond=" + perSecond + " outside 1…" + SECOND_NS);
        }
        if (burst < 1 || burst > perSecond)
        {
            throw new IllegalArgumentException("burst=" + burst + " outside 1…perSecond=" + perSecond);
        }
        costNs = SECOND_NS / perSecond;
        burstNs = burst == perSecond ? SECOND_NS : burst * costNs;
    }

    /**
     * @param units to take; more than the burst are never to be had.
     * @param nowNs on a clock that does not go back.
     * @return false if they are too many now; none is taken then.
     */
    public boolean take(final long units, final long nowNs)
    {
        if (units > burstNs / costNs)
        {
            return false;
        }
        while (true)
        {
            final long before = paidUntilNs.get();
            final long after = paid(before, units * costNs, nowNs, burstNs);
            if (after - nowNs > 0)
            {
                return false;
            }
            if (paidUntilNs.compareAndSet(before, after))
            {
                return true;
            }
        }
    }

    static long paid(final long before, final long costNs, final long nowNs, final long burstNs)
    {
        final long earliest = nowNs - burstNs;
        return (before == AT_REST || before - earliest < 0 ? earliest : before) + costNs;
    }
}
