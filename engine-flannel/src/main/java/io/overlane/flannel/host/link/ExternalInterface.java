// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import io.overlane.address.IpAddress;

/**
 * The interface that carries the tunnels, and the addresses of this node. An address is null if its family is off.
 *
 * @param name       of the interface.
 * @param mtu        of the interface, bytes of IP.
 * @param address    to bind and send from, IPv4.
 * @param addressV6  to bind and send from, IPv6.
 * @param publicIp   to publish, IPv4: {@code address}, unless the node is behind a NAT.
 * @param publicIpV6 to publish, IPv6.
 */
public record ExternalInterface(
    String name, int mtu, IpAddress address, IpAddress addressV6, IpAddress publicIp, IpAddress publicIpV6)
{
    /** @return true if others reach this node by an address the interface does not have. */
    public boolean isBehindNat()
    {
        return address != null && !address.equals(publicIp) || addressV6 != null && !addressV6.equals(publicIpV6);
    }
}
