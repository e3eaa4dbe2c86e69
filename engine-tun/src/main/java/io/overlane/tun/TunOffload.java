// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.frame.Frame;
import io.overlane.tun.libc.Linux;

/**
 * Work that the kernel and the engine may leave to each other, from none to all. If the kernel does not support one,
 * the next smaller one is used.
 */
public enum TunOffload
{
    /** Every frame is complete. */
    NONE(0),

    /** The reader completes checksums ({@code Frame.NEEDS_CHECKSUM}). */
    CHECKSUM(Linux.TUN_F_CSUM),

    /** Also TCP super-frames over IPv4 and IPv6, in both directions. */
    TCP(Linux.TUN_F_CSUM | Linux.TUN_F_TSO4 | Linux.TUN_F_TSO6 | Linux.TUN_F_TSO_ECN),

    /** Also UDP super-frames, in both directions (Linux 6.2). */
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

    /** @return the next smaller one. {@link #NONE} has none. */
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
