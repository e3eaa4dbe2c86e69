// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.tun.host.IpCommand;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An address of a device, from a line of {@code ip -oneline addr show}.
 *
 * @param device     name of the device.
 * @param address    with the length of its on-link prefix.
 * @param deprecated past its preferred lifetime, so not for new connections.
 * @param temporary  made by IPv6's privacy extensions.
 * @param dynamic    has a lifetime, so nobody configured it by hand.
 */
record LinkAddress(String device, IpPrefix address, boolean deprecated, boolean temporary, boolean dynamic)
{
    /** flannel's order: global before link-local, static before dynamic, permanent before temporary. */
    static final Comparator<LinkAddress> PREFERENCE = Comparator
        .comparing(LinkAddress::isLinkLocal)
        .thenComparing(LinkAddress::dynamic)
        .thenComparing(LinkAddress::temporary);

    private static final IpPrefix LINK_LOCAL_V4 = IpPrefix.parse("169.254.0.0/16");
    private static final IpPrefix LINK_LOCAL_V6 = IpPrefix.parse("fe80::/10");
    private static final IpPrefix LOOPBACK_V4 = IpPrefix.parse("127.0.0.0/8");
    private static final IpAddress LOOPBACK_V6 = IpAddress.parse("::1");

    /** {@code 3: eth0 inet 192.0.2.1/24 brd … scope global dynamic eth0\ …}; a peer address follows "peer". */
    static Optional<LinkAddress> parse(final String line)
    {
        final List<String> words = IpCommand.words(line);
        if (words.size() < 4 || !words.get(2).startsWith("inet"))
        {
            return Optional.empty();
        }
        final String address = words.get(3);
        final String cidr =
            address.indexOf('/') >= 0 ? address : address + (address.indexOf(':') >= 0 ? "/128" : "/32");
        return Optional.of(new LinkAddress(
            words.get(1), IpPrefix.parse(cidr),
            words.contains("deprecated"), words.contains("temporary"), words.contains("dynamic")));
    }

    IpAddress ip()
    {
        return address.address();
    }

    boolean isV4()
    {
        return ip().isV4();
    }

    /** True for global or link-local unicast addresses that are not deprecated. */
    boolean isUsable()
    {
        return !deprecated && !ip().isAny() && !ip().isMulticast() && !isLoopback();
    }

    private boolean isLoopback()
    {
        return LOOPBACK_V4.contains(ip()) || LOOPBACK_V6.equals(ip());
    }

    private boolean isLinkLocal()
    {
        return LINK_LOCAL_V4.contains(ip()) || LINK_LOCAL_V6.contains(ip());
    }
}
