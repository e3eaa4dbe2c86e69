package io.overlane.pipeline;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/** Lets so many things happen in a second, and a few more at once after a quiet time. One thread. */
final class TokenBucket
{
    private final NanoClock clock;
    private final long intervalNs;
    private final long burstNs;
    /** Up to where time is spent: a token moves it on by one interval. */
    private long spentNs;

    /**
     * @param clock     for the rate.
     * @param perSecond 1…1,000,000,000.
     * @param burst     tokens that gather at most.
     */
    TokenBucket(final NanoClock clock, final int perSecond, final int burst)
    {
        this.clock = clock;
        intervalNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
        burstNs = burst * intervalNs;
        spentNs = clock.nanoTime() - burstNs;
    }

    /** @return true if it may happen now. */
    boolean take()
    {
        final long nowNs = clock.nanoTime();
        if (nowNs - spentNs > burstNs)
        {
            spentNs = nowNs - burstNs;
        }
        if (nowNs - spentNs < intervalNs)
        {
            return false;
        }
        spentNs += intervalNs;
        return true;
    }
}
