// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.tun.host.NodeIdentity;
import io.overlane.tun.host.UnderlayMtu;
import io.overlane.tun.host.UnderlayRoute;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The facts of this host at one moment. */
final class ThisHost implements HostFacts
{
    private final UnderlayRoute route = new UnderlayRoute();
    private final NodeIdentity node = NodeIdentity.ofThisHost();
    private final Map<Object, Integer> mtus = new HashMap<>();

    @Override
    public boolean isOwnAddress(final IpAddress address)
    {
        return route.owner(address).isPresent();
    }

    @Override
    public Optional<IpAddress> sourceTowards(final IpAddress remote)
    {
        return route.localAddress(remote);
    }

    @Override
    public int underlayMtu(final IpAddress local, final Collection<IpAddress> remotes)
    {
        // With a bound address, the remotes do not matter.
        return mtus.computeIfAbsent(local.isAny() ? remotes : local, any -> UnderlayMtu.of(route, local, remotes));
    }

    @Override
    public int interfaceMtu(final String name)
    {
        return mtus.computeIfAbsent(name, any -> UnderlayMtu.of(name));
    }

    @Override
    public MacAddress stableMac(final String device, final IpAddress underlay, final int vni)
    {
        return node.mac(device, underlay, vni);
    }
}
