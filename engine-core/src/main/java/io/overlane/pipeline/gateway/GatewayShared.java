// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.fdb.Fdb;
import io.overlane.gateway.GatewayTables;
import io.overlane.limit.RateLimit;
import io.overlane.neighbor.NeighborTable;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.stage.Transit;
import io.overlane.status.PathCounters;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * What the two halves of a queue's gateway share.
 *
 * @param tables   contexts, gateways and routes.
 * @param macs     of next hops.
 * @param fdb      says where next hops are.
 * @param clock    of the engine.
 * @param transit  to the thread that sends.
 * @param errors   limit of all ICMP errors of the engine.
 * @param requests limit of all requests for MACs.
 */
public record GatewayShared(
    GatewayTables tables,
    NeighborTable macs,
    Fdb fdb,
    NanoClock clock,
    Transit transit,
    RateLimit errors,
    RateLimit requests)
{
    /** What answers the messages of neighbours; the ring is null on the thread that writes the tables. */
    public GatewayNeighbors neighbors(final @Nullable LearnRing ring)
    {
        return new GatewayNeighbors(macs, fdb, new NeighborLearner(macs, clock, ring));
    }

    /** What decides where packets go. */
    public Router router()
    {
        return new Router(tables, macs, fdb);
    }

    /** What answers packets. */
    public GatewayAnswers answers()
    {
        return new GatewayAnswers(errors, clock);
    }

    /** What holds the frames of one way. */
    public Resolver resolver(final PathCounters counters)
    {
        return new Resolver(macs, clock, askers(), counters);
    }

    /** What asks for MACs. */
    public GatewayRequests askers()
    {
        return new GatewayRequests(transit, requests);
    }
}
