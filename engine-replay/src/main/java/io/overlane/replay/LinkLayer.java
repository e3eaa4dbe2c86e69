// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.parse.Layer3;
import io.overlane.pcap.LinkType;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.VlanTag;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * Finds layer 3 in a captured packet, behind VLAN tags.
 *
 * <pre>
 *  Linux cooked:    type 2 | ARPHRD 2 | length 2 | address 8 | protocol 2
 *  Linux cooked v2: protocol 2 | 0 2 | interface 4 | ARPHRD 2 | type 1 | length 1 | address 8
 *  BSD loopback:    address family 4, in the byte order of the host that captured
 * </pre>
 */
final class LinkLayer
{
    private static final int COOKED_LENGTH = 16;
    private static final int COOKED_PROTOCOL_OFFSET = 14;
    private static final int COOKED_V2_LENGTH = 20;
    private static final int COOKED_V2_PROTOCOL_OFFSET = 0;

    private static final int FAMILY_LENGTH = 4;
    private static final int FAMILY_MAX = 0xFFFF;
    private static final int FAMILY_INET = 2;

    /** AF_INET6 of Linux; of NetBSD and OpenBSD; of FreeBSD; of macOS. */
    private static final int FAMILY_INET6_LINUX = 10;
    private static final int FAMILY_INET6_BSD = 24;
    private static final int FAMILY_INET6_FREEBSD = 28;
    private static final int FAMILY_INET6_DARWIN = 30;

    private final VlanTag tag = new VlanTag();

    private int etherType;
    private int l3Offset;

    static boolean isSupported(final int linkType)
    {
        return switch (linkType)
        {
            case LinkType.ETHERNET,
                LinkType.NULL,
                LinkType.LOOP,
                LinkType.RAW_IP,
                LinkType.RAW_IP_12,
                LinkType.RAW_IP_14,
                LinkType.IPV4,
                LinkType.IPV6,
                LinkType.LINUX_SLL,
                LinkType.LINUX_SLL2 -> true;
            default -> false;
        };
    }

    /**
     * Returns {@code BAD_OUTER_HEADER} if the packet ends before layer 3, or should be IP and is not; {@code NO_SOCKET}
     * if the link type is not supported.
     */
    DropReason locate(final int linkType, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        return switch (linkType)
        {
            case LinkType.NULL, LinkType.LOOP -> loopback(buffer, offset, length);
            case LinkType.RAW_IP, LinkType.RAW_IP_12, LinkType.RAW_IP_14 ->
                behind(Layer3.ofIp(buffer, offset, length), offset);
            case LinkType.IPV4 -> found(EtherType.IPV4, offset);
            case LinkType.IPV6 -> found(EtherType.IPV6, offset);
            case LinkType.LINUX_SLL -> cooked(buffer, offset, length, COOKED_LENGTH, COOKED_PROTOCOL_OFFSET);
            case LinkType.LINUX_SLL2 -> cooked(buffer, offset, length, COOKED_V2_LENGTH, COOKED_V2_PROTOCOL_OFFSET);
            case LinkType.ETHERNET -> behind(Layer3.ofEthernet(buffer, offset, length), offset);
            default -> DropReason.NO_SOCKET;
        };
    }

    /** After {@code locate} returned {@code NONE}: type of layer 3, 0 if the link layer has no EtherType for it. */
    int etherType()
    {
        return etherType;
    }

    /** After {@code locate} returned {@code NONE}: first byte of layer 3. */
    int l3Offset()
    {
        return l3Offset;
    }

    private DropReason behind(final int layer3, final int offset)
    {
        return layer3 == Layer3.NONE ?
            DropReason.BAD_OUTER_HEADER :
            found(Layer3.etherType(layer3), offset + Layer3.offset(layer3));
    }

    /** Families are small numbers, so one with bits in its upper half was written in the other byte order. */
    private DropReason loopback(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        if (length < FAMILY_LENGTH)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        final int written = buffer.getInt(offset, ByteOrder.BIG_ENDIAN);
        final int family = (written & ~FAMILY_MAX) == 0 ? written : Integer.reverseBytes(written);
        return switch (family)
        {
            case FAMILY_INET -> found(EtherType.IPV4, offset + FAMILY_LENGTH);
            case FAMILY_INET6_LINUX, FAMILY_INET6_BSD, FAMILY_INET6_FREEBSD, FAMILY_INET6_DARWIN ->
                found(EtherType.IPV6, offset + FAMILY_LENGTH);
            default -> found(0, offset + FAMILY_LENGTH);
        };
    }

    private DropReason cooked(
        final MutableDirectBuffer buffer,
        final int offset,
        final int length,
        final int headerLength,
        final int protocolOffset)
    {
        if (length < headerLength)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        int type = buffer.getShort(offset + protocolOffset, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        int position = headerLength;
        for (int tags = 0; tags < Layer3.MAX_TAGS && EtherType.isVlan(type); tags++)
        {
            if (tag.wrap(buffer, offset + position, length - position).check() != DropReason.NONE)
            {
                return DropReason.BAD_OUTER_HEADER;
            }
            type = tag.etherType();
            position += VlanTag.LENGTH;
        }
        return found(type, offset + position);
    }

    private DropReason found(final int etherType, final int l3Offset)
    {
        this.etherType = etherType;
        this.l3Offset = l3Offset;
        return DropReason.NONE;
    }
}
