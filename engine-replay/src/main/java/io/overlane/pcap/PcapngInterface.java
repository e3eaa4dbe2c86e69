// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapFormat.NANOS_PER_SECOND;
import static io.overlane.pcap.PcapngFormat.NANOSECONDS;

/**
 * An interface of a pcapng file.
 *
 * @param linkType          of its packets.
 * @param snapLength        most bytes that were kept of each packet; 0: all.
 * @param name              empty if the file has none.
 * @param description       empty if the file has none.
 * @param resolution        {@code if_tsresol}: an exponent of 10, or with the highest bit set one of 2, of units in a
 *                          second.
 * @param timeOffsetSeconds added to each time.
 */
record PcapngInterface(
    int linkType, long snapLength, String name, String description, int resolution, long timeOffsetSeconds)
{
    /** The largest exponent of 10 that fits 64 bits. */
    static final int MAX_DECIMAL = 19;
    private static final int BINARY = 0x80;

    /** Returned by {@link #nanoseconds} for a time that a {@code long} cannot have. */
    static final long OUT_OF_RANGE = Long.MIN_VALUE;

    static boolean isResolution(final int resolution)
    {
        return (resolution & BINARY) == 0 ? resolution <= MAX_DECIMAL : (resolution & ~BINARY) < Long.SIZE;
    }

    /** Convert a time in units of this interface, unsigned, to nanoseconds since 1970. */
    long nanoseconds(final long units)
    {
        final int exponent = resolution & ~BINARY;
        final boolean isBinary = (resolution & BINARY) != 0;
        final long perSecond = isBinary ? 1L << exponent : power(exponent);
        final long seconds = Long.divideUnsigned(units, perSecond) + timeOffsetSeconds;
        final long rest = Long.remainderUnsigned(units, perSecond);
        if (seconds < 0 || seconds >= Long.MAX_VALUE / NANOS_PER_SECOND)
        {
            return OUT_OF_RANGE;
        }
        return seconds * NANOS_PER_SECOND + (isBinary ? binary(rest, exponent) : decimal(rest, exponent));
    }

    private static long decimal(final long rest, final int exponent)
    {
        return exponent <= NANOSECONDS ?
            rest * power(NANOSECONDS - exponent) :
            Long.divideUnsigned(rest, power(exponent - NANOSECONDS));
    }

    /** The product has up to 94 bits. */
    private static long binary(final long rest, final int exponent)
    {
        final long low = rest * NANOS_PER_SECOND;
        return exponent == 0 ? 0 :
            Math.multiplyHigh(rest, NANOS_PER_SECOND) << (Long.SIZE - exponent) | low >>> exponent;
    }

    private static long power(final int exponent)
    {
        long power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }
        return power;
    }
}
