// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapngFiles.end;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link PcapngReader} on files put together by hand. */
class PcapngReaderTest
{
    private static final byte[] THREE = {1, 2, 3};

    private final PcapngFiles files = PcapngFiles.start(ByteOrder.LITTLE_ENDIAN);

    @Test
    void shouldReadWhatIsSaidAboutAPacketInBothByteOrders() throws IOException
    {
        for (final ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN))
        {
            final PcapngFiles file = PcapngFiles.start(order);
            file
                .addInterface(101, 96, file.text(2, "eth0"), file.text(3, "whatever"), file.option(9, (byte)9), end())
                .addInterface(1, 0)
                .packet(0, 1_700_000_000_123_456_789L, 1500, THREE,
                    file.text(1, "first"), file.text(1, "größer"), file.word(2, 2), file.number(4, 7),
                    file.number(5, 99), file.text(2988, "????of somebody"), end())
                .packet(1, 5_000_001L, 3, THREE, file.word(2, 1));
            final CaptureReader reader = file.open();
            assertEquals(CaptureReader.NO_LINK_TYPE, reader.linkType());
            assertTrue(reader.next());
            assertEquals("010203", PcapFiles.packet(reader));
            assertEquals(LinkType.RAW_IP, reader.linkType());
            assertEquals(1_700_000_000_123_456_789L, reader.timestampNs());
            assertEquals(1500, reader.originalLength());
            assertEquals("eth0", reader.interfaceName());
            assertEquals(Direction.OUT, reader.direction());
            assertEquals("first\ngrößer", reader.comment());
            assertEquals(7, reader.dropCount());
            assertEquals(99, reader.packetId());
            assertTrue(reader.next());
            assertEquals(2, reader.recordNumber());
            assertEquals(1, reader.interfaceId());
            assertEquals(LinkType.ETHERNET, reader.linkType());
            assertEquals("", reader.interfaceName());
            assertEquals(5_000_001_000L, reader.timestampNs());
            assertEquals(Direction.IN, reader.direction());
            assertNull(reader.comment());
            assertEquals(0, reader.dropCount());
            assertEquals(CaptureReader.NO_PACKET_ID, reader.packetId());
            assertFalse(reader.next());
        }
    }

    @Test
    void shouldReadSimpleAndOldPacketsAndSkipUnknownBlocks() throws IOException
    {
        final CaptureReader reader = files
            .block(4, files.body(40))
            .addInterface(1, 2)
            .block(0x0BAD, files.body(300_000))
            .block(3, files.body(8).putInt(9).put(THREE))
            .block(2, files.body(24).putShort((short)0).putShort((short)5).putInt(0).putInt(7).putInt(3).putInt(3)
                .put(THREE))
            .block(5, files.body(12))
            .open();
        assertTrue(reader.next());
        assertEquals("0102", PcapFiles.packet(reader));
        assertEquals(9, reader.originalLength());
        assertTrue(reader.next());
        assertEquals("010203", PcapFiles.packet(reader));
        assertEquals(7_000, reader.timestampNs());
        assertFalse(reader.next());
    }

    @Test
    void shouldStartAgainWithEachSection() throws IOException
    {
        files.addInterface(1, 0).packet(0, 1, 3, THREE).section(ByteOrder.BIG_ENDIAN);
        final CaptureReader reader = files
            .addInterface(113, 0, files.text(2, "any"))
            .packet(0, 2, 3, THREE)
            .section(ByteOrder.LITTLE_ENDIAN)
            .packet(0, 3, 3, THREE)
            .open();
        assertTrue(reader.next());
        assertEquals(1, reader.linkType());
        assertTrue(reader.next());
        assertEquals(113, reader.linkType());
        assertEquals("any", reader.interfaceName());
        assertEquals("file: the block at byte 204 is of interface 0, and its section has 0 until there; damaged file",
            assertThrows(PcapException.class, reader::next).getMessage());
    }

    @Test
    void shouldConvertTimesOfAllResolutions() throws IOException
    {
        assertEquals(3_000_000_000L, time(0, 0, 3));
        assertEquals(3_500_000_000L, time(3, 0, 3_500));
        assertEquals(1_234L, time(12, 0, 1_234_567));
        assertEquals(1_000_000_001L, time(19, 0, Long.parseUnsignedLong("10000000010000000000")));
        assertEquals(1_500_000_000L, time(0x81, 0, 3));
        assertEquals(2_250_000_000L, time(0xA0, 0, 9L << 30));
        assertEquals(500_000_000L, time(0xBF, 0, 1L << 62));
        assertEquals(11_000_000_003L, time(9, 10, 1_000_000_003));
        assertEquals("file: the block at byte 72 has a time outside the years 1970...2262; damaged file",
            assertThrows(PcapException.class, () -> time(6, -10, 1)).getMessage());
        assertEquals("file: the block at byte 28 has if_tsresol 0x14, which 64 bits cannot count; damaged file",
            assertThrows(PcapException.class, () -> time(20, 0, 1)).getMessage());
    }

    @Test
    void shouldNameThePlaceOfWhatIsWrong() throws IOException
    {
        refuses("has epb_flags of 2 bytes instead of 4", files.option(2, (byte)1, (byte)1));
        refuses("has epb_packetid of 4 bytes instead of 8", files.word(5, 1));
        refuses("has epb_dropcount of 4 bytes instead of 8", files.word(4, 1));
        refuses("has option 1 of 2000 bytes, which ends behind it",
            files.body(4).putShort((short)1).putShort((short)2000).array());
        assertEquals("file: the block at byte 48 claims a packet of 1000 bytes, and its body has 20; damaged file",
            failure(PcapngFiles.start(ByteOrder.LITTLE_ENDIAN).addInterface(1, 0)
                .block(6, files.body(20).putLong(0).putInt(0).putInt(1000)).bytes()));
        assertEquals("file: the block at byte 28 claims 2097164 bytes; damaged file",
            failure(PcapngFiles.start(ByteOrder.LITTLE_ENDIAN).block(6, files.body(2 << 20)).bytes()));
        assertEquals("file: the block at byte 28 has type 0; damaged file",
            failure(PcapngFiles.start(ByteOrder.LITTLE_ENDIAN).block(0, files.body(0)).bytes()));
        final byte[] version = PcapngFiles.start(ByteOrder.BIG_ENDIAN).bytes();
        version[13] = 2;
        assertEquals("file: pcapng version 2.0 at byte 0 is not read here", failure(version));
        final byte[] magic = PcapngFiles.start(ByteOrder.BIG_ENDIAN).bytes();
        magic[8] = 7;
        assertEquals("file: the block at byte 0 has no byte order: its magic is 0x072b3c4d; damaged file",
            failure(magic));
        final byte[] trailer = PcapngFiles.start(ByteOrder.BIG_ENDIAN).bytes();
        trailer[27]++;
        assertEquals("file: the block at byte 0 has 28 bytes by its start and 29 by its end; damaged file",
            failure(trailer));
    }

    @Test
    void shouldSayHowFarACutFileGoes() throws IOException
    {
        final byte[] whole = files.addInterface(1, 0).packet(0, 1, 3, THREE).block(77, files.body(400)).bytes();
        for (int length = 0; length < whole.length; length++)
        {
            final byte[] cut = Arrays.copyOf(whole, length);
            if (List.of(28, 48, 84).contains(length))
            {
                assertNull(failure(cut));
            }
            else
            {
                final String message = failure(cut);
                assertTrue(message.contains("the file ends after") || message.contains("it ends after"), message);
            }
        }
    }

    @Test
    void shouldRefuseMoreInterfacesThanAHostHas() throws IOException
    {
        for (int i = 0; i <= PcapngFormat.MAX_INTERFACES; i++)
        {
            files.addInterface(1, 0);
        }
        assertTrue(failure(files.bytes()).endsWith("is one interface more than 65536; damaged file"));
    }

    @Test
    void shouldRefuseDamageOrReadInsideTheFile() throws IOException
    {
        final byte[] whole = files
            .addInterface(1, 0, files.text(2, "eth0"), files.option(9, (byte)9), end())
            .packet(0, 1, 3, THREE, files.text(1, "a comment"), files.word(2, 1), files.number(5, 1), end())
            .block(77, files.body(8))
            .block(3, files.body(8).putInt(3).put(THREE))
            .bytes();
        final Random random = new Random(5);
        int damaged = 0;
        for (int i = 0; i < 5_000; i++)
        {
            final byte[] file = whole.clone();
            for (int j = 0; j <= i % 3; j++)
            {
                file[random.nextInt(file.length)] = (byte)random.nextInt();
            }
            final String failure = failure(file);
            damaged += failure == null ? 0 : 1;
        }
        assertTrue(damaged > 1_000, "few were damaged where it matters: " + damaged);
    }

    private void refuses(final String what, final byte[] option) throws IOException
    {
        assertEquals("file: the block at byte 48 " + what + "; damaged file", failure(
            PcapngFiles.start(ByteOrder.LITTLE_ENDIAN).addInterface(1, 0).packet(0, 1, 3, THREE, option).bytes()));
    }

    /** The message that refuses a file, or null if it can be read to its end. */
    private static String failure(final byte[] file) throws IOException
    {
        try (CaptureReader reader = PcapFiles.read(file))
        {
            while (reader.next())
            {
                PcapFiles.packet(reader);
                reader.comment();
                reader.interfaceName();
                reader.direction();
            }
            return null;
        }
        catch (final PcapException ex)
        {
            assertTrue(ex.getMessage().startsWith("file: "), ex.getMessage());
            assertFalse(ex.getMessage().contains("\n"), ex.getMessage());
            return ex.getMessage();
        }
    }

    private static long time(final int resolution, final long offset, final long units) throws IOException
    {
        final PcapngFiles file = PcapngFiles.start(ByteOrder.LITTLE_ENDIAN);
        final CaptureReader reader = file
            .addInterface(1, 0, file.option(9, (byte)resolution), file.number(14, offset), end())
            .packet(0, units, 3, THREE)
            .open();
        assertTrue(reader.next());
        return reader.timestampNs();
    }
}
