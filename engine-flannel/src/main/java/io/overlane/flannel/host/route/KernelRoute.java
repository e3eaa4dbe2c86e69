// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;

/**
 * A route of the kernel's main table that a node wants.
 *
 * @param subnet  destination, host bits cleared.
 * @param gateway of the same family, or null for a route into the device itself and for a blackhole.
 * @param device  name of the device, or null for a blackhole.
 * @param onlink  the gateway is reached through the device though no address of the device covers it.
 */
public record KernelRoute(IpPrefix subnet, IpAddress gateway, String device, boolean onlink)
{
    /** The largest metric: every other route to the subnet is better. */
    private static final String BLACKHOLE_METRIC = "4294967295";

    /** {@code IP6_RT_PRIO_USER}; IPv4's is 0, which is not shown. */
    private static final String DEFAULT_METRIC_V6 = "1024";

    /**
     * @throws IllegalArgumentException if gateway and subnet are of different families.
     */
    public KernelRoute
    {
        subnet = subnet.base();
        if (gateway != null && gateway.isV4() != subnet.address().isV4())
        {
            throw new IllegalArgumentException("gateway " + gateway + " is not of the family of " + subnet);
        }
    }

    /**
     * A peer on the same link: host-gw, or vxlan's direct routing.
     *
     * @param subnet  of the peer.
     * @param gateway underlay address of the peer.
     * @param device  of the underlay.
     * @return the route.
     */
    public static KernelRoute via(final IpPrefix subnet, final IpAddress gateway, final String device)
    {
        return new KernelRoute(subnet, gateway, device, false);
    }

    /**
     * A peer behind a tunnel: the gateway is the base of its subnet, which a neighbour entry binds to the peer's MAC.
     *
     * @param subnet of the peer.
     * @param device of the tunnel.
     * @return the route.
     */
    public static KernelRoute tunnel(final IpPrefix subnet, final String device)
    {
        return new KernelRoute(subnet, subnet.base().address(), device, true);
    }

    /**
     * Everything of a network into a device without Ethernet: flannel0.
     *
     * @param subnet the network.
     * @param device of the tunnel.
     * @return the route.
     */
    public static KernelRoute device(final IpPrefix subnet, final String device)
    {
        return new KernelRoute(subnet, null, device, false);
    }

    /**
     * What no container has goes nowhere instead of out to the world. It yields to every other route to the subnet,
     * such as that of the containers' bridge.
     *
     * @param subnet this node's own.
     * @return the route.
     */
    public static KernelRoute blackhole(final IpPrefix subnet)
    {
        return new KernelRoute(subnet, null, null, false);
    }

    boolean isV4()
    {
        return subnet.address().isV4();
    }

    boolean isBlackhole()
    {
        return device == null;
    }

    /** As {@code ip route show} says it; null for IPv4's 0. Two routes to one subnet differ in it. */
    String metric()
    {
        return isBlackhole() ? BLACKHOLE_METRIC : isV4() ? null : DEFAULT_METRIC_V6;
    }

    /** The arguments of {@code ip route replace}. */
    String toCommand()
    {
        return (isBlackhole() ? "blackhole " : "") + subnet +
            (gateway == null ? "" : " via " + gateway) +
            (isBlackhole() ? "" : " dev " + device) +
            (onlink ? " onlink" : "") +
            (metric() == null ? "" : " metric " + metric());
    }

    /** The same with the mark by which a node knows its own. */
    String toOwnCommand()
    {
        return toCommand() + " proto " + RouteKeeper.PROTOCOL;
    }
}
