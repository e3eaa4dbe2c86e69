// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static io.overlane.testkit.EngineHarness.A;
import static io.overlane.testkit.EngineHarness.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.engine.EngineContext;
import io.overlane.fate.Fate;
import io.overlane.frame.TestFrames;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.CaptureReader;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.replay.Replay;
import io.overlane.replay.ReplayResult;
import io.overlane.replay.ReplayedPacket;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Capture} of an engine that runs step by step, as Wireshark and our own replay read it. */
class CaptureTest
{
    private static final int VNI = 42;
    private static final FrameSpec FRAME = FrameSpec.ipv4Udp().payload("hello");

    @TempDir
    private Path folder;

    private final EngineHarness harness = EngineHarness.create();
    private Path file;

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldPairInnerAndOuterRecordsWithTheVerdict() throws IOException
    {
        launch(segment());
        capture(context -> {}, () ->
        {
            harness.transmit(FRAME.bytes());
            harness.receive(A, FrameSpec.vxlan(FRAME).vni(VNI).datagram());
            harness.receive(B, FrameSpec.vxlan(FRAME).vni(7).datagram());
        });
        assertEquals(List.of(
            "loopback|0x00000001|1|vni=42 remote=192.0.2.10 verdict=delivered|eth:ethertype:ip:udp:data||",
            "underlay|0x00000002|1|vni=42 remote=192.0.2.10 verdict=delivered|" +
                "raw:ip:udp:vxlan:eth:ethertype:ip:udp:data|192.0.2.1,10.0.0.1|42",
            "underlay|0x00000001|2|vni=42 remote=192.0.2.10 verdict=delivered|" +
                "raw:ip:udp:vxlan:eth:ethertype:ip:udp:data|192.0.2.10,10.0.0.1|42",
            "loopback|0x00000002|2|vni=42 remote=192.0.2.10 verdict=delivered|eth:ethertype:ip:udp:data||",
            "underlay|0x00000001|3|vni=7 remote=192.0.2.11 verdict=dropped reason=unknown-vni|" +
                "raw:ip:udp:vxlan:eth:ethertype:ip:udp:data|192.0.2.11,10.0.0.1|7"),
            lines().stream().map(line -> line.startsWith("loopback") ? line.replaceAll("\\|[^|]*\\|$", "||") : line)
                .toList());
        assertTrue(Tshark.fields(file, "frame.interface_description").get(1).startsWith("underlay 192.0.2.1:8472"));
        assertEquals(List.of(), malformed());
    }

    @Test
    void shouldRecordEachCopyOfAFlood() throws IOException
    {
        launch(segment().flood(A).flood(B));
        capture(context -> {}, () -> harness.transmit(FRAME.destinationMac(FrameSpec.BROADCAST).bytes()));
        assertEquals(List.of(
            "underlay|0x00000002|1|vni=42 remote=192.0.2.10 verdict=delivered copy=flood",
            "underlay|0x00000002|1|vni=42 remote=192.0.2.11 verdict=delivered copy=flood",
            "loopback|0x00000001|1|vni=42 verdict=delivered"),
            Tshark.fields(file, "frame.interface_name", "frame.packet_flags", "frame.packet_id", "frame.comment"));
    }

    @Test
    void shouldRecordAnswersAsTheyLeave() throws IOException
    {
        launch(segment().neighbor(IpAddress.parse("10.0.0.2"), new MacAddress(0x02_00_00_00_00_02L)));
        capture(context -> {}, () -> harness.transmit(FrameSpec.arpRequest("10.0.0.1", "10.0.0.2").bytes()));
        assertEquals(List.of("loopback|0x00000002|vni=42 verdict=answered|2"),
            Tshark.fields(file, "frame.interface_name", "frame.packet_flags", "frame.comment", "arp.opcode"));
    }

    @Test
    void shouldRecordPacketsOfAnIpNetwork() throws IOException
    {
        harness.attach(A);
        harness.launch(new IpNetworkContext()
            .route(IpPrefix.parse("10.0.0.0/24"), A)
            .local(IpPrefix.parse("10.0.1.0/24"))
            .sourcePolicy(SourcePolicy.ANY));
        capture(context -> {}, () ->
        {
            harness.transmit(FRAME.packet());
            harness.receive(A, FrameSpec.ipv4Udp().destination("10.0.1.9").packet());
        });
        final List<String> protocols = Tshark.fields(file, "frame.interface_name", "frame.comment", "ip.src");
        assertEquals(4, protocols.size());
        assertEquals("tun|remote=192.0.2.10 verdict=delivered|10.0.0.1", protocols.get(0));
        assertEquals("underlay|remote=192.0.2.10 verdict=delivered|192.0.2.1", protocols.get(1));
        assertEquals("underlay|remote=192.0.2.10 verdict=delivered|192.0.2.10", protocols.get(2));
    }

    @Test
    void shouldKeepWhatTheFiltersPass() throws IOException
    {
        launch(segment());
        final MacAddress mac = new MacAddress(FrameSpec.DEFAULT_SOURCE_MAC);
        assertEquals(4, filtered(context -> {}));
        assertEquals(2, filtered(context -> context.direction(Fate.Direction.ENCAP)));
        assertEquals(2, filtered(context -> context.dropsOnly(true)));
        assertEquals(1, filtered(context -> context.reason(DropReason.UNKNOWN_VNI)));
        assertEquals(2, filtered(context -> context.reason(DropReason.NONE)));
        assertEquals(3, filtered(context -> context.vni(VNI)));
        assertEquals(3, filtered(context -> context.mac(mac)));
        assertEquals(4, filtered(context -> context.mac(mac).mac(new MacAddress(0x02_00_00_00_00_99L))));
        assertEquals(1, filtered(context -> context.address(IpPrefix.parse("10.9.0.0/16"))));
        assertEquals(1, filtered(context -> context.address(IpPrefix.parse("10.8.0.7/32"))));
        assertEquals(1, filtered(context -> context.address(IpPrefix.parse("192.0.2.11/32"))));
        assertEquals(1, filtered(context -> context.address(IpPrefix.parse("2001:db8::/32")).vni(VNI)));
    }

    /** Number of packets, not of records, of four that the filter passes. */
    private long filtered(final Consumer<CaptureContext> filter) throws IOException
    {
        capture(context -> filter.accept(context.overwrites(true)), () ->
        {
            harness.transmit(FRAME.source("10.9.0.1").bytes());
            harness.transmit(FrameSpec.arpRequest("10.8.0.1", "10.8.0.7").sourceMac(0x02_00_00_00_00_99L).bytes());
            harness.receive(A, FrameSpec.vxlan(FrameSpec.ipv6Udp().source("2001:db8::5")).vni(VNI).datagram());
            harness.receive(B, FrameSpec.vxlan(FRAME).vni(7).datagram());
        });
        return ids().stream().distinct().count();
    }

    @Test
    void shouldCutAtTheSnapLengthAndSayTheWholeLength() throws IOException
    {
        launch(segment());
        final byte[] frame = FrameSpec.ipv4Udp().payloadLength(1_200).bytes();
        capture(context -> context.snapLength(64), () -> harness.transmit(frame));
        assertEquals(List.of("64|" + frame.length, "100|" + (frame.length + 36)),
            Tshark.fields(file, "frame.cap_len", "frame.len"));
    }

    @Test
    void shouldRecordASuperFrameThatWasCutAsOnePacket() throws IOException
    {
        for (final FrameSpec tcp : List.of(FrameSpec.ipv4Tcp(), FrameSpec.ipv6Tcp()))
        {
            superFrame(tcp);
        }
    }

    private void superFrame(final FrameSpec tcp) throws IOException
    {
        if (harness.port() == null)
        {
            harness.attach(A);
            harness.launch(segment(), new LoopbackPort("port", 1_450, 64, 65_000));
        }
        final SuperFrameSpec spec = new SuperFrameSpec(tcp.destinationMac(mac().value()), new byte[4_900], 1_000);
        final byte[] bytes = spec.bytes();
        final Runnable send = () ->
        {
            assertTrue(harness.port().put(TestFrames.superFrame(spec)));
            harness.run();
        };
        capture(context -> context.overwrites(true), send);
        assertEquals(List.of(
            bytes.length + "|vni=42 remote=192.0.2.10 verdict=delivered frames=5 gso-size=1000|1",
            bytes.length + 36 + "|vni=42 remote=192.0.2.10 verdict=delivered frames=5 gso-size=1000|1"),
            Tshark.fields(file, "frame.len", "frame.comment", "frame.packet_id"));
        final int ipLength = spec.isV6() ? bytes.length - 54 : bytes.length - 14;
        assertTrue(Tshark.fields(file, spec.isV6() ? "ipv6.plen" : "ip.len").get(0).endsWith("" + ipLength));
        assertEquals(List.of(), malformed());
        assertEquals(List.of(), Tshark.fields(file, "ip.checksum_bad.expert").stream()
            .filter(line -> !line.isEmpty()).toList());
        final ReplayResult result = Replay.run(file, new EngineContext().segment(segment().portMtu(1_450)));
        assertEquals(List.of("delivered"), result.packets().stream().map(ReplayedPacket::verdict).toList());
        assertEquals(5, result.counters().encap().delivered().frames());

        capture(context -> context.overwrites(true).everySegment(true), send);
        assertEquals(10, ids().size());
        assertEquals(5, ids().stream().distinct().count());
        assertEquals(spec.segments().get(4).length,
            Integer.parseInt(Tshark.fields(file, "frame.len").get(8)));
    }

    @Test
    void shouldCountWhatFindsNoRoomAlikeEverywhere() throws IOException
    {
        launch(segment());
        file = folder.resolve("capture.pcapng");
        final Capture capture = Capture.start(harness.engine(), new CaptureContext().file(file)
            .ringLength(CaptureContext.MIN_RING_LENGTH).snapLength(300));
        try (capture)
        {
            final byte[] large = FrameSpec.ipv4Udp().payloadLength(1_000).bytes();
            for (int i = 0; i < 20_000; i++)
            {
                harness.port().put(large);
                harness.engine().doWork();
            }
            // A drop count is of the records in front of a packet, so the last packet must find room.
            long lost;
            do
            {
                lost = capture.statistics().lost();
                harness.transmit(FRAME.bytes());
            }
            while (capture.statistics().lost() > lost);
        }
        final CaptureStatistics statistics = capture.statistics();
        assertTrue(statistics.lost() > 100, statistics.toString());
        final long inFile = Tshark.fields(file, "frame.drop_count").stream()
            .filter(line -> !line.isEmpty())
            .mapToLong(Long::parseLong)
            .sum();
        assertEquals(statistics.lost(), inFile);
        assertEquals(statistics.lost(), StatisticsBlocks.sum(file, StatisticsBlocks.DROPPED));
        assertEquals(statistics.records(), ids().size());
        assertEquals(2 * harness.encap().framesIn(), statistics.records() + statistics.lost());
        assertEquals(2 * harness.encap().framesIn(), StatisticsBlocks.sum(file, StatisticsBlocks.RECEIVED));
    }

    @Test
    void shouldLoseEverythingThatIsLargerThanTheRingAllows() throws IOException
    {
        launch(segment());
        final CaptureStatistics statistics = capture(
            context -> context.ringLength(CaptureContext.MIN_RING_LENGTH).snapLength(1_000), () ->
                harness.transmit(FrameSpec.ipv4Udp().payloadLength(1_000).bytes()));
        assertEquals(0, statistics.records());
        assertEquals(2, statistics.lost());
        assertEquals(2, StatisticsBlocks.sum(file, StatisticsBlocks.DROPPED));
    }

    @Test
    void shouldRotateFilesOfTheLengthThatIsAllowed() throws IOException
    {
        launch(segment());
        final CaptureStatistics statistics = capture(context -> context.maxFileLength(8_192).files(3), () ->
        {
            for (int i = 0; i < 200; i++)
            {
                harness.transmit(FRAME.bytes());
            }
        });
        assertTrue(statistics.files() > 3, statistics.toString());
        assertEquals(List.of("capture.pcapng", "capture.pcapng.1", "capture.pcapng.2"), names());
        long last = 0;
        for (final String name : List.of("capture.pcapng.2", "capture.pcapng.1", "capture.pcapng"))
        {
            file = folder.resolve(name);
            assertTrue(Files.size(file) <= 8_192, name);
            final List<Long> ids = ids();
            assertTrue(ids.get(0) == last || last == 0 || ids.get(0) == last + 1, name);
            last = ids.get(ids.size() - 1);
            assertEquals(List.of(), malformed());
        }
        assertEquals(200, last);
    }

    @Test
    void shouldEndAtItsLimits() throws Exception
    {
        launch(segment());
        final CaptureStatistics full = capture(context -> context.maxFileLength(8_192), () ->
        {
            for (int i = 0; i < 200; i++)
            {
                harness.transmit(FRAME.bytes());
            }
        });
        assertEquals("the file has the length that is allowed", full.end());
        assertTrue(Files.size(file) <= 8_192 + 1_024);
        assertEquals(List.of(), malformed());
        try (Capture capture = Capture.start(harness.engine(), new CaptureContext().file(file).overwrites(true)
            .maxDurationNs(1)))
        {
            capture.terminated().get(10, TimeUnit.SECONDS);
            assertEquals("the time is over", capture.statistics().end());
            assertFalse(capture.statistics().isRunning());
        }
    }

    @Test
    void shouldSayInOneLineWhatCannotBeWritten() throws Exception
    {
        launch(segment());
        final Path existing = Files.writeString(folder.resolve("there"), "precious");
        refuses(existing + " exists; remove it or name another file", existing);
        assertEquals("precious", Files.readString(existing));
        refuses(folder.resolve("no/where") + ": there is no such folder", folder.resolve("no/where"));
        final Path full = Path.of("/dev/full");
        if (Files.exists(full))
        {
            final List<String> errors = new ArrayList<>();
            try (Capture capture = Capture.start(harness.engine(), new CaptureContext()
                .file(full).overwrites(true).errorHandler(error -> errors.add(error.getMessage()))))
            {
                harness.transmit(FRAME.bytes());
                capture.terminated().get(10, TimeUnit.SECONDS);
                assertEquals(
                    List.of("the capture ends: /dev/full cannot be written: No space left on device"), errors);
            }
            harness.transmit(FRAME.bytes());
            assertEquals(2, harness.encap().delivered());
        }
        assertThrows(IllegalArgumentException.class, () -> Capture.start(harness.engine(), new CaptureContext()));
        assertThrows(IllegalArgumentException.class, () ->
            Capture.start(harness.engine(), new CaptureContext().file(file).files(2)));
    }

    @Test
    void shouldWriteToAChannelUntilItsReaderGoes() throws Exception
    {
        launch(segment());
        final Pipe pipe = Pipe.open();
        try (Capture capture = Capture.start(harness.engine(), new CaptureContext().channel(pipe.sink(), "pipe")))
        {
            harness.transmit(FRAME.bytes());
            final CaptureReader reader = CaptureReader.open(pipe.source(), "pipe");
            assertTrue(reader.next());
            assertEquals("vni=42 remote=192.0.2.10 verdict=delivered", reader.comment());
            reader.close();
            harness.transmit(FRAME.bytes());
            capture.terminated().get(10, TimeUnit.SECONDS);
            assertEquals("the reader has gone", capture.statistics().end());
        }
    }

    @Test
    void shouldUseTheMemoryOfEndedCapturesAgain() throws IOException
    {
        launch(segment());
        final List<Capture> ended = new ArrayList<>();
        ended.add(captureOneFrame("first"));
        final long before = directMemory();
        for (int i = 0; i < 20; i++)
        {
            ended.add(captureOneFrame(Integer.toString(i)));
        }
        final long after = directMemory();
        assertTrue(after - before < 1 << 20, () -> before + " became " + after);
        assertEquals(2, ended.get(20).statistics().records());
        assertEquals(2, ids().size());
    }

    @Test
    void shouldLeaveEndedCapturesToTheGarbageCollectorWhileTheEngineRuns() throws IOException
    {
        launch(segment());
        final WeakReference<Capture> ended = new WeakReference<>(captureOneFrame("first"));
        assertTimeoutPreemptively(Duration.ofSeconds(30), () ->
        {
            while (ended.get() != null)
            {
                System.gc();
            }
        });
        assertTrue(harness.engine().isRunning());
    }

    @Test
    void shouldGiveThePagesOfTheRingBackWithZerosInThem() throws IOException
    {
        launch(segment());
        final List<byte[]> released = new CopyOnWriteArrayList<>();
        MemoryBuffer.onUnusedPages(memory ->
        {
            final byte[] bytes = new byte[memory.capacity()];
            memory.getBytes(0, bytes);
            released.add(bytes);
        });
        try
        {
            captureOneFrame("first");
        }
        finally
        {
            MemoryBuffer.onUnusedPages(memory -> {});
        }
        final int length = new CaptureContext().ringLength();
        assertTrue(released.stream().anyMatch(bytes -> Arrays.equals(bytes, new byte[length])));
    }

    private Capture captureOneFrame(final String name) throws IOException
    {
        file = folder.resolve(name + ".pcapng");
        final Capture capture = Capture.start(harness.engine(), new CaptureContext().file(file));
        harness.transmit(FRAME.bytes());
        capture.close();
        return capture;
    }

    private static long directMemory()
    {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> "direct".equals(pool.getName()))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    }

    @Test
    void shouldEndWithTheEngine() throws Exception
    {
        launch(segment());
        file = folder.resolve("capture.pcapng");
        final Capture capture = Capture.start(harness.engine(), new CaptureContext().file(file));
        harness.transmit(FRAME.bytes());
        harness.engine().close();
        capture.terminated().get(10, TimeUnit.SECONDS);
        capture.close();
        assertEquals(2, ids().size());
        assertThrows(IllegalStateException.class, () ->
            Capture.start(harness.engine(), new CaptureContext().file(file).overwrites(true)));
    }

    @Test
    void shouldGiveTheSameVerdictsWhenReplayed() throws IOException
    {
        launch(segment().policy(policy -> policy.learning(true)));
        capture(context -> {}, () ->
        {
            for (int i = 0; i < 300; i++)
            {
                final FrameSpec frame = FRAME.sourceMac(0x02_00_00_00_01_00L + i % 17);
                if (i % 3 == 0)
                {
                    harness.transmit(frame.destinationMac(0x02_00_00_00_01_00L + i % 19).bytes());
                }
                else
                {
                    harness.receive(i % 2 == 0 ? A : B, FrameSpec.vxlan(frame).vni(VNI + (i % 31 == 0 ? 1 : 0))
                        .datagram());
                }
                harness.delivered();
                harness.clock().step(i % 50 == 0 ? 400_000 : 1, TimeUnit.MILLISECONDS);
                harness.run();
            }
        });
        final ReplayResult result = Replay.run(file, new EngineContext().segment(
            new SegmentContext(VNI).fdb(mac(), A).policy(policy -> policy.learning(true))));
        assertEquals(300, result.packets().size());
        assertEquals(List.of(), result.differences());
        assertTrue(result.verdicts().size() >= 3, result.verdicts().toString());
    }

    private static MacAddress mac()
    {
        return new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);
    }

    private SegmentContext segment()
    {
        return new SegmentContext(VNI).fdb(mac(), A);
    }

    private void launch(final SegmentContext segment)
    {
        harness.attach(A);
        harness.attach(B);
        harness.launch(segment, new LoopbackPort("loopback", 1_450, 64));
    }

    private CaptureStatistics capture(final Consumer<CaptureContext> settings, final Runnable traffic)
        throws IOException
    {
        file = folder.resolve("capture.pcapng");
        final CaptureContext context = new CaptureContext().file(file);
        settings.accept(context);
        final Capture capture = Capture.start(harness.engine(), context);
        try (capture)
        {
            harness.run();
            traffic.run();
        }
        return capture.statistics();
    }

    private void refuses(final String message, final Path path)
    {
        assertEquals(message, assertThrows(IOException.class, () ->
            Capture.start(harness.engine(), new CaptureContext().file(path))).getMessage());
    }

    private List<String> lines()
    {
        return Tshark.fields(file, "frame.interface_name", "frame.packet_flags", "frame.packet_id", "frame.comment",
            "frame.protocols", "ip.src", "vxlan.vni");
    }

    private List<String> malformed()
    {
        return Tshark.fields(file, "_ws.malformed").stream().filter(line -> !line.isEmpty()).toList();
    }

    private List<Long> ids() throws IOException
    {
        final List<Long> ids = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(file))
        {
            while (reader.next())
            {
                ids.add(reader.packetId());
            }
        }
        return ids;
    }

    private List<String> names() throws IOException
    {
        try (var files = Files.list(folder))
        {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
