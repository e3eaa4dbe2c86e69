// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

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
public final class Ipv6Header
{
    /** Bytes in the header. */
    public static final int LENGTH = 40;

    /** Version, traffic class and flow label. */
    public static final int VERSION_OFFSET = 0;

    /** Bytes behind the header, extension headers included. */
    public static final int PAYLOAD_LENGTH_OFFSET = 4;

    /** Next header. */
    public static final int NEXT_HEADER_OFFSET = 6;

    /** Hop limit. */
    public static final int HOP_LIMIT_OFFSET = 7;

    /** Source address. */
    public static final int SOURCE_OFFSET = 8;

    /** Destination address. */
    public static final int DESTINATION_OFFSET = 24;

    /** The version this header has. */
    public static final int VERSION = 6;

    private static final int SOURCE_LOW_OFFSET = SOURCE_OFFSET + 8;

    private static final int DESTINATION_LOW_OFFSET = DESTINATION_OFFSET + 8;

    private static final int TRAFFIC_CLASS_SHIFT = 20;

    private static final int TRAFFIC_CLASS_MASK = 0xFF << TRAFFIC_CLASS_SHIFT;

    private static final int FLOW_LABEL_MASK = 0xF_FFFF;

    private static final int ECN_MASK = 0x3 << TRAFFIC_CLASS_SHIFT;

    private UnsafeBuffer buffer;
    private int offset;
    private int length;

    /**
     * Aim at a header.
     *
     * @param buffer it lies in.
     * @param offset its first byte, from the start of the buffer.
     * @param length bytes from there to the end of the frame; all of them lie in the buffer.
     * @return this.
     */
    public Ipv6Header wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /**
     * The gate for who goes on to use the payload: {@link #checkHeader()}, and a payload length that fits the packet
     * (Linux {@code ip6_rcv_core}).
     *
     * @return {@link DropReason#NONE} or the first thing wrong, as for {@link #checkHeader()}; a payload length that is
     *         too long is {@link DropReason#BAD_IP_HEADER}.
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
     * Write version 6 with a zero traffic class and flow label.
     *
     * @return this.
     */
    public Ipv6Header init()
    {
        return firstWord(VERSION << 28);
    }

    public int version()
    {
        return firstWord() >>> 28;
    }

    /** @return DSCP in the upper six bits, ECN in the lower two. */
    public int trafficClass()
    {
        return (firstWord() & TRAFFIC_CLASS_MASK) >>> TRAFFIC_CLASS_SHIFT;
    }

    public Ipv6Header trafficClass(final int trafficClass)
    {
        return firstWord((firstWord() & ~TRAFFIC_CLASS_MASK) | ((trafficClass & 0xFF) << TRAFFIC_CLASS_SHIFT));
    }

    /** @return the ECN bits: 0 not capable, 1 and 2 capable, 3 congestion experienced (RFC 3168 §5). */
    public int ecn()
    {
        return trafficClass() & 0x3;
    }

    /**
     * Change the two ECN bits. IPv6 has no header checksum to patch.
     *
     * @param ecn 0…3.
     * @return this.
     */
    public Ipv6Header ecn(final int ecn)
    {
        return firstWord((firstWord() & ~ECN_MASK) | ((ecn & 0x3) << TRAFFIC_CLASS_SHIFT));
    }

    /** @return 20 bits. */
    public int flowLabel()
    {
        return firstWord() & FLOW_LABEL_MASK;
    }

    public Ipv6Header flowLabel(final int flowLabel)
    {
        return firstWord((firstWord() & ~FLOW_LABEL_MASK) | (flowLabel & FLOW_LABEL_MASK));
    }

    /** @return bytes behind the header, extension headers included; 0 in a jumbogram (RFC 2675). */
    public int payloadLength()
    {
        return buffer.getShort(offset + PAYLOAD_LENGTH_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /**
     * Voids {@link #check()} if it grows.
     *
     * @param payloadLength bytes behind the header.
     * @return this.
     */
    public Ipv6Header payloadLength(final int payloadLength)
    {
        buffer.putShort(offset + PAYLOAD_LENGTH_OFFSET, (short)payloadLength, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return one of {@link IpProtocol}, or an extension header. */
    public int nextHeader()
    {
        return buffer.getByte(offset + NEXT_HEADER_OFFSET) & 0xFF;
    }

    public Ipv6Header nextHeader(final int nextHeader)
    {
        buffer.putByte(offset + NEXT_HEADER_OFFSET, (byte)nextHeader);
        return this;
    }

    public int hopLimit()
    {
        return buffer.getByte(offset + HOP_LIMIT_OFFSET) & 0xFF;
    }

    public Ipv6Header hopLimit(final int hopLimit)
    {
        buffer.putByte(offset + HOP_LIMIT_OFFSET, (byte)hopLimit);
        return this;
    }

    public long sourceHigh()
    {
        return buffer.getLong(offset + SOURCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public Ipv6Header sourceHigh(final long sourceHigh)
    {
        buffer.putLong(offset + SOURCE_OFFSET, sourceHigh, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public long sourceLow()
    {
        return buffer.getLong(offset + SOURCE_LOW_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public Ipv6Header sourceLow(final long sourceLow)
    {
        buffer.putLong(offset + SOURCE_LOW_OFFSET, sourceLow, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public long destinationHigh()
    {
        return buffer.getLong(offset + DESTINATION_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public Ipv6Header destinationHigh(final long destinationHigh)
    {
        buffer.putLong(offset + DESTINATION_OFFSET, destinationHigh, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public long destinationLow()
    {
        return buffer.getLong(offset + DESTINATION_LOW_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public Ipv6Header destinationLow(final long destinationLow)
    {
        buffer.putLong(offset + DESTINATION_LOW_OFFSET, destinationLow, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /**
     * The gate for who reads or patches the header only and leaves the payload to others, as a bridge does
     * (Linux {@code pskb_inet_may_pull}). No setter voids a {@link DropReason#NONE}.
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
        return version() != VERSION ? DropReason.BAD_IP_VERSION : DropReason.NONE;
    }

    private int firstWord()
    {
        return buffer.getInt(offset + VERSION_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    private Ipv6Header firstWord(final int word)
    {
        buffer.putInt(offset + VERSION_OFFSET, word, ByteOrder.BIG_ENDIAN);
        return this;
    }
}
