// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link PcapngWriter}, read by our reader and by the tools of Wireshark; and our reader on files of those tools. */
class PcapngWriterTest
{
    private static final List<FrameSpec> FRAMES = List.of(
        FrameSpec.ipv4Udp().ports(1000, 4000).payload("hello"),
        FrameSpec.ipv6Udp().ports(1000, 4000).payload("hello"),
        FrameSpec.arpRequest("10.0.0.1", "10.0.0.2"));
    private static final long TIME = 1_700_000_000_123_456_789L;

    @TempDir
    private Path folder;

    @Test
    void shouldReadWhatItWrote() throws IOException
    {
        final Path file = write("own.pcapng");
        try (CaptureReader reader = CaptureReader.open(file))
        {
            for (int i = 0; i < FRAMES.size(); i++)
            {
                assertTrue(reader.next());
                final byte[] packet = i % 2 == 0 ? FRAMES.get(i).bytes() : FRAMES.get(i).packet();
                assertEquals(Hex.of(packet), PcapFiles.packet(reader));
                assertEquals(TIME + i, reader.timestampNs());
                assertEquals(packet.length, reader.originalLength());
                assertEquals(i % 2 == 0 ? "tap0" : "underlay", reader.interfaceName());
                assertEquals(i % 2 == 0 ? LinkType.ETHERNET : LinkType.RAW_IP, reader.linkType());
                assertEquals(Direction.of(1 + i % 2), reader.direction());
                assertEquals("verdict=delivered number=" + i, reader.comment());
                assertEquals(i / 2, reader.packetId());
                assertEquals(i == 2 ? 40 : 0, reader.dropCount());
                assertEquals("Overlane test", reader.application());
            }
            assertFalse(reader.next());
        }
    }

    @Test
    void shouldCutAtTheSnapLengthOfTheInterfaceAndAcrossItsBuffer() throws IOException
    {
        final Path file = folder.resolve("large.pcapng");
        final MemoryBuffer large = new MemoryBuffer(new byte[70_001]);
        large.setMemory(0, large.capacity(), (byte)0x5A);
        final PacketOptions options = new PacketOptions().comment("x".repeat(PacketOptions.MAX_COMMENT_LENGTH));
        final long length;
        try (PcapngWriter writer = PcapngWriter.create(file, "test"))
        {
            writer.addInterface("all", "", LinkType.ETHERNET, PcapngWriter.MAX_SNAP_LENGTH);
            writer.addInterface("some", "", LinkType.ETHERNET, 33);
            for (int i = 0; i < 20; i++)
            {
                writer.write(i % 2, i, large, 0, large.capacity(), 100_000, options);
            }
            length = writer.length();
        }
        assertEquals(length, Files.size(file));
        try (CaptureReader reader = CaptureReader.open(file))
        {
            for (int i = 0; i < 20; i++)
            {
                assertTrue(reader.next());
                assertEquals(i % 2 == 0 ? 70_001 : 33, reader.length());
                assertEquals(100_000, reader.originalLength());
                assertEquals(0x5A, reader.buffer().getByte(reader.offset() + reader.length() - 1));
                assertEquals(PacketOptions.MAX_COMMENT_LENGTH, reader.comment().length());
            }
            assertFalse(reader.next());
        }
    }

    @Test
    void shouldWriteWhatWiresharkReads() throws Exception
    {
        final Path file = write("for-wireshark.pcapng");
        final List<String> lines = run("tshark", "-r", file.toString(), "-T", "fields", "-E", "separator=|",
            "-e", "frame.interface_name", "-e", "frame.interface_description", "-e", "frame.comment",
            "-e", "frame.packet_flags", "-e", "frame.packet_id", "-e", "frame.drop_count",
            "-e", "frame.time_epoch", "-e", "frame.protocols", "-e", "_ws.malformed");
        assertEquals(List.of(
            "tap0|port of VNI 42|verdict=delivered number=0|0x00000001|0||1700000000.123456789|" +
                "eth:ethertype:ip:udp:data|",
            "underlay||verdict=delivered number=1|0x00000002|0||1700000000.123456790|" +
                "raw:ipv6:udp:data|",
            "tap0|port of VNI 42|verdict=delivered number=2|0x00000001|1|40|1700000000.123456791|" +
                "eth:ethertype:arp|"), lines);
        final String info = String.join("\n", run("capinfos", file.toString()));
        assertTrue(info.contains("Number of packets:   3"), info);
        assertTrue(info.contains("Capture application: Overlane test"), info);
        assertTrue(info.contains("Number of stat entries = 1"), info);
        assertTrue(info.contains("Number of packets = 2"), info);
    }

    @Test
    void shouldReadFilesOfWiresharksTools() throws Exception
    {
        final Path own = write("own.pcapng");
        final Path pcap = folder.resolve("classic.pcap");
        try (PcapWriter writer = PcapWriter.create(pcap, LinkType.LINUX_SLL, PcapWriter.Resolution.MICROSECONDS))
        {
            writer.write(TIME - 1_000_000_000L, new MemoryBuffer(new byte[16]), 0, 16);
        }
        final Path converted = folder.resolve("converted.pcapng");
        run("editcap", "-F", "pcapng", "-a", "1:from outside", pcap.toString(), converted.toString());
        try (CaptureReader reader = CaptureReader.open(converted))
        {
            assertTrue(reader.next());
            assertEquals(LinkType.LINUX_SLL, reader.linkType());
            assertEquals((TIME - 1_000_000_000L) / 1_000, reader.timestampNs() / 1_000);
            assertEquals("from outside", reader.comment());
            assertFalse(reader.next());
        }
        final Path merged = folder.resolve("merged.pcapng");
        run("mergecap", "-F", "pcapng", "-I", "none", "-w", merged.toString(), own.toString(), converted.toString());
        final List<String> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(merged))
        {
            while (reader.next())
            {
                packets.add(reader.interfaceId() + " " + reader.linkType() + " " + reader.comment());
            }
        }
        assertEquals(List.of(
            "2 113 from outside",
            "0 1 verdict=delivered number=0",
            "1 101 verdict=delivered number=1",
            "0 1 verdict=delivered number=2"), packets);
    }

    @Test
    void shouldNumberRecordsAsTsharkDoes() throws Exception
    {
        final PcapngFiles files = PcapngFiles.start(ByteOrder.LITTLE_ENDIAN).addInterface(1, 0);
        final byte[] packet = FRAMES.get(0).bytes();
        final byte[] journal =
            "__REALTIME_TIMESTAMP=1500000000000000\nMESSAGE=ping\n\n".getBytes(StandardCharsets.US_ASCII);
        files.packet(0, 1, packet.length, packet).block(0x0BAD, files.body(8).putInt(12_345));
        files.packet(0, 2, packet.length, packet).block(0x40000BAD, files.body(8).putInt(12_345));
        files.packet(0, 3, packet.length, packet).block(9, files.body(journal.length).put(journal));
        files.packet(0, 4, packet.length, packet).block(5, files.body(12)).block(0x12345, files.body(4));
        for (final int call : List.of(0x204, 0x216, 0x221, 0x208))
        {
            files.block(call, files.body(32)).packet(0, 5, packet.length, packet);
        }
        final Path file = Files.write(folder.resolve("records.pcapng"), files.bytes());
        final List<String> numbers = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(file))
        {
            while (reader.next())
            {
                numbers.add(Long.toString(reader.recordNumber()));
            }
        }
        assertEquals(run("tshark", "-r", file.toString(), "-Y", "udp", "-T", "fields", "-e", "frame.number"), numbers);
        assertEquals(List.of("1", "3", "5", "7", "9", "11", "13", "14"), numbers);
    }

    @Test
    void shouldRefuseWhatCannotBeWritten() throws IOException
    {
        try (PcapngWriter writer = PcapngWriter.create(folder.resolve("refused"), "test"))
        {
            final MemoryBuffer packet = new MemoryBuffer(new byte[4]);
            assertThrows(IllegalArgumentException.class, () -> writer.addInterface("a", "", 1, 0));
            assertThrows(IllegalArgumentException.class, () ->
                writer.write(0, 0, packet, 0, 4, 4, new PacketOptions()));
            assertThrows(IllegalArgumentException.class, () ->
                new PacketOptions().comment(new byte[PacketOptions.MAX_COMMENT_LENGTH + 1]));
        }
        final IOException full = new IOException("No space left on device");
        final PcapngWriter writer = new PcapngWriter(new FullDisk(full), "test");
        assertEquals(full, assertThrows(IOException.class, writer::close));
    }

    @Test
    void shouldKnowItsLengthAndRefusePacketsOnceItIsClosed() throws IOException
    {
        final Path closed = folder.resolve("closed");
        final PcapngWriter writer = PcapngWriter.create(closed, "test");
        writer.addInterface("a", "", LinkType.ETHERNET, 100);
        writer.close();
        writer.close();
        assertEquals(Files.size(closed), writer.length());
        assertThrows(ClosedChannelException.class, () ->
            writer.write(0, 0, new MemoryBuffer(new byte[4]), 0, 4, 4, new PacketOptions()));
    }

    /** A channel that takes nothing. */
    private record FullDisk(IOException failure) implements WritableByteChannel
    {
        @Override
        public int write(final ByteBuffer source) throws IOException
        {
            throw failure;
        }

        @Override
        public boolean isOpen()
        {
            return true;
        }

        @Override
        public void close()
        {
        }
    }

    private Path write(final String name) throws IOException
    {
        final Path file = folder.resolve(name);
        try (PcapngWriter writer = PcapngWriter.create(file, "Overlane test"))
        {
            writer.addInterface("tap0", "port of VNI 42", LinkType.ETHERNET, PcapngWriter.MAX_SNAP_LENGTH);
            writer.addInterface("underlay", "", LinkType.RAW_IP, PcapngWriter.MAX_SNAP_LENGTH);
            final PacketOptions options = new PacketOptions();
            for (int i = 0; i < FRAMES.size(); i++)
            {
                final byte[] packet = i % 2 == 0 ? FRAMES.get(i).bytes() : FRAMES.get(i).packet();
                options.direction(Direction.of(1 + i % 2)).packetId(i / 2).dropCount(i == 2 ? 40 : 0);
                options.comment("verdict=delivered number=" + i);
                writer.write(i % 2, TIME + i, new MemoryBuffer(packet), 0, packet.length, packet.length, options);
            }
            writer.statistics(0, TIME, TIME + 3, 42, 40, "40 lost");
        }
        assertArrayEquals(new byte[] {0x0A, 0x0D, 0x0D, 0x0A}, new MemoryBuffer(Files.readAllBytes(file))
            .getStringWithoutLengthAscii(0, 4).getBytes(StandardCharsets.US_ASCII));
        return file;
    }

    /** The lines that a tool of Wireshark prints; the test is skipped where it is not installed. */
    private static List<String> run(final String... command) throws Exception
    {
        final Process process;
        try
        {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        }
        catch (final IOException ex)
        {
            assumeTrue(false, command[0] + " is not installed: " + ex.getMessage());
            return List.of();
        }
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.lines().filter(line -> !line.startsWith("Running as user")).toList();
    }
}
