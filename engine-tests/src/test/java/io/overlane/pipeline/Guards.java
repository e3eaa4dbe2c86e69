// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.address.IpAddress;
import io.overlane.fate.Fate;
import io.overlane.fdb.Fdb;
import io.overlane.gateway.GatewayTables;
import io.overlane.limit.RateLimit;
import io.overlane.neighbor.NeighborTable;
import io.overlane.pipeline.decap.DecapGateway;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.pipeline.gateway.GatewayShared;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.pipeline.stage.Transit;
import io.overlane.remote.RemoteTable;
import io.overlane.underlay.Underlay;
import org.agrona.concurrent.SystemNanoClock;

/** Guards for tests in which nothing is expected to throw: what does is written to standard error. */
public final class Guards
{
    private Guards()
    {
    }

    public static PortGuard port()
    {
        return new PortGuard(null);
    }

    /** Of no application. */
    public static ThreadStages stages()
    {
        return new ThreadStages(Fate.Direction.DECAP, SystemNanoClock.INSTANCE, null);
    }

    public static Transit transit(final Fates fates)
    {
        return new Transit(fates);
    }

    /** The parts of a gateway without any context. */
    public static GatewayShared gateway(final Fdb fdb, final Fates fates)
    {
        return new GatewayShared(
            new GatewayTables(8, IpAddress.ANY_V4),
            new NeighborTable(8),
            fdb,
            SystemNanoClock.INSTANCE,
            transit(fates),
            new RateLimit(1000),
            new RateLimit(1000));
    }

    /** The same for the way in. */
    public static DecapGateway gateway(final Fdb fdb, final OfferQueue toPorts, final Fates fates)
    {
        return new DecapGateway(gateway(fdb, fates), null, new RemoteTable(8), toPorts, fates);
    }

    public static UnderlayGuard underlay(final Underlay underlay)
    {
        return new UnderlayGuard(underlay, null);
    }
}
