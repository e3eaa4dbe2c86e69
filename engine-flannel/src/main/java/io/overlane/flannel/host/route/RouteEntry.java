// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A line of {@code ip -oneline route show}.
 *
 * @param type     {@code unicast}, {@code blackhole}…
 * @param subnet   destination.
 * @param gateway  as it was printed, or null.
 * @param device   or null, as with several next hops.
 * @param protocol who made it: {@code kernel}, {@code static}, a number; null is whoever typed it.
 * @param metric   as it was printed, null for IPv4's 0.
 * @param onlink   whether the gateway is taken to be on the link.
 */
record RouteEntry(
    String type, IpPrefix subnet, String gateway, String device, String protocol, String metric, boolean onlink)
{
    /** Words that stand before the destination; {@code unicast} is not shown. */
    private static final Set<String> TYPES = Set.of(
        "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw");

    /** Of words; {@code ip} puts a backslash where it would start a new line. */
    private static final Pattern GAP = Pattern.compile("[\\s\\\\]+");

    private static final String UNICAST = "unicast";
    private static final String BLACKHOLE = "blackhole";

    /** Nothing for a line that cannot be one of a node's: a default route, another notation. */
    static Optional<RouteEntry> parse(final String line)
    {
        final List<String> words = Arrays.asList(GAP.split(line.strip()));
        final boolean hasType = TYPES.contains(words.get(0));
        if (words.size() < (hasType ? 2 : 1))
        {
            return Optional.empty();
        }
        try
        {
            return Optional.of(new RouteEntry(
                hasType ? words.get(0) : UNICAST,
                subnet(words.get(hasType ? 1 : 0)),
                wordAfter(words, "via"),
                words.contains("nexthop") ? null : wordAfter(words, "dev"),
                wordAfter(words, "proto"),
                wordAfter(words, "metric"),
                words.contains("onlink")));
        }
        catch (final IllegalArgumentException ex)
        {
            return Optional.empty();
        }
    }

    boolean is(final KernelRoute wanted)
    {
        return type.equals(wanted.isBlackhole() ? BLACKHOLE : UNICAST) &&
            (wanted.isBlackhole() ||
                wanted.device().equals(device) &&
                Objects.equals(gateway, wanted.gateway() == null ? null : wanted.gateway().toString()) &&
                onlink == wanted.onlink());
    }

    /** The arguments of {@code ip route del}; nothing but an entry of that protocol matches; "boot" is not shown. */
    String toDeleteCommand()
    {
        return (UNICAST.equals(type) ? "" : type + " ") + subnet + " proto " + (protocol == null ? "boot" : protocol) +
            (metric == null ? "" : " metric " + metric);
    }

    /** A host route comes without its length. */
    private static IpPrefix subnet(final String text)
    {
        if (text.indexOf('/') >= 0)
        {
            return IpPrefix.parse(text);
        }
        final IpAddress address = IpAddress.parse(text);
        return new IpPrefix(address, address.bits());
    }

    private static String wordAfter(final List<String> words, final String keyword)
    {
        final int index = words.indexOf(keyword);
        return index >= 0 && index + 1 < words.size() ? words.get(index + 1) : null;
    }
}
