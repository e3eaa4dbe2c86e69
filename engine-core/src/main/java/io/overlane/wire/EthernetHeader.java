// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An Ethernet II header (RFC 894, IEEE 802.3), without preamble and check sequence.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                     Destination, high bits                    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Destination, low bits     |       Source, high bits       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Source, low bits                       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           EtherType           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class EthernetHeader
{
    /** Bytes in the header. */
    public static final int LENGTH = 14;

    /** Destination MAC. */
    public static final int DESTINATION_OFFSET = 0;

    /** Source MAC. */
    public static final int SOURCE_OFFSET = 6;

    /** EtherType, or the TPID of a VLAN tag. */
    public static final int ETHER_TYPE_OFFSET = 12;

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
    public EthernetHeader wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /**
     * @return {@link DropReason#INNER_TOO_SHORT} if the frame ends inside the header. No setter voids a
     *         {@link DropReason#NONE}.
     */
    public DropReason check()
    {
        return length < LENGTH ? DropReason.INNER_TOO_SHORT : DropReason.NONE;
    }

    /** @return the address in the low 48 bits, first octet on the wire highest. */
    public long destination()
    {
        return MacField.get(buffer, offset + DESTINATION_OFFSET);
    }

    public EthernetHeader destination(final long destination)
    {
        MacField.put(buffer, offset + DESTINATION_OFFSET, destination);
        return this;
    }

    /** @return the address in the low 48 bits, first octet on the wire highest. */
    public long source()
    {
        return MacField.get(buffer, offset + SOURCE_OFFSET);
    }

    public EthernetHeader source(final long source)
    {
        MacField.put(buffer, offset + SOURCE_OFFSET, source);
        return this;
    }

    /** @return one of {@link EtherType}; of a tagged frame the tag's TPID. Below 0x0600 it is an IEEE 802.3 length. */
    public int etherType()
    {
        return buffer.getShort(offset + ETHER_TYPE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public EthernetHeader etherType(final int etherType)
    {
        buffer.putShort(offset + ETHER_TYPE_OFFSET, (short)etherType, ByteOrder.BIG_ENDIAN);
        return this;
    }
}
