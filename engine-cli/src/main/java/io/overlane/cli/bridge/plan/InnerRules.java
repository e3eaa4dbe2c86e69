// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks inner addresses: those of the device, and those behind this and other nodes. */
final class InnerRules
{
    private InnerRules()
    {
    }

    static void check(
        final BridgeMode mode,
        final List<IpPrefix> addresses,
        final List<PeerSpec> peers,
        final List<IpPrefix> subnets)
    {
        if (mode == BridgeMode.IP_UDP)
        {
            addresses.forEach(address -> requireV4("--address", address));
            subnets.forEach(subnet -> requireV4("--subnet", subnet));
        }
        final Map<IpAddress, MacAddress> gateways = new HashMap<>();
        for (int i = 0; i < peers.size(); i++)
        {
            final PeerSpec peer = peers.get(i);
            for (final PeerSpec other : peers.subList(0, i))
            {
                require(!peer.subnet().overlaps(other.subnet()), "peer subnets overlap: " +
                    describe(other) + " and " + describe(peer));
            }
            addresses.forEach(address -> checkOwnAddress(address, peer));
            subnets.forEach(subnet -> require(!subnet.overlaps(peer.subnet()),
                "--subnet " + subnet + " overlaps a peer's subnet: " + describe(peer)));
            final MacAddress before = peer.mac() == null ? null : gateways.putIfAbsent(peer.gateway(), peer.mac());
            require(before == null || before.equals(peer.mac()),
                "gateway " + peer.gateway() + " is given two MAC addresses: " + before + " and " + peer.mac());
        }
    }

    private static void checkOwnAddress(final IpPrefix address, final PeerSpec peer)
    {
        require(!peer.subnet().contains(address.address()),
            "--address " + address + " lies in a peer's subnet: " + describe(peer));
        require(!address.address().equals(peer.gateway()),
            "--address " + address + " is the gateway of a peer: " + describe(peer));
    }

    private static void requireV4(final String option, final IpPrefix prefix)
    {
        require(prefix.address().isV4(), option + " " + prefix + ": ip-udp carries IPv4 only");
    }

    private static String describe(final PeerSpec peer)
    {
        return peer.subnet() + " of " + peer.remote();
    }
}
