// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import java.nio.ByteOrder;

/**
 * Reads and writes the first tag of Ethernet frames for a {@link VlanTrunk}.
 *
 * <pre>
 *  0             6        12      14    16        18
 *  +-------------+--------+------+-----+-----------+-----
 *  | destination | source | TPID | TCI | EtherType |  …
 *  +-------------+--------+------+-----+-----------+-----
 * </pre>
 */
final class VlanTags
{
    /** Bytes in a frame with one tag and nothing behind it. */
    static final int TAGGED_LENGTH = EthernetHeader.LENGTH + VlanTag.LENGTH;

    static final int VLAN_ID_MASK = 0xFFF;

    /** Priority and drop eligible indicator. */
    static final int PRIORITY_MASK = 0xF000;

    private static final int PRIORITY_SHIFT = 13;

    /** EtherTypes of service tags before IEEE 802.1ad. */
    private static final int QINQ_9100 = 0x9100;
    private static final int QINQ_9200 = 0x9200;
    private static final int QINQ_9300 = 0x9300;

    /** Smaller numbers in the place of the EtherType are IEEE 802.3 lengths. */
    private static final int LEAST_ETHER_TYPE = 0x0600;

    /** Cisco ISL: the first five bytes of the destination, and the header of IEEE 802.2 behind the length. */
    private static final long ISL = 0x01_000C_0000L;
    private static final long ISL_ALTERNATE = 0x03_000C_0000L;
    private static final int ISL_SHIFT = 24;
    private static final int ISL_LLC = 0xAAAA03;

    private VlanTags()
    {
    }

    /** EtherType of a frame that has an Ethernet header, or the TPID of its first tag. */
    static int etherType(final Frame frame)
    {
        return u16(frame, EthernetHeader.ETHER_TYPE_OFFSET);
    }

    /** Control information of the first tag of a frame of {@link #TAGGED_LENGTH} or more bytes. */
    static int control(final Frame frame)
    {
        return u16(frame, EthernetHeader.LENGTH);
    }

    /** EtherType behind the first tag of a frame of {@link #TAGGED_LENGTH} or more bytes. */
    static int etherTypeBehind(final Frame frame)
    {
        return u16(frame, EthernetHeader.LENGTH + VlanTag.ETHER_TYPE_OFFSET);
    }

    static boolean isServiceTag(final int etherType)
    {
        return etherType == EtherType.SERVICE_VLAN || etherType == QINQ_9100 || etherType == QINQ_9200 ||
            etherType == QINQ_9300;
    }

    static boolean isTag(final int etherType)
    {
        return etherType == EtherType.VLAN || isServiceTag(etherType);
    }

    /** Whether a frame with an Ethernet header has an ISL header in front, which no switch may forward. */
    static boolean isIsl(final Frame frame, final int etherType)
    {
        if (etherType >= LEAST_ETHER_TYPE || frame.length() < EthernetHeader.LENGTH + Integer.BYTES)
        {
            return false;
        }
        final MemoryBuffer buffer = frame.buffer();
        final long destination = buffer.getLong(frame.offset(), ByteOrder.BIG_ENDIAN) >>> ISL_SHIFT;
        return (destination == ISL || destination == ISL_ALTERNATE) &&
            buffer.getInt(frame.offset() + EthernetHeader.LENGTH, ByteOrder.BIG_ENDIAN) >>> Byte.SIZE == ISL_LLC;
    }

    /** Whether the first tag, of a frame that has this EtherType, has a priority and no VLAN. */
    static boolean isPriorityTag(final Frame frame, final int etherType)
    {
        return etherType == EtherType.VLAN && frame.length() >= TAGGED_LENGTH &&
            (control(frame) & VLAN_ID_MASK) == 0;
    }

    /** Control information of a tag for a frame without one. */
    static int newControl(final Frame frame, final int etherType, final int vlanId, final VlanPriority priority)
    {
        final int fixed = priority.fixed();
        return (fixed >= 0 ? fixed : ofPacket(frame, etherType)) << PRIORITY_SHIFT | vlanId;
    }

    /** Write a tag in the place of the first one. */
    static void replace(final Frame frame, final int tpid, final int control)
    {
        frame.buffer().putInt(
            frame.offset() + EthernetHeader.ETHER_TYPE_OFFSET, tpid << Short.SIZE | control, ByteOrder.BIG_ENDIAN);
    }

    /** The first three bits of the DSCP; 0 without an IP packet. */
    private static int ofPacket(final Frame frame, final int etherType)
    {
        final int packet = EthernetHeader.LENGTH;
        if (frame.length() < packet + Short.BYTES)
        {
            return 0;
        }
        return switch (etherType)
        {
            // Version, header length, type of service.
            case EtherType.IPV4 -> u16(frame, packet) >>> 5 & 7;
            // Version, traffic class, flow label.
            case EtherType.IPV6 -> u16(frame, packet) >>> 9 & 7;
            default -> 0;
        };
    }

    private static int u16(final Frame frame, final int index)
    {
        return frame.buffer().getShort(frame.offset() + index, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }
}
