// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.Direction;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.PacketOptions;
import io.overlane.pcap.PcapException;
import io.overlane.pcap.PcapWriter;
import io.overlane.pcap.PcapngWriter;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Replay} of captures of a host, and of captures that have the form of an engine's own. */
class ReplayTest
{
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final FrameSpec INNER = FrameSpec.icmpEchoRequest();
    private static final Vtep REMOTE = Vtep.parse("198.51.100.7:4789", 0);
    private static final int UNDERLAY = 0;
    private static final int PORT_A = 1;

    @TempDir
    private Path folder;

    private Path file;
    private PcapngWriter writer;
    private long time = 1_700_000_000L * SECOND;

    @BeforeEach
    void start() throws IOException
    {
        file = folder.resolve("engine.pcapng");
        writer = PcapngWriter.create(file, "Overlane 0");
        writer.addInterface("eth", "underlay 192.0.2.1:4789", LinkType.RAW_IP, 128);
        writer.addInterface("a", "port", LinkType.ETHERNET, 128);
        writer.addInterface("b", "port", LinkType.ETHERNET, 128);
    }

    @Test
    void shouldGiveEachPacketOfAHostItsVerdictInOrder() throws IOException
    {
        final FrameSpec vxlan = FrameSpec.vxlan(FrameSpec.ipv4Udp().payloadLength(300)).vni(5).ipId(5);
        final List<FrameSpec> parts = vxlan.fragments(200);
        final Path capture = folder.resolve("host.pcap");
        try (PcapWriter pcap = PcapWriter.create(capture, LinkType.ETHERNET, PcapWriter.Resolution.NANOSECONDS))
        {
            int number = 0;
            for (final FrameSpec frame : List.of(vxlan.sourcePort(50000), vxlan.badChecksum(), parts.get(0),
                parts.get(1), FrameSpec.ipv4Tcp(), vxlan.vni(6)))
            {
                number++;
                final byte[] bytes = frame.bytes();
                pcap.write(number * 1_000L, new MemoryBuffer(bytes), 0, bytes.length);
            }
        }
        final List<String> lines = new ArrayList<>();
        try (Replay replay = new Replay(CaptureReader.open(capture), new OuterStack(8472), context(5), packet ->
            lines.add(packet.record() + " " + packet.timestampNs() + " " + packet.vni() + " " + packet.verdict() + " " +
                packet.frames().size())))
        {
            for (int i = 1; i < 6; i++)
            {
                assertTrue(replay.next());
                assertEquals(i, lines.size());
            }
            assertFalse(replay.next());
            assertFalse(replay.next());
        }
        assertEquals(List.of(
            "1 1000 5 delivered 1",
            "2 2000 -1 dropped udp-checksum 0",
            "3 3000 -1 dropped fragment 0",
            "4 4000 5 delivered 1",
            "5 5000 -1 dropped no-socket 0",
            "6 6000 6 dropped unknown-vni 0"), lines);
    }

    @Test
    void shouldReplayWhatCameInOnEitherSide() throws IOException
    {
        in(UNDERLAY, FrameSpec.vxlan(INNER).vni(42), "vni=42 remote=192.0.2.1 verdict=delivered");
        record(PORT_A, Direction.OUT, INNER.bytes(), "vni=42 remote=192.0.2.1 verdict=delivered");
        in(PORT_A, INNER.sourceMac(0x02_00_00_00_00_0AL), "vni=42 verdict=dropped reason=no-destination");
        in(PORT_A, FrameSpec.arpRequest("10.0.0.1", "10.0.0.2"), "vni=42 remote=198.51.100.7 verdict=delivered");
        in(PORT_A, INNER, "vni=43 verdict=delivered");

        final SegmentContext segment = new SegmentContext(42).policy(policy -> policy.learning(true)).flood(REMOTE);
        segment.neighbor(IpAddress.parse("10.0.0.2"), new MacAddress(0x02_00_00_00_00_02L));
        final ReplayResult result = run(new EngineContext().segment(segment));

        assertEquals(List.of("DECAP delivered", "ENCAP delivered", "ENCAP answered", "ENCAP dropped unknown-vni"),
            result.packets().stream().map(packet -> packet.way() + " " + packet.verdict()).toList());
        assertEquals(Hex.of(INNER.bytes()), Hex.of(result.frames("vni-42").get(0).bytes()));
        assertEquals(List.of(REMOTE), result.datagrams().stream().map(ReplayedDatagram::remote).toList());
        assertEquals(2, result.frames().size());
        assertEquals(2, result.delivered());
        assertEquals(1, result.dropped(DropReason.UNKNOWN_VNI));
        assertEquals(List.of(
            "record 3, 0.200000 s, VNI 42, vni-42: recorded dropped no-destination, replayed delivered",
            "record 4, 0.300000 s, VNI 42, vni-42: recorded delivered, replayed answered",
            "record 5, 0.400000 s, a: recorded delivered, replayed dropped unknown-vni"), result.differences());
        assertEquals(1, result.fdb().stream().filter(row -> row.mac().value() == 0x02_00_00_00_00_01L).count());
        assertEquals(1, result.neighbors().size());
        assertEquals(2, result.counters().encap().in().frames());
    }

    @Test
    void shouldHaveTheSameResultEveryTime() throws IOException
    {
        for (int i = 0; i < 50; i++)
        {
            in(i % 3, i % 3 == 0 ? FrameSpec.vxlan(INNER.sourceMac(0x02_00_00_00_01_00L + i)).vni(42) :
                INNER.sourceMac(0x02_00_00_00_02_00L + i % 7).destinationMac(0x02_00_00_00_01_00L + i), "vni=42");
            time += i % 10 == 0 ? 400 * SECOND : 0;
        }
        writer.close();
        final ReplayResult first = run(twoPorts());
        assertTrue(first.frames("a").size() > 5);
        assertTrue(first.frames("b").size() > 5);
        // Not assertEquals: the message would have hundreds of lines.
        assertTrue(first.equals(run(twoPorts())));
        assertEquals(50, first.packets().size());
    }

    @Test
    void shouldLetEntriesAgeByTheTimesOfTheCapture() throws IOException
    {
        in(UNDERLAY, FrameSpec.vxlan(INNER).vni(42), "vni=42");
        in(PORT_A, INNER.destinationMac(FrameSpec.DEFAULT_SOURCE_MAC).sourceMac(0x02_00_00_00_00_0AL), "vni=42");
        time += 3_600 * SECOND;
        in(PORT_A, INNER.destinationMac(FrameSpec.DEFAULT_SOURCE_MAC).sourceMac(0x02_00_00_00_00_0AL), "vni=42");
        time -= 1_800 * SECOND;
        in(PORT_A, INNER.destinationMac(FrameSpec.DEFAULT_SOURCE_MAC).sourceMac(0x02_00_00_00_00_0AL), "vni=42");

        final ReplayResult result = run(
            new EngineContext().segment(new SegmentContext(42).policy(policy -> policy.learning(true))));
        assertEquals(
            List.of("delivered", "delivered", "dropped no-destination", "dropped no-destination"),
            result.packets().stream().map(ReplayedPacket::verdict).toList());
    }

    @Test
    void shouldFillUpWhatTheSnapLengthCutOffAndCountWhatIsLost() throws IOException
    {
        final byte[] inner = FrameSpec.ipv4Tcp().payloadLength(1_400).bytes();
        writer.write(PORT_A, time, new MemoryBuffer(inner), 0, inner.length, inner.length,
            new PacketOptions().direction(Direction.IN).comment("vni=42 verdict=delivered").dropCount(17));
        writer.close();
        try (CaptureReader reader = CaptureReader.open(file))
        {
            assertTrue(reader.next());
            assertEquals(128, reader.length());
        }
        final ReplayResult result = run(new EngineContext().segment(new SegmentContext(42).flood(REMOTE)));
        assertEquals(inner.length + 8, result.datagrams().get(0).bytes().length);
        assertEquals(List.of(), result.differences());
        assertTrue(result.hasRecordedVerdicts());
        assertEquals(17, result.lost());
    }

    @Test
    void shouldSaySomethingClearAboutWhatCannotBeReplayed() throws IOException
    {
        in(UNDERLAY, FrameSpec.vxlan(INNER).vni(42), "vni=42");
        writer.close();
        final RingPort port = new RingPort("ring", 1500, 1024);
        assertEquals("a replay cannot use port ring; leave it out, or give the segment ReplayPorts",
            assertThrows(IllegalArgumentException.class, () ->
                run(new EngineContext().segment(new SegmentContext(42).port(port)))).getMessage());

        final byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        final List<ReplayedPacket> packets = new ArrayList<>();
        assertTrue(assertThrows(PcapException.class, () ->
            new Replay(CaptureReader.open(file), new OuterStack(4789), context(42), packets::add)).getMessage()
            .contains("is cut short"));

        final Path other = folder.resolve("other.pcap");
        PcapWriter.create(other, 147, PcapWriter.Resolution.NANOSECONDS).close();
        assertEquals(other + ": captures of link type 147 cannot be replayed " +
            "(expected Ethernet, raw IP, Linux cooked or BSD loopback)",
            assertThrows(PcapException.class, () -> Replay.run(other, context(42))).getMessage());
    }

    private static EngineContext context(final int vni)
    {
        return new EngineContext().segment(new SegmentContext(vni));
    }

    private static EngineContext twoPorts()
    {
        return new EngineContext().segment(new SegmentContext(42)
            .policy(policy -> policy.learning(true))
            .flood(REMOTE)
            .port(new ReplayPort("a"))
            .addPort(new ReplayPort("b")));
    }

    private ReplayResult run(final EngineContext context) throws IOException
    {
        writer.close();
        return Replay.run(file, context);
    }

    private void in(final int id, final FrameSpec frame, final String comment) throws IOException
    {
        record(id, Direction.IN, id == UNDERLAY ? frame.packet() : frame.bytes(), comment);
    }

    private void record(final int id, final Direction direction, final byte[] bytes, final String comment)
        throws IOException
    {
        writer.write(id, time, new MemoryBuffer(bytes), 0, bytes.length, bytes.length,
            new PacketOptions().direction(direction).comment(comment));
        time += SECOND / 10;
    }
}
