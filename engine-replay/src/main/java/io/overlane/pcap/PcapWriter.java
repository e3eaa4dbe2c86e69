// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapFormat.FILE_HEADER_LENGTH;
import static io.overlane.pcap.PcapFormat.MAGIC_MICROSECONDS;
import static io.overlane.pcap.PcapFormat.MAGIC_NANOSECONDS;
import static io.overlane.pcap.PcapFormat.NANOS_PER_MICROSECOND;
import static io.overlane.pcap.PcapFormat.NANOS_PER_SECOND;
import static io.overlane.pcap.PcapFormat.PACKET_HEADER_LENGTH;
import static io.overlane.pcap.PcapFormat.VERSION_MAJOR;
import static io.overlane.pcap.PcapFormat.VERSION_MINOR;

import java.io.Flushable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.DirectBuffer;

/**
 * Writes a little-endian pcap file packet by packet. Bytes are written when the buffer is full, on {@link #flush()} and
 * on {@link #close()}. Not thread safe.
 */
public final class PcapWriter implements AutoCloseable, Flushable
{
    /** Keeps every packet whole; the "no limit" of capture tools. */
    public static final int MAX_SNAP_LENGTH = 262_144;

    private static final int CAPACITY = 64 * 1024;

    /** Resolution of packet times. */
    public enum Resolution
    {
        /** Read by every tool. */
        MICROSECONDS,
        /** Read by tools of the last decade. */
        NANOSECONDS
    }

    private final WritableByteChannel channel;
    private final ByteBuffer output = ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private final Resolution resolution;
    private final int snapLength;

    /**
     * Write the file header into the buffer.
     *
     * @param channel    of the file; this closes it.
     * @param linkType   of the packets, one of {@link LinkType} or another registered number.
     * @param resolution of the packets' times.
     * @param snapLength most bytes to keep of each packet.
     */
    public PcapWriter(
        final WritableByteChannel channel, final int linkType, final Resolution resolution, final int snapLength)
    {
        if (snapLength < 1 || snapLength > MAX_SNAP_LENGTH)
        {
            throw new IllegalArgumentException("snapLength=" + snapLength + " outside 1…" + MAX_SNAP_LENGTH);
        }
        this.channel = channel;
        this.resolution = resolution;
        this.snapLength = snapLength;
        output
            .putInt(resolution == Resolution.NANOSECONDS ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS)
            .putShort((short)VERSION_MAJOR)
            .putShort((short)VERSION_MINOR)
            .putInt(0)
            .putInt(0)
            .putInt(snapLength)
            .putInt(linkType);
        assert output.position() == FILE_HEADER_LENGTH;
    }

    /**
     * @param file       to create, or to overwrite.
     * @param linkType   of the packets.
     * @param resolution of the packets' times.
     * @return a writer that keeps packets whole.
     * @throws IOException if the file cannot be made.
     */
    public static PcapWriter create(final Path file, final int linkType, final Resolution resolution)
        throws IOException
    {
        final FileChannel channel = FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        return new PcapWriter(channel, linkType, resolution, MAX_SNAP_LENGTH);
    }

    /**
     * Append a complete packet.
     *
     * @param timestampNs nanoseconds since 1970, up to the year 2106.
     * @param buffer      with the packet; copied or written before this returns.
     * @param offset      of its first byte.
     * @param length      of the packet; bytes after the snap length are left out.
     * @throws IOException if the channel fails.
     */
    public void write(final long timestampNs, final DirectBuffer buffer, final int offset, final int length)
        throws IOException
    {
        write(timestampNs, buffer, offset, length, length);
    }

    /**
     * Append a packet of which only the beginning may be available.
     *
     * @param timestampNs    nanoseconds since 1970, up to the year 2106.
     * @param buffer         with the packet; copied or written before this returns.
     * @param offset         of its first byte.
     * @param length         of the available part; bytes after the snap length are left out.
     * @param originalLength bytes on the wire.
     * @throws IOException if the channel fails.
     */
    public void write(
        final long timestampNs,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final long originalLength)
        throws IOException
    {
        buffer.boundsCheck(offset, length);
        if (output.remaining() < PACKET_HEADER_LENGTH)
        {
            flush();
        }
        final int captured = Math.min(length, snapLength);
        final long fractionNs = Math.floorMod(timestampNs, NANOS_PER_SECOND);
        final boolean isNanosecond = resolution == Resolution.NANOSECONDS;
        output
            .putInt((int)Math.floorDiv(timestampNs, NANOS_PER_SECOND))
            .putInt((int)(isNanosecond ? fractionNs : fractionNs / NANOS_PER_MICROSECOND))
            .putInt(captured)
            .putInt((int)originalLength);
        int done = 0;
        while (done < captured)
        {
            if (!output.hasRemaining())
            {
                flush();
            }
            final int part = Math.min(captured - done, output.remaining());
            buffer.getBytes(offset + done, output, part);
            done += part;
        }
    }

    @Override
    public void flush() throws IOException
    {
        output.flip();
        try
        {
            while (output.hasRemaining())
            {
                channel.write(output);
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
        }
    }
}
