// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

/**
 * A UDP header (RFC 768).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source Port          |       Destination Port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            Length             |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class UdpHeader extends Header
{
    /** Bytes in the header. */
    public static final int LENGTH = 8;

    /** Bytes in header and payload. */
    public static final int LENGTH_FIELD_OFFSET = 4;

    /** Checksum. */
    public static final int CHECKSUM_OFFSET = 6;

    private static final int SOURCE_PORT_OFFSET = 0;
    private static final int DESTINATION_PORT_OFFSET = 2;

    public UdpHeader wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        return this;
    }

    /**
     * @return {@link DropReason#BAD_TRANSPORT_HEADER} if the packet ends inside the header, or the length field does
     *         not hold the header or exceeds the packet (Linux {@code __udp4_lib_rcv}).
     */
    public DropReason check()
    {
        if (length < LENGTH)
        {
            return DropReason.BAD_TRANSPORT_HEADER;
        }
        final int udpLength = udpLength();
        return udpLength < LENGTH || udpLength > length ? DropReason.BAD_TRANSPORT_HEADER : DropReason.NONE;
    }

    public int sourcePort()
    {
        return u16(SOURCE_PORT_OFFSET);
    }

    public int destinationPort()
    {
        return u16(DESTINATION_PORT_OFFSET);
    }

    /** @return bytes in header and payload. */
    public int udpLength()
    {
        return u16(LENGTH_FIELD_OFFSET);
    }

    /**
     * Voids {@link #check()} if it grows.
     *
     * @param udpLength bytes in header and payload.
     * @return this.
     */
    public UdpHeader udpLength(final int udpLength)
    {
        u16(LENGTH_FIELD_OFFSET, udpLength);
        return this;
    }

    /** @return 0 if the sender computed none (RFC 768; over IPv6 only by RFC 6935). */
    public int checksum()
    {
        return u16(CHECKSUM_OFFSET);
    }

    public UdpHeader checksum(final int checksum)
    {
        u16(CHECKSUM_OFFSET, checksum);
        return this;
    }
}
