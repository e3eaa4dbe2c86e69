// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.neighbor.NeighborTable;
import io.overlane.pipeline.learning.LearnRing;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Learns the MACs of a gateway's neighbours: in the table, on the thread that writes it; on other threads through a
 * ring to that thread.
 */
public final class NeighborLearner
{
    private final NeighborTable neighbors;
    private final NanoClock clock;
    /** Null on the thread that writes the table. */
    private final @Nullable LearnRing ring;

    public NeighborLearner(final NeighborTable neighbors, final NanoClock clock, final @Nullable LearnRing ring)
    {
        this.neighbors = neighbors;
        this.clock = clock;
        this.ring = ring;
    }

    /** A neighbour said that it has an address. */
    void learn(final int vni, final long high, final long low, final long mac)
    {
        if (ring == null)
        {
            neighbors.learn(vni, high, low, mac, NeighborTable.tick(clock.nanoTime()));
        }
        else if (ring.offerNeighbor(vni, mac, high, low))
        {
            ring.wake();
        }
    }
}
