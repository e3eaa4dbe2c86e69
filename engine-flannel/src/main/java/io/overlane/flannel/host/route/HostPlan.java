// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes and neighbours that the kernel needs for a set of peers, by backend.
 *
 * @param routes    one for each subnet.
 * @param neighbors of the tunnel's device; empty for backends without Ethernet.
 */
public record HostPlan(List<KernelRoute> routes, Map<IpAddress, MacAddress> neighbors)
{
    /** No entries. */
    public static final HostPlan NONE = new HostPlan(List.of(), Map.of());

    /**
     * The kernel gets the peers of one family as flannel sets them, except for the FDB entry, which the engine has.
     *
     * @param direct devices by underlay address, for peers reached without the tunnel: the result of
     *               {@link DirectPeers}, empty without {@code DirectRouting}.
     * @return routes through the tunnel with their neighbours, and plain routes to the direct peers.
     */
    public static HostPlan vxlan(
        final Collection<Peer> peers, final String device, final Map<IpAddress, String> direct)
    {
        final List<KernelRoute> routes = new ArrayList<>();
        final Map<IpAddress, MacAddress> neighbors = new HashMap<>();
        for (final Peer peer : peers)
        {
            final String link = direct.get(peer.underlay());
            if (link != null && peer.isOneFamily())
            {
                routes.add(KernelRoute.via(peer.subnet(), peer.underlay(), link));
            }
            else
            {
                routes.add(KernelRoute.tunnel(peer.subnet(), device));
                neighbors.put(peer.subnet().base().address(), peer.mac());
            }
        }
        return new HostPlan(List.copyOf(routes), Map.copyOf(neighbors));
    }

    /**
     * @param peers of one family or both.
     * @return routes through the peers.
     */
    public static HostPlan hostGateway(final Collection<Peer> peers, final String device)
    {
        return new HostPlan(
            peers.stream().map(peer -> KernelRoute.via(peer.subnet(), peer.underlay(), device)).toList(), Map.of());
    }

    /**
     * @param network of all nodes; the engine finds the peer.
     * @return one route.
     */
    public static HostPlan udp(final IpPrefix network, final String device)
    {
        return new HostPlan(List.of(KernelRoute.device(network, device)), Map.of());
    }

    /** @param route to add, such as a blackhole for the own subnet. */
    public HostPlan with(final KernelRoute route)
    {
        final List<KernelRoute> all = new ArrayList<>(routes);
        all.add(route);
        return new HostPlan(List.copyOf(all), neighbors);
    }

    /**
     * Set neighbours first, so that the first packet over a new route has a destination.
     *
     * @return what was done.
     */
    public HostChanges ensure(final RouteKeeper keeper, final NeighborKeeper neighbors) throws IOException
    {
        return neighbors.ensure(this.neighbors).and(keeper.ensure(routes));
    }

    /**
     * Another node, as its lease describes it.
     *
     * @param subnet   of its containers.
     * @param underlay its published address.
     * @param mac      of its VTEP; null for backends without Ethernet.
     */
    public record Peer(IpPrefix subnet, IpAddress underlay, @Nullable MacAddress mac)
    {
        boolean isOneFamily()
        {
            return subnet.address().isV4() == underlay.isV4();
        }
    }
}
