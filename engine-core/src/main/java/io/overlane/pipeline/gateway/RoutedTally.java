// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.gateway.Vrf;
import io.overlane.status.RoutingCounters;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the frames that are routed, so that their counters are written once for each batch and context. One thread.
 */
final class RoutedTally
{
    private final Function<Vrf, RoutingCounters> way;
    private @Nullable Vrf vrf;
    private int frames;
    private int bytes;

    /** @param way the counters of a context for the way of the frames. */
    RoutedTally(final Function<Vrf, RoutingCounters> way)
    {
        this.way = way;
    }

    /** Count frames of a context. */
    void add(final Vrf of, final int count, final int length)
    {
        if (of != vrf)
        {
            flush();
            vrf = of;
        }
        frames += count;
        bytes += length;
    }

    /** Write the counters. */
    void flush()
    {
        if (vrf != null && frames > 0)
        {
            way.apply(vrf).onRouted(frames, bytes);
            frames = 0;
            bytes = 0;
        }
    }
}
