// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import io.overlane.address.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The interface that carries the tunnels, and the addresses of this node. An address is null if its family is off.
 *
 * @param name       of the interface.
 * @param mtu        of the interface, in bytes of IP.
 * @param address    IPv4 address to bind and send from: the published one if any interface of this host has it, so that
 *                   peers get their answers from the address that they know; else the interface's.
 * @param addressV6  IPv6 address to bind and send from, in the same way.
 * @param publicIp   IPv4 address to publish: {@code address}, unless the node is behind a NAT.
 * @param publicIpV6 IPv6 address to publish.
 */
public record ExternalInterface(
    String name, int mtu, @Nullable IpAddress address, @Nullable IpAddress addressV6, @Nullable IpAddress publicIp,
    @Nullable IpAddress publicIpV6)
{
    /** @return true if this node publishes an address of this family that no interface of the host has. */
    public boolean isBehindNat(final boolean isV4)
    {
        return isV4 ? address != null && !address.equals(publicIp) : addressV6 != null && !addressV6.equals(publicIpV6);
    }

    /** @return the address of this family to bind; null if the family is off. */
    public @Nullable IpAddress address(final boolean isV4)
    {
        return isV4 ? address : addressV6;
    }

    /** @return the address of this family to publish; null if the family is off. */
    public @Nullable IpAddress published(final boolean isV4)
    {
        return isV4 ? publicIp : publicIpV6;
    }

    /** @return the addresses to bind and to publish, each once. */
    public Collection<IpAddress> addresses()
    {
        final List<IpAddress> addresses = new ArrayList<>();
        for (final IpAddress each : new @Nullable IpAddress[]{address, publicIp, addressV6, publicIpV6})
        {
            if (each != null && !addresses.contains(each))
            {
                addresses.add(each);
            }
        }
        return addresses;
    }

    /** @return the same with another MTU. */
    public ExternalInterface withMtu(final int other)
    {
        return new ExternalInterface(name, other, address, addressV6, publicIp, publicIpV6);
    }
}
