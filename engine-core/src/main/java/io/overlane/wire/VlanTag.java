// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * The part of a VLAN tag behind its TPID, IEEE 802.1Q (0x8100) or 802.1ad (0x88a8): two bytes of tag control and the
 * EtherType of the payload. It begins where an {@link EthernetHeader} with a TPID as its EtherType ends.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | PCP |D|        VLAN ID        |           EtherType           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class VlanTag extends Header
{
    /** Bytes from behind the TPID to behind the next EtherType. */
    public static final int LENGTH = 4;

    /** EtherType of the payload, or the TPID of the next tag. */
    public static final int ETHER_TYPE_OFFSET = 2;

    /** The smallest VLAN identifier that names a VLAN. */
    public static final int MIN_VLAN_ID = 1;

    /** The largest VLAN identifier that names a VLAN. */
    public static final int MAX_VLAN_ID = 4094;

    private static final int CONTROL_OFFSET = 0;
    private static final int VLAN_ID_MASK = 0x0FFF;
    private static final int MACS_LENGTH = EthernetHeader.ETHER_TYPE_OFFSET;

    /**
     * Insert a tag in front of all others; the frame grows into its headroom.
     *
     * @param frame   an Ethernet frame with four bytes of headroom.
     * @param tpid    {@code EtherType.VLAN} or {@code EtherType.SERVICE_VLAN}.
     * @param control priority, drop eligible indicator and VLAN identifier.
     */
    public static void push(final Frame frame, final int tpid, final int control)
    {
        final MutableDirectBuffer buffer = frame.buffer();
        final int from = frame.offset();
        final int to = frame.prepend(LENGTH).offset();
        moveMacs(buffer, from, to);
        buffer.putShort(to + MACS_LENGTH, (short)tpid, ByteOrder.BIG_ENDIAN);
        buffer.putShort(to + MACS_LENGTH + 2, (short)control, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Remove the first tags; their bytes become headroom.
     *
     * @param frame an Ethernet frame that has them, whole.
     * @param tags  number of tags.
     */
    public static void pop(final Frame frame, final int tags)
    {
        final int from = frame.offset();
        moveMacs(frame.buffer(), from, frame.strip(tags * LENGTH).offset());
    }

    private static void moveMacs(final MutableDirectBuffer buffer, final int from, final int to)
    {
        final long first = buffer.getLong(from);
        final int last = buffer.getInt(from + Long.BYTES);
        buffer.putLong(to, first);
        buffer.putInt(to + Long.BYTES, last);
    }

    public VlanTag wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        return this;
    }

    /**
     * @return {@link DropReason#INNER_TOO_SHORT} if the frame ends inside the tag. No setter voids a
     *         {@link DropReason#NONE}.
     */
    public DropReason check()
    {
        return length < LENGTH ? DropReason.INNER_TOO_SHORT : DropReason.NONE;
    }

    /** @return the VLAN identifier, 0…4095; 0 means a priority without a VLAN, 4095 is reserved. */
    public int vlanId()
    {
        return control() & VLAN_ID_MASK;
    }

    /** @return priority, drop eligible indicator and VLAN identifier as they are on the wire. */
    public int control()
    {
        return u16(CONTROL_OFFSET);
    }

    /** @return one of {@link EtherType}; the next tag's TPID if there is one. */
    public int etherType()
    {
        return u16(ETHER_TYPE_OFFSET);
    }
}
