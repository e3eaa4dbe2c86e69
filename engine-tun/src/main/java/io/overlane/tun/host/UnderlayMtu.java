// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import io.overlane.address.IpAddress;
import io.overlane.underlay.base.OuterOverhead;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The largest IP packet that the underlay carries unfragmented, and the part of it that each encapsulation needs. All
 * in bytes.
 *
 * <p>It is the MTU of the interface; a smaller MTU of one route or path is not taken into account.
 */
public final class UnderlayMtu
{
    /** Ethernet's MTU, used if no interface is found. */
    public static final int DEFAULT = 1500;

    /** Inner Ethernet 14 + VXLAN 8 + UDP 8 + IPv4 20. */
    public static final int VXLAN_OVER_IPV4 = OuterOverhead.vxlan(true);

    /** Inner Ethernet 14 + VXLAN 8 + UDP 8 + IPv6 40. */
    public static final int VXLAN_OVER_IPV6 = OuterOverhead.vxlan(false);

    /** A bare packet after UDP 8 + IPv4 20. */
    public static final int IP_UDP_OVER_IPV4 = OuterOverhead.datagram(true);

    /** A bare packet after UDP 8 + IPv6 40. */
    public static final int IP_UDP_OVER_IPV6 = OuterOverhead.datagram(false);

    private UnderlayMtu()
    {
    }

    /**
     * @param local   address that the underlay binds. If it is a wildcard, the routes to the remotes decide.
     * @param remotes known tunnel endpoints; may be empty.
     * @return the MTU of the interface that owns {@code local}; for a wildcard the smallest MTU of the interfaces that
     *         lead to the remotes; {@link #DEFAULT} if no interface is found.
     */
    public static int of(
        final UnderlayRoute route, final IpAddress local, final Collection<IpAddress> remotes)
    {
        final Stream<IpAddress> locals = local.isAny() ?
            remotes.stream().flatMap(remote -> route.localAddress(remote).stream()) :
            Stream.of(local);

        return locals
            .flatMap(address -> route.owner(address).stream())
            .flatMapToInt(owner -> mtu(owner).stream())
            .min()
            .orElse(DEFAULT);
    }

    /**
     * @return its MTU.
     * @throws IllegalArgumentException if no interface has this name.
     */
    public static int of(final String name)
    {
        try
        {
            final NetworkInterface found = NetworkInterface.getByName(name);
            if (found == null)
            {
                throw new IllegalArgumentException("no interface of this host is called " + name);
            }
            return found.getMTU();
        }
        catch (final IOException ex)
        {
            throw new IllegalArgumentException("cannot read the MTU of " + name + ": " + ex.getMessage(), ex);
        }
    }

    private static OptionalInt mtu(final NetworkInterface owner)
    {
        try
        {
            return OptionalInt.of(owner.getMTU());
        }
        catch (final IOException ex)
        {
            return OptionalInt.empty();
        }
    }
}
