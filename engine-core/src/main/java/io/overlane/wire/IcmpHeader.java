// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An ICMP header (RFC 792) or an ICMPv6 header (RFC 4443 §2.1): the two words every message begins with. The message
 * reaches to the end of the wrapped range. The two protocols have different types, and different checksums.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Identifier           |    Sequence / Next-Hop MTU    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class IcmpHeader
{
    /** Bytes in the header. */
    public static final int LENGTH = 8;

    /** Type. */
    public static final int TYPE_OFFSET = 0;

    /** Code. */
    public static final int CODE_OFFSET = 1;

    /** Checksum. */
    public static final int CHECKSUM_OFFSET = 2;

    /** Second word. */
    public static final int REST_OFFSET = 4;

    /** Echo: identifier. */
    public static final int IDENTIFIER_OFFSET = 4;

    /** Echo: sequence number. */
    public static final int SEQUENCE_OFFSET = 6;

    /** Fragmentation needed: next-hop MTU (RFC 1191 §4). */
    public static final int NEXT_HOP_MTU_OFFSET = 6;

    /** ICMPv6 type: packet too big; {@link #rest()} is the MTU. */
    public static final int PACKET_TOO_BIG_V6 = 2;

    /** ICMP type: echo reply. */
    public static final int ECHO_REPLY = 0;

    /** ICMP type: destination unreachable. */
    public static final int DESTINATION_UNREACHABLE = 3;

    /** ICMP type: echo request. */
    public static final int ECHO_REQUEST = 8;

    /** ICMP type: time exceeded. */
    public static final int TIME_EXCEEDED = 11;

    /** Code of {@link #DESTINATION_UNREACHABLE}: no route to the network. */
    public static final int NET_UNREACHABLE = 0;

    /** Code of {@link #DESTINATION_UNREACHABLE}: too big, and DF is set. */
    public static final int FRAGMENTATION_NEEDED = 4;

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
    public IcmpHeader wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /**
     * @return {@link DropReason#BAD_TRANSPORT_HEADER} if the packet ends inside the header. No setter voids a
     *         {@link DropReason#NONE}.
     */
    public DropReason check()
    {
        return length < LENGTH ? DropReason.BAD_TRANSPORT_HEADER : DropReason.NONE;
    }

    public int type()
    {
        return buffer.getByte(offset + TYPE_OFFSET) & 0xFF;
    }

    public IcmpHeader type(final int type)
    {
        buffer.putByte(offset + TYPE_OFFSET, (byte)type);
        return this;
    }

    public int code()
    {
        return buffer.getByte(offset + CODE_OFFSET) & 0xFF;
    }

    public IcmpHeader code(final int code)
    {
        buffer.putByte(offset + CODE_OFFSET, (byte)code);
        return this;
    }

    public int checksum()
    {
        return buffer.getShort(offset + CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public IcmpHeader checksum(final int checksum)
    {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short)checksum, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return the second word, whose meaning depends on the type. */
    public int rest()
    {
        return buffer.getInt(offset + REST_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Write the second word; over fresh memory do this before setting half of it.
     *
     * @param rest four bytes.
     * @return this.
     */
    public IcmpHeader rest(final int rest)
    {
        buffer.putInt(offset + REST_OFFSET, rest, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int identifier()
    {
        return buffer.getShort(offset + IDENTIFIER_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public IcmpHeader identifier(final int identifier)
    {
        buffer.putShort(offset + IDENTIFIER_OFFSET, (short)identifier, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int sequence()
    {
        return buffer.getShort(offset + SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public IcmpHeader sequence(final int sequence)
    {
        buffer.putShort(offset + SEQUENCE_OFFSET, (short)sequence, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return bytes, IP header included. */
    public int nextHopMtu()
    {
        return buffer.getShort(offset + NEXT_HOP_MTU_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public IcmpHeader nextHopMtu(final int nextHopMtu)
    {
        buffer.putShort(offset + NEXT_HOP_MTU_OFFSET, (short)nextHopMtu, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /**
     * Write the checksum of an ICMP message, to the end of the wrapped range.
     *
     * @return this.
     */
    public IcmpHeader updateChecksum()
    {
        return checksum(0).checksum(Checksum.internet(buffer, offset, length));
    }

    /**
     * Write the checksum of an ICMPv6 message, to the end of the wrapped range.
     *
     * @param ip the IPv6 header in front, addresses already set.
     * @return this.
     */
    public IcmpHeader updateChecksum(final Ipv6Header ip)
    {
        checksum(0);
        return checksum(~Checksum.fold(sum(ip)));
    }

    /** @return true if the checksum fits the ICMP message, to the end of the wrapped range. */
    public boolean isChecksumValid()
    {
        return Checksum.internet(buffer, offset, length) == 0;
    }

    /**
     * @param ip the IPv6 header in front.
     * @return true if the checksum fits the ICMPv6 message, to the end of the wrapped range.
     */
    public boolean isChecksumValid(final Ipv6Header ip)
    {
        return Checksum.fold(sum(ip)) == 0xFFFF;
    }

    private long sum(final Ipv6Header ip)
    {
        final long pseudoHeader = Checksum.pseudoHeaderV6(
            ip.sourceHigh(),
            ip.sourceLow(),
            ip.destinationHigh(),
            ip.destinationLow(),
            IpProtocol.ICMPV6,
            length);
        return Checksum.sum(buffer, offset, length, pseudoHeader);
    }
}
