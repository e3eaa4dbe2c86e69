// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.tun.libc.Linux;

/** What a device carries. */
public enum TunKind
{
    /** IP packets, no layer 2 header. */
    TUN(Linux.IFF_TUN),

    /** Ethernet frames. */
    TAP(Linux.IFF_TAP);

    private final int flag;

    TunKind(final int flag)
    {
        this.flag = flag;
    }

    int flag()
    {
        return flag;
    }
}
