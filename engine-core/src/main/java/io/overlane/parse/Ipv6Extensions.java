// SPDX-License-Identifier: Apache-2.0
package io.overlane.parse;

import io.overlane.wire.IpProtocol;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Walks over the extension headers of an IPv6 packet (RFC 8200 §4), one with each {@link #next()}. It does not look
 * into options, and accepts any order and number of headers.
 *
 * <pre>
 *  others:    next header 1 | length in 8 bytes beyond the first 8 | …
 *  routing:   next header 1 | length 1 | type 1 | segments left 1 | …
 *  fragment:  next header 1 | 0 | offset 13 bits, 0, more follow 1 bit | identification 4
 * </pre>
 *
 * "The last header" is the one that the last {@link #next()} stepped over.
 */
public final class Ipv6Extensions
{
    private static final int UNIT = 8;
    private static final int SEGMENTS_LEFT_OFFSET = 3;
    private static final int FRAGMENT_OFFSET = 2;
    private static final int IDENTIFICATION_OFFSET = 4;
    private static final int FRAGMENT_OFFSET_MASK = 0xFFF8;
    private static final int MORE_FRAGMENTS_BIT = 0x1;

    @SuppressWarnings("NullAway.Init")
    private DirectBuffer buffer;
    private int end;
    private int offset;
    private int nextHeader;
    private int current;

    /**
     * @param buffer      with the packet.
     * @param offset      first byte behind the fixed header.
     * @param length      bytes from there to the end of the packet; all of them lie in the buffer.
     * @param firstHeader next header number of the fixed header.
     * @return this.
     */
    public Ipv6Extensions wrap(
        final DirectBuffer buffer, final int offset, final int length, final int firstHeader)
    {
        this.buffer = buffer;
        this.offset = offset;
        end = offset + length;
        nextHeader = firstHeader;
        return this;
    }

    /**
     * Step over the next header.
     *
     * @return false if it is no extension header, or if the packet ends in its first 8 bytes; nothing changes then.
     */
    public boolean next()
    {
        if (!isExtension(nextHeader) || end - offset < UNIT)
        {
            return false;
        }
        current = offset;
        final int units = nextHeader == IpProtocol.FRAGMENT ? 0 : buffer.getByte(current + 1) & 0xFF;
        nextHeader = buffer.getByte(current) & 0xFF;
        offset = current + (units + 1) * UNIT;
        return true;
    }

    /** @return number of the header at {@link #offset()}; behind a fragment header only in the first fragment. */
    public int nextHeader()
    {
        return nextHeader;
    }

    /** @return first byte behind the last header; behind the end of a packet that is cut off. */
    public int offset()
    {
        return offset;
    }

    /** @return true if the packet ends inside the last header. */
    public boolean isTruncated()
    {
        return offset > end;
    }

    /** @return routers still to visit, if the last header is a routing header. */
    public int segmentsLeft()
    {
        return buffer.getByte(current + SEGMENTS_LEFT_OFFSET) & 0xFF;
    }

    /** @return bytes of the packet in front of this fragment, if the last header is a fragment header. */
    public int fragmentOffset()
    {
        return fragment() & FRAGMENT_OFFSET_MASK;
    }

    /** @return true unless this is the last fragment, if the last header is a fragment header. */
    public boolean moreFragments()
    {
        return (fragment() & MORE_FRAGMENTS_BIT) != 0;
    }

    /** @return number of the packet of a fragment, if the last header is a fragment header. */
    public int identification()
    {
        return buffer.getInt(current + IDENTIFICATION_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    private int fragment()
    {
        return buffer.getShort(current + FRAGMENT_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** @return true for a next header number over which this class steps. */
    public static boolean isExtension(final int header)
    {
        return header == IpProtocol.HOP_BY_HOP || header == IpProtocol.ROUTING ||
            header == IpProtocol.FRAGMENT || header == IpProtocol.DESTINATION_OPTIONS;
    }
}
