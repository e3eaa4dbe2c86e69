// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.frame.Frame;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Where layer 3 begins in a frame, behind VLAN tags, and what it is. The answer is one {@code int}, so that a frame is
 * parsed once and the answer is passed on; it is true until bytes in front of layer 3 are added or removed.
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
    /** The frame ends inside its Ethernet header or a tag; or it is to be an IP packet and is not. */
    public static final int NONE = 0;

    /** An IPv4 packet by itself. */
    public static final int IPV4_PACKET = EtherType.IPV4;

    /** The most tags that are skipped: Linux ({@code vlan_get_protocol}, VLAN_MAX_DEPTH) gives up at the eighth. */
    public static final int MAX_TAGS = 7;

    /** Bytes of an Ethernet header with that many tags. */
    public static final int MAX_OFFSET = EthernetHeader.LENGTH + MAX_TAGS * VlanTag.LENGTH;

    private static final int OFFSET_SHIFT = 16;

    private static final int ETHER_TYPE_MASK = 0xFFFF;

    private Layer3()
    {
    }

    /**
     * @param frame      a frame without tunnel header; none of its bytes need be right.
     * @param isEthernet true if it begins with an Ethernet header, false if it is an IP packet.
     * @return where its layer 3 begins and what it is, or {@link #NONE}.
     */
    public static int of(final Frame frame, final boolean isEthernet)
    {
        return isEthernet ?
            ofEthernet(frame.buffer(), frame.offset(), frame.length()) :
            ofIp(frame.buffer(), frame.offset(), frame.length());
    }

    /**
     * @param buffer an Ethernet frame lies in.
     * @param offset its first byte, from the start of the buffer.
     * @param length bytes in the frame.
     * @return where its layer 3 begins and what it is, or {@link #NONE}.
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
     * @param buffer an IP packet lies in.
     * @param offset its first byte, from the start of the buffer.
     * @param length bytes in the packet.
     * @return what its version field says, or {@link #NONE} if that is neither 4 nor 6.
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

    /**
     * @param layer3 an answer of this class.
     * @return one of {@link EtherType}; the TPID of an eighth tag if there is one; 0 for {@link #NONE}.
     */
    public static int etherType(final int layer3)
    {
        return layer3 & ETHER_TYPE_MASK;
    }

    /**
     * @param layer3 an answer of this class.
     * @return bytes in front of layer 3: 0 in an IP packet and for {@link #NONE}.
     */
    public static int offset(final int layer3)
    {
        return layer3 >>> OFFSET_SHIFT;
    }

    /**
     * @param layer3 of an Ethernet frame, not {@link #NONE}.
     * @return VLAN tags in front of layer 3, 0…7.
     */
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
