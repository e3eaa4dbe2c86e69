// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.cli.bridge.plan.HostFacts;
import java.util.Collection;
import java.util.Optional;

/** A host with one address and Ethernet's MTU. */
public final class PlainHost implements HostFacts
{
    private static final IpAddress OWN = IpAddress.parse("192.0.2.1");

    @Override
    public boolean isOwnAddress(final IpAddress address)
    {
        return OWN.equals(address);
    }

    @Override
    public Optional<IpAddress> sourceTowards(final IpAddress remote)
    {
        return Optional.of(OWN);
    }

    @Override
    public int underlayMtu(final IpAddress local, final Collection<IpAddress> remotes)
    {
        return 1500;
    }

    @Override
    public int interfaceMtu(final String name)
    {
        return 1500;
    }

    @Override
    public MacAddress stableMac(final String device, final IpAddress underlay, final int vni)
    {
        return MacAddress.parse("02:aa:bb:cc:dd:ee");
    }
}
