// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.status.DropLedger;
import io.overlane.wire.EtherType;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * The few fields of a frame that filters and verdicts need, read from memory that a listener may not change; the
 * flyweights of {@code io.overlane.wire} need memory that they could write.
 */
final class InnerHeaders
{
    static final int SOURCE_MAC_OFFSET = 6;
    static final int ETHERNET_LENGTH = 14;
    static final int VXLAN_LENGTH = 8;

    private static final int VXLAN_FLAGS_MASK = 0x0800_0000;
    private static final int VNI_WORD_OFFSET = 4;

    private static final int ETHER_TYPE_OFFSET = 12;
    private static final int TAG_LENGTH = 4;
    private static final int MAX_TAGS = 8;

    private static final int ICMPV6 = 58;
    private static final int NEXT_HEADER_OFFSET = 6;
    private static final int IPV6_LENGTH = 40;
    private static final int NEIGHBOR_ADVERTISEMENT = 136;

    private InnerHeaders()
    {
    }

    /** The EtherType in the lower 16 bits, and above them the bytes in front of layer 3; 0 if there is none. */
    static int layer3(final DirectBuffer buffer, final int offset, final int length)
    {
        int position = ETHER_TYPE_OFFSET;
        for (int tags = 0; tags <= MAX_TAGS && position + Short.BYTES <= length; tags++)
        {
            final int type = int16(buffer, offset + position);
            if (!EtherType.isVlan(type))
            {
                return position + Short.BYTES << Short.SIZE | type;
            }
            position += TAG_LENGTH;
        }
        return 0;
    }

    /** True for a reply to an ARP request and for a neighbour advertisement, which the engine sends as answers. */
    static boolean isNeighborAnswer(final DirectBuffer buffer, final int offset, final int length)
    {
        final int layer3 = layer3(buffer, offset, length);
        final int ip = layer3 >>> Short.SIZE;
        return switch (layer3 & 0xFFFF)
        {
            case EtherType.ARP -> true;
            case EtherType.IPV6 -> ip + IPV6_LENGTH < length &&
                (buffer.getByte(offset + ip + NEXT_HEADER_OFFSET) & 0xFF) == ICMPV6 &&
                (buffer.getByte(offset + ip + IPV6_LENGTH) & 0xFF) == NEIGHBOR_ADVERTISEMENT;
            default -> false;
        };
    }

    /** The VNI of a tunnel header; {@link DropLedger#NO_VNI} if it is cut off or says that it has none. */
    static int vni(final DirectBuffer buffer, final int offset, final int length)
    {
        return length >= VXLAN_LENGTH && (buffer.getInt(offset, ByteOrder.BIG_ENDIAN) & VXLAN_FLAGS_MASK) != 0 ?
            buffer.getInt(offset + VNI_WORD_OFFSET, ByteOrder.BIG_ENDIAN) >>> Byte.SIZE :
            DropLedger.NO_VNI;
    }

    static int int16(final DirectBuffer buffer, final int index)
    {
        return buffer.getShort(index, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    static long mac(final DirectBuffer buffer, final int index)
    {
        return (long)int16(buffer, index) << Integer.SIZE |
            buffer.getInt(index + Short.BYTES, ByteOrder.BIG_ENDIAN) & 0xFFFF_FFFFL;
    }
}
