// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.memory.MemoryBuffer;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The headers of one segment, without the fields that differ from segment to segment: lengths, IPv4 id, sequence
 * number, PSH and checksums. It compares eight bytes at a time.
 */
final class HeaderPattern
{
    /** Ethernet with the most VLAN tags that are parsed, IPv6, and TCP with all options: 42 + 40 + 60, rounded up. */
    private static final int MAX_LENGTH = 144;

    private static final byte SAME = (byte)0xFF;

    /**
     * Not a {@link MemoryBuffer}: one on the heap, used in the path of frames, would make the compiler believe that all
     * accesses to frames may be such.
     */
    private final byte[] mask = new byte[MAX_LENGTH];
    private final ByteBuffer maskWords = ByteBuffer.wrap(mask).order(ByteOrder.nativeOrder());
    private final long[] masks = new long[MAX_LENGTH / Long.BYTES];
    private final long[] words = new long[MAX_LENGTH / Long.BYTES];
    private int count;
    private int length;
    private int l3;
    private int l4;
    private boolean isV4;
    private boolean isTcp;

    /**
     * Copy the headers of a segment, which has no IPv4 options or IPv6 extension headers.
     *
     * @param headers bytes of all headers, 28 at least.
     * @param l3      offset of layer 3 in the segment.
     * @param l4      offset of the transport header in the segment.
     */
    void set(
        final MemoryBuffer buffer,
        final int offset,
        final int headers,
        final int l3,
        final int l4,
        final boolean isV4,
        final boolean isTcp)
    {
        if (headers != length || l3 != this.l3 || l4 != this.l4 || isV4 != this.isV4 || isTcp != this.isTcp)
        {
            length = headers;
            this.l3 = l3;
            this.l4 = l4;
            this.isV4 = isV4;
            this.isTcp = isTcp;
            layOut();
        }
        for (int i = 0; i < count; i++)
        {
            words[i] = buffer.getLong(offset + place(i)) & masks[i];
        }
    }

    /** Whether the headers of a segment are equal in all bytes that must not differ. The buffer has all its headers. */
    boolean matches(final MemoryBuffer buffer, final int offset)
    {
        // Headers of a segment are nearly always equal, so the first difference need not end the loop.
        long difference = 0;
        for (int i = 0; i < count; i++)
        {
            difference |= (buffer.getLong(offset + place(i)) & masks[i]) ^ words[i];
        }
        return difference == 0;
    }

    private void layOut()
    {
        Arrays.fill(mask, 0, length, SAME);
        if (isV4)
        {
            clear(l3 + Ipv4Header.TOTAL_LENGTH_OFFSET, 2 * Short.BYTES);
            clear(l3 + Ipv4Header.HEADER_CHECKSUM_OFFSET, Short.BYTES);
        }
        else
        {
            clear(l3 + Ipv6Header.PAYLOAD_LENGTH_OFFSET, Short.BYTES);
        }
        if (isTcp)
        {
            clear(l4 + TcpHeader.SEQUENCE_OFFSET, Integer.BYTES);
            clear(l4 + TcpHeader.CHECKSUM_OFFSET, Short.BYTES);
            mask[l4 + TcpHeader.FLAGS_OFFSET] = ~TcpHeader.PSH;
        }
        else
        {
            clear(l4 + UdpHeader.LENGTH_FIELD_OFFSET, 2 * Short.BYTES);
        }
        count = (length + Long.BYTES - 1) / Long.BYTES;
        for (int i = 0; i < count; i++)
        {
            masks[i] = maskWords.getLong(place(i));
        }
    }

    private void clear(final int offset, final int bytes)
    {
        Arrays.fill(mask, offset, offset + bytes, (byte)0);
    }

    /** The last word ends with the headers, so it overlaps the one before. */
    private int place(final int word)
    {
        return Math.min(word * Long.BYTES, length - Long.BYTES);
    }
}
