// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

/**
 * A TCP header (RFC 9293 §3.1). Sequence numbers are 32 bits and wrap; compare them by subtraction.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source Port          |       Destination Port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Sequence Number                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Acknowledgment Number                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Offset| Rsrvd |C|E|U|A|P|R|S|F|            Window             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           Checksum            |         Urgent Pointer        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                  Options, 0 to 40 bytes                       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class TcpHeader extends Header
{
    /** Bytes in a header without options. */
    public static final int LENGTH = 20;

    /** Sequence number. */
    public static final int SEQUENCE_OFFSET = 4;

    /** Header length in words of four bytes, and four reserved bits. */
    public static final int DATA_OFFSET_OFFSET = 12;

    /** Flags. */
    public static final int FLAGS_OFFSET = 13;

    /** Checksum. */
    public static final int CHECKSUM_OFFSET = 16;

    /** In {@link #flags()}: no more data from sender. */
    public static final int FIN = 0x01;

    /** In {@link #flags()}: push. */
    public static final int PSH = 0x08;

    /** In {@link #flags()}: the acknowledgment number is valid. */
    public static final int ACK = 0x10;

    /** In {@link #flags()}: congestion window reduced (RFC 3168 §6.1). */
    public static final int CWR = 0x80;

    private static final int SOURCE_PORT_OFFSET = 0;
    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int URGENT_OFFSET = 18;

    public TcpHeader wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        return this;
    }

    /**
     * @return {@link DropReason#BAD_TRANSPORT_HEADER} if the packet ends inside header or options, or the header length
     *         is below 20.
     */
    public DropReason check()
    {
        if (length < LENGTH)
        {
            return DropReason.BAD_TRANSPORT_HEADER;
        }
        final int dataOffset = dataOffset();
        return dataOffset < LENGTH || dataOffset > length ? DropReason.BAD_TRANSPORT_HEADER : DropReason.NONE;
    }

    public int sourcePort()
    {
        return u16(SOURCE_PORT_OFFSET);
    }

    public int destinationPort()
    {
        return u16(DESTINATION_PORT_OFFSET);
    }

    public int sequence()
    {
        return i32(SEQUENCE_OFFSET);
    }

    public TcpHeader sequence(final int sequence)
    {
        i32(SEQUENCE_OFFSET, sequence);
        return this;
    }

    /** @return bytes in header and options. */
    public int dataOffset()
    {
        return u8(DATA_OFFSET_OFFSET) >>> 4 << 2;
    }

    public int flags()
    {
        return u8(FLAGS_OFFSET);
    }

    public TcpHeader flags(final int flags)
    {
        u8(FLAGS_OFFSET, flags);
        return this;
    }

    public int checksum()
    {
        return u16(CHECKSUM_OFFSET);
    }

    public TcpHeader checksum(final int checksum)
    {
        u16(CHECKSUM_OFFSET, checksum);
        return this;
    }

    public int urgent()
    {
        return u16(URGENT_OFFSET);
    }
}
