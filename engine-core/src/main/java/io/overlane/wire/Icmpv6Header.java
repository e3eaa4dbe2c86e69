// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An ICMPv6 header (RFC 4443 §2.1) and the word behind it, which every message defined so far has. The message reaches
 * to the end of the wrapped range.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Identifier           |           Sequence            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class Icmpv6Header
{
    /** Bytes in header and second word. */
    public static final int LENGTH = 8;

    /** Type. */
    public static final int TYPE_OFFSET = 0;

    /** Code. */
    public static final int CODE_OFFSET = 1;

    /** Checksum. */
    public static final int CHECKSUM_OFFSET = 2;

    /** Second word; packet too big: the MTU. */
    public static final int REST_OFFSET = 4;

    /** Echo: identifier. */
    public static final int IDENTIFIER_OFFSET = 4;

    /** Echo: sequence number. */
    public static final int SEQUENCE_OFFSET = 6;

    /** Type: destination unreachable. */
    public static final int DESTINATION_UNREACHABLE = 1;

    /** Type: packet too big; {@link #rest()} is the MTU. */
    public static final int PACKET_TOO_BIG = 2;

    /** Type: time exceeded. */
    public static final int TIME_EXCEEDED = 3;

    /** Type: echo request. */
    public static final int ECHO_REQUEST = 128;

    /** Type: echo reply. */
    public static final int ECHO_REPLY = 129;

    /** Type: router solicitation. */
    public static final int ROUTER_SOLICITATION = 133;

    /** Type: router advertisement. */
    public static final int ROUTER_ADVERTISEMENT = 134;

    /** Type: {@link NdMessage}. */
    public static final int NEIGHBOR_SOLICITATION = 135;

    /** Type: {@link NdMessage}. */
    public static final int NEIGHBOR_ADVERTISEMENT = 136;

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
    public Icmpv6Header wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /**
     * @return {@link DropReason#BAD_TRANSPORT_HEADER} if the packet ends inside the two words. No setter voids a
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

    public Icmpv6Header type(final int type)
    {
        buffer.putByte(offset + TYPE_OFFSET, (byte)type);
        return this;
    }

    public int code()
    {
        return buffer.getByte(offset + CODE_OFFSET) & 0xFF;
    }

    public Icmpv6Header code(final int code)
    {
        buffer.putByte(offset + CODE_OFFSET, (byte)code);
        return this;
    }

    public int checksum()
    {
        return buffer.getShort(offset + CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public Icmpv6Header checksum(final int checksum)
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
    public Icmpv6Header rest(final int rest)
    {
        buffer.putInt(offset + REST_OFFSET, rest, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int identifier()
    {
        return buffer.getShort(offset + IDENTIFIER_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public Icmpv6Header identifier(final int identifier)
    {
        buffer.putShort(offset + IDENTIFIER_OFFSET, (short)identifier, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int sequence()
    {
        return buffer.getShort(offset + SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public Icmpv6Header sequence(final int sequence)
    {
        buffer.putShort(offset + SEQUENCE_OFFSET, (short)sequence, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /**
     * Write the checksum of the message, to the end of the wrapped range.
     *
     * @param ip the IPv6 header in front, addresses already set.
     * @return this.
     */
    public Icmpv6Header updateChecksum(final Ipv6Header ip)
    {
        checksum(0);
        return checksum(~Checksum.fold(sum(ip)));
    }

    /**
     * @param ip the IPv6 header in front.
     * @return true if the checksum fits the message, to the end of the wrapped range.
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
