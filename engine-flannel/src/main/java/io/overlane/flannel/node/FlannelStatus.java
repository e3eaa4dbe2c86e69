// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.backend.Backend;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.host.route.KernelRoute;
import io.overlane.flannel.lease.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The status of a node at one moment, as text for an operator.
 *
 * @param own     lease of the node.
 * @param peers   leases of the other nodes.
 * @param backend that carries packets to them.
 */
record FlannelStatus(Lease own, List<Lease> peers, Backend backend)
{
    /** @return a line for each lease, the own one first. */
    public List<String> leases()
    {
        final List<String> lines = new ArrayList<>();
        lines.add(line(own) + "  (this node)");
        peers.forEach(peer -> lines.add(line(peer)));
        return lines;
    }

    /** @return a line for each route and neighbour set in the kernel. */
    public List<String> routes()
    {
        final List<String> lines = new ArrayList<>();
        for (final HostPlan plan : backend.plans())
        {
            plan.routes().forEach(route -> lines.add(line(route)));
            plan.neighbors().forEach((address, mac) -> lines.add(address + " is at " + mac));
        }
        return lines;
    }

    /**
     * @param peer a subnet, an address in one, or a node's published address.
     * @return how it is reached, or why not.
     */
    public String why(final String peer)
    {
        final IpPrefix wanted = prefix(peer);
        if (isOf(own, wanted))
        {
            return peer + " is this node, " + own.key();
        }
        return peers.stream()
            .filter(lease -> isOf(lease, wanted))
            .findFirst()
            .map(lease -> peer + " is " + lease.key() + " at " + addresses(lease) + ": " + backend.explain(lease))
            .orElse(peer + ": no node has a lease for it");
    }

    private static String addresses(final Lease lease)
    {
        final IpAddress v4 = lease.attributes().publicIp();
        return Stream.of(v4.isAny() ? null : v4, lease.attributes().publicIpV6())
            .filter(Objects::nonNull)
            .map(IpAddress::toString)
            .collect(Collectors.joining(", "));
    }

    private static IpPrefix prefix(final String text)
    {
        if (text.indexOf('/') >= 0)
        {
            return IpPrefix.parse(text);
        }
        final IpAddress address = IpAddress.parse(text);
        return new IpPrefix(address, address.bits());
    }

    private static boolean isOf(final Lease lease, final IpPrefix wanted)
    {
        final IpAddress address = wanted.address();
        return address.equals(lease.attributes().publicIp()) || address.equals(lease.attributes().publicIpV6()) ||
            lease.subnet() != null && lease.subnet().contains(address) ||
            lease.subnetV6() != null && lease.subnetV6().contains(address);
    }

    private static String line(final Lease lease)
    {
        return lease.key() + "  " + lease.attributes().toJson();
    }

    private static String line(final KernelRoute route)
    {
        return route.subnet() +
            (route.gateway() == null ? "" : " via " + route.gateway()) +
            (route.device() == null ? " blackhole" : " dev " + route.device()) +
            (route.onlink() ? " onlink" : "");
    }
}
