// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/** The clock of a replayed engine: the time of the last packet. It never goes back, even if a capture does. */
final class ReplayClock implements NanoClock
{
    /** A running engine removes old entries about as often. */
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(1);

    /** A longer silence than this number of steps has longer steps. */
    private static final long MAX_STEPS = 1_000;

    private long nowNs;

    @Override
    public long nanoTime()
    {
        return nowNs;
    }

    void start(final long timestampNs)
    {
        nowNs = timestampNs;
    }

    /** Go on to a time; where no packet came for a while, the engine works in between, so that entries age. */
    void advance(final long timestampNs, final Runnable work)
    {
        final long gapNs = timestampNs - nowNs;
        final long steps = Math.min(gapNs / STEP_NS, MAX_STEPS);
        for (long i = 0; i < steps; i++)
        {
            nowNs += gapNs / steps;
            work.run();
        }
        nowNs = Math.max(nowNs, timestampNs);
    }
}
