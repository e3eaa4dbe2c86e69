// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.abort;

import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.PcapWriter.Resolution;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UdpPacket;

/** What {@link PcapWriter} writes, read by libpcap and taken apart by pcap4j. */
class LibpcapTest
{
    private static final long TIME_NS = 1_700_000_000_123_456_789L;

    private static final List<FrameSpec> FRAMES = List.of(
        FrameSpec.ipv4Udp().ports(53, 4000).payload("hello"),
        FrameSpec.arpRequest("10.0.0.1", "10.0.0.2"),
        FrameSpec.ipv6Tcp().vlan(7).payloadLength(1400),
        FrameSpec.vxlan(FrameSpec.icmpEchoRequest().payloadLength(60_000)));

    @TempDir
    private Path folder;

    @Test
    void shouldWriteWhatLibpcapReads() throws Exception
    {
        for (final Resolution resolution : Resolution.values())
        {
            final Path file = folder.resolve(resolution + ".pcap");
            try (PcapWriter writer = PcapWriter.create(file, LinkType.ETHERNET, resolution))
            {
                for (final FrameSpec frame : FRAMES)
                {
                    final byte[] bytes = frame.bytes();
                    writer.write(TIME_NS, new MemoryBuffer(bytes), 0, bytes.length);
                }
            }
            final boolean isNanosecond = resolution == Resolution.NANOSECONDS;
            try (PcapHandle handle = openOffline(
                file, isNanosecond ? TimestampPrecision.NANO : TimestampPrecision.MICRO))
            {
                assertEquals(1, handle.getDlt().value());
                for (final FrameSpec frame : FRAMES)
                {
                    assertArrayEquals(frame.bytes(), handle.getNextRawPacket());
                    assertEquals(1_700_000_000L, handle.getTimestamp().getTime() / 1000);
                    assertEquals(isNanosecond ? 123_456_789 : 123_456_000, handle.getTimestamp().getNanos());
                }
                assertNull(handle.getNextRawPacket());
            }
        }
    }

    /** The files are put together by hand; libpcap and our reader are to find the same packets. */
    @Test
    void shouldReadTheModifiedFormatAsLibpcapDoes() throws Exception
    {
        for (final ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN))
        {
            final PcapFiles files = PcapFiles.start(order, 0xA1B2CD34, LinkType.ETHERNET);
            for (final FrameSpec frame : FRAMES)
            {
                files.modifiedPacket(1_700_000_000, 123_456, frame.bytes().length, frame.bytes());
            }
            final Path file = Files.write(folder.resolve(order + ".pcap"), files.bytes());
            try (PcapHandle handle = openOffline(file, TimestampPrecision.MICRO);
                CaptureReader reader = CaptureReader.open(file))
            {
                while (reader.next())
                {
                    assertEquals(Hex.of(handle.getNextRawPacket()), PcapFiles.packet(reader));
                    assertEquals(handle.getTimestamp().getTime(), reader.timestampNs() / 1_000_000);
                }
                assertNull(handle.getNextRawPacket());
                assertEquals(FRAMES.size(), reader.recordNumber());
            }
        }
    }

    @Test
    void shouldBuildFramesThatPcap4jTakesApart() throws Exception
    {
        for (final FrameSpec frame : FRAMES)
        {
            final byte[] bytes = frame.bytes();
            final Packet packet = EthernetPacket.newPacket(bytes, 0, bytes.length);
            assertArrayEquals(bytes, packet.getRawData());
        }
        final byte[] bytes = FRAMES.get(0).bytes();
        final UdpPacket udp = EthernetPacket.newPacket(bytes, 0, bytes.length).get(UdpPacket.class);
        assertNotNull(udp);
        assertEquals(4000, udp.getHeader().getDstPort().valueAsInt());
        assertArrayEquals("hello".getBytes(StandardCharsets.UTF_8), udp.getPayload().getRawData());
    }

    private static PcapHandle openOffline(final Path file, final TimestampPrecision precision) throws Exception
    {
        try
        {
            return Pcaps.openOffline(file.toString(), precision);
        }
        catch (final UnsatisfiedLinkError | NoClassDefFoundError ex)
        {
            return abort("libpcap cannot be loaded here, its reading is not compared: " + ex.getMessage());
        }
    }
}
