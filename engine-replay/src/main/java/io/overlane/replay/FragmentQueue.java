// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.memory.MemoryBuffer;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;

/** The fragments of one IP packet, each at its place; a bit for each eight bytes marks those that have arrived. */
final class FragmentQueue
{
    /** State of the queue after a fragment. */
    enum Outcome
    {
        /** Kept; others are missing. */
        HELD,
        /** All have arrived. */
        COMPLETE,
        /** The fragments contradict each other; none will be used (RFC 5722, which Linux follows for IPv4 too). */
        SPOILT
    }

    /** Bytes after the IP header of the longest packet. */
    static final int MAX_LENGTH = 0xFFFF;

    private static final int UNIT = 8;
    private static final int UNITS = (MAX_LENGTH + UNIT) / UNIT;
    private static final int UNKNOWN = -1;

    /** A bit for each ECN value seen: a mixture of capable and not capable fragments makes the packet invalid. */
    private static final int NOT_CAPABLE_SEEN = 1;
    private static final int CONGESTION_SEEN = 1 << 3;

    private final MemoryBuffer buffer =
        MemoryBuffer.allocate(UNITS * UNIT, Long.BYTES);
    private final long[] present = new long[UNITS / Long.SIZE + 1];

    private boolean isOpen;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int identification;
    private long openedNs;

    private int unitsPresent;
    private int end;
    private int length;
    private int tos;
    private int ecnSeen;
    private int nextHeader;

    void open(
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow,
        final int identification,
        final long nowNs)
    {
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
        this.identification = identification;
        openedNs = nowNs;
        Arrays.fill(present, 0);
        unitsPresent = 0;
        end = 0;
        length = UNKNOWN;
        tos = 0;
        ecnSeen = 0;
        nextHeader = 0;
        isOpen = true;
    }

    void close()
    {
        isOpen = false;
    }

    boolean isOpen()
    {
        return isOpen;
    }

    long openedNs()
    {
        return openedNs;
    }

    boolean matches(
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow,
        final int identification)
    {
        return isOpen &&
            this.identification == identification &&
            this.sourceLow == sourceLow &&
            this.destinationLow == destinationLow &&
            this.sourceHigh == sourceHigh &&
            this.destinationHigh == destinationHigh;
    }

    /** Add a fragment; {@code from} and, unless it is the last, the length are multiples of 8. */
    Outcome add(
        final MutableDirectBuffer source,
        final int offset,
        final int from,
        final int fragmentLength,
        final boolean moreFollow,
        final int fragmentTos,
        final int fragmentNextHeader)
    {
        final int to = from + fragmentLength;
        final boolean contradictsEnd = moreFollow ?
            length != UNKNOWN && to > length :
            to < end || length != UNKNOWN && to != length;
        if (fragmentLength == 0 || to > MAX_LENGTH || contradictsEnd)
        {
            return Outcome.SPOILT;
        }
        final int firstUnit = from / UNIT;
        final int endUnit = (to + UNIT - 1) / UNIT;
        final int known = count(firstUnit, endUnit);
        if (known == endUnit - firstUnit)
        {
            return Outcome.HELD;
        }
        if (known > 0)
        {
            return Outcome.SPOILT;
        }
        for (int unit = firstUnit; unit < endUnit; unit++)
        {
            present[unit >>> 6] |= 1L << unit;
        }
        unitsPresent += endUnit - firstUnit;
        end = Math.max(end, to);
        ecnSeen |= 1 << (fragmentTos & 0x3);
        buffer.putBytes(from, source, offset, fragmentLength);
        if (!moreFollow)
        {
            length = to;
        }
        if (from == 0)
        {
            tos = fragmentTos;
            nextHeader = fragmentNextHeader;
        }
        if (length == UNKNOWN || unitsPresent < (length + UNIT - 1) / UNIT)
        {
            return Outcome.HELD;
        }
        return (ecnSeen & NOT_CAPABLE_SEEN) != 0 && ecnSeen != NOT_CAPABLE_SEEN ? Outcome.SPOILT : Outcome.COMPLETE;
    }

    MutableDirectBuffer buffer()
    {
        return buffer;
    }

    int length()
    {
        return length;
    }

    /** That of the first fragment, with the congestion mark of any fragment (RFC 3168 §5.3). */
    int tos()
    {
        return (ecnSeen & CONGESTION_SEEN) != 0 ? tos | 0x3 : tos;
    }

    int nextHeader()
    {
        return nextHeader;
    }

    private int count(final int firstUnit, final int endUnit)
    {
        int count = 0;
        for (int unit = firstUnit; unit < endUnit; unit++)
        {
            count += (int)(present[unit >>> 6] >>> unit) & 1;
        }
        return count;
    }
}
