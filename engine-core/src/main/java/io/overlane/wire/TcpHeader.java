// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

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
public final class TcpHeader
{
    /** Bytes in a header without options. */
    public static final int LENGTH = 20;

    /** Bytes in the longest header. */
    public static final int MAX_LENGTH = 60;

    /** Source port. */
    public static final int SOURCE_PORT_OFFSET = 0;

    /** Destination port. */
    public static final int DESTINATION_PORT_OFFSET = 2;

    /** Sequence number. */
    public static final int SEQUENCE_OFFSET = 4;

    /** Acknowledgment number. */
    public static final int ACKNOWLEDGMENT_OFFSET = 8;

    /** Header length in words of four bytes, and four reserved bits. */
    public static final int DATA_OFFSET_OFFSET = 12;

    /** Flags. */
    public static final int FLAGS_OFFSET = 13;

    /** Window. */
    public static final int WINDOW_OFFSET = 14;

    /** Checksum. */
    public static final int CHECKSUM_OFFSET = 16;

    /** Urgent pointer. */
    public static final int URGENT_OFFSET = 18;

    /** In {@link #flags()}: no more data from sender. */
    public static final int FIN = 0x01;

    /** In {@link #flags()}: synchronise sequence numbers. */
    public static final int SYN = 0x02;

    /** In {@link #flags()}: reset the connection. */
    public static final int RST = 0x04;

    /** In {@link #flags()}: push. */
    public static final int PSH = 0x08;

    /** In {@link #flags()}: the acknowledgment number means something. */
    public static final int ACK = 0x10;

    /** In {@link #flags()}: the urgent pointer means something. */
    public static final int URG = 0x20;

    /** In {@link #flags()}: ECN echo (RFC 3168 §6.1). */
    public static final int ECE = 0x40;

    /** In {@link #flags()}: congestion window reduced (RFC 3168 §6.1). */
    public static final int CWR = 0x80;

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
    public TcpHeader wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
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
        return buffer.getShort(offset + SOURCE_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public TcpHeader sourcePort(final int sourcePort)
    {
        buffer.putShort(offset + SOURCE_PORT_OFFSET, (short)sourcePort, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int destinationPort()
    {
        return buffer.getShort(offset + DESTINATION_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public TcpHeader destinationPort(final int destinationPort)
    {
        buffer.putShort(offset + DESTINATION_PORT_OFFSET, (short)destinationPort, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int sequence()
    {
        return buffer.getInt(offset + SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public TcpHeader sequence(final int sequence)
    {
        buffer.putInt(offset + SEQUENCE_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int acknowledgment()
    {
        return buffer.getInt(offset + ACKNOWLEDGMENT_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public TcpHeader acknowledgment(final int acknowledgment)
    {
        buffer.putInt(offset + ACKNOWLEDGMENT_OFFSET, acknowledgment, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return bytes in header and options. */
    public int dataOffset()
    {
        return (buffer.getByte(offset + DATA_OFFSET_OFFSET) & 0xF0) >>> 2;
    }

    /**
     * Write the header length and zero in the reserved bits. Voids {@link #check()} if it grows.
     *
     * @param dataOffset bytes in header and options: 20, 24 … 60.
     * @return this.
     */
    public TcpHeader dataOffset(final int dataOffset)
    {
        buffer.putByte(offset + DATA_OFFSET_OFFSET, (byte)(dataOffset << 2));
        return this;
    }

    public int flags()
    {
        return buffer.getByte(offset + FLAGS_OFFSET) & 0xFF;
    }

    public TcpHeader flags(final int flags)
    {
        buffer.putByte(offset + FLAGS_OFFSET, (byte)flags);
        return this;
    }

    /** @return as on the wire, not scaled (RFC 7323 §2). */
    public int window()
    {
        return buffer.getShort(offset + WINDOW_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public TcpHeader window(final int window)
    {
        buffer.putShort(offset + WINDOW_OFFSET, (short)window, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int checksum()
    {
        return buffer.getShort(offset + CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public TcpHeader checksum(final int checksum)
    {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short)checksum, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public int urgent()
    {
        return buffer.getShort(offset + URGENT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public TcpHeader urgent(final int urgent)
    {
        buffer.putShort(offset + URGENT_OFFSET, (short)urgent, ByteOrder.BIG_ENDIAN);
        return this;
    }
}
