// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/** A clock that stands still until a test moves it. */
public final class SteppedClock implements NanoClock
{
    private long nowNs = TimeUnit.DAYS.toNanos(1);
    private long reads;

    public void step(final long amount, final TimeUnit unit)
    {
        nowNs += unit.toNanos(amount);
    }

    /** @return how often the time was read. */
    public long reads()
    {
        return reads;
    }

    @Override
    public long nanoTime()
    {
        reads++;
        return nowNs;
    }
}
