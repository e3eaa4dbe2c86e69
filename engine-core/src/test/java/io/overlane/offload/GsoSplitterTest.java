// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IpPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;

/** Segments beside those an encoder of their own makes, and everything that is no super-frame. */
class GsoSplitterTest
{
    private static final byte[] GAP = new byte[8];

    @Test
    void shouldCutAllShapesAsTheyWouldHaveBeenSent()
    {
        final Random random = new Random(20_261);
        for (int i = 0; i < 600; i++)
        {
            assertSegments(SuperFrameSpec.random(random, i % 50 == 0 ? 65_000 : 9_000), "case " + i);
        }
    }

    @Test
    void shouldGiveALastSegmentWhatIsLeft()
    {
        assertSegments(superFrame(FrameSpec.ipv4Tcp(), 3001, 1000), "shorter");
        assertEquals(4, superFrame(FrameSpec.ipv4Tcp(), 3001, 1000).segments().size());
        assertSegments(superFrame(FrameSpec.ipv4Tcp(), 3000, 1000), "exact");
        assertEquals(3, superFrame(FrameSpec.ipv4Tcp(), 3000, 1000).segments().size());
        assertSegments(superFrame(FrameSpec.ipv6Udp(), 128, 1), "smallest");
    }

    @Test
    void shouldTakeASuperFrameOfOneSegmentForWhatItIs()
    {
        final SuperFrameSpec one = superFrame(FrameSpec.ipv4Tcp(), 100, 65_535);
        final GsoSplitter splitter = new GsoSplitter();
        assertEquals(DropReason.NONE, open(splitter, SuperFrames.ethernet(one)));
        assertEquals(1, splitter.segments());
        assertEquals(54 + 100, splitter.segmentLength());
        assertSegments(one, "one");
    }

    @Test
    void shouldLeaveFinAndPushToTheLastAndReducedWindowToTheFirst() throws Exception
    {
        final int all = FrameSpec.ACK | FrameSpec.FIN | FrameSpec.PSH | SuperFrameSpec.CWR | 0x40;
        final SuperFrameSpec spec = superFrame(FrameSpec.ipv4Tcp().tcpFlags(all), 3000, 1000);
        final Frame frame = SuperFrames.ethernet(spec);
        frame.offload(1, spec.gsoType() | Frame.GSO_ECN, 54, 1000, 34, 16);
        final List<byte[]> segments = SuperFrames.cut(frame);
        assertEquals(0xD0, segments.get(0)[47] & 0xFF);
        assertEquals(0x50, segments.get(1)[47] & 0xFF);
        assertEquals(0x59, segments.get(2)[47] & 0xFF);
        assertSegments(spec, "flags");
    }

    @Test
    void shouldCountIdAndSequenceOverTheirEnds()
    {
        final SuperFrameSpec spec =
            superFrame(FrameSpec.ipv4Tcp().ipId(0xFFFE).sequence(0xFFFF_FFFFL - 1500), 4000, 1000);
        final List<byte[]> segments = SuperFrames.cut(SuperFrames.ethernet(spec));
        assertEquals(0xFFFF, u16(segments.get(1), 18));
        assertEquals(0, u16(segments.get(2), 18));
        assertEquals(0xFFFF_FFFFL - 500, u16(segments.get(1), 38) * 0x1_0000L + u16(segments.get(1), 40));
        assertEquals(499, u16(segments.get(2), 38) * 0x1_0000L + u16(segments.get(2), 40));
        assertSegments(spec, "wrap");
    }

    @Test
    void shouldLookBehindTagsOptionsAndExtensionHeaders()
    {
        final byte[] options = Hex.parse("0101010101010100");
        final byte[] extension = Hex.parse("0000010400000000");
        assertSegments(superFrame(FrameSpec.ipv4Tcp().vlan(7), 3000, 999), "tag");
        assertSegments(superFrame(FrameSpec.ipv6Udp().tag(0x88A8, 5).vlan(7), 3000, 999), "two tags");
        assertSegments(superFrame(FrameSpec.ipv4Udp().ipOptions(options), 3000, 999), "options");
        assertSegments(superFrame(FrameSpec.ipv6Tcp().ipv6Extension(0, extension), 3000, 999), "hop by hop");
        assertSegments(superFrame(FrameSpec.ipv6Udp().ipv6Extension(60, extension), 3000, 999), "destination");
    }

    @Test
    void shouldCutBehindSevenTagsAndNotBehindEight()
    {
        for (FrameSpec spec : new FrameSpec[]
            {FrameSpec.ipv4Tcp(), FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()})
        {
            for (int tags = 1; tags <= 7; tags++)
            {
                spec = spec.tag(tags % 2 == 0 ? 0x8100 : 0x88A8, tags);
                assertSegments(superFrame(spec, 3000, 999), tags + " tags");
            }
            assertRefused(SuperFrames.ethernet(superFrame(spec.vlan(8), 3000, 999)));
        }
    }

    @Test
    void shouldSatisfyAnotherReadersChecksums() throws Exception
    {
        final FrameSpec[] specs =
        {
            FrameSpec.ipv4Tcp().vlan(3), FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()
        };
        for (final FrameSpec spec : specs)
        {
            final SuperFrameSpec superFrame = superFrame(spec, 5001, 1348);
            for (final byte[] bytes : SuperFrames.cut(SuperFrames.ethernet(superFrame)))
            {
                final EthernetPacket packet = EthernetPacket.newPacket(bytes, 0, bytes.length);
                final IpPacket ip = packet.get(IpPacket.class);
                final InetAddress source = ip.getHeader().getSrcAddr();
                final InetAddress destination = ip.getHeader().getDstAddr();
                assertTrue(superFrame.isTcp() ?
                    packet.get(TcpPacket.class).hasValidChecksum(source, destination, false) :
                    packet.get(UdpPacket.class).hasValidChecksum(source, destination, false));
                if (ip instanceof IpV4Packet v4)
                {
                    assertTrue(v4.getHeader().hasValidChecksum(false));
                }
            }
        }
    }

    @Test
    void shouldStopAtRoomAndNumberOfSegments()
    {
        final SuperFrameSpec spec = superFrame(FrameSpec.ipv4Tcp(), 4500, 1000);
        final GsoSplitter splitter = new GsoSplitter();
        final MemoryBuffer target = new MemoryBuffer(new byte[8000]);
        assertEquals(DropReason.NONE, open(splitter, SuperFrames.ethernet(spec)));
        assertEquals(0, splitter.cut(target, 0, 1053, 9, 0));
        assertEquals(5, splitter.segments());
        assertEquals(1054, splitter.cut(target, 0, 2107, 9, 0));
        assertEquals(2108, splitter.cut(target, 0, 8000, 2, 0));
        assertEquals(2, splitter.segments());
        assertEquals(1054 + 554, splitter.cut(target, 0, 1054 + 554, 9, 0));
        assertFalse(splitter.hasNext());
        assertEquals(0, splitter.cut(target, 0, 8000, 9, 0));
    }

    /** The pseudo header has the last destination, the IPv6 header the next one (RFC 8200 §8.1). */
    @Test
    void shouldTakeThePseudoHeaderFromTheFieldBehindARoutingHeader()
    {
        final byte[] routing = Hex.parse("00020401 00000000 fd0000000000000000000000000000ff");
        final SuperFrameSpec spec =
            superFrame(FrameSpec.ipv6Tcp().ipv6Extension(43, routing).destination("fd00::ff"), 3500, 1000);
        final byte[] next = Hex.parse("fd0000000000000000000000000000aa");
        final Frame frame = SuperFrames.ethernet(spec);
        frame.buffer().putBytes(frame.offset() + 38, next);
        final List<byte[]> expected = spec.segments();
        expected.forEach(segment -> System.arraycopy(next, 0, segment, 38, next.length));
        assertSame(expected, SuperFrames.cut(frame), "routing");

        frame.offload(0, spec.gsoType(), 0, 1000, 0, 0);
        assertEquals(DropReason.BAD_OFFLOAD, open(new GsoSplitter(), frame), "no field to take it from");
    }

    @Test
    void shouldNotMakeAWrongPartialChecksumRight()
    {
        final SuperFrameSpec spec = superFrame(FrameSpec.ipv4Tcp(), 2500, 1000);
        final Frame frame = SuperFrames.ethernet(spec);
        frame.buffer().putByte(frame.offset() + 50, (byte)(frame.buffer().getByte(frame.offset() + 50) ^ 0x55));
        final List<byte[]> segments = SuperFrames.cut(frame);
        for (int i = 0; i < segments.size(); i++)
        {
            assertFalse(Arrays.equals(spec.segments().get(i), segments.get(i)));
        }
    }

    /** As a card with receive offload hands them on: no partial checksum, so nothing says where one is. */
    @Test
    void shouldFindTheTransportHeaderWhereMetadataDoesNotSay()
    {
        for (final FrameSpec base : new FrameSpec[]{FrameSpec.ipv4Tcp(), FrameSpec.ipv6Udp().vlan(3)})
        {
            final SuperFrameSpec spec = superFrame(base, 3500, 1000);
            final Frame frame = SuperFrames.ethernet(spec);
            frame.offload(Frame.CHECKSUM_VALID, spec.gsoType(), 0, 1000, 0, 0);
            assertSame(spec.segments(), SuperFrames.cut(frame), "no partial");
        }
    }

    @Test
    void shouldRefuseMetadataThatDoesNotFitTheFrame()
    {
        final FrameSpec tcp = FrameSpec.ipv4Tcp();
        final Frame good = SuperFrames.ethernet(superFrame(tcp, 3000, 1000));
        assertEquals(DropReason.NONE, open(new GsoSplitter(), good));
        assertRefused(good.offload(1, Frame.GSO_NONE, 54, 1000, 34, 16));
        assertRefused(good.offload(1, 2, 54, 1000, 34, 16));
        assertRefused(good.offload(1, Frame.GSO_TCPV6, 54, 1000, 34, 16));
        assertRefused(good.offload(1, Frame.GSO_UDP_L4, 54, 1000, 34, 6));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, 0, 34, 16));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, -1, 34, 16));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, 1000, 33, 16));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, 1000, -34, 16));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, 1000, Integer.MAX_VALUE, 16));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, 1000, 34, 6));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, 1000, 34, 16).length(54));
        assertRefused(good.offload(1, Frame.GSO_TCPV4, 54, 1000, 34, 16).length(53));

        assertRefused(SuperFrames.ethernet(superFrame(tcp.fragment(0, true), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(tcp.protocol(17), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(tcp.ipHeaderWords(4), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(tcp.ipVersion(6), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(tcp.ipLength(3041), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(tcp.ipLength(0), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(FrameSpec.ipv6Tcp().ipLength(3021), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(tcp.tcpHeaderWords(4), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(tcp.etherType(0x0806), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(FrameSpec.ipv6Tcp().fragment(0, true), 3000, 1000)));
        assertRefused(SuperFrames.ethernet(superFrame(
            FrameSpec.ipv6Tcp().ipv6Extension(51, new byte[8]), 3000, 1000)));
    }

    @Test
    void shouldLeaveOutWhatIsBehindTheIpPacket()
    {
        for (final FrameSpec base : new FrameSpec[]{FrameSpec.ipv4Tcp(), FrameSpec.ipv6Udp()})
        {
            final SuperFrameSpec spec = superFrame(base, 3500, 1000);
            final SuperFrameSpec padded = superFrame(base.trailer(new byte[7]), 3500, 1000);
            assertSame(
                spec.segments(), SuperFrames.cut(SuperFrames.ethernet(padded)), "");
        }
    }

    @Test
    void shouldAlwaysGiveAVerdictAndReadOnlyTheFrame()
    {
        final Random random = new Random(4711);
        int cut = 0;
        for (int i = 0; i < 30_000; i++)
        {
            final SuperFrameSpec spec = SuperFrameSpec.random(random, 400);
            final boolean isEthernet = random.nextBoolean();
            final Frame frame = isEthernet ? SuperFrames.ethernet(spec) : SuperFrames.packet(spec);
            spoil(frame, random);
            final byte[] before = SuperFrames.bytes(frame);
            final GsoSplitter splitter = new GsoSplitter();
            final int gap = random.nextInt(8) == 0 ? random.nextInt(100) : 0;
            if (splitter.open(frame, Layer3.of(frame, isEthernet)) != DropReason.NONE)
            {
                assertFalse(splitter.hasNext());
                assertEquals(0, splitter.segments());
                continue;
            }
            final int count = splitter.segments();
            assertEquals(count, SuperFrames.cut(splitter, SuperFrames.ROOM, 64, gap).size());
            assertArrayEquals(before, SuperFrames.bytes(frame), "the super-frame is only read");
            cut++;
        }
        assertTrue(cut > 3_000, "most cases test nothing: " + cut);
    }

    private static void spoil(final Frame frame, final Random random)
    {
        for (int i = random.nextInt(4); i > 0; i--)
        {
            final int field = random.nextInt(8);
            final int value = random.nextBoolean() ? random.nextInt(70) : random.nextInt();
            switch (field)
            {
                case 0, 1 -> frame.length(random.nextInt(Math.min(100, frame.length()) + 1));
                case 2, 3 ->
                {
                    final int at = random.nextInt(Math.min(80, frame.length() + 1));
                    frame.buffer().putByte(Math.min(frame.offset() + at, frame.buffer().capacity() - 1), (byte)value);
                }
                default -> frame.offload(
                    field == 4 ? value : frame.flags(),
                    field == 5 ? value & 0xFF : frame.gsoType(),
                    frame.headerLength(),
                    field == 6 ? value : frame.gsoSize(),
                    field == 7 ? value : frame.checksumStart(),
                    frame.checksumOffset());
            }
        }
    }

    private static void assertRefused(final Frame frame)
    {
        final GsoSplitter splitter = new GsoSplitter();
        assertEquals(DropReason.BAD_OFFLOAD, open(splitter, frame));
        assertFalse(splitter.hasNext());
        assertEquals(0, splitter.segments());
    }

    private static DropReason open(final GsoSplitter splitter, final Frame frame)
    {
        return splitter.open(frame, Layer3.of(frame, true));
    }

    /** With Ethernet and without, with a gap for a tunnel header and without, in one piece and in several. */
    private static void assertSegments(final SuperFrameSpec spec, final String message)
    {
        final List<FrameSpec> expected = spec.segmentSpecs();
        final GsoSplitter splitter = new GsoSplitter();
        final Frame packet = SuperFrames.packet(spec);
        assertEquals(DropReason.NONE, splitter.open(packet, Layer3.of(packet, false)), message);
        assertSame(
            expected.stream().map(FrameSpec::packet).toList(),
            SuperFrames.cut(splitter, SuperFrames.ROOM, 64, 0),
            message);
        final Frame ethernet = SuperFrames.ethernet(spec);
        final byte[] before = SuperFrames.bytes(ethernet);
        assertEquals(DropReason.NONE, open(splitter, ethernet), message);
        assertSame(
            expected.stream().map(segment -> Hex.parse(Hex.of(GAP) + segment.hex())).toList(),
            SuperFrames.cut(splitter, 5_000, 3, GAP.length),
            message);
        assertArrayEquals(before, SuperFrames.bytes(ethernet), "the super-frame is only read");
    }

    private static void assertSame(final List<byte[]> expected, final List<byte[]> actual, final String message)
    {
        assertEquals(expected.size(), actual.size(), message);
        for (int i = 0; i < expected.size(); i++)
        {
            final String where = message + " segment " + i;
            assertEquals(Hex.of(expected.get(i)), Hex.of(actual.get(i)), where);
        }
    }

    private static SuperFrameSpec superFrame(final FrameSpec spec, final int length, final int gsoSize)
    {
        final byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return new SuperFrameSpec(spec, payload, gsoSize);
    }

    private static int u16(final byte[] bytes, final int offset)
    {
        return (bytes[offset] & 0xFF) << 8 | bytes[offset + 1] & 0xFF;
    }
}
