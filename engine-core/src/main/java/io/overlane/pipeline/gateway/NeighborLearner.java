// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.gateway.Link;
import io.overlane.neighbor.NeighborTable;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.status.TableCounters;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Learns the MACs of a gateway's neighbours: in the table, on the thread that writes it; on other threads through a
 * ring to that thread. A segment learns new and changed neighbours as often as its limit allows, and a neighbour that
 * did not change costs one look at the table, and about once a second a new time in it.
 */
final class NeighborLearner
{
    private final NeighborTable neighbors;
    private final TableCounters counters;
    private final NanoClock clock;
    /** Null on the thread that writes the table. */
    private final @Nullable LearnRing ring;

    /** @param parts of the gateway. */
    NeighborLearner(final GatewayShared parts, final @Nullable LearnRing ring)
    {
        neighbors = parts.macs();
        counters = parts.fdb().counters();
        clock = parts.clock();
        this.ring = ring;
    }

    /** A neighbour said that it has an address. True if its MAC is new and is learned now, or was handed over. */
    boolean learn(final Link link, final long high, final long low, final long mac)
    {
        final int vni = link.vni();
        final long nowNs = clock.nanoTime();
        if (neighbors.isKnown(vni, high, low, mac, NeighborTable.tick(nowNs)))
        {
            return false;
        }
        final boolean isNew = neighbors.lookup(vni, high, low) != mac;
        if (isNew && !link.newNeighbors().take(1, nowNs))
        {
            counters.record(TableCounters.Event.NEIGHBOR_LIMITED);
            return false;
        }
        if (ring == null)
        {
            return put(vni, high, low, mac);
        }
        if (ring.offerNeighbor(vni, mac, high, low))
        {
            ring.wake();
            return isNew;
        }
        return false;
    }

    /** Learn a neighbour within all limits of the table. True if its MAC is new. */
    boolean put(final int vni, final long high, final long low, final long mac)
    {
        final boolean isNew = neighbors.learn(vni, high, low, mac, NeighborTable.tick(clock.nanoTime()));
        if (!isNew && neighbors.lookup(vni, high, low) == NeighborTable.MISSING)
        {
            counters.record(TableCounters.Event.NEIGHBOR_NO_ROOM);
        }
        return isNew;
    }
}
