// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.fdb.Fdb;
import io.overlane.gateway.GatewayTables;
import io.overlane.limit.RateLimit;
import io.overlane.neighbor.NeighborTable;
import io.overlane.pipeline.stage.Transit;
import org.agrona.concurrent.NanoClock;

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
}
