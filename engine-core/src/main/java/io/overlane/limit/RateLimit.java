package io.overlane.limit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * So many a second, and as many at once after a second of rest. Any number of threads; allocates nothing.
 *
 * <p>Kept is only the time up to which all that was taken is paid for (the generic cell rate algorithm).
 */
public final class RateLimit
{
    static final long AT_REST = Long.MIN_VALUE;

    private static final long BURST_NS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong paidUntilNs = new AtomicLong(AT_REST);
    private final long costNs;

    /**
     * @param perSecond 1…1,000,000,000.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public RateLimit(final int perSecond)
    {
        if (perSecond < 1 || perSecond > BURST_NS)
        {
            throw new IllegalArgumentException("perSecond=" + perSecond + " outside 1…" + BURST_NS);
        }
        costNs = BURST_NS / perSecond;
    }

    /**
     * @param units to take; more than a second's are never to be had.
     * @param nowNs on a clock that does not go back.
     * @return false if they are too many now; none is taken then.
     */
    public boolean take(final long units, final long nowNs)
    {
        if (units > BURST_NS / costNs)
        {
            return false;
        }
        while (true)
        {
            final long before = paidUntilNs.get();
            final long after = paid(before, units * costNs, nowNs);
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

    static long paid(final long before, final long costNs, final long nowNs)
    {
        final long earliest = nowNs - BURST_NS;
        return (before == AT_REST || before - earliest < 0 ? earliest : before) + costNs;
    }
}
