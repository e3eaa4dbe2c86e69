// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapFormat.MAGIC_PCAPNG;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a capture packet by packet: a pcap or a pcapng file, distinguished by its first bytes.
 *
 * <p>The bytes of a packet stay in {@link #buffer()} until the next {@link #next()}. What only pcapng files have (names
 * of interfaces, directions, comments) is missing from a pcap file. Not thread safe.
 */
public abstract sealed class CaptureReader implements AutoCloseable permits PcapReader, PcapngReader
{
    /** The link type of a pcapng file before its first packet. */
    public static final int NO_LINK_TYPE = -1;

    /** The packet has no identifier. */
    public static final long NO_PACKET_ID = -1;

    final CaptureInput input;
    int linkType = NO_LINK_TYPE;
    long recordNumber;
    long timestampNs;
    int offset;
    int length;
    long originalLength;

    CaptureReader(final CaptureInput input)
    {
        this.input = input;
    }

    /**
     * @param file to read.
     * @return a reader before the first packet.
     * @throws PcapException if it is not a capture.
     * @throws IOException if it cannot be read.
     */
    public static CaptureReader open(final Path file) throws IOException
    {
        return open(FileChannel.open(file, StandardOpenOption.READ), file.toString());
    }

    /**
     * @param channel a capture from its first byte; the reader closes it, and this does if it fails.
     * @param name    of the file in messages.
     * @return a reader before the first packet.
     * @throws PcapException if it is not a capture.
     * @throws IOException if it cannot be read.
     */
    public static CaptureReader open(final ReadableByteChannel channel, final String name) throws IOException
    {
        try
        {
            final CaptureInput input = new CaptureInput(channel, name);
            final boolean isPcapng = input.require(Integer.BYTES) == Integer.BYTES &&
                input.buffer().getInt(input.position(), ByteOrder.BIG_ENDIAN) == MAGIC_PCAPNG;
            return isPcapng ? new PcapngReader(input) : new PcapReader(input);
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
     * Go to the next packet.
     *
     * @return false at the end of the file.
     * @throws PcapException if the file ends within a packet, or its lengths are impossible; the message names the
     *                       place.
     * @throws IOException if it cannot be read.
     */
    public abstract boolean next() throws IOException;

    /** @return name of the file in messages. */
    public final String name()
    {
        return input.name();
    }

    /**
     * @return link type of the packet, one of {@link LinkType} or another registered number. All packets of a pcap file
     *         have that of the file, which is known before the first packet.
     */
    public final int linkType()
    {
        return linkType;
    }

    /** @return the buffer with the packet; the same object for every packet. */
    public final MutableDirectBuffer buffer()
    {
        return input.buffer();
    }

    /** @return offset of the packet's first byte in {@link #buffer()}. */
    public final int offset()
    {
        return offset;
    }

    /** @return captured bytes of the packet. */
    public final int length()
    {
        return length;
    }

    /** @return length of the packet on the wire, at least {@link #length()} in a sound capture. */
    public final long originalLength()
    {
        return originalLength;
    }

    /**
     * @return when the packet was captured, in nanoseconds since 1970. A packet without a time has that of the packet
     *         before.
     */
    public final long timestampNs()
    {
        return timestampNs;
    }

    /**
     * @return number of the packet's record in the file, 1 for the first, as Wireshark and tshark count ({@code
     *         frame.number}): custom blocks and those of journals and system calls have a number too.
     */
    public final long recordNumber()
    {
        return recordNumber;
    }

    /** @return name of the program that wrote this section of the file; empty if the file does not say. */
    public String application()
    {
        return "";
    }

    /** @return number of the packet's interface in its section of the file; 0 in a pcap file. */
    public int interfaceId()
    {
        return 0;
    }

    /** @return name of the packet's interface; empty if the file does not say. */
    public String interfaceName()
    {
        return "";
    }

    /** @return what the file says about the packet's interface; empty if it does not say. */
    public String interfaceDescription()
    {
        return "";
    }

    /** @return which way the packet went through its interface. */
    public Direction direction()
    {
        return Direction.UNKNOWN;
    }

    /** @return identifier that the records of one packet on several interfaces share, or {@link #NO_PACKET_ID}. */
    public long packetId()
    {
        return NO_PACKET_ID;
    }

    /** @return packets of this interface that were lost after the packet before on it; 0 if the file does not say. */
    public long dropCount()
    {
        return 0;
    }

    /** @return the comment on the packet; several are separated by line feeds. Null if there is none. */
    public @Nullable String comment()
    {
        return null;
    }

    @Override
    public final void close()
    {
        input.close();
    }
}
