// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link PcapReader} on files put together by hand. */
class PcapReaderTest
{
    private static final int MICROSECONDS = 0xA1B2C3D4;
    private static final int NANOSECONDS = 0xA1B23C4D;
    private static final int MODIFIED = 0xA1B2CD34;

    @Test
    void shouldNameWhatIsNoFile(@TempDir final Path directory)
    {
        final IOException ex = assertThrows(IOException.class, () -> CaptureReader.open(directory));
        assertEquals(directory + ": Is a directory", ex.getMessage());
    }

    @Test
    void shouldReadTheModifiedFormatInBothByteOrders() throws IOException
    {
        for (final ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN))
        {
            final PcapReader reader = PcapFiles.start(order, MODIFIED, 1)
                .modifiedPacket(5, 999_999, 60, (byte)1, (byte)2, (byte)3)
                .modifiedPacket(6, 1, 1, (byte)4)
                .open();
            assertFalse(reader.isNanosecond());
            assertTrue(reader.next());
            assertEquals("010203", PcapFiles.packet(reader));
            assertEquals(5_999_999_000L, reader.timestampNs());
            assertEquals(60, reader.originalLength());
            assertTrue(reader.next());
            assertEquals("04", PcapFiles.packet(reader));
            assertFalse(reader.next());
        }
        final byte[] cut = PcapFiles.start(ByteOrder.LITTLE_ENDIAN, MODIFIED, 1).packet(1, 1, 0).bytes();
        final CaptureReader reader = PcapFiles.read(cut);
        assertEquals("file: record 1 is cut short: the file ends after 16 of its 24 bytes",
            assertThrows(PcapException.class, reader::next).getMessage());
    }

    @Test
    void shouldReadBothByteOrdersAndResolutions() throws IOException
    {
        for (final ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN))
        {
            for (final int magic : new int[]{ MICROSECONDS, NANOSECONDS })
            {
                final PcapReader reader = PcapFiles.start(order, magic, 113)
                    .packet(0x90000000, 7, 99, (byte)1, (byte)2)
                    .packet(3, 999_999, 1, (byte)3)
                    .open();

                assertEquals(113, reader.linkType());
                assertEquals(65535, reader.snapLength());
                assertSame(order, reader.byteOrder());
                assertEquals(magic == NANOSECONDS, reader.isNanosecond());

                assertTrue(reader.next());
                assertEquals(1, reader.recordNumber());
                assertEquals(0x90000000L * 1_000_000_000 + (magic == NANOSECONDS ? 7 : 7_000), reader.timestampNs());
                assertEquals("0102", PcapFiles.packet(reader));
                assertEquals(99, reader.originalLength());

                assertTrue(reader.next());
                assertEquals(2, reader.recordNumber());
                assertEquals("03", PcapFiles.packet(reader));
                assertFalse(reader.next());
                assertFalse(reader.next());
                assertEquals(2, reader.recordNumber());
            }
        }
    }

    @Test
    void shouldReadPacketsAcrossItsBufferAndLargerThanIt() throws IOException
    {
        final PcapFiles files = PcapFiles.start(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, 1);
        final int[] lengths = { 100_000, 0, 60_000, 300_000, 1, 1 << 20, 5 };
        for (int i = 0; i < lengths.length; i++)
        {
            final byte[] packet = new byte[lengths[i]];
            Arrays.fill(packet, (byte)i);
            files.packet(i, 0, lengths[i], packet);
        }
        final CaptureReader reader = files.open();
        final MutableDirectBuffer buffer = reader.buffer();
        for (int i = 0; i < lengths.length; i++)
        {
            assertTrue(reader.next());
            assertEquals(lengths[i], reader.length());
            assertEquals(String.format("%02x", i).repeat(lengths[i]), PcapFiles.packet(reader));
        }
        assertFalse(reader.next());
        assertSame(buffer, reader.buffer());
    }

    @Test
    void shouldNameThePacketAFileEndsIn() throws IOException
    {
        final byte[] whole = PcapFiles.start(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, 1)
            .packet(0, 0, 3, new byte[3]).packet(0, 0, 4, new byte[4]).bytes();
        for (int missing = 1; missing < 16 + 4; missing++)
        {
            final CaptureReader reader = PcapFiles.read(Arrays.copyOf(whole, whole.length - missing));
            assertTrue(reader.next());
            final String message = assertThrows(PcapException.class, reader::next).getMessage();
            assertTrue(message.startsWith("file: record 2 is cut short: the file ends after "), message);
        }
    }

    @Test
    void shouldRefuseALengthThatIsNoPackets() throws IOException
    {
        for (final int length : new int[]{ -1, (1 << 20) + 1 })
        {
            final PcapReader reader = PcapFiles.start(ByteOrder.BIG_ENDIAN, MICROSECONDS, 1)
                .words(0, 0, length, length, 0).open();
            final String message = assertThrows(PcapException.class, reader::next).getMessage();
            assertTrue(message.startsWith("file: record 1 claims "), message);
        }
    }

    @Test
    void shouldFailInWordsOnDamagedFiles() throws IOException
    {
        final Random random = new Random(1);
        final byte[] whole = PcapFiles.start(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, 1)
            .packet(0, 0, 3, new byte[30]).packet(0, 0, 4, new byte[40]).bytes();
        int damaged = 0;
        for (int i = 0; i < 2_000; i++)
        {
            final byte[] file = whole.clone();
            file[random.nextInt(file.length)] = (byte)random.nextInt();
            try
            {
                final CaptureReader reader = PcapFiles.read(file);
                while (reader.next())
                {
                    reader.buffer().boundsCheck(reader.offset(), reader.length());
                }
            }
            catch (final PcapException ex)
            {
                assertTrue(ex.getMessage().startsWith("file: "), ex.getMessage());
                damaged++;
            }
        }
        assertTrue(damaged > 100, "few were damaged where it matters: " + damaged);
    }

    @Test
    void shouldSayWhatIsNoPcapFile()
    {
        refused("hello, this is no capture", "file: neither a pcap nor a pcapng file: it starts with 0x68656c6c");
        refused("", "file: not a capture: it ends after 0 bytes");
    }

    @Test
    void shouldRefuseAnotherVersion()
    {
        final byte[] file = PcapFiles.start(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, 1).bytes();
        file[4] = 3;
        assertEquals(
            "file: pcap version 3.4 is not read here",
            assertThrows(PcapException.class, () -> PcapFiles.read(file)).getMessage());
    }

    @Test
    void shouldReportLinkTypeWithoutFrameCheckBits() throws IOException
    {
        assertEquals(1, PcapFiles.start(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, 0x24000001).open().linkType());
    }

    private static void refused(final String file, final String message)
    {
        assertEquals(message, assertThrows(
            PcapException.class, () -> PcapFiles.read(file.getBytes(StandardCharsets.US_ASCII))).getMessage());
    }
}
