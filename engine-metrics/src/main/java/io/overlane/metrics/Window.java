// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import io.overlane.status.Distribution;
import java.util.concurrent.TimeUnit;

/** What was recorded in the last minute or two, of a distribution that is recorded for ever. One thread at a time. */
final class Window
{
    private static final long LENGTH_NS = TimeUnit.MINUTES.toNanos(1);

    private Distribution earlier = Distribution.EMPTY;
    private Distribution next = Distribution.EMPTY;
    private long turnedNs;
    private boolean isTurned;
    private volatile Distribution recent = Distribution.EMPTY;

    void update(final Distribution now, final long nowNs)
    {
        if (!isTurned || nowNs - turnedNs >= LENGTH_NS)
        {
            isTurned = true;
            turnedNs = nowNs;
            earlier = next;
            next = now;
        }
        recent = now.since(earlier);
    }

    Distribution recent()
    {
        return recent;
    }
}
