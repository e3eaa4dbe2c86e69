// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.frame.Frame;
import io.overlane.tun.libc.Linux;

/**
 * What a device and its user may leave undone for each other, from nothing to everything. A kernel that does not know
 * one gets the next smaller.
 */
public enum TunOffload
{
    /** Nothing: every frame is complete. */
    NONE(0),

    /** Checksums: the reader completes them ({@code Frame.NEEDS_CHECKSUM}). */
    CHECKSUM(Linux.TUN_F_CSUM),

    /** And TCP segmentation, both ways: super-frames over IPv4 and IPv6. */
    TCP(Linux.TUN_F_CSUM | Linux.TUN_F_TSO4 | Linux.TUN_F_TSO6 | Linux.TUN_F_TSO_ECN),

    /** And UDP segmentation, both ways (Linux 6.2). */
    ALL(TCP.features | Linux.TUN_F_USO4 | Linux.TUN_F_USO6);

    private final int features;

    TunOffload(final int features)
    {
        this.features = features;
    }

    /** @return the argument of TUNSETOFFLOAD. */
    int features()
    {
        return features;
    }

    /** @return the next smaller one; {@link #NONE} has none. */
    TunOffload less()
    {
        return values()[ordinal() - 1];
    }

    /** @return true if the device takes super-frames of the type. */
    boolean takes(final int gsoType)
    {
        return switch (gsoType)
        {
            case Frame.GSO_TCPV4, Frame.GSO_TCPV6 -> compareTo(TCP) >= 0;
            case Frame.GSO_UDP_L4 -> this == ALL;
            default -> false;
        };
    }
}
