// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What follows the TPID of a VLAN tag, be it IEEE 802.1Q (0x8100) or 802.1ad (0x88a8): two bytes of tag control and the
 * EtherType of what comes next. It begins where an {@link EthernetHeader} with a TPID as its EtherType ends.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | PCP |D|        VLAN ID        |           EtherType           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class VlanTag
{
    /** Bytes from behind the TPID to behind the next EtherType. */
    public static final int LENGTH = 4;

    /** Tag control: priority, drop eligible indicator, VLAN identifier. */
    public static final int CONTROL_OFFSET = 0;

    /** EtherType of the payload, or the TPID of the next tag. */
    public static final int ETHER_TYPE_OFFSET = 2;

    /** The smallest VLAN identifier that names a VLAN. */
    public static final int MIN_VLAN_ID = 1;

    /** The largest. */
    public static final int MAX_VLAN_ID = 4094;

    private static final int DROP_ELIGIBLE_BIT = 0x1000;

    private static final int VLAN_ID_MASK = 0x0FFF;

    private static final int PRIORITY_SHIFT = 13;

    private static final int MACS_LENGTH = EthernetHeader.ETHER_TYPE_OFFSET;

    private UnsafeBuffer buffer;
    private int offset;
    private int length;

    /**
     * Put a tag in front of all others; what was headroom becomes the start of the frame.
     *
     * @param frame   an Ethernet frame with four bytes of headroom.
     * @param tpid    {@code EtherType.VLAN} or {@code EtherType.SERVICE_VLAN}.
     * @param control priority, drop eligible indicator and VLAN identifier.
     */
    public static void push(final Frame frame, final int tpid, final int control)
    {
        final UnsafeBuffer buffer = frame.buffer();
        final int from = frame.offset();
        final int to = frame.prepend(LENGTH).offset();
        moveMacs(buffer, from, to);
        buffer.putShort(to + MACS_LENGTH, (short)tpid, ByteOrder.BIG_ENDIAN);
        buffer.putShort(to + MACS_LENGTH + 2, (short)control, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Take the first tags off; their bytes become headroom.
     *
     * @param frame an Ethernet frame that has them, whole.
     * @param tags  how many.
     */
    public static void pop(final Frame frame, final int tags)
    {
        final int from = frame.offset();
        moveMacs(frame.buffer(), from, frame.strip(tags * LENGTH).offset());
    }

    private static void moveMacs(final UnsafeBuffer buffer, final int from, final int to)
    {
        final long first = buffer.getLong(from);
        final int last = buffer.getInt(from + Long.BYTES);
        buffer.putLong(to, first);
        buffer.putInt(to + Long.BYTES, last);
    }

    /**
     * Aim at a header.
     *
     * @param buffer it lies in.
     * @param offset its first byte, from the start of the buffer.
     * @param length bytes from there to the end of the frame; all of them lie in the buffer.
     * @return this.
     */
    public VlanTag wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
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

    /** @return the priority code point, 0…7. */
    public int priority()
    {
        return control() >>> PRIORITY_SHIFT;
    }

    public VlanTag priority(final int priority)
    {
        return control(((priority & 0x7) << PRIORITY_SHIFT) | (control() & (DROP_ELIGIBLE_BIT | VLAN_ID_MASK)));
    }

    public boolean dropEligible()
    {
        return (control() & DROP_ELIGIBLE_BIT) != 0;
    }

    public VlanTag dropEligible(final boolean dropEligible)
    {
        return control(dropEligible ? control() | DROP_ELIGIBLE_BIT : control() & ~DROP_ELIGIBLE_BIT);
    }

    /** @return the VLAN identifier, 0…4095; 0 tags a priority only, 4095 is reserved. */
    public int vlanId()
    {
        return control() & VLAN_ID_MASK;
    }

    public VlanTag vlanId(final int vlanId)
    {
        return control((control() & ~VLAN_ID_MASK) | (vlanId & VLAN_ID_MASK));
    }

    /** @return the three fields above as they are on the wire. */
    public int control()
    {
        return buffer.getShort(offset + CONTROL_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /**
     * Write the three fields above at once; over fresh memory do this before setting one of them.
     *
     * @param control 16 bits.
     * @return this.
     */
    public VlanTag control(final int control)
    {
        buffer.putShort(offset + CONTROL_OFFSET, (short)control, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return one of {@link EtherType}; the next tag's TPID if there is one. */
    public int etherType()
    {
        return buffer.getShort(offset + ETHER_TYPE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public VlanTag etherType(final int etherType)
    {
        buffer.putShort(offset + ETHER_TYPE_OFFSET, (short)etherType, ByteOrder.BIG_ENDIAN);
        return this;
    }
}
