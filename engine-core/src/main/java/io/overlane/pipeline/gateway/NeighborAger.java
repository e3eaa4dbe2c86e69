// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.gateway.GatewayTables;
import io.overlane.gateway.Link;
import io.overlane.neighbor.NeighborTable;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Asks learned neighbours of gateways from time to time whether they are still there, and forgets those that do not
 * answer. So a station that is quiet also stays in the FDB. Runs on the thread that writes the tables.
 */
public final class NeighborAger
{
    /** A neighbour is asked at this age, in half of the time that stations stay in the FDB without a setting. */
    private static final long ASK_NS = TimeUnit.SECONDS.toNanos(120);

    /** A neighbour that did not answer, although it was asked about once a second, is forgotten at this age. */
    private static final long FORGET_NS = ASK_NS + TimeUnit.SECONDS.toNanos(4);

    /** The table is scanned once in this time. */
    private static final long PASS_NS = TimeUnit.SECONDS.toNanos(1);

    /** Slots of the table that one step visits: a few microseconds. */
    private static final int SLOTS_PER_STEP = 1024;

    private final NeighborTable neighbors;
    private final GatewayTables gateways;
    private final Fdb fdb;
    private final GatewayRequests requests;
    private final NeighborLearner learner;
    private final NanoClock clock;
    private final NeighborTable.RowConsumer consumer = this::onNeighbor;
    private final long stepNs;
    private long nextStepNs;
    private long nowNs;

    /** @param parts of the gateway. */
    public NeighborAger(final GatewayShared parts)
    {
        neighbors = parts.macs();
        gateways = parts.tables();
        fdb = parts.fdb();
        requests = new GatewayRequests(parts.transit(), parts.requests());
        learner = new NeighborLearner(parts, null);
        clock = parts.clock();
        stepNs = PASS_NS * SLOTS_PER_STEP / Math.max(neighbors.slots(), SLOTS_PER_STEP);
    }

    /** Learn a neighbour that another thread has found. */
    public void learn(final int vni, final long high, final long low, final long mac)
    {
        // Its gateway may have been removed meanwhile.
        if (gateways.link(vni) != null)
        {
            learner.put(vni, high, low, mac);
        }
    }

    /** Do a part of the work if it is time. In every duty cycle. */
    public void age()
    {
        if (neighbors.learned() == 0)
        {
            return;
        }
        nowNs = clock.nanoTime();
        if (nextStepNs - nowNs <= 0)
        {
            nextStepNs = nowNs + stepNs;
            neighbors.scan(SLOTS_PER_STEP, consumer);
        }
    }

    private void onNeighbor(final int vni, final long high, final long low, final long mac, final int tick)
    {
        final long ageNs = NeighborTable.ageNs(tick, nowNs);
        if (ageNs < ASK_NS)
        {
            return;
        }
        final Link link = gateways.link(vni);
        if (link == null || ageNs >= FORGET_NS)
        {
            neighbors.remove(vni, high, low);
            return;
        }
        final long entry = fdb.lookup(vni, mac);
        if (entry == FdbEntry.MISSING || FdbEntry.target(entry) != FdbEntry.REMOTE)
        {
            requests.ask(link, high, low, nowNs);
        }
        else if (link.segment().ports().find(FdbEntry.remote(entry)) != null)
        {
            requests.askStation(link, high, low, mac, nowNs);
        }
        else
        {
            requests.askRemote(link, high, low, FdbEntry.remote(entry), nowNs);
        }
    }
}
