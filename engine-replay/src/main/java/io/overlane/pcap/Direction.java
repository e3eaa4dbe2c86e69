// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

/** Which way a captured packet went through its interface; ordinals are the values of {@code epb_flags}. */
public enum Direction
{
    /** The capture does not say. */
    UNKNOWN,

    /** The host received the packet from the interface. */
    IN,

    /** The host sent the packet to the interface. */
    OUT;

    private static final Direction[] VALUES = values();

    /** The two lowest bits of {@code epb_flags}; 3 has no meaning. */
    static Direction of(final int flags)
    {
        final int value = flags & 0x3;
        return value < VALUES.length ? VALUES[value] : UNKNOWN;
    }
}
