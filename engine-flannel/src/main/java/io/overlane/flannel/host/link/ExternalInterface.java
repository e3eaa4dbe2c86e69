// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import io.overlane.address.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The interface that carries the tunnels, and the addresses of this node. An address is null if its family is off.
 *
 * @param name       of the interface.
 * @param mtu        of the interface, in bytes of IP.
 * @param address    IPv4 address to bind and send from.
 * @param addressV6  IPv6 address to bind and send from.
 * @param publicIp   IPv4 address to publish: {@code address}, unless the node is behind a NAT.
 * @param publicIpV6 IPv6 address to publish.
 */
public record ExternalInterface(
    String name, int mtu, @Nullable IpAddress address, @Nullable IpAddress addressV6, @Nullable IpAddress publicIp,
    @Nullable IpAddress publicIpV6)
{
    /** @return true if this node publishes an address that its interface does not have. */
    public boolean isBehindNat()
    {
        return address != null && !address.equals(publicIp) || addressV6 != null && !addressV6.equals(publicIpV6);
    }
}
