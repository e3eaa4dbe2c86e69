// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

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
public final class UdpHeader
{
    /** Bytes in the header. */
    public static final int LENGTH = 8;

    /** Source port. */
    public static final int SOURCE_PORT_OFFSET = 0;

    /** Destination port. */
    public static final int DESTINATION_PORT_OFFSET = 2;

    /** Bytes in header and payload. */
    public static final int LENGTH_FIELD_OFFSET = 4;

    /** Checksum. */
    public static final int CHECKSUM_OFFSET = 6;

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
    public UdpHeader wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
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
        return buffer.getShort(offset + SOURCE_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public UdpHeader sourcePort(final int sourcePort)
    {
        buffer.putShort(offset + SOURCE_PORT_OFFSET, (short)sourcePort, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int destinationPort()
    {
        return buffer.getShort(offset + DESTINATION_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public UdpHeader destinationPort(final int destinationPort)
    {
        buffer.putShort(offset + DESTINATION_PORT_OFFSET, (short)destinationPort, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return bytes in header and payload. */
    public int udpLength()
    {
        return buffer.getShort(offset + LENGTH_FIELD_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /**
     * Voids {@link #check()} if it grows.
     *
     * @param udpLength bytes in header and payload.
     * @return this.
     */
    public UdpHeader udpLength(final int udpLength)
    {
        buffer.putShort(offset + LENGTH_FIELD_OFFSET, (short)udpLength, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return 0 if the sender computed none (RFC 768; over IPv6 only by RFC 6935). */
    public int checksum()
    {
        return buffer.getShort(offset + CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public UdpHeader checksum(final int checksum)
    {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short)checksum, ByteOrder.BIG_ENDIAN);
        return this;
    }
}
