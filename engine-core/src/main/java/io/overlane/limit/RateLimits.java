// SPDX-License-Identifier: Apache-2.0
package io.overlane.limit;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** A {@link RateLimit} for each of a range of numbers, for one thread. */
public final class RateLimits
{
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final long[] paidUntilNs;
    private final long costNs;

    /**
     * @param numbers   run from 0 to one less.
     * @param perSecond for each number; 0: no limit.
     */
    public RateLimits(final int numbers, final int perSecond)
    {
        paidUntilNs = new long[perSecond == 0 ? 0 : numbers];
        costNs = perSecond == 0 ? 0 : SECOND_NS / perSecond;
        Arrays.fill(paidUntilNs, RateLimit.AT_REST);
    }

    /**
     * @param number whose.
     * @param nowNs  on a clock that does not go back.
     * @return false if one more is too many now.
     */
    public boolean take(final int number, final long nowNs)
    {
        if (costNs == 0)
        {
            return true;
        }
        final long after = RateLimit.paid(paidUntilNs[number], costNs, nowNs, SECOND_NS);
        if (after - nowNs > 0)
        {
            return false;
        }
        paidUntilNs[number] = after;
        return true;
    }
}
