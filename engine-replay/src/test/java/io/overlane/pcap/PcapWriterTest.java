// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.PcapWriter.Resolution;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link PcapWriter}: the bytes it writes, and what the reader makes of them. */
class PcapWriterTest
{
    private final MemoryBuffer packet = new MemoryBuffer(new byte[300_000]);

    @Test
    void shouldWriteTheFormatByteForByte() throws IOException
    {
        final ByteArrayOutputStream file = new ByteArrayOutputStream();
        packet.putBytes(5, new byte[]{ 1, 2, 3 });
        try (PcapWriter writer = new PcapWriter(Channels.newChannel(file), 101, Resolution.MICROSECONDS, 2))
        {
            writer.write(5_000_001_999L, packet, 5, 3);
        }
        assertEquals(
            "d4c3b2a1" + "0200" + "0400" + "00000000" + "00000000" + "02000000" + "65000000" +
                "05000000" + "01000000" + "02000000" + "03000000" + "0102",
            HexFormat.of().formatHex(file.toByteArray()));
    }

    @Test
    void shouldWriteWhatTheReaderReads(@TempDir final Path folder) throws IOException
    {
        final Path file = folder.resolve("all.pcap");
        final int[] lengths = { 0, 1, 65_000, 600, 262_144, 64 };
        packet.setMemory(0, packet.capacity(), (byte)0x5A);
        try (PcapWriter writer = PcapWriter.create(file, LinkType.ETHERNET, Resolution.NANOSECONDS))
        {
            for (int i = 0; i < lengths.length; i++)
            {
                packet.putByte(i, (byte)i);
                writer.write(4_000_000_000_123_456_789L + i, packet, i, lengths[i], lengths[i] + 7L);
            }
        }
        try (CaptureReader reader = CaptureReader.open(file))
        {
            assertEquals(LinkType.ETHERNET, reader.linkType());
            assertTrue(((PcapReader)reader).isNanosecond());
            for (int i = 0; i < lengths.length; i++)
            {
                assertTrue(reader.next());
                assertEquals(4_000_000_000_123_456_789L + i, reader.timestampNs());
                assertEquals(lengths[i], reader.length());
                assertEquals(lengths[i] + 7L, reader.originalLength());
                final String rest = "5a".repeat(Math.max(0, lengths[i] - 1));
                assertEquals(lengths[i] == 0 ? "" : String.format("%02x", i) + rest, PcapFiles.packet(reader));
            }
            assertFalse(reader.next());
        }
    }

    @Test
    void shouldCloseTwiceWithoutHarm() throws IOException
    {
        final ByteArrayOutputStream file = new ByteArrayOutputStream();
        final PcapWriter writer = new PcapWriter(Channels.newChannel(file), 1, Resolution.NANOSECONDS, 64);
        writer.close();
        writer.close();
        assertEquals(24, file.size());
    }

    @Test
    void shouldRefuseASnapLengthThatToolsWouldRefuse()
    {
        assertThrows(IllegalArgumentException.class, () -> new PcapWriter(
            Channels.newChannel(new ByteArrayOutputStream()), 1, Resolution.NANOSECONDS, 262_145));
    }
}
