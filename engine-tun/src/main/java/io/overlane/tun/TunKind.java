// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.tun.libc.Linux;

/** Kinds of devices. */
public enum TunKind
{
    /** Carries IP packets without a layer 2 header. */
    TUN(Linux.IFF_TUN),

    /** Carries Ethernet frames. */
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
