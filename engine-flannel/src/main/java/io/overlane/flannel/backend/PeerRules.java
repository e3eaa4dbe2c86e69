// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.host.route.HostPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks leases of other nodes for one address family. None may claim anything outside the network, such as the default
 * route or the underlay, or this node's own subnet and addresses. flannel does not check this.
 */
final class PeerRules
{
    private static final IpPrefix LOOPBACK_V4 = IpPrefix.parse("127.0.0.0/8");
    private static final IpPrefix LOOPBACK_V6 = IpPrefix.parse("::1/128");
    private static final IpPrefix RESERVED_V4 = IpPrefix.parse("240.0.0.0/4");

    private final IpPrefix network;
    private final List<IpAddress> addresses = new ArrayList<>();
    /** Written by the backend's thread; read by any thread that asks about a peer. */
    private volatile @Nullable IpPrefix subnet;

    PeerRules(final BackendHost host, final boolean isV4)
    {
        this(
            Objects.requireNonNull(host.network(isV4)),
            isV4 ? host.external().address() : host.external().addressV6(),
            isV4 ? host.external().publicIp() : host.external().publicIpV6());
    }

    PeerRules(final IpPrefix network, final @Nullable IpAddress address, final @Nullable IpAddress published)
    {
        this.network = network;
        if (address != null)
        {
            addresses.add(address);
        }
        if (published != null)
        {
            addresses.add(published);
        }
    }

    void subnet(final @Nullable IpPrefix held)
    {
        subnet = held;
    }

    /**
     * @param peer as its lease describes it.
     * @throws IllegalArgumentException if a route or tunnel to it would divert other traffic; one line.
     */
    void require(final HostPlan.Peer peer)
    {
        final IpPrefix claimed = peer.subnet();
        if (claimed.length() < network.length() || !network.contains(claimed.address()))
        {
            throw new IllegalArgumentException("its subnet is not in the network " + network);
        }
        final IpPrefix own = subnet;
        if (own != null && claimed.overlaps(own))
        {
            throw new IllegalArgumentException("its subnet overlaps ours, " + own);
        }
        for (final IpAddress address : addresses)
        {
            if (claimed.contains(address))
            {
                throw new IllegalArgumentException("our own address " + address + " is in its subnet");
            }
        }
        final IpAddress underlay = peer.underlay();
        final boolean isOurs = addresses.contains(underlay) || own != null && own.contains(underlay);
        if (isOurs || LOOPBACK_V4.contains(underlay) || LOOPBACK_V6.contains(underlay) ||
            RESERVED_V4.contains(underlay))
        {
            throw new IllegalArgumentException("its address " + underlay + " is " +
                (isOurs ? "one of ours" : "not possible for a node"));
        }
        if (claimed.contains(underlay))
        {
            throw new IllegalArgumentException("its address " + underlay + " is in its own subnet");
        }
    }
}
