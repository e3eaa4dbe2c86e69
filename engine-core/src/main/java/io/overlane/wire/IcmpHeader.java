// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

/**
 * An ICMP header (RFC 792) or an ICMPv6 header (RFC 4443 §2.1): the two words at the start of every message. The
 * message ends at the end of the wrapped range. The two protocols have different types, and different checksums.
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
public class IcmpHeader extends Header
{
    /** Bytes in the header. */
    public static final int LENGTH = 8;

    /** ICMPv6 type: packet too big; the second word is the MTU. */
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

    private static final int TYPE_OFFSET = 0;
    private static final int CODE_OFFSET = 1;
    private static final int CHECKSUM_OFFSET = 2;
    private static final int IDENTIFIER_OFFSET = 4;
    private static final int SEQUENCE_OFFSET = 6;

    public IcmpHeader wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
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

    /**
     * Write the header with a checksum of 0.
     *
     * @param rest the second word: an identifier and a sequence number, or an MTU.
     */
    public IcmpHeader init(final int type, final int code, final int rest)
    {
        i64(TYPE_OFFSET, (long)type << 56 | (code & 0xFFL) << 48 | rest & 0xFFFF_FFFFL);
        return this;
    }

    public int type()
    {
        return u8(TYPE_OFFSET);
    }

    public int code()
    {
        return u8(CODE_OFFSET);
    }

    final IcmpHeader checksum(final int checksum)
    {
        u16(CHECKSUM_OFFSET, checksum);
        return this;
    }

    public int identifier()
    {
        return u16(IDENTIFIER_OFFSET);
    }

    public int sequence()
    {
        return u16(SEQUENCE_OFFSET);
    }

    /** Write the checksum of an ICMP message. */
    public IcmpHeader updateChecksum()
    {
        return checksum(0).checksum(Checksum.internet(buffer, offset, length));
    }

    /** Write the checksum of an ICMPv6 message; the addresses of its IPv6 header are set already. */
    public IcmpHeader updateChecksum(final Ipv6Header ip)
    {
        checksum(0);
        final long pseudoHeader = Checksum.pseudoHeaderV6(
            ip.sourceHigh(),
            ip.sourceLow(),
            ip.destinationHigh(),
            ip.destinationLow(),
            IpProtocol.ICMPV6,
            length);
        return checksum(~Checksum.fold(Checksum.sum(buffer, offset, length, pseudoHeader)));
    }

    /** @return true if the checksum of the ICMPv6 message is right. */
    public boolean isChecksumValid(final Ipv6Header ip)
    {
        final long pseudoHeader = Checksum.pseudoHeaderV6(
            ip.sourceHigh(),
            ip.sourceLow(),
            ip.destinationHigh(),
            ip.destinationLow(),
            IpProtocol.ICMPV6,
            length);
        return Checksum.fold(Checksum.sum(buffer, offset, length, pseudoHeader)) == 0xFFFF;
    }

    /** @return true if the checksum of the ICMP message is right. */
    public boolean isChecksumValid()
    {
        return Checksum.internet(buffer, offset, length) == 0;
    }
}
