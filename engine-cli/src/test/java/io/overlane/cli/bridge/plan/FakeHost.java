// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A host of the test's making. */
public final class FakeHost implements HostFacts
{
    static final MacAddress STABLE_MAC = MacAddress.parse("02:aa:bb:cc:dd:ee");

    private final Set<IpAddress> own = new HashSet<>(List.of(IpAddress.parse("192.0.2.1")));
    private int mtu = 1500;
    private IpAddress source = IpAddress.parse("192.0.2.1");
    private IpAddress macAskedFor;

    public FakeHost mtu(final int mtu)
    {
        this.mtu = mtu;
        return this;
    }

    FakeHost own(final String address)
    {
        own.add(IpAddress.parse(address));
        return this;
    }

    FakeHost withoutRoutes()
    {
        source = null;
        return this;
    }

    /** The underlay address the stable MAC was made from; null if nobody asked. */
    IpAddress macAskedFor()
    {
        return macAskedFor;
    }

    @Override
    public boolean isOwnAddress(final IpAddress address)
    {
        return own.contains(address);
    }

    @Override
    public Optional<IpAddress> sourceTowards(final IpAddress remote)
    {
        return Optional.ofNullable(source);
    }

    @Override
    public int underlayMtu(final IpAddress local, final Collection<IpAddress> remotes)
    {
        return mtu;
    }

    @Override
    public int interfaceMtu(final String name)
    {
        return mtu;
    }

    @Override
    public MacAddress stableMac(final String device, final IpAddress underlay, final int vni)
    {
        macAskedFor = underlay;
        return STABLE_MAC;
    }
}
