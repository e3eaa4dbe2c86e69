// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.tun.TunKind;
import io.overlane.tun.host.UnderlayMtu;

/** What a bridge carries, with flannel's defaults. */
public enum BridgeMode
{
    /** flannel's vxlan backend: Ethernet frames of a TAP in VXLAN. */
    VXLAN("vxlan", "flannel.1", 8472, TunKind.TAP, UnderlayMtu.VXLAN_OVER_IPV4, UnderlayMtu.VXLAN_OVER_IPV6),

    /** flannel's udp backend: bare IPv4 packets of a TUN in UDP. */
    IP_UDP("ip-udp", "flannel0", 8285, TunKind.TUN, UnderlayMtu.IP_UDP_OVER_IPV4, UnderlayMtu.IP_UDP_OVER_IPV6);

    private final String label;
    private final String device;
    private final int udpPort;
    private final TunKind kind;
    private final int overheadV4;
    private final int overheadV6;

    BridgeMode(
        final String label,
        final String device,
        final int udpPort,
        final TunKind kind,
        final int overheadV4,
        final int overheadV6)
    {
        this.label = label;
        this.device = device;
        this.udpPort = udpPort;
        this.kind = kind;
        this.overheadV4 = overheadV4;
        this.overheadV6 = overheadV6;
    }

    static BridgeMode parse(final String text)
    {
        for (final BridgeMode mode : values())
        {
            if (mode.label.equals(text))
            {
                return mode;
            }
        }
        throw new IllegalArgumentException("not a mode: '" + text + "' (expected vxlan or ip-udp)");
    }

    String device()
    {
        return device;
    }

    int udpPort()
    {
        return udpPort;
    }

    public TunKind kind()
    {
        return kind;
    }

    /** Bytes of each underlay packet that the encapsulation needs. */
    int overhead(final boolean overIpv6)
    {
        return overIpv6 ? overheadV6 : overheadV4;
    }

    @Override
    public String toString()
    {
        return label;
    }
}
