// SPDX-License-Identifier: Apache-2.0
package io.overlane.routing;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.setting.Setting;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The gateway of one segment: the addresses by which its stations reach other segments. The engine answers ARP
 * requests, neighbour solicitations and echo requests for them.
 *
 * @param context   name of the routing context that the segment belongs to.
 * @param addresses the gateway's addresses, each with the length of its prefix; 1…16 of them. An IPv6 link-local
 *                  address is answered for, and its prefix is no route.
 * @param mtu       longest IP packet that is routed into the segment, 68…65535 bytes; 0: as long as its ports may send.
 */
public record Gateway(String context, Set<IpPrefix> addresses, int mtu)
{
    /** More than any known network uses; each is compared with the destinations of ARP requests. */
    private static final int MAX_ADDRESSES = 16;

    /** Each IPv4 link must carry this many bytes (RFC 791). */
    private static final int MIN_MTU = 68;

    private static final int MAX_MTU = 65_535;

    /** @throws IllegalArgumentException if a value is out of range. */
    public Gateway
    {
        RoutingContext.checkName(context);
        addresses = Collections.unmodifiableSet(new LinkedHashSet<>(Setting.notNull("addresses", addresses)));
        if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES)
        {
            throw new IllegalArgumentException(
                "a gateway has 1 to " + MAX_ADDRESSES + " addresses, not " + addresses.size());
        }
        addresses.forEach(Gateway::check);
        if (mtu != 0)
        {
            Setting.inRange("mtu", mtu, MIN_MTU, MAX_MTU);
        }
    }

    /**
     * @param context   name of a routing context.
     * @param addresses such as {@code 10.1.0.1/24}.
     * @return a gateway with the MTU of the segment's ports.
     * @throws IllegalArgumentException if an address is wrong.
     */
    public static Gateway of(final String context, final String... addresses)
    {
        final Set<IpPrefix> parsed = new LinkedHashSet<>();
        for (final String address : addresses)
        {
            parsed.add(IpPrefix.parse(address));
        }
        return new Gateway(context, parsed, 0);
    }

    /** @return a copy with another MTU. */
    public Gateway mtu(final int bytes)
    {
        return new Gateway(context, addresses, bytes);
    }

    private static void check(final IpPrefix prefix)
    {
        final IpAddress address = prefix.address();
        if (address.isAny() || address.isMulticast() || isReserved(address))
        {
            throw new IllegalArgumentException(
                "gateway address " + prefix + " is not the address of a station; give one such as 10.1.0.1/24");
        }
    }

    private static boolean isReserved(final IpAddress address)
    {
        if (address.isV4())
        {
            final int first = address.v4() >>> 24;
            return first == 0 || first == 127 || first >= 240;
        }
        return address.high() == 0 && address.low() == 1;
    }

    @Override
    public String toString()
    {
        return addresses.stream().map(IpPrefix::toString).collect(Collectors.joining(",")) + " in " + context +
            (mtu == 0 ? "" : " mtu " + mtu);
    }
}
