// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.flannel.json.JsonObject;
import io.overlane.tun.host.UnderlayMtu;

/**
 * The vxlan backend's section of the network configuration. flannel checks no ranges; here values that cannot work are
 * refused. {@code Name} and {@code MacPrefix} are for Windows nodes and ignored, as flannel does on Linux.
 *
 * @param vni           VXLAN network identifier.
 * @param udpPort       of every node.
 * @param mtu           of the underlay, not of the device, in bytes; 0 for that of the interface.
 * @param directRouting whether peers on a link of this host are reached without the tunnel.
 */
record VxlanBackendConfig(int vni, int udpPort, int mtu, boolean directRouting)
{
    /** flannel's default. */
    public static final int DEFAULT_VNI = 1;

    /** The Linux kernel's default, which is older than the 4789 of RFC 7348. */
    public static final int DEFAULT_UDP_PORT = 8472;

    static final int MAX_VNI = 0xFF_FFFF;

    /** Smallest MTU accepted. RFC 791 requires hosts to accept 576 bytes; a smaller value is a mistake. */
    private static final int MIN_MTU = 576;

    private static final int MAX_MTU = 65_535;

    /**
     * @param section of the configuration, empty for the defaults.
     * @return the settings.
     * @throws IllegalArgumentException if a value is out of range or asks for something unsupported; one line that
     *     names the key.
     */
    public static VxlanBackendConfig parse(final JsonObject section)
    {
        refuse(section, "GBP", "group based policy is not supported");
        refuse(section, "Learning", "addresses come from the leases, not from received frames");
        final int udpPort = inRange(section, "Port", 0, 0, 65_535);
        final int mtu = inRange(section, "MTU", 0, 0, MAX_MTU);
        if (mtu != 0 && mtu < MIN_MTU)
        {
            throw new IllegalArgumentException("backend: MTU=" + mtu + " is below " + MIN_MTU);
        }
        return new VxlanBackendConfig(
            inRange(section, "VNI", DEFAULT_VNI, 0, MAX_VNI),
            udpPort == 0 ? DEFAULT_UDP_PORT : udpPort,
            mtu,
            section.bool("DirectRouting", false));
    }

    /**
     * The device's IP MTU. Over IPv6 flannel subtracts too little; the kernel then corrects the device, but the file
     * stays wrong.
     *
     * @param interfaceMtu of the interface that carries the tunnel, used if the configuration has no MTU.
     * @return MTU of the device and of the containers, in bytes.
     */
    public int deviceMtu(final int interfaceMtu, final boolean isV4)
    {
        return (mtu == 0 ? interfaceMtu : mtu) -
            (isV4 ? UnderlayMtu.VXLAN_OVER_IPV4 : UnderlayMtu.VXLAN_OVER_IPV6);
    }

    private static void refuse(final JsonObject section, final String key, final String why)
    {
        if (section.bool(key, false))
        {
            throw new IllegalArgumentException("backend: " + key + "=true: " + why);
        }
    }

    /** @throws IllegalArgumentException if a number of the backend's section is out of range. */
    static int inRange(final JsonObject section, final String key, final int fallback, final int min, final int max)
    {
        final long value = section.integer(key, fallback);
        if (value < min || value > max)
        {
            throw new IllegalArgumentException("backend: " + key + "=" + value + " is outside " + min + "…" + max);
        }
        return (int)value;
    }
}
