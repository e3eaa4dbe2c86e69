// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.tun.host.IpCommand;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code ip -oneline route show}.
 *
 * @param type     {@code unicast}, {@code blackhole}…
 * @param subnet   destination.
 * @param gateway  as printed.
 * @param device   or null, as with several next hops.
 * @param protocol origin of the route: {@code kernel}, {@code static}, a number; null for {@code boot}, the default of
 *                 {@code ip route add}.
 * @param metric   as printed, null for IPv4's 0.
 * @param onlink   whether the gateway counts as on the link.
 */
record RouteEntry(
    String type, IpPrefix subnet, @Nullable String gateway, @Nullable String device, @Nullable String protocol,
    @Nullable String metric, boolean onlink)
{
    /** Types that are printed before the destination; {@code unicast} is not printed. */
    private static final Set<String> TYPES = Set.of(
        "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw");

    private static final String UNICAST = "unicast";
    private static final String BLACKHOLE = "blackhole";

    /** Empty for a line that cannot be a node's route, such as a default route. */
    static Optional<RouteEntry> parse(final String line)
    {
        final List<String> words = IpCommand.words(line);
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
                IpCommand.wordAfter(words, "via").orElse(null),
                words.contains("nexthop") ? null : IpCommand.wordAfter(words, "dev").orElse(null),
                IpCommand.wordAfter(words, "proto").orElse(null),
                IpCommand.wordAfter(words, "metric").orElse(null),
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
                Objects.equals(device, wanted.device()) &&
                Objects.equals(gateway, wanted.gateway() == null ? null : wanted.gateway().toString()) &&
                onlink == wanted.onlink());
    }

    /** Arguments of {@code ip route del} that match this entry only. {@code ip} does not print the protocol "boot". */
    String toDeleteCommand()
    {
        return (UNICAST.equals(type) ? "" : type + " ") + subnet + " proto " + (protocol == null ? "boot" : protocol) +
            (metric == null ? "" : " metric " + metric);
    }

    /** {@code ip} prints a host route without its length. */
    private static IpPrefix subnet(final String text)
    {
        if (text.indexOf('/') >= 0)
        {
            return IpPrefix.parse(text);
        }
        final IpAddress address = IpAddress.parse(text);
        return new IpPrefix(address, address.bits());
    }
}
