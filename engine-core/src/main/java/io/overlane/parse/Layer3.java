// SPDX-License-Identifier: Apache-2.0
package io.overlane.parse;

import io.overlane.frame.Frame;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.VlanTag;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Finds where layer 3 begins in a frame, behind VLAN tags, and its EtherType. The result is one {@code int}, so that a
 * frame is parsed once and the result is passed on; it is valid until bytes in front of layer 3 are added or removed.
 *
 * <pre>
 *  0                                            offset
 *  +-------------+--------+------+-----+-----------+------------------
 *  | destination | source | TPID | TCI | EtherType |  layer 3
 *  +-------------+--------+------+-----+-----------+------------------
 *                         '- 0…7 times '
 *
 *  bits 23…16: offset, bits 15…0: EtherType
 * </pre>
 */
public final class Layer3
{
    /** The frame ends inside its Ethernet header or a tag; or it should be an IP packet and is not. */
    public static final int NONE = 0;

    /** An IPv4 packet without an Ethernet header. */
    public static final int IPV4_PACKET = EtherType.IPV4;

    /** The most tags that are skipped: Linux ({@code vlan_get_protocol}, VLAN_MAX_DEPTH) stops at the eighth. */
    public static final int MAX_TAGS = 7;

    /** Bytes of an Ethernet header with {@link #MAX_TAGS} tags. */
    public static final int MAX_OFFSET = EthernetHeader.LENGTH + MAX_TAGS * VlanTag.LENGTH;

    private static final int OFFSET_SHIFT = 16;

    private static final int ETHER_TYPE_MASK = 0xFFFF;

    private Layer3()
    {
    }

    /**
     * @param frame      without tunnel header; may have any bytes.
     * @param isEthernet true if it begins with an Ethernet header, false if it is an IP packet.
     * @return the result, or {@link #NONE}.
     */
    public static int of(final Frame frame, final boolean isEthernet)
    {
        return isEthernet ?
            ofEthernet(frame.buffer(), frame.offset(), frame.length()) :
            ofIp(frame.buffer(), frame.offset(), frame.length());
    }

    /**
     * @param offset first byte of an Ethernet frame, from the start of the buffer.
     * @param length bytes in the frame.
     * @return the result, or {@link #NONE}.
     */
    public static int ofEthernet(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < EthernetHeader.LENGTH)
        {
            return NONE;
        }
        final int type = etherType(buffer, offset + EthernetHeader.ETHER_TYPE_OFFSET);
        return EtherType.isVlan(type) ?
            behindTags(buffer, offset, length, type) :
            EthernetHeader.LENGTH << OFFSET_SHIFT | type;
    }

    /**
     * @param offset first byte of an IP packet, from the start of the buffer.
     * @param length bytes in the packet.
     * @return the result according to the version field; {@link #NONE} if that is neither 4 nor 6.
     */
    public static int ofIp(final DirectBuffer buffer, final int offset, final int length)
    {
        return switch (length > 0 ? (buffer.getByte(offset) & 0xFF) >>> 4 : 0)
        {
            case Ipv4Header.VERSION -> EtherType.IPV4;
            case Ipv6Header.VERSION -> EtherType.IPV6;
            default -> NONE;
        };
    }

    /** @return one of {@link EtherType}; the TPID of an eighth tag if there is one; 0 for {@link #NONE}. */
    public static int etherType(final int layer3)
    {
        return layer3 & ETHER_TYPE_MASK;
    }

    /** @return bytes in front of layer 3: 0 in an IP packet and for {@link #NONE}. */
    public static int offset(final int layer3)
    {
        return layer3 >>> OFFSET_SHIFT;
    }

    /** @return VLAN tags in front of layer 3 in an Ethernet frame, 0…7; not for {@link #NONE}. */
    public static int tagCount(final int layer3)
    {
        return (offset(layer3) - EthernetHeader.LENGTH) / VlanTag.LENGTH;
    }

    private static int behindTags(final DirectBuffer buffer, final int offset, final int length, final int tpid)
    {
        int type = tpid;
        int position = EthernetHeader.LENGTH;
        while (position < MAX_OFFSET && EtherType.isVlan(type))
        {
            if (length - position < VlanTag.LENGTH)
            {
                return NONE;
            }
            type = etherType(buffer, offset + position + VlanTag.ETHER_TYPE_OFFSET);
            position += VlanTag.LENGTH;
        }
        return position << OFFSET_SHIFT | type;
    }

    private static int etherType(final DirectBuffer buffer, final int index)
    {
        return buffer.getShort(index, ByteOrder.BIG_ENDIAN) & ETHER_TYPE_MASK;
    }
}
