// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.MacAddress;
import io.overlane.frame.Frame;
import io.overlane.gateway.Link;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.stage.Transit;
import io.overlane.status.DropReason;

/** Sends the gateway's requests for MACs, as often as a limit of the engine allows. One thread. */
final class GatewayRequests
{
    private final Transit transit;
    private final RateLimit limit;
    private final NeighborRequest request = new NeighborRequest();

    /**
     * @param transit to the thread that sends.
     * @param limit   of all requests of the engine.
     */
    GatewayRequests(final Transit transit, final RateLimit limit)
    {
        this.transit = transit;
        this.limit = limit;
    }

    /** Ask all stations of a segment for the MAC of an address. False if the request was not sent. */
    boolean ask(final Link link, final long high, final long low, final long nowNs)
    {
        return send(link, high, low, MacAddress.BROADCAST, Transit.FORWARD, nowNs);
    }

    /** Ask the station that should have a MAC, behind this engine. */
    boolean askStation(final Link link, final long high, final long low, final long mac, final long nowNs)
    {
        return send(link, high, low, mac, Transit.FORWARD, nowNs);
    }

    /** Ask the stations behind a remote; an engine there that knows the answer gives it. */
    boolean askRemote(final Link link, final long high, final long low, final int remote, final long nowNs)
    {
        return send(link, high, low, MacAddress.BROADCAST, remote, nowNs);
    }

    private boolean send(
        final Link link,
        final long high,
        final long low,
        final long destination,
        final int remote,
        final long nowNs)
    {
        final Frame frame = limit.take(1, nowNs) ? request.build(link, high, low, destination) : null;
        return frame != null && transit.post(frame, link.vni(), remote) == DropReason.NONE;
    }
}
