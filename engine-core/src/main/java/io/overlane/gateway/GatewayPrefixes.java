// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.routing.Gateway;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The prefixes that the addresses of gateways bring into a routing context. Of several routes with one prefix the first
 * of these counts: an address of a gateway, the prefix of a gateway, a configured route, the broadcast address of a
 * gateway's prefix. Link-local addresses bring none, because each segment may have the same.
 */
final class GatewayPrefixes
{
    private static final Hop BLACKHOLE = Hop.of(Hop.BLACKHOLE);
    private static final Hop LOCAL = Hop.of(Hop.LOCAL);

    /** Longest IPv4 prefix that has broadcast addresses. */
    private static final int LONGEST_BROADCAST_LENGTH = 30;

    private GatewayPrefixes()
    {
    }

    /** All prefixes of a gateway. */
    static Set<IpPrefix> of(final Link link)
    {
        final Set<IpPrefix> prefixes = new LinkedHashSet<>();
        for (final IpPrefix own : link.gateway().addresses())
        {
            if (!isLinkLocal(own))
            {
                prefixes.add(own.base());
                prefixes.add(host(own.address()));
                prefixes.addAll(broadcasts(own));
            }
        }
        return prefixes;
    }

    /** Whether two gateways share an address or a prefix. */
    static boolean overlap(final Gateway one, final Gateway other)
    {
        return one.addresses().stream().anyMatch(first -> !isLinkLocal(first) && other.addresses().stream().anyMatch(
            second -> second.base().equals(first.base()) || second.address().equals(first.address())));
    }

    /**
     * The route that counts for a prefix.
     *
     * @param links      all gateways of the context.
     * @param configured the configured route of the prefix, if there is one.
     * @return null if there is none.
     */
    static @Nullable Hop best(final IpPrefix prefix, final Link[] links, final @Nullable Hop configured)
    {
        Link connected = null;
        boolean isBroadcast = false;
        for (final Link link : links)
        {
            for (final IpPrefix own : link.gateway().addresses())
            {
                if (!isLinkLocal(own))
                {
                    if (host(own.address()).equals(prefix))
                    {
                        return LOCAL;
                    }
                    connected = own.base().equals(prefix) ? link : connected;
                    isBroadcast |= broadcasts(own).contains(prefix);
                }
            }
        }
        if (connected != null)
        {
            return Hop.connected(connected);
        }
        return configured == null && isBroadcast ? BLACKHOLE : configured;
    }

    /** The addresses that no router sends to (RFC 2644, RFC 1812 §5.3.5): all host bits 0 or 1. */
    private static List<IpPrefix> broadcasts(final IpPrefix own)
    {
        if (!own.address().isV4() || own.length() > LONGEST_BROADCAST_LENGTH)
        {
            return List.of();
        }
        final int network = own.base().address().v4();
        return List.of(
            host(IpAddress.ofV4(network)), host(IpAddress.ofV4(network | (int)(0xFFFF_FFFFL >>> own.length()))));
    }

    private static IpPrefix host(final IpAddress address)
    {
        return new IpPrefix(address, address.bits());
    }

    private static boolean isLinkLocal(final IpPrefix prefix)
    {
        return IpAddress.isLinkLocal(prefix.address().high());
    }
}
