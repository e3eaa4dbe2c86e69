// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

/**
 * An IPv6 header (RFC 8200 §3), without extension headers. Addresses are two words, first octet on the wire highest.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version| Traffic Class |              Flow Label               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * ~                    Source Address, 16 bytes                   ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * ~                 Destination Address, 16 bytes                 ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class Ipv6Header extends Header
{
    /** Bytes in the header. */
    public static final int LENGTH = 40;

    /** Version, traffic class and flow label. */
    public static final int VERSION_OFFSET = 0;

    /** Bytes behind the header, extension headers included. */
    public static final int PAYLOAD_LENGTH_OFFSET = 4;

    /** Protocol of the payload, or the first extension header. */
    public static final int NEXT_HEADER_OFFSET = 6;

    /** Hop limit. */
    public static final int HOP_LIMIT_OFFSET = 7;

    /** Source address. */
    public static final int SOURCE_OFFSET = 8;

    /** The version this header has. */
    public static final int VERSION = 6;

    private static final int DESTINATION_OFFSET = 24;
    private static final int SOURCE_LOW_OFFSET = SOURCE_OFFSET + 8;
    private static final int DESTINATION_LOW_OFFSET = DESTINATION_OFFSET + 8;
    private static final int TRAFFIC_CLASS_SHIFT = 20;

    private static final int ECN_MASK = 0x3 << TRAFFIC_CLASS_SHIFT;

    public Ipv6Header wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        return this;
    }

    /**
     * The gate before use of the payload: {@link #checkHeader()}, and a payload length that fits the packet (Linux
     * {@code ip6_rcv_core}).
     *
     * @return {@link DropReason#NONE} or the first fault, as for {@link #checkHeader()}; a payload length that is too
     *         long is {@link DropReason#BAD_IP_HEADER}.
     */
    public DropReason check()
    {
        final DropReason verdict = checkHeader();
        if (verdict != DropReason.NONE)
        {
            return verdict;
        }
        return payloadLength() > length - LENGTH ? DropReason.BAD_IP_HEADER : DropReason.NONE;
    }

    /**
     * The gate before reading or patching only the header, as a bridge does (Linux {@code pskb_inet_may_pull}). No
     * setter voids a {@link DropReason#NONE}.
     *
     * @return {@link DropReason#INNER_IP_TRUNCATED} if the packet ends inside the header,
     *         {@link DropReason#BAD_IP_VERSION} if it is not version 6.
     */
    public DropReason checkHeader()
    {
        if (length < LENGTH)
        {
            return DropReason.INNER_IP_TRUNCATED;
        }
        return u8(VERSION_OFFSET) >>> 4 != VERSION ? DropReason.BAD_IP_VERSION : DropReason.NONE;
    }

    /** Write version 6 with a zero traffic class and flow label. */
    public Ipv6Header init()
    {
        i32(VERSION_OFFSET, VERSION << 28);
        return this;
    }

    /** @return DSCP in the upper six bits, ECN in the lower two. */
    public int trafficClass()
    {
        return u16(VERSION_OFFSET) >>> 4 & 0xFF;
    }

    /** @return the ECN bits: 0 not capable, 1 and 2 capable, 3 congestion experienced (RFC 3168 §5). */
    public int ecn()
    {
        return trafficClass() & 0x3;
    }

    /** Change the two ECN bits. IPv6 has no header checksum to patch. */
    public Ipv6Header ecn(final int ecn)
    {
        i32(VERSION_OFFSET, i32(VERSION_OFFSET) & ~ECN_MASK | (ecn & 0x3) << TRAFFIC_CLASS_SHIFT);
        return this;
    }

    /** @return bytes behind the header, extension headers included; 0 in a jumbogram (RFC 2675). */
    public int payloadLength()
    {
        return u16(PAYLOAD_LENGTH_OFFSET);
    }

    /** Voids {@link #check()} if it grows. */
    public Ipv6Header payloadLength(final int payloadLength)
    {
        u16(PAYLOAD_LENGTH_OFFSET, payloadLength);
        return this;
    }

    /** @return one of {@link IpProtocol}, or an extension header. */
    public int nextHeader()
    {
        return u8(NEXT_HEADER_OFFSET);
    }

    public Ipv6Header nextHeader(final int nextHeader)
    {
        u8(NEXT_HEADER_OFFSET, nextHeader);
        return this;
    }

    public int hopLimit()
    {
        return u8(HOP_LIMIT_OFFSET);
    }

    public Ipv6Header hopLimit(final int hopLimit)
    {
        u8(HOP_LIMIT_OFFSET, hopLimit);
        return this;
    }

    public long sourceHigh()
    {
        return i64(SOURCE_OFFSET);
    }

    public Ipv6Header sourceHigh(final long sourceHigh)
    {
        i64(SOURCE_OFFSET, sourceHigh);
        return this;
    }

    public long sourceLow()
    {
        return i64(SOURCE_LOW_OFFSET);
    }

    public Ipv6Header sourceLow(final long sourceLow)
    {
        i64(SOURCE_LOW_OFFSET, sourceLow);
        return this;
    }

    public long destinationHigh()
    {
        return i64(DESTINATION_OFFSET);
    }

    public Ipv6Header destinationHigh(final long destinationHigh)
    {
        i64(DESTINATION_OFFSET, destinationHigh);
        return this;
    }

    public long destinationLow()
    {
        return i64(DESTINATION_LOW_OFFSET);
    }

    public Ipv6Header destinationLow(final long destinationLow)
    {
        i64(DESTINATION_LOW_OFFSET, destinationLow);
        return this;
    }
}
