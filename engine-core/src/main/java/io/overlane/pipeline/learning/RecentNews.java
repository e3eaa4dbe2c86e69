// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import io.overlane.event.delivery.EventQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Says whether something is reported for the first time within a second, by one thread. It forgets early what another
 * thing took the slot of, so a few reports come more often.
 */
final class RecentNews
{
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int SLOTS = 1024;
    private static final int SLOT_SHIFT = Long.SIZE - 10;

    private final EventQueue events;
    private final NanoClock clock;
    private final long[] told = new long[SLOTS];
    private final long[] toldNs = new long[SLOTS];

    RecentNews(final EventQueue events, final NanoClock clock)
    {
        this.events = events;
        this.clock = clock;
    }

    /** False also if nobody wants events. The hash stands for the whole of what is reported. */
    boolean isNews(final long hash)
    {
        if (!events.isOn())
        {
            return false;
        }
        final int slot = (int)(hash >>> SLOT_SHIFT);
        final long nowNs = clock.nanoTime();
        if (told[slot] == hash && nowNs - toldNs[slot] < INTERVAL_NS)
        {
            return false;
        }
        told[slot] = hash;
        toldNs[slot] = nowNs;
        return true;
    }
}
