// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static io.overlane.capture.CaptureRecord.BITS_OFFSET;
import static io.overlane.capture.CaptureRecord.BYTES_OFFSET;
import static io.overlane.capture.CaptureRecord.DECAP_BIT;
import static io.overlane.capture.CaptureRecord.FLOW_HASH_OFFSET;
import static io.overlane.capture.CaptureRecord.HIGH_OFFSET;
import static io.overlane.capture.CaptureRecord.IN_OFFSET;
import static io.overlane.capture.CaptureRecord.LENGTH_OFFSET;
import static io.overlane.capture.CaptureRecord.LOST_IN_OFFSET;
import static io.overlane.capture.CaptureRecord.LOST_OUT_OFFSET;
import static io.overlane.capture.CaptureRecord.LOW_OFFSET;
import static io.overlane.capture.CaptureRecord.NONE;
import static io.overlane.capture.CaptureRecord.OUTER_VNI_OFFSET;
import static io.overlane.capture.CaptureRecord.OUT_OFFSET;
import static io.overlane.capture.CaptureRecord.SUPER_FRAME_BIT;
import static io.overlane.capture.CaptureRecord.TIME_OFFSET;
import static io.overlane.capture.CaptureRecord.TOS_OFFSET;
import static io.overlane.capture.CaptureRecord.TTL_OFFSET;
import static io.overlane.capture.CaptureRecord.TUNNEL_HEADER_BIT;
import static io.overlane.capture.CaptureRecord.UDP_PORT_OFFSET;
import static io.overlane.capture.CaptureRecord.VNI_OFFSET;

import io.overlane.address.Vtep;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.Direction;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.PacketOptions;
import io.overlane.pcap.PcapngWriter;
import java.io.IOException;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;

/** Makes records of pcapng of what is in the ring. One thread. */
final class CaptureWriter
{
    /** Block, fixed fields and options other than the comment. */
    private static final int RECORD_OVERHEAD = 128;

    /** The statistics of an interface, with their comment. */
    private static final int STATISTICS_OVERHEAD = 136;

    /** In the comment of an interface's statistics, before a number. */
    private static final String LOST_AT_END = "lost-behind-last-packet=";

    private final CaptureFiles files;
    private final CaptureInterfaces interfaces;
    private final boolean isIpNetwork;
    private final int snapLength;
    private final Vtep local;
    private final long epochNs;
    private final long startNs;

    private final OuterHeaders headers;
    private final MemoryBuffer outer;
    private final VerdictComments comments = new VerdictComments();
    private final PacketIds ids = new PacketIds();
    private final PacketOptions options = new PacketOptions();

    /** By the number of the interface: its number in this file, and its records in it. */
    private int[] inFile = new int[0];
    private long[] written = new long[0];
    private long[] lost = new long[0];
    /** Of the lost ones: those behind the last record of the interface, which no drop count of a packet includes. */
    private long[] lostAtEnd = new long[0];
    private volatile long records;
    private boolean isFull;

    /**
     * @param isIpNetwork true if frames begin with an IP header.
     * @param local       address and UDP port of the underlay.
     * @param epochNs     added to times of the engine's clock to make them nanoseconds since 1970.
     * @param startNs     begin of the capture, in nanoseconds since 1970.
     */
    CaptureWriter(
        final CaptureFiles files,
        final CaptureInterfaces interfaces,
        final boolean isIpNetwork,
        final int snapLength,
        final Vtep local,
        final long epochNs,
        final long startNs)
    {
        this.files = files;
        this.interfaces = interfaces;
        this.isIpNetwork = isIpNetwork;
        this.snapLength = snapLength;
        this.local = local;
        this.epochNs = epochNs;
        this.startNs = startNs;
        headers = new OuterHeaders(local.address(), local.udpPort());
        outer = new MemoryBuffer(new byte[OuterHeaders.MAX_LENGTH + snapLength]);
    }

    /** Records that were written. Any thread. */
    long records()
    {
        return records;
    }

    /** True if the only file is full. */
    boolean isFull()
    {
        return isFull;
    }

    /** Write the records of one packet. */
    void write(final MutableDirectBuffer ring, final int index, final int length) throws IOException
    {
        if (isFull)
        {
            return;
        }
        final int bits = ring.getInt(index + BITS_OFFSET);
        options
            .packetId(ids.of(ring, index))
            .superFrame((bits & SUPER_FRAME_BIT) != 0)
            .comment(comments.text(ring, index));
        final int in = ring.getInt(index + IN_OFFSET);
        final int out = ring.getInt(index + OUT_OFFSET);
        if (in != NONE)
        {
            record(ring, index, length, in, Direction.IN, ring.getLong(index + LOST_IN_OFFSET));
        }
        if (out != NONE)
        {
            record(ring, index, length, out, Direction.OUT, ring.getLong(index + LOST_OUT_OFFSET));
        }
    }

    /** Write the statistics of the interfaces, lost records of the end included. */
    void end(final long nowNs) throws IOException
    {
        for (final CaptureInterface each : interfaces.all())
        {
            final long more = each.report(each.lost());
            if (more > 0)
            {
                inFile(each);
                lost[each.id()] += more;
                lostAtEnd[each.id()] = more;
            }
        }
        endFile(nowNs + epochNs);
    }

    private void record(
        final MutableDirectBuffer ring,
        final int index,
        final int length,
        final int id,
        final Direction direction,
        final long lostUntilNow)
        throws IOException
    {
        final CaptureInterface where = interfaces.get(id);
        final long timestampNs = ring.getLong(index + TIME_OFFSET) + epochNs;
        makeRoom(length, timestampNs);
        if (isFull)
        {
            return;
        }
        final int inside = inFile(where);
        final long more = where.report(lostUntilNow);
        lost[id] += more;
        options.direction(direction).dropCount(more);
        final int bytes = length - BYTES_OFFSET;
        final int original = ring.getInt(index + LENGTH_OFFSET);
        if (where.isUnderlay())
        {
            final int headersLength = outer(ring, index, original);
            outer.putBytes(headersLength, ring, index + BYTES_OFFSET, bytes);
            files.writer().write(
                inside, timestampNs, outer, 0, headersLength + bytes, headersLength + original, options);
        }
        else
        {
            files.writer().write(inside, timestampNs, ring, index + BYTES_OFFSET, bytes, original, options);
        }
        written[id]++;
        records++;
    }

    private int outer(final MutableDirectBuffer ring, final int index, final int original)
    {
        final int bits = ring.getInt(index + BITS_OFFSET);
        final boolean isDecap = (bits & DECAP_BIT) != 0;
        final boolean hasHeader = isIpNetwork || (bits & TUNNEL_HEADER_BIT) != 0;
        return headers.write(
            outer,
            isDecap,
            ring.getLong(index + HIGH_OFFSET),
            ring.getLong(index + LOW_OFFSET),
            ring.getInt(index + UDP_PORT_OFFSET),
            ring.getInt(index + FLOW_HASH_OFFSET),
            ring.getInt(index + TOS_OFFSET),
            ring.getInt(index + TTL_OFFSET),
            hasHeader ? NONE : ring.getInt(index + (isDecap ? VNI_OFFSET : OUTER_VNI_OFFSET)),
            original);
    }

    /** Go on to the next file if the record may not fit this one. */
    private void makeRoom(final int length, final long timestampNs) throws IOException
    {
        if (files.isFull(length + RECORD_OVERHEAD + OuterHeaders.MAX_LENGTH + STATISTICS_OVERHEAD * inFile.length))
        {
            if (!files.hasNext())
            {
                isFull = true;
                return;
            }
            endFile(timestampNs);
            files.next();
            Arrays.fill(inFile, NONE);
        }
    }

    private void endFile(final long timestampNs) throws IOException
    {
        for (int i = 0; i < inFile.length; i++)
        {
            if (inFile[i] != NONE)
            {
                files.writer().statistics(
                    inFile[i],
                    startNs,
                    timestampNs,
                    written[i] + lost[i],
                    lost[i],
                    lostAtEnd[i] == 0 ? "" : LOST_AT_END + lostAtEnd[i]);
            }
        }
        Arrays.fill(written, 0);
        Arrays.fill(lost, 0);
    }

    /** The number of the interface in this file, which it gets at its first record. */
    private int inFile(final CaptureInterface where) throws IOException
    {
        final int id = where.id();
        if (id >= inFile.length)
        {
            final int before = inFile.length;
            inFile = Arrays.copyOf(inFile, id + 1);
            Arrays.fill(inFile, before, inFile.length, NONE);
            written = Arrays.copyOf(written, id + 1);
            lost = Arrays.copyOf(lost, id + 1);
            lostAtEnd = Arrays.copyOf(lostAtEnd, id + 1);
        }
        if (inFile[id] == NONE)
        {
            final PcapngWriter writer = files.writer();
            inFile[id] = where.isUnderlay() ?
                writer.addInterface(
                    where.name(),
                    "underlay " + local + "; the outer headers are made up from the fields that the engine knows",
                    LinkType.RAW_IP,
                    Math.min(OuterHeaders.MAX_LENGTH + snapLength, PcapngWriter.MAX_SNAP_LENGTH)) :
                writer.addInterface(
                    where.name(), "port", isIpNetwork ? LinkType.RAW_IP : LinkType.ETHERNET, snapLength);
        }
        return inFile[id];
    }
}
