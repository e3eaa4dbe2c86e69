// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * A wanted route of the kernel's main table.
 *
 * @param subnet  destination, without host bits.
 * @param gateway of the same family; null for a route into the device itself and for a blackhole.
 * @param device  name of the device; null for a blackhole.
 * @param onlink  whether the gateway is on the link although no address of the device covers it.
 */
public record KernelRoute(IpPrefix subnet, @Nullable IpAddress gateway, @Nullable String device, boolean onlink)
{
    /** The largest metric, so every other route to the subnet wins. */
    private static final String BLACKHOLE_METRIC = "4294967295";

    /** {@code IP6_RT_PRIO_USER}. IPv4's default metric is 0, which {@code ip} does not print. */
    private static final String DEFAULT_METRIC_V6 = "1024";

    /** @throws IllegalArgumentException if gateway and subnet are of different families. */
    public KernelRoute
    {
        subnet = subnet.base();
        if (gateway != null && gateway.isV4() != subnet.address().isV4())
        {
            throw new IllegalArgumentException(
                "gateway " + gateway + " and subnet " + subnet + " are of different address families");
        }
    }

    /** Route to a peer on the same link: host-gw, or vxlan's direct routing. */
    public static KernelRoute via(final IpPrefix subnet, final IpAddress gateway, final String device)
    {
        return new KernelRoute(subnet, gateway, device, false);
    }

    /**
     * Route to a peer behind a tunnel. The gateway is the base of its subnet, and a neighbour entry gives it the peer's
     * MAC.
     */
    public static KernelRoute tunnel(final IpPrefix subnet, final String device)
    {
        return new KernelRoute(subnet, subnet.base().address(), device, true);
    }

    /** Route of a whole network into a device without Ethernet: flannel0. */
    public static KernelRoute device(final IpPrefix subnet, final String device)
    {
        return new KernelRoute(subnet, null, device, false);
    }

    /**
     * Drops packets to addresses that no container has, which would otherwise leave by the default route. Every other
     * route to the subnet, such as that of the containers' bridge, wins.
     *
     * @param subnet this node's own.
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

    /** As {@code ip route show} prints it; null for IPv4's 0. The kernel distinguishes routes to one subnet by it. */
    @Nullable String metric()
    {
        return isBlackhole() ? BLACKHOLE_METRIC : isV4() ? null : DEFAULT_METRIC_V6;
    }

    String toCommand()
    {
        return (isBlackhole() ? "blackhole " : "") + subnet +
            (gateway == null ? "" : " via " + gateway) +
            (isBlackhole() ? "" : " dev " + device) +
            (onlink ? " onlink" : "") +
            (metric() == null ? "" : " metric " + metric());
    }

    /** With the protocol number that marks a node's own routes. */
    String toOwnCommand()
    {
        return toCommand() + " proto " + RouteKeeper.PROTOCOL;
    }
}
