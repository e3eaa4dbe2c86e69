// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import io.overlane.event.delivery.EventQueue;
import io.overlane.table.Hash;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Reports stations and neighbours that one thread looked up and did not find, so that a resolver can find them. Each is
 * reported once a second at most, unless another one took its slot in the meantime.
 */
public final class MissReporter
{
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int SLOTS = 1024;
    private static final int SLOT_SHIFT = Long.SIZE - 10;

    private final EventQueue events;
    private final NanoClock clock;
    private final long[] told = new long[SLOTS];
    private final long[] toldNs = new long[SLOTS];

    public MissReporter(final EventQueue events, final NanoClock clock)
    {
        this.events = events;
        this.clock = clock;
    }

    public void onStation(final int vni, final long mac)
    {
        if (isNews(Hash.mix(vni, mac)))
        {
            events.offerUnknownStation(vni, mac);
        }
    }

    public void onNeighbor(final int vni, final long high, final long low)
    {
        if (isNews(Hash.mix(Hash.mix(~vni, high), low)))
        {
            events.offerUnknownNeighbor(vni, high, low);
        }
    }

    private boolean isNews(final long what)
    {
        if (!events.isOn())
        {
            return false;
        }
        final int slot = (int)(what >>> SLOT_SHIFT);
        final long nowNs = clock.nanoTime();
        if (told[slot] == what && nowNs - toldNs[slot] < INTERVAL_NS)
        {
            return false;
        }
        told[slot] = what;
        toldNs[slot] = nowNs;
        return true;
    }
}
