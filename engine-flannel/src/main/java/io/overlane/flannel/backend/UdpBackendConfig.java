// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.flannel.json.JsonObject;
import io.overlane.tun.host.UnderlayMtu;

/**
 * The udp backend's section of the network configuration. Leases of this backend have neither type nor data.
 *
 * @param udpPort source and destination port of every node.
 */
public record UdpBackendConfig(int udpPort)
{
    /** flannel's default. */
    public static final int DEFAULT_UDP_PORT = 8285;

    /**
     * @param section of the configuration, empty for the defaults.
     * @return the settings.
     * @throws IllegalArgumentException if the port is out of range.
     */
    public static UdpBackendConfig parse(final JsonObject section)
    {
        return new UdpBackendConfig(BackendValue.inRange(section, "Port", DEFAULT_UDP_PORT, 1, 65_535));
    }

    /**
     * @param interfaceMtu of the interface that carries the tunnel.
     * @return MTU of the device and of the containers, in bytes; this backend is IPv4 only.
     */
    public int deviceMtu(final int interfaceMtu)
    {
        return interfaceMtu - UnderlayMtu.IP_UDP_OVER_IPV4;
    }
}
