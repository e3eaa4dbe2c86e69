// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.cli.Main;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.PcapWriter;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.OwnCapture;
import io.overlane.testdata.OwnCaptures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A verdict for every packet, and one clear line for what cannot be read. */
class ReplayCommandTest
{
    private static final byte[] INNER = FrameSpec.icmpEchoRequest().bytes();

    @TempDir
    private Path directory;

    private Path capture;
    private String out;
    private String err;

    @BeforeEach
    void writeCapture() throws IOException
    {
        capture = directory.resolve("some.pcap");
        try (PcapWriter writer = PcapWriter.create(capture, LinkType.ETHERNET, PcapWriter.Resolution.NANOSECONDS))
        {
            write(writer, FrameSpec.vxlan(FrameSpec.icmpEchoRequest()).vni(7).bytes());
            write(writer, FrameSpec.vxlan(FrameSpec.icmpEchoRequest()).vni(8).bytes());
            write(writer, FrameSpec.arpRequest("10.0.0.1", "10.0.0.2").bytes());
        }
    }

    @Test
    void shouldDeliverEveryVniUnlessOneIsNamed()
    {
        assertEquals(0, run("replay", capture.toString()));
        assertTrue(out.contains("VNI 7") && out.contains("VNI 8"), out);
        assertTrue(out.contains("3 packets, 2 VNIs"), out);
        assertTrue(out.matches("(?s).*delivered +2\\R.*no-socket +1\\R.*"), out);

        assertEquals(0, run("replay", capture.toString(), "--vni", "7"));
        assertTrue(out.matches("(?s).*delivered +1\\R.*unknown-vni +1\\R.*"), out);
    }

    @Test
    void shouldJudgeByPolicy()
    {
        assertEquals(0, run("replay", capture.toString(), "--policy", "strict"));
        assertTrue(out.matches("(?s).*source-not-allowed +2\\R.*"), out);

        assertEquals(0, run("replay", capture.toString(), "--policy", "strict", "--accept-from", "192.0.2.1/32"));
        assertTrue(out.matches("(?s).*delivered +2\\R.*"), out);
    }

    @Test
    void shouldWriteInnerFramesAsTheyWere() throws IOException
    {
        final Path inner = directory.resolve("inner.pcap");
        assertEquals(0, run("replay", capture.toString(), "--vni", "8", "--out", inner.toString()));
        try (CaptureReader reader = CaptureReader.open(inner))
        {
            assertTrue(reader.next());
            final byte[] bytes = new byte[reader.length()];
            reader.buffer().getBytes(reader.offset(), bytes);
            assertArrayEquals(INNER, bytes);
            assertFalse(reader.next());
        }
    }

    @Test
    void shouldNotOverwriteTheCaptureItself() throws IOException
    {
        final byte[] before = Files.readAllBytes(capture);
        assertEquals(2, run("replay", capture.toString(), "--out", capture.toString()));
        assertEquals(1, err.lines().count(), err);
        assertArrayEquals(before, Files.readAllBytes(capture));
    }

    @Test
    void shouldShowPacketsBeforeTheCutAndFail() throws IOException
    {
        final byte[] whole = Files.readAllBytes(capture);
        Files.write(capture, Arrays.copyOf(whole, whole.length - 5));
        assertEquals(1, run("replay", capture.toString()));
        assertEquals(2, out.lines().filter(line -> line.contains("delivered, ")).count(), out);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.contains("record 3 "), err);
    }

    @Test
    void shouldRefuseWhatIsNoCapture() throws IOException
    {
        assertEquals(1, run("replay", directory.resolve("none.pcap").toString()));
        assertEquals(1, err.lines().count(), err);
        Files.writeString(capture, "not a capture at all, really");
        assertEquals(1, run("replay", capture.toString()));
        assertEquals(1, err.lines().count(), err);
        assertEquals(2, run("replay", capture.toString(), "--vni", "16777216"));
        assertEquals(2, run("replay", capture.toString(), "--port", "0"));
    }

    /** Bytes put together by hand, in the link types of other systems. */
    @ParameterizedTest
    @CsvSource({"0,02000000", "0,00000002", "12,''", "14,''", "101,''", "108,00000002", "228,''"})
    void shouldReplayCapturesOfOtherSystems(final int linkType, final String header) throws IOException
    {
        final byte[] packet = FrameSpec.vxlan(FrameSpec.icmpEchoRequest()).vni(7).packet();
        Files.write(capture, Hex.parse(captureHeader(linkType) + packetHeader(header.length() / 2 + packet.length) +
            header + Hex.of(packet)));
        assertEquals(0, run("replay", capture.toString()), err);
        assertTrue(out.matches("(?s).*VNI 7 +delivered, .*1 packets, VNI 7.*"), out);
    }

    @Test
    void shouldFailOnALinkTypeItCannotRead() throws IOException
    {
        Files.write(capture, Hex.parse(captureHeader(147)));
        assertEquals(1, run("replay", capture.toString()));
        assertEquals("overlane: " + capture + ": captures of link type 147 cannot be replayed " +
            "(expected Ethernet, raw IP, Linux cooked or BSD loopback)", err.strip());
    }

    private static String captureHeader(final int linkType)
    {
        return "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "0000ffff" + String.format("%08x", linkType);
    }

    private static String packetHeader(final int length)
    {
        return "00000001" + "00000002" + String.format("%08x%08x", length, length);
    }

    @Test
    void shouldGiveOwnCapturesTheirVerdicts() throws IOException
    {
        for (final OwnCapture own : OwnCaptures.all())
        {
            final Path file = directory.resolve(own.fileName());
            try (var resource = OwnCaptures.class.getResourceAsStream("/captures/" + own.fileName()))
            {
                Files.write(file, resource.readAllBytes());
            }
            assertEquals(0, run("replay", file.toString(), "--port", Integer.toString(own.udpPort())), err);
            assertTrue(out.contains(own.packets().size() + " packets"), out);
        }
    }

    private static void write(final PcapWriter writer, final byte[] packet) throws IOException
    {
        writer.write(1_000_000_000L, new MemoryBuffer(packet), 0, packet.length);
    }

    private int run(final String... args)
    {
        final StringWriter outText = new StringWriter();
        final StringWriter errText = new StringWriter();
        final int code = Main.run(new PrintWriter(outText, true), new PrintWriter(errText, true), args);
        out = outText.toString();
        err = errText.toString();
        return code;
    }
}
