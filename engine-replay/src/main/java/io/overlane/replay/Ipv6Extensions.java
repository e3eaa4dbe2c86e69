// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.status.DropReason;
import io.overlane.wire.IpProtocol;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Walks over the extension headers of an IPv6 packet (RFC 8200 §4) up to the transport header, or to just behind the
 * fragment header of a packet that is one of several. Options are not looked into.
 *
 * <pre>
 *  others:    next header 1 | length in 8 bytes beyond the first 8 | …
 *  routing:   next header 1 | length 1 | type 1 | segments left 1 | …
 *  fragment:  next header 1 | 0 | offset 13 bits, 0, more follow 1 bit | identification 4
 * </pre>
 */
final class Ipv6Extensions
{
    private static final int UNIT = 8;
    private static final int SEGMENTS_LEFT_OFFSET = 3;
    private static final int FRAGMENT_OFFSET = 2;
    private static final int IDENTIFICATION_OFFSET = 4;
    private static final int FRAGMENT_OFFSET_MASK = 0xFFF8;
    private static final int MORE_FRAGMENTS_BIT = 0x1;

    private int nextHeader;
    private int offset;
    private int fragment;
    private int identification;

    /**
     * Answers {@code BAD_OUTER_HEADER} if the bytes end inside an extension header, and {@code NO_SOCKET} where a host
     * would not go on to a transport header: a route that does not end here, or hop-by-hop options out of place.
     */
    DropReason walk(
        final UnsafeBuffer buffer,
        final int start,
        final int length,
        final int firstHeader,
        final boolean hopByHopMayStand)
    {
        final int end = start + length;
        boolean isFirst = hopByHopMayStand;
        nextHeader = firstHeader;
        offset = start;
        fragment = 0;
        while (isExtension(nextHeader))
        {
            if (end - offset < UNIT)
            {
                return DropReason.BAD_OUTER_HEADER;
            }
            final int type = nextHeader;
            final int units = type == IpProtocol.FRAGMENT ? 0 : buffer.getByte(offset + 1) & 0xFF;
            final int headerLength = (units + 1) * UNIT;
            if (end - offset < headerLength)
            {
                return DropReason.BAD_OUTER_HEADER;
            }
            if (type == IpProtocol.HOP_BY_HOP && !isFirst ||
                type == IpProtocol.ROUTING && buffer.getByte(offset + SEGMENTS_LEFT_OFFSET) != 0)
            {
                return DropReason.NO_SOCKET;
            }
            isFirst = false;
            nextHeader = buffer.getByte(offset) & 0xFF;
            if (type == IpProtocol.FRAGMENT)
            {
                fragment = buffer.getShort(offset + FRAGMENT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
                identification = buffer.getInt(offset + IDENTIFICATION_OFFSET, ByteOrder.BIG_ENDIAN);
            }
            offset += headerLength;
            if (isFragment())
            {
                return DropReason.NONE;
            }
        }
        return DropReason.NONE;
    }

    /** What lies at {@link #offset()}; behind a fragment header that is true of the first fragment only. */
    int nextHeader()
    {
        return nextHeader;
    }

    int offset()
    {
        return offset;
    }

    /** False for the "atomic" fragment that is the whole packet (RFC 6946). */
    boolean isFragment()
    {
        return (fragment & (FRAGMENT_OFFSET_MASK | MORE_FRAGMENTS_BIT)) != 0;
    }

    /** In bytes. */
    int fragmentOffset()
    {
        return fragment & FRAGMENT_OFFSET_MASK;
    }

    boolean moreFragments()
    {
        return (fragment & MORE_FRAGMENTS_BIT) != 0;
    }

    int identification()
    {
        return identification;
    }

    private static boolean isExtension(final int header)
    {
        return header == IpProtocol.HOP_BY_HOP ||
            header == IpProtocol.ROUTING ||
            header == IpProtocol.FRAGMENT ||
            header == IpProtocol.DESTINATION_OPTIONS;
    }
}
