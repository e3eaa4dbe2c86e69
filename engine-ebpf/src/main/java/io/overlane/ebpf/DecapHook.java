// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import java.util.Locale;

/** Where the fast path decapsulates the datagrams that the underlay device receives. */
public enum DecapHook
{
    /**
     * {@link #XDP} if the device is hardware or virtual hardware (virtio) and its driver takes the program, else
     * {@link #TC}.
     */
    AUTO,

    /** At the traffic control, behind the kernel's receive coalescing. On each device. */
    TC,

    /**
     * In the driver of the device, so that the kernel coalesces received TCP as it does without a tunnel; there is no
     * fast path if the driver does not take the program. A device takes one such program only. A veth works, too, but
     * the other end of a veth cuts its own super-frames then. Datagrams with a UDP checksum of 0 are decapsulated at
     * the traffic control while the device verifies checksums of received packets.
     */
    XDP;

    /** In lower case, as commands have it. */
    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
