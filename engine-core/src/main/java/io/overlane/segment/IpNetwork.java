// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.Port;
import io.overlane.route.RouteTable;
import io.overlane.status.Traffic;
import io.overlane.underlay.OuterContext;

/**
 * The IP network of the {@code ip-udp} mode as the data path sees it.
 */
public final class IpNetwork
{
    private static final int LOCAL = 0;

    private final Port port;
    private final int address;
    private final SourcePolicy sourcePolicy;
    private final boolean allIcmpErrors;
    private final OuterContext outer;
    private final RouteTable routes;
    private final RouteTable local;
    private final Traffic encapTraffic;
    private final Traffic decapTraffic;

    /**
     * @param settings     concluded settings.
     * @param routes       inner destination to remote.
     * @param encapTraffic counts what its port sent.
     * @param decapTraffic counts what its port was given.
     */
    public IpNetwork(
        final IpNetworkContext settings,
        final RouteTable routes,
        final Traffic encapTraffic,
        final Traffic decapTraffic)
    {
        this(settings, settings.port(), routes, encapTraffic, decapTraffic);
    }

    /**
     * The network by way of one queue of its port.
     *
     * @param settings     concluded settings.
     * @param port         the queue.
     * @param routes       inner destination to remote.
     * @param encapTraffic counts what its port sent.
     * @param decapTraffic counts what its port was given.
     */
    public IpNetwork(
        final IpNetworkContext settings,
        final Port port,
        final RouteTable routes,
        final Traffic encapTraffic,
        final Traffic decapTraffic)
    {
        this.port = port;
        address = settings.address().v4();
        sourcePolicy = settings.sourcePolicy();
        allIcmpErrors = settings.allIcmpErrors();
        outer = settings.outer();
        this.routes = routes;
        this.encapTraffic = encapTraffic;
        this.decapTraffic = decapTraffic;
        local = settings.local().isEmpty() ? null : new RouteTable(settings.local().size());
        settings.local().forEach(prefix -> local.put(prefix, LOCAL));
    }

    /** @return where its packets enter and leave. */
    public Port port()
    {
        return port;
    }

    /** @return the IPv4 address ICMP errors come from. */
    public int address()
    {
        return address;
    }

    /** @return which outer sources are accepted. */
    public SourcePolicy sourcePolicy()
    {
        return sourcePolicy;
    }

    /** @return true if "time exceeded" and "fragmentation needed" are sent too. */
    public boolean allIcmpErrors()
    {
        return allIcmpErrors;
    }

    /** @return what outer headers say. */
    public OuterContext outer()
    {
        return outer;
    }

    /** @return inner destination to remote. */
    public RouteTable routes()
    {
        return routes;
    }

    /**
     * @param high first word of an inner destination.
     * @param low  second word.
     * @return true if it is behind this node, or if we were not told what is.
     */
    public boolean isLocal(final long high, final long low)
    {
        return local == null || local.lookup(high, low) == LOCAL;
    }

    /** @return counts what its port sent. */
    public Traffic encapTraffic()
    {
        return encapTraffic;
    }

    /** @return counts what its port was given. */
    public Traffic decapTraffic()
    {
        return decapTraffic;
    }
}
