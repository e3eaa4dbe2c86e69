// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

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
public final class EthernetHeader extends Header
{
    /** Bytes in the header. */
    public static final int LENGTH = 14;

    /** Source MAC. */
    public static final int SOURCE_OFFSET = 6;

    /** EtherType, or the TPID of a VLAN tag. */
    public static final int ETHER_TYPE_OFFSET = 12;

    private static final int DESTINATION_OFFSET = 0;

    public EthernetHeader wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
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
        return i64(DESTINATION_OFFSET) >>> 16;
    }

    public EthernetHeader destination(final long destination)
    {
        mac(DESTINATION_OFFSET, destination);
        return this;
    }

    /** @return the address, as {@link #destination()}. */
    public long source()
    {
        return i64(SOURCE_OFFSET - 2) & 0xFFFF_FFFF_FFFFL;
    }

    public EthernetHeader source(final long source)
    {
        mac(SOURCE_OFFSET, source);
        return this;
    }

    /** Write both addresses at once, which costs half of what two setters do. */
    public static void addresses(
        final MemoryBuffer buffer, final int offset, final long destination, final long source)
    {
        buffer.putLong(offset, destination << Short.SIZE | source >>> Integer.SIZE, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + Long.BYTES, (int)source, ByteOrder.BIG_ENDIAN);
    }

    /** @return one of {@link EtherType}; of a tagged frame the tag's TPID. Below 0x0600 it is an IEEE 802.3 length. */
    public int etherType()
    {
        return u16(ETHER_TYPE_OFFSET);
    }

    public EthernetHeader etherType(final int etherType)
    {
        u16(ETHER_TYPE_OFFSET, etherType);
        return this;
    }
}
