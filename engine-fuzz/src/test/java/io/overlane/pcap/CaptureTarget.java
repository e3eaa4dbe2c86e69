// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import io.overlane.memory.MemoryBuffer;
import io.overlane.testdata.FrameSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;

/** A capture is read, what was read is written, and the written capture has the same packets. */
public final class CaptureTarget implements FuzzTarget
{
    /** A packet of a capture. */
    private record Packet(long timestampNs, int linkType, byte[] bytes, long originalLength, String comment)
    {
    }

    @Override
    public void accept(final byte[] input) throws IOException
    {
        final List<Packet> packets = new ArrayList<>();
        try
        {
            read(input, packets);
        }
        catch (final PcapException ex)
        {
            Input.assertOneLine(ex);
            assertTrue(ex.getMessage().startsWith("fuzz.pcap: "), ex.getMessage());
        }
        packets.removeIf(packet -> packet.linkType < 0 || packet.linkType > 0xFFFF);
        final List<Packet> again = new ArrayList<>();
        read(write(packets), again);
        assertEquals(packets.size(), again.size());
        for (int i = 0; i < packets.size(); i++)
        {
            assertArrayEquals(packets.get(i).bytes, again.get(i).bytes);
            assertEquals(packets.get(i).timestampNs, again.get(i).timestampNs);
            assertEquals(packets.get(i).linkType, again.get(i).linkType);
            assertEquals(packets.get(i).originalLength, again.get(i).originalLength);
            assertEquals(packets.get(i).comment, again.get(i).comment);
        }
    }

    private static void read(final byte[] bytes, final List<Packet> packets) throws IOException
    {
        try (CaptureReader reader =
            CaptureReader.open(Channels.newChannel(new ByteArrayInputStream(bytes)), "fuzz.pcap"))
        {
            long last = 0;
            while (reader.next())
            {
                assertTrue(reader.recordNumber() > last, "records are counted");
                last = reader.recordNumber();
                assertTrue(reader.timestampNs() >= 0, "a time after 1970");
                reader.buffer().boundsCheck(reader.offset(), reader.length());
                final byte[] packet = new byte[reader.length()];
                reader.buffer().getBytes(reader.offset(), packet);
                assertTrue(reader.interfaceId() >= 0);
                reader.direction();
                reader.packetId();
                reader.dropCount();
                assertNotNull(reader.application() + reader.interfaceName() + reader.interfaceDescription());
                packets.add(new Packet(
                    reader.timestampNs(), reader.linkType(), packet, reader.originalLength(), reader.comment()));
            }
            assertFalse(reader.next(), "the end stays the end");
        }
    }

    private static byte[] write(final List<Packet> packets) throws IOException
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(Channels.newChannel(out), "fuzz"))
        {
            for (final Packet packet : packets)
            {
                final int id = writer.addInterface("eth0", "", packet.linkType, PcapngWriter.MAX_SNAP_LENGTH);
                final PacketOptions options = new PacketOptions();
                if (packet.comment != null)
                {
                    options.comment(packet.comment);
                }
                writer.write(
                    id, packet.timestampNs, new MemoryBuffer(packet.bytes), 0, packet.bytes.length,
                    packet.originalLength, options);
            }
        }
        return out.toByteArray();
    }

    /** @return the captures of {@code testdata}. */
    public static List<byte[]> captures() throws IOException
    {
        final List<byte[]> captures = new ArrayList<>();
        for (final String name : List.of(
            "ip-in-udp.pcap", "vxlan.pcap", "vxlan-ipv6.pcap", "vxlan-malformed.pcap", "vxlan-fragments.pcap"))
        {
            try (InputStream file = FrameSpec.class.getResourceAsStream("/captures/" + name))
            {
                captures.add(file.readAllBytes());
            }
        }
        return captures;
    }

    @Override
    public List<byte[]> seeds() throws IOException
    {
        final List<byte[]> seeds = captures();
        for (final byte[] capture : captures())
        {
            final List<Packet> packets = new ArrayList<>();
            read(capture, packets);
            seeds.add(write(packets.subList(0, Math.min(4, packets.size()))));
        }
        return seeds;
    }
}
