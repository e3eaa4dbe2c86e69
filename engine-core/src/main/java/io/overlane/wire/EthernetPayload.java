// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where layer 3 begins in an Ethernet frame that may carry VLAN tags, and what it is. Everything in the engine that
 * looks behind tags uses this class, and so everything finds the same packet.
 *
 * <pre>
 *  offset                                          l3Offset
 *  +-------------+--------+------+-----+------+-----------+------------------
 *  | destination | source | TPID | TCI |  …   | etherType |  layer 3
 *  +-------------+--------+------+-----+------+-----------+------------------
 *                         '- 0…7 times -'
 * </pre>
 *
 * Found once, in {@link #wrap(UnsafeBuffer, int, int)}; the accessors answer from memory.
 */
public final class EthernetPayload
{
    /** Most tags that are looked behind: Linux ({@code vlan_get_protocol}, VLAN_MAX_DEPTH) gives up at the eighth. */
    public static final int MAX_TAGS = 7;

    /** Bytes of an Ethernet header with that many tags. */
    public static final int MAX_LENGTH = EthernetHeader.LENGTH + MAX_TAGS * VlanTag.LENGTH;

    private int etherType;
    private int l3Offset;
    private int l3Length;
    private int tagCount;
    private DropReason verdict = DropReason.INNER_TOO_SHORT;

    /**
     * Look behind the Ethernet header and the tags of a frame.
     *
     * @param buffer the frame lies in.
     * @param offset its first byte, from the start of the buffer.
     * @param length bytes in the frame.
     * @return this.
     */
    public EthernetPayload wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        etherType = 0;
        l3Offset = 0;
        l3Length = 0;
        tagCount = 0;
        verdict = DropReason.INNER_TOO_SHORT;
        if (length < EthernetHeader.LENGTH)
        {
            return this;
        }

        int type = buffer.getShort(offset + EthernetHeader.ETHER_TYPE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        int position = EthernetHeader.LENGTH;
        int tags = 0;
        while (tags < MAX_TAGS && EtherType.isVlan(type))
        {
            if (length - position < VlanTag.LENGTH)
            {
                return this;
            }
            type = buffer.getShort(offset + position + VlanTag.ETHER_TYPE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
            position += VlanTag.LENGTH;
            tags++;
        }

        etherType = type;
        l3Offset = offset + position;
        l3Length = length - position;
        tagCount = tags;
        verdict = DropReason.NONE;
        return this;
    }

    /**
     * @return {@link DropReason#INNER_TOO_SHORT} if the frame ends inside the Ethernet header or a tag; the accessors
     *         then answer 0.
     */
    public DropReason check()
    {
        return verdict;
    }

    /** @return what layer 3 is: one of {@link EtherType}; the TPID of an eighth tag if there is one. */
    public int etherType()
    {
        return etherType;
    }

    /** @return first byte of layer 3, from the start of the buffer. */
    public int l3Offset()
    {
        return l3Offset;
    }

    /** @return bytes from there to the end of the frame, padding included. */
    public int l3Length()
    {
        return l3Length;
    }

    /** @return VLAN tags passed over, 0…7. */
    public int tagCount()
    {
        return tagCount;
    }
}
