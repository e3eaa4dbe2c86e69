// SPDX-License-Identifier: Apache-2.0
package io.overlane.limit;

import io.overlane.setting.Setting;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A limit of events per second, with a burst after a time of rest; or one such limit for each number of a range. Any
 * thread; allocates nothing.
 *
 * <p>A number's state is the time until which all its events are paid for (the generic cell rate algorithm).
 */
public final class RateLimit
{
    private static final long AT_REST = Long.MIN_VALUE;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLongArray paidUntilNs;
    /** 0 means no limit. */
    private final long costNs;
    private final long burstNs;

    /**
     * One limit, with a burst of one second's events.
     *
     * @param perSecond 1…1,000,000,000; 0 means no limit.
     */
    public RateLimit(final int perSecond)
    {
        this(perSecond, perSecond, 1);
    }

    /**
     * @param perSecond 1…1,000,000,000; 0 means no limit.
     * @param burst     events at once, 1…perSecond.
     * @param numbers   limits, with the numbers 0…numbers-1.
     */
    public RateLimit(final int perSecond, final int burst, final int numbers)
    {
        Setting.inRange("perSecond", perSecond, 0, (int)SECOND_NS);
        Setting.inRange("burst", burst, Math.min(1, perSecond), perSecond);
        costNs = perSecond == 0 ? 0 : SECOND_NS / perSecond;
        burstNs = burst == perSecond ? SECOND_NS : burst * costNs;
        paidUntilNs = new AtomicLongArray(perSecond == 0 ? 0 : numbers);
        for (int i = 0; i < paidUntilNs.length(); i++)
        {
            paidUntilNs.setPlain(i, AT_REST);
        }
    }

    /** Take events of number 0; see {@link #take(int, long, long)}. */
    public boolean take(final long events, final long nowNs)
    {
        return take(0, events, nowNs);
    }

    /**
     * @param number of the limit.
     * @param events to take; more than the burst are always refused.
     * @param nowNs  on a clock that does not go back.
     * @return false if the limit does not allow all of them now; then none is taken.
     */
    public boolean take(final int number, final long events, final long nowNs)
    {
        if (costNs == 0)
        {
            return true;
        }
        if (events > burstNs / costNs)
        {
            return false;
        }
        final long earliest = nowNs - burstNs;
        while (true)
        {
            final long before = paidUntilNs.get(number);
            final long after = (before == AT_REST || before - earliest < 0 ? earliest : before) + events * costNs;
            if (after - nowNs > 0)
            {
                return false;
            }
            if (paidUntilNs.compareAndSet(number, before, after))
            {
                return true;
            }
        }
    }
}
