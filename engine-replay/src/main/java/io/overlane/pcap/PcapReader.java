// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapFormat.CAPTURED_OFFSET;
import static io.overlane.pcap.PcapFormat.FILE_HEADER_LENGTH;
import static io.overlane.pcap.PcapFormat.FRACTION_OFFSET;
import static io.overlane.pcap.PcapFormat.LINK_TYPE_MASK;
import static io.overlane.pcap.PcapFormat.LINK_TYPE_OFFSET;
import static io.overlane.pcap.PcapFormat.MAGIC_MICROSECONDS;
import static io.overlane.pcap.PcapFormat.MAGIC_MODIFIED;
import static io.overlane.pcap.PcapFormat.MAGIC_NANOSECONDS;
import static io.overlane.pcap.PcapFormat.MAGIC_PCAPNG;
import static io.overlane.pcap.PcapFormat.MAJOR_OFFSET;
import static io.overlane.pcap.PcapFormat.MAX_CAPTURED_LENGTH;
import static io.overlane.pcap.PcapFormat.MINOR_OFFSET;
import static io.overlane.pcap.PcapFormat.MODIFIED_PACKET_HEADER_LENGTH;
import static io.overlane.pcap.PcapFormat.NANOS_PER_MICROSECOND;
import static io.overlane.pcap.PcapFormat.NANOS_PER_SECOND;
import static io.overlane.pcap.PcapFormat.ORIGINAL_OFFSET;
import static io.overlane.pcap.PcapFormat.PACKET_HEADER_LENGTH;
import static io.overlane.pcap.PcapFormat.SNAP_LENGTH_OFFSET;
import static io.overlane.pcap.PcapFormat.VERSION_MAJOR;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a pcap file packet by packet, in either byte order and time resolution, and in Kuznetsov's modified format.
 *
 * <p>The bytes of a packet stay in {@link #buffer()} until the next {@link #next()}. Not thread safe.
 */
public final class PcapReader implements AutoCloseable
{
    private static final int INITIAL_CAPACITY = 128 * 1024;

    private final ReadableByteChannel channel;
    private final String name;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private ByteBuffer input;

    private ByteOrder byteOrder = ByteOrder.nativeOrder();
    private boolean isNanosecond;
    private int packetHeaderLength = PACKET_HEADER_LENGTH;
    private long snapLength;
    private int linkType;

    private long packetNumber;
    private long timestampNs;
    private int offset;
    private int length;
    private long originalLength;

    /**
     * Read the file header.
     *
     * @param channel a pcap file from its first byte; this closes it.
     * @param name    of the file in messages.
     * @throws PcapException if it is not a pcap file.
     * @throws IOException if it cannot be read.
     */
    public PcapReader(final ReadableByteChannel channel, final String name) throws IOException
    {
        this.channel = channel;
        this.name = name;
        allocate(INITIAL_CAPACITY);
        input.limit(0);
        try
        {
            readFileHeader();
        }
        catch (final PcapException | RuntimeException ex)
        {
            CloseHelper.quietClose(channel);
            throw ex;
        }
        catch (final IOException ex)
        {
            CloseHelper.quietClose(channel);
            throw new IOException(name + ": " + ex.getMessage(), ex);
        }
    }

    /**
     * @param file to read.
     * @return a reader before the first packet.
     * @throws PcapException if it is not a pcap file.
     * @throws IOException if it cannot be read.
     */
    public static PcapReader open(final Path file) throws IOException
    {
        return new PcapReader(FileChannel.open(file, StandardOpenOption.READ), file.toString());
    }

    /** @return name of the file in messages. */
    public String name()
    {
        return name;
    }

    /** @return link type of the packets, one of {@link LinkType} or another registered number. */
    public int linkType()
    {
        return linkType;
    }

    /** @return longest packet that the capture keeps, in bytes; 0 if the file does not say. */
    public long snapLength()
    {
        return snapLength;
    }

    /** @return the byte order of the file's headers. */
    public ByteOrder byteOrder()
    {
        return byteOrder;
    }

    /** @return true if times were kept in nanoseconds, false for microseconds. */
    public boolean isNanosecond()
    {
        return isNanosecond;
    }

    /**
     * Go to the next packet.
     *
     * @return false at the end of the file.
     * @throws PcapException if the file ends within a packet, or a packet's lengths are impossible.
     * @throws IOException if it cannot be read.
     */
    public boolean next() throws IOException
    {
        input.position(offset + length);
        length = 0;
        final int available = require(packetHeaderLength);
        offset = input.position();
        if (available == 0)
        {
            return false;
        }
        packetNumber++;
        if (available < packetHeaderLength)
        {
            throw truncated(packetHeaderLength, available);
        }
        final int header = input.position();
        final long seconds = buffer.getInt(header, byteOrder) & 0xFFFF_FFFFL;
        final long fraction = buffer.getInt(header + FRACTION_OFFSET, byteOrder) & 0xFFFF_FFFFL;
        final int captured = buffer.getInt(header + CAPTURED_OFFSET, byteOrder);
        originalLength = buffer.getInt(header + ORIGINAL_OFFSET, byteOrder) & 0xFFFF_FFFFL;
        timestampNs = seconds * NANOS_PER_SECOND + (isNanosecond ? fraction : fraction * NANOS_PER_MICROSECOND);
        if (captured < 0 || captured > MAX_CAPTURED_LENGTH)
        {
            throw new PcapException(
                name + ": packet " + packetNumber + " claims " + (captured & 0xFFFF_FFFFL) + " bytes; damaged file");
        }
        final int whole = packetHeaderLength + captured;
        final int held = require(whole);
        offset = input.position();
        if (held < whole)
        {
            throw truncated(whole, held);
        }
        offset = input.position() + packetHeaderLength;
        length = captured;
        return true;
    }

    /** @return the buffer with the packet; the same object for every packet. */
    public MutableDirectBuffer buffer()
    {
        return buffer;
    }

    /** @return offset of the packet's first byte in {@link #buffer()}. */
    public int offset()
    {
        return offset;
    }

    /** @return captured bytes of the packet. */
    public int length()
    {
        return length;
    }

    /** @return length of the packet on the wire, at least {@link #length()} in a sound capture. */
    public long originalLength()
    {
        return originalLength;
    }

    /** @return when the packet was captured, in nanoseconds since 1970. */
    public long timestampNs()
    {
        return timestampNs;
    }

    /** @return number of the packet, 1 for the first, as in other tools. */
    public long packetNumber()
    {
        return packetNumber;
    }

    @Override
    public void close()
    {
        CloseHelper.quietClose(channel);
    }

    private void readFileHeader() throws IOException
    {
        final int available = require(FILE_HEADER_LENGTH);
        if (available >= 4 && buffer.getInt(0, ByteOrder.BIG_ENDIAN) == MAGIC_PCAPNG)
        {
            throw new PcapException(
                name + ": a pcapng file; only pcap is read here (editcap -F pcap IN OUT converts it)");
        }
        if (available < FILE_HEADER_LENGTH)
        {
            throw new PcapException(name + ": not a pcap file: it ends after " + available + " bytes");
        }
        byteOrder = orderOf(buffer.getInt(0, ByteOrder.BIG_ENDIAN));
        final int magic = buffer.getInt(0, byteOrder);
        isNanosecond = magic == MAGIC_NANOSECONDS;
        packetHeaderLength = magic == MAGIC_MODIFIED ? MODIFIED_PACKET_HEADER_LENGTH : PACKET_HEADER_LENGTH;
        final int major = buffer.getShort(MAJOR_OFFSET, byteOrder) & 0xFFFF;
        if (major != VERSION_MAJOR)
        {
            final int minor = buffer.getShort(MINOR_OFFSET, byteOrder) & 0xFFFF;
            throw new PcapException(name + ": pcap version " + major + "." + minor + " is not read here");
        }
        snapLength = buffer.getInt(SNAP_LENGTH_OFFSET, byteOrder) & 0xFFFF_FFFFL;
        linkType = buffer.getInt(LINK_TYPE_OFFSET, byteOrder) & LINK_TYPE_MASK;
        offset = FILE_HEADER_LENGTH;
    }

    private ByteOrder orderOf(final int bigEndianMagic) throws PcapException
    {
        if (isMagic(bigEndianMagic))
        {
            return ByteOrder.BIG_ENDIAN;
        }
        if (isMagic(Integer.reverseBytes(bigEndianMagic)))
        {
            return ByteOrder.LITTLE_ENDIAN;
        }
        throw new PcapException(String.format("%s: not a pcap file: it starts with 0x%08x", name, bigEndianMagic));
    }

    private static boolean isMagic(final int magic)
    {
        return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS || magic == MAGIC_MODIFIED;
    }

    /** Make {@code bytes} available at the input's position; at the end of the file there may be fewer. */
    private int require(final int bytes) throws IOException
    {
        if (input.remaining() < bytes && input.capacity() - input.position() < bytes)
        {
            makeRoom(bytes);
        }
        while (input.remaining() < bytes)
        {
            final int position = input.position();
            final int limit = input.limit();
            input.limit(input.capacity()).position(limit);
            final int read = channel.read(input);
            input.limit(input.position()).position(position);
            if (read < 0)
            {
                break;
            }
        }
        return Math.min(input.remaining(), bytes);
    }

    private void makeRoom(final int bytes)
    {
        final ByteBuffer old = input;
        if (old.capacity() < bytes)
        {
            allocate(Integer.highestOneBit(bytes) << 1);
            input.put(old);
        }
        else
        {
            old.compact();
        }
        input.flip();
    }

    private void allocate(final int capacity)
    {
        input = ByteBuffer.allocateDirect(capacity);
        buffer.wrap(input);
    }

    private PcapException truncated(final int expected, final int available)
    {
        return new PcapException(
            name + ": packet " + packetNumber + " is cut short: the file ends after " + available + " of its " +
            expected + " bytes");
    }
}
