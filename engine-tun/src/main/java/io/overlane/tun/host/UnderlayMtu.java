package io.overlane.tun.host;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The largest IP packet the underlay takes whole, and what each encapsulation needs of it. All in bytes.
 *
 * <p>The interface's MTU counts, not a smaller one of a single route or of the path.
 */
public final class UnderlayMtu
{
    /** Ethernet's, where nothing better is known. */
    public static final int DEFAULT = 1500;

    /** Inner Ethernet 14 + VXLAN 8 + UDP 8 + IPv4 20. */
    public static final int VXLAN_OVER_IPV4 = 14 + 8 + 8 + 20;

    /** Inner Ethernet 14 + VXLAN 8 + UDP 8 + IPv6 40. */
    public static final int VXLAN_OVER_IPV6 = 14 + 8 + 8 + 40;

    /** A bare packet behind UDP 8 + IPv4 20. */
    public static final int IP_UDP_OVER_IPV4 = 8 + 20;

    /** A bare packet behind UDP 8 + IPv6 40. */
    public static final int IP_UDP_OVER_IPV6 = 8 + 40;

    private UnderlayMtu()
    {
    }

    /**
     * @param local   what the underlay binds. If it is a wildcard, the routes to the remotes decide.
     * @param remotes the tunnel endpoints known so far; may be empty.
     * @return the MTU of the interface that owns {@code local}; for a wildcard the smallest over the interfaces that
     *         lead to the remotes; {@link #DEFAULT} where no interface is found.
     */
    public static int of(final IpAddress local, final Collection<IpAddress> remotes)
    {
        final Stream<IpAddress> locals = local.isAny() ?
            remotes.stream().flatMap(remote -> UnderlayRoute.localAddress(remote).stream()) :
            Stream.of(local);

        return locals
            .flatMap(address -> UnderlayRoute.owner(address).stream())
            .flatMapToInt(owner -> mtu(owner).stream())
            .min()
            .orElse(DEFAULT);
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
