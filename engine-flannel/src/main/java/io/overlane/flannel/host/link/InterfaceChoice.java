// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import io.overlane.address.IpAddress;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * flanneld's options for choosing the interface.
 *
 * @param enableV4   whether the network has IPv4.
 * @param enableV6   whether the network has IPv6.
 * @param interfaces names or addresses, tried in order ({@code --iface}).
 * @param patterns   for addresses, then names, tried in order after {@code interfaces} ({@code --iface-regex}).
 * @param canReach   address whose route names the interface, tried after the others, or null
 *                   ({@code --iface-can-reach}).
 * @param publicIp   IPv4 address to publish instead of the interface's. If none of the options above is given,
 *                   the interface with this address is used, if there is one.
 * @param publicIpV6 IPv6 address to publish, as {@code publicIp}.
 */
public record InterfaceChoice(
    boolean enableV4,
    boolean enableV6,
    List<String> interfaces,
    List<Pattern> patterns,
    @Nullable IpAddress canReach,
    @Nullable IpAddress publicIp,
    @Nullable IpAddress publicIpV6)
{
    /** @throws IllegalArgumentException if both families are off or a public address is of the wrong one. */
    public InterfaceChoice
    {
        interfaces = List.copyOf(interfaces);
        patterns = List.copyOf(patterns);
        if (!enableV4 && !enableV6)
        {
            throw new IllegalArgumentException("neither IPv4 nor IPv6 is enabled");
        }
        if (publicIp != null && !publicIp.isV4())
        {
            throw new IllegalArgumentException("public-ip=" + publicIp + " is not an IPv4 address");
        }
        if (publicIpV6 != null && publicIpV6.isV4())
        {
            throw new IllegalArgumentException("public-ipv6=" + publicIpV6 + " is not an IPv6 address");
        }
    }

    /**
     * @param v4 IPv4 address to publish, null for that of these options.
     * @param v6 IPv6 address to publish, null for that of these options.
     * @return these options with other addresses to publish.
     */
    public InterfaceChoice publishing(final @Nullable IpAddress v4, final @Nullable IpAddress v6)
    {
        return new InterfaceChoice(enableV4, enableV6, interfaces, patterns, canReach,
            v4 == null ? publicIp : v4, v6 == null ? publicIpV6 : v6);
    }

    boolean isDefault()
    {
        return interfaces.isEmpty() && patterns.isEmpty() && canReach == null;
    }
}
