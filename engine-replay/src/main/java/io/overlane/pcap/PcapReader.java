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
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/** Reads a pcap file, in either byte order and time resolution, and in Kuznetsov's modified format. */
final class PcapReader extends CaptureReader
{
    private ByteOrder byteOrder = ByteOrder.nativeOrder();
    private boolean isNanosecond;
    private int packetHeaderLength = PACKET_HEADER_LENGTH;
    private long snapLength;

    /** Reads the file header. */
    PcapReader(final CaptureInput input) throws IOException
    {
        super(input);
        readFileHeader();
    }

    /** Returns the longest packet that the capture keeps, in bytes; 0 if the file does not say. */
    long snapLength()
    {
        return snapLength;
    }

    /** Returns the byte order of the file's headers. */
    ByteOrder byteOrder()
    {
        return byteOrder;
    }

    /** Returns true if times were kept in nanoseconds, false for microseconds. */
    boolean isNanosecond()
    {
        return isNanosecond;
    }

    @Override
    public boolean next() throws IOException
    {
        input.position(offset + length);
        length = 0;
        final int available = input.require(packetHeaderLength);
        offset = input.position();
        if (available == 0)
        {
            return false;
        }
        recordNumber++;
        if (available < packetHeaderLength)
        {
            throw truncated(packetHeaderLength, available);
        }
        final MutableDirectBuffer buffer = buffer();
        final int header = input.position();
        final long seconds = buffer.getInt(header, byteOrder) & 0xFFFF_FFFFL;
        final long fraction = buffer.getInt(header + FRACTION_OFFSET, byteOrder) & 0xFFFF_FFFFL;
        final int captured = buffer.getInt(header + CAPTURED_OFFSET, byteOrder);
        originalLength = buffer.getInt(header + ORIGINAL_OFFSET, byteOrder) & 0xFFFF_FFFFL;
        timestampNs = seconds * NANOS_PER_SECOND + (isNanosecond ? fraction : fraction * NANOS_PER_MICROSECOND);
        if (captured < 0 || captured > MAX_CAPTURED_LENGTH)
        {
            throw new PcapException(
                name() + ": record " + recordNumber + " claims " + (captured & 0xFFFF_FFFFL) + " bytes; damaged file");
        }
        final int whole = packetHeaderLength + captured;
        final int held = input.require(whole);
        offset = input.position();
        if (held < whole)
        {
            throw truncated(whole, held);
        }
        offset = input.position() + packetHeaderLength;
        length = captured;
        return true;
    }

    private void readFileHeader() throws IOException
    {
        final int available = input.require(FILE_HEADER_LENGTH);
        if (available < FILE_HEADER_LENGTH)
        {
            throw new PcapException(name() + ": not a capture: it ends after " + available + " bytes");
        }
        final MutableDirectBuffer buffer = buffer();
        byteOrder = orderOf(buffer.getInt(0, ByteOrder.BIG_ENDIAN));
        final int magic = buffer.getInt(0, byteOrder);
        isNanosecond = magic == MAGIC_NANOSECONDS;
        packetHeaderLength = magic == MAGIC_MODIFIED ? MODIFIED_PACKET_HEADER_LENGTH : PACKET_HEADER_LENGTH;
        final int major = buffer.getShort(MAJOR_OFFSET, byteOrder) & 0xFFFF;
        if (major != VERSION_MAJOR)
        {
            final int minor = buffer.getShort(MINOR_OFFSET, byteOrder) & 0xFFFF;
            throw new PcapException(name() + ": pcap version " + major + "." + minor + " is not read here");
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
        throw new PcapException(String.format(
            "%s: neither a pcap nor a pcapng file: it starts with 0x%08x", name(), bigEndianMagic));
    }

    private static boolean isMagic(final int magic)
    {
        return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS || magic == MAGIC_MODIFIED;
    }

    private PcapException truncated(final int expected, final int available)
    {
        return new PcapException(
            name() + ": record " + recordNumber + " is cut short: the file ends after " + available + " of its " +
            expected + " bytes");
    }
}
