// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapngFormat.BLOCK_HEADER_LENGTH;
import static io.overlane.pcap.PcapngFormat.BLOCK_TRAILER_LENGTH;
import static io.overlane.pcap.PcapngFormat.BYTE_ORDER_MAGIC;
import static io.overlane.pcap.PcapngFormat.INTERFACE_BLOCK;
import static io.overlane.pcap.PcapngFormat.INTERFACE_DESCRIPTION;
import static io.overlane.pcap.PcapngFormat.INTERFACE_LENGTH;
import static io.overlane.pcap.PcapngFormat.INTERFACE_NAME;
import static io.overlane.pcap.PcapngFormat.INTERFACE_RESOLUTION;
import static io.overlane.pcap.PcapngFormat.NANOSECONDS;
import static io.overlane.pcap.PcapngFormat.OPTION_COMMENT;
import static io.overlane.pcap.PcapngFormat.OPTION_END;
import static io.overlane.pcap.PcapngFormat.OPTION_HEADER_LENGTH;
import static io.overlane.pcap.PcapngFormat.PACKET_BLOCK;
import static io.overlane.pcap.PcapngFormat.PACKET_DROP_COUNT;
import static io.overlane.pcap.PcapngFormat.PACKET_FLAGS;
import static io.overlane.pcap.PcapngFormat.PACKET_ID;
import static io.overlane.pcap.PcapngFormat.PACKET_LENGTH;
import static io.overlane.pcap.PcapngFormat.SECTION_APPLICATION;
import static io.overlane.pcap.PcapngFormat.SECTION_BLOCK;
import static io.overlane.pcap.PcapngFormat.SECTION_LENGTH;
import static io.overlane.pcap.PcapngFormat.STATISTICS_BLOCK;
import static io.overlane.pcap.PcapngFormat.STATISTICS_DROPPED;
import static io.overlane.pcap.PcapngFormat.STATISTICS_END;
import static io.overlane.pcap.PcapngFormat.STATISTICS_LENGTH;
import static io.overlane.pcap.PcapngFormat.STATISTICS_RECEIVED;
import static io.overlane.pcap.PcapngFormat.STATISTICS_START;
import static io.overlane.pcap.PcapngFormat.UNKNOWN_LENGTH;
import static io.overlane.pcap.PcapngFormat.VERSION_MAJOR;
import static io.overlane.pcap.PcapngFormat.padded;

import java.io.Flushable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * Writes a pcapng file of one section: little-endian, with times in nanoseconds. An interface may be added at any time
 * before its first packet. Bytes are written when the buffer is full, on {@link #flush()} and on {@link #close()}. Not
 * thread safe; a packet allocates nothing.
 */
public final class PcapngWriter implements AutoCloseable, Flushable
{
    /** Keeps every packet whole; the "no limit" of capture tools. */
    public static final int MAX_SNAP_LENGTH = PcapWriter.MAX_SNAP_LENGTH;

    /** Room for the longest comment, and for several hundred packets. */
    private static final int CAPACITY = 256 * 1024;

    /** The longest name or description, in bytes; longer ones are cut. */
    private static final int MAX_TEXT = 1024;

    private static final int EMPTY_BLOCK = BLOCK_HEADER_LENGTH + BLOCK_TRAILER_LENGTH;
    private static final int LONG_OPTION = OPTION_HEADER_LENGTH + Long.BYTES;
    private static final int INT_OPTION = OPTION_HEADER_LENGTH + Integer.BYTES;

    private static final ByteBuffer CLOSED = ByteBuffer.allocate(0);

    private final WritableByteChannel channel;
    /** On the heap: the JVM may free the direct memory of a file that was closed only after days. Empty once closed. */
    private ByteBuffer output = ByteBuffer.allocate(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private int[] snapLengths = new int[8];
    private int interfaces;
    private long written;

    /**
     * Write the header of the section into the buffer.
     *
     * @param channel     of the file; this closes it.
     * @param application name and version of the program that writes.
     */
    public PcapngWriter(final WritableByteChannel channel, final String application)
    {
        this.channel = channel;
        final byte[] name = utf8(application);
        final int length = begin(SECTION_BLOCK, SECTION_LENGTH + text(name) + OPTION_HEADER_LENGTH);
        output.putInt(BYTE_ORDER_MAGIC).putShort((short)VERSION_MAJOR).putShort((short)0).putLong(UNKNOWN_LENGTH);
        putText(SECTION_APPLICATION, name);
        putEnd();
        output.putInt(length);
    }

    /**
     * @param file        to create, or to overwrite.
     * @param application name and version of the program that writes.
     * @return a writer before the first interface.
     * @throws IOException if the file cannot be made.
     */
    public static PcapngWriter create(final Path file, final String application) throws IOException
    {
        final FileChannel channel = FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        return new PcapngWriter(channel, application);
    }

    /**
     * @param name        of the interface.
     * @param description says more about it; empty for none.
     * @param linkType    of its packets, one of {@link LinkType} or another registered number.
     * @param snapLength  most bytes to keep of each packet, 1…{@link #MAX_SNAP_LENGTH}.
     * @return the number of the interface: 0 for the first, and so on.
     * @throws IOException if the channel fails.
     */
    public int addInterface(final String name, final String description, final int linkType, final int snapLength)
        throws IOException
    {
        if (snapLength < 1 || snapLength > MAX_SNAP_LENGTH)
        {
            throw new IllegalArgumentException("snapLength=" + snapLength + " outside 1…" + MAX_SNAP_LENGTH);
        }
        final byte[] nameBytes = utf8(name);
        final byte[] descriptionBytes = utf8(description);
        require(EMPTY_BLOCK + INTERFACE_LENGTH + text(nameBytes) + text(descriptionBytes) + 2 * INT_OPTION);
        final int length = begin(
            INTERFACE_BLOCK,
            INTERFACE_LENGTH + text(nameBytes) + text(descriptionBytes) + INT_OPTION + OPTION_HEADER_LENGTH);
        output.putShort((short)linkType).putShort((short)0).putInt(snapLength);
        putText(INTERFACE_NAME, nameBytes);
        putText(INTERFACE_DESCRIPTION, descriptionBytes);
        output.putShort((short)INTERFACE_RESOLUTION).putShort((short)Byte.BYTES).putInt(NANOSECONDS);
        putEnd();
        output.putInt(length);
        if (interfaces == snapLengths.length)
        {
            snapLengths = Arrays.copyOf(snapLengths, 2 * interfaces);
        }
        snapLengths[interfaces] = snapLength;
        return interfaces++;
    }

    /**
     * Append a packet of which only the beginning may be available.
     *
     * @param interfaceId    as {@link #addInterface} returned it.
     * @param timestampNs    nanoseconds since 1970.
     * @param buffer         with the packet; copied or written before this returns.
     * @param offset         of its first byte.
     * @param length         of the available part; bytes after the snap length are left out.
     * @param originalLength bytes on the wire.
     * @param options        what to say about it.
     * @throws IOException if the channel fails.
     */
    public void write(
        final int interfaceId,
        final long timestampNs,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final long originalLength,
        final PacketOptions options)
        throws IOException
    {
        buffer.boundsCheck(offset, length);
        if (interfaceId < 0 || interfaceId >= interfaces)
        {
            throw new IllegalArgumentException("interfaceId=" + interfaceId + ": there are " + interfaces);
        }
        final int captured = Math.min(length, snapLengths[interfaceId]);
        final int optionsLength = length(options);
        require(EMPTY_BLOCK + PACKET_LENGTH);
        final int blockLength = begin(PACKET_BLOCK, PACKET_LENGTH + padded(captured) + optionsLength);
        output
            .putInt(interfaceId)
            .putInt((int)(timestampNs >>> Integer.SIZE))
            .putInt((int)timestampNs)
            .putInt(captured)
            .putInt((int)originalLength);
        putBytes(buffer, offset, captured);
        require(optionsLength + BLOCK_TRAILER_LENGTH + Integer.BYTES);
        putPadding(captured);
        if (optionsLength > 0)
        {
            put(options);
        }
        output.putInt(blockLength);
    }

    /**
     * Append what is known of an interface at the end of the capture.
     *
     * @param interfaceId as {@link #addInterface} returned it.
     * @param startNs     begin of the capture, in nanoseconds since 1970.
     * @param endNs       its end.
     * @param received    packets that the capture should have.
     * @param dropped     those of them that it has not.
     * @param comment     for a person who reads it; empty for none.
     * @throws IOException if the channel fails.
     */
    public void statistics(
        final int interfaceId,
        final long startNs,
        final long endNs,
        final long received,
        final long dropped,
        final String comment)
        throws IOException
    {
        final byte[] commentBytes = utf8(comment);
        final int bodyLength = STATISTICS_LENGTH + text(commentBytes) + 4 * LONG_OPTION + OPTION_HEADER_LENGTH;
        require(EMPTY_BLOCK + bodyLength);
        final int length = begin(STATISTICS_BLOCK, bodyLength);
        output.putInt(interfaceId).putInt((int)(endNs >>> Integer.SIZE)).putInt((int)endNs);
        putText(OPTION_COMMENT, commentBytes);
        putTime(STATISTICS_START, startNs);
        putTime(STATISTICS_END, endNs);
        putLong(STATISTICS_RECEIVED, received);
        putLong(STATISTICS_DROPPED, dropped);
        putEnd();
        output.putInt(length);
    }

    /** @return bytes of the file so far, also those that are still in the buffer; also once the file is closed. */
    public long length()
    {
        return written + output.position();
    }

    @Override
    public void flush() throws IOException
    {
        output.flip();
        try
        {
            while (output.hasRemaining())
            {
                written += channel.write(output);
            }
        }
        finally
        {
            output.compact();
        }
    }

    /**
     * Write the buffered bytes and close the channel. Closing twice does no harm.
     *
     * @throws IOException if the last bytes could not be written; the channel is closed all the same.
     */
    @Override
    public void close() throws IOException
    {
        if (channel.isOpen())
        {
            try (channel)
            {
                flush();
            }
            finally
            {
                output = CLOSED;
            }
        }
    }

    private static int length(final PacketOptions options)
    {
        final int length =
            text(options.comment()) +
            (options.flags() == 0 ? 0 : INT_OPTION) +
            (options.dropCount() == 0 ? 0 : LONG_OPTION) +
            (options.packetId() == CaptureReader.NO_PACKET_ID ? 0 : LONG_OPTION);
        return length == 0 ? 0 : length + OPTION_HEADER_LENGTH;
    }

    private void put(final PacketOptions options)
    {
        putText(OPTION_COMMENT, options.comment());
        if (options.flags() != 0)
        {
            output.putShort((short)PACKET_FLAGS).putShort((short)Integer.BYTES).putInt(options.flags());
        }
        if (options.dropCount() != 0)
        {
            putLong(PACKET_DROP_COUNT, options.dropCount());
        }
        if (options.packetId() != CaptureReader.NO_PACKET_ID)
        {
            putLong(PACKET_ID, options.packetId());
        }
        putEnd();
    }

    private void putBytes(final DirectBuffer buffer, final int offset, final int length) throws IOException
    {
        int done = 0;
        while (done < length)
        {
            if (!output.hasRemaining())
            {
                flush();
            }
            final int part = Math.min(length - done, output.remaining());
            buffer.getBytes(offset + done, output, part);
            done += part;
        }
    }

    private int begin(final int type, final int bodyLength)
    {
        final int length = EMPTY_BLOCK + bodyLength;
        output.putInt(type).putInt(length);
        return length;
    }

    private void putLong(final int code, final long value)
    {
        output.putShort((short)code).putShort((short)Long.BYTES).putLong(value);
    }

    /** A time has its upper half first, in either byte order. */
    private void putTime(final int code, final long timestampNs)
    {
        output
            .putShort((short)code)
            .putShort((short)Long.BYTES)
            .putInt((int)(timestampNs >>> Integer.SIZE))
            .putInt((int)timestampNs);
    }

    private void putText(final int code, final byte[] text)
    {
        if (text.length > 0)
        {
            output.putShort((short)code).putShort((short)text.length).put(text);
            putPadding(text.length);
        }
    }

    private void putPadding(final int length)
    {
        for (int i = length; i < padded(length); i++)
        {
            output.put((byte)0);
        }
    }

    private void putEnd()
    {
        output.putInt(OPTION_END);
    }

    private void require(final int bytes) throws IOException
    {
        if (output.remaining() < bytes)
        {
            flush();
        }
        if (output.capacity() == 0)
        {
            throw new ClosedChannelException();
        }
    }

    /** Returns the bytes that an option of this text takes: none if it is empty. */
    private static int text(final byte[] text)
    {
        return text.length == 0 ? 0 : OPTION_HEADER_LENGTH + padded(text.length);
    }

    private static byte[] utf8(final String text)
    {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_TEXT ? bytes : Arrays.copyOf(bytes, MAX_TEXT);
    }
}
