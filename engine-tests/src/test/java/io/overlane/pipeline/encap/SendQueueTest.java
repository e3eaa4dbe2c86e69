// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import static io.overlane.frame.TestFrames.frame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.TestFrames;
import io.overlane.limit.RateLimit;
import io.overlane.neighbor.NeighborTable;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.Guards;
import io.overlane.pipeline.WireUnderlay;
import io.overlane.pipeline.oversize.OversizeReply;
import io.overlane.policy.SegmentContext;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** Frames and super-frames through a real encap path: which leave together, and what the receivers see. */
class SendQueueTest
{
    private static final int VNI = 1;
    private static final int REMOTES = 4;
    private static final int CAPACITY = 8;
    private static final byte[] HEADER = Hex.parse("0800000000000100");

    private EngineCounters counters;
    private final RemoteTable remotes = new RemoteTable(16);
    private final Fdb fdb = new Fdb(new FdbContext().maxEntries(64), destination -> {}, new TableCounters());
    private final FrameBatch batch = new FrameBatch(256);
    private WireUnderlay wire;
    private boolean usesFlowHash;
    private Segment segment;
    private VxlanEncapPath path;

    @Test
    void shouldSendEqualFramesToOneRemoteTogether()
    {
        open(true);
        frames(0, 500, 500, 500);
        assertShape(3);
    }

    @Test
    void shouldEndWithAShorterFrame()
    {
        open(true);
        frames(0, 500, 500, 300, 300, 500);
        assertShape(3, 1, 1);
    }

    @Test
    void shouldNotJoinALongerFrame()
    {
        open(true);
        frames(0, 500, 501, 501);
        assertShape(1, 2);
    }

    @Test
    void shouldKeepRemotesApart()
    {
        open(true);
        frames(0, 500, 500);
        frames(1, 500, 500);
        frames(0, 500);
        assertShape(2, 2, 1);
    }

    @Test
    void shouldKeepFlowsApartWhereTheUnderlayTellsThemApart()
    {
        usesFlowHash = true;
        open(true);
        for (final int port : new int[]{7000, 7000, 7001, 7001, 7001, 7000})
        {
            batch.add(frame(FrameSpec.ipv4Udp().destinationMac(mac(0)).sourcePort(port).payloadLength(400).bytes()));
        }
        superFrame(0, 10_000, 1000);
        assertShape(2, 3, 1, 10);
        assertEquals(wire.sent.get(0).flowHash(), wire.sent.get(2).flowHash());
        assertEquals(3, wire.sent.stream().map(WireUnderlay.Sent::flowHash).distinct().count());
    }

    @Test
    void shouldGiveAFloodedFrameAndItsFlowTheSameHash()
    {
        usesFlowHash = true;
        open(true);
        segment.floodList().add(0);
        segment.floodList().add(1);
        final FrameSpec flow = FrameSpec.ipv4Tcp();
        batch.add(frame(flow.destinationMac(mac(2)).bytes()));
        batch.add(frame(flow.destinationMac(FrameSpec.BROADCAST).bytes()));
        batch.add(TestFrames.superFrame(
            new SuperFrameSpec(flow.destinationMac(FrameSpec.BROADCAST), new byte[3000], 1000)));
        assertShape(1, 1, 1, 3, 3);
        assertEquals(1, wire.sent.stream().map(WireUnderlay.Sent::flowHash).distinct().count());
    }

    @Test
    void shouldNotHashForAnUnderlayThatDoesNotLook()
    {
        open(true);
        frames(0, 500);
        superFrame(0, 10_000, 1000);
        encap();
        wire.sent.forEach(entry -> assertEquals(0, entry.flowHash()));
    }

    @Test
    void shouldSendEachByItselfWhereJoiningGainsNothing()
    {
        open(false);
        frames(0, 500, 500, 500);
        assertShape(1, 1, 1);
        assertFalse(wire.sent.get(0).isJoined());
    }

    @Test
    void shouldSendSegmentsOfASuperFrameTogetherEverywhere()
    {
        for (final boolean joins : new boolean[]{false, true})
        {
            open(joins);
            superFrame(0, 10_000, 1000);
            assertShape(10);
        }
    }

    @Test
    void shouldLetTheNextSuperFrameShareASend()
    {
        open(true);
        superFrame(0, 40_000, 1000);
        superFrame(0, 10_500, 1000);
        superFrame(0, 3_000, 1000);
        assertShape(40 + 11, 3);
    }

    @Test
    void shouldFillSendsToSixtyFourDatagramsOrTheLongestDatagram()
    {
        open(true);
        superFrame(0, 60_000, 500);
        assertShape(64, 56);
        open(true);
        superFrame(0, 60_800, 1400);
        superFrame(0, 56_000, 1400);
        assertShape(44, 40);
        open(true);
        superFrame(0, 1400 * 46, 1400);
        superFrame(0, 1400 * 46, 1400);
        assertShape(44, 44, 4);
    }

    @Test
    void shouldLetFramesFollowASuperFrame()
    {
        open(true);
        superFrame(0, 3_000, 1000);
        frames(0, 1000 + 14 + 40, 80, 80);
        assertShape(5, 1);
    }

    @Test
    void shouldTakeMoreThanItHasSlotsFor()
    {
        for (final boolean joins : new boolean[]{false, true})
        {
            open(joins);
            for (int i = 0; i < 40; i++)
            {
                superFrame(i % 3, 2_500, 1000);
                frames(i % 3, 700, 700);
            }
            encap();
            assertConserved(40 * 5, 0);
        }
    }

    @Test
    void shouldDropAllOfARefusedEntry()
    {
        open(true);
        frames(0, 500, 500, 500);
        superFrame(1, 5_000, 1000);
        frames(2, 90);
        final List<DropReason> verdicts =
            new ArrayList<>(List.of(DropReason.UNDERLAY_BUSY, DropReason.OVERSIZE, DropReason.NONE));
        wire.verdicts(() -> verdicts.remove(0));
        encap();
        assertConserved(1, 8);
        assertEquals(3, counters.encap().dropped(DropReason.UNDERLAY_BUSY));
        assertEquals(5, counters.encap().dropped(DropReason.OVERSIZE));
        assertEquals(0, counters.encap().remotes().frames(0));
        assertEquals(1, counters.encap().remotes().frames(2));
        assertEquals(90, counters.encap().deliveredBytes());
    }

    @Test
    void shouldDeliverAFloodedSuperFrameThatOneRemoteTook()
    {
        open(true);
        segment.floodList().add(0);
        segment.floodList().add(1);
        segment.floodList().add(2);
        superFrame(REMOTES, 60_000, 500);
        final List<DropReason> verdicts = new ArrayList<>(List.of(
            DropReason.UNDERLAY_BUSY, DropReason.NONE, DropReason.NONE,
            DropReason.UNDERLAY_BUSY, DropReason.UNDERLAY_BUSY, DropReason.UNDERLAY_ERROR));
        wire.verdicts(() -> verdicts.remove(0));
        encap();
        assertConserved(64, 56);
        assertEquals(56, counters.encap().dropped(DropReason.UNDERLAY_BUSY), "the first refusal names the reason");
        assertEquals(64, counters.encap().floodCopies());
        assertEquals(64 + 2 * 56, counters.encap().floodCopiesRefused());
        assertEquals(64, wire.received(2).size());
        assertEquals(0, wire.received(0).size());
    }

    @Test
    void shouldDropASegmentThatIsNoDatagramAnyMore()
    {
        open(true, 65_535);
        segment.floodList().add(1);
        superFrame(0, 65_480, 65_470);
        superFrame(REMOTES, 65_480, 65_470);
        frames(0, 100);
        encap();
        assertConserved(1, 4);
        assertEquals(4, counters.encap().dropped(DropReason.OVERSIZE));
    }

    @Test
    void shouldCountASuperFrameThatIsNoneAsOneFrame()
    {
        open(true);
        final SuperFrameSpec spec = superFrameSpec(0, 3_000, 1000);
        batch.add(frame(spec.bytes()).offload(1, Frame.GSO_TCPV6, 54, 1000, 34, 16));
        encap();
        assertConserved(0, 1);
        assertEquals(1, counters.encap().dropped(DropReason.BAD_OFFLOAD));
        assertEquals(spec.bytes().length, counters.encap().bytesIn());
    }

    @Test
    void shouldDeliverExactlyWhatWasSentInTheOrderOfEachRemote()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            final Random random = new Random(seed);
            open(random.nextBoolean(), 1_700);
            final boolean refuses = random.nextInt(3) == 0;
            if (refuses)
            {
                wire.verdicts(() -> random.nextInt(4) == 0 ? DropReason.UNDERLAY_BUSY : DropReason.NONE);
            }
            final int[] flood = random.nextInt(4) == 0 ? new int[0] : new int[]{0, 2, 3};
            Arrays.stream(flood).forEach(segment.floodList()::add);
            check(random, flood, refuses, "seed " + seed);
        }
    }

    private void check(final Random random, final int[] flood, final boolean refuses, final String message)
    {
        final Map<Integer, List<byte[]>> expected = new HashMap<>();
        int frames = 0;
        int nowhere = 0;
        for (int round = 0; round < 3; round++)
        {
            for (int i = random.nextInt(1, 40); i > 0; i--)
            {
                final int remote = random.nextInt(8) == 0 ? REMOTES : random.nextInt(2 + random.nextInt(2));
                final List<byte[]> segments = random.nextInt(3) == 0 ?
                    randomSuperFrame(random, remote) : randomFrame(random, remote);
                frames += segments.size();
                final int[] targets = remote == REMOTES ? flood : new int[]{remote};
                nowhere += targets.length == 0 ? segments.size() : 0;
                for (final int target : targets)
                {
                    expected.computeIfAbsent(target, unused -> new ArrayList<>()).addAll(segments);
                }
            }
            path.encap(batch);
            batch.clear();
        }
        final PathCounters encap = counters.encap();
        assertEquals(frames, encap.framesIn(), message);
        assertEquals(frames, encap.delivered() + encap.dropped(), message);
        for (int remote = 0; remote < REMOTES; remote++)
        {
            final List<byte[]> received = wire.received(remote);
            final List<byte[]> wanted = expected.getOrDefault(remote, List.of());
            assertEquals(received.size(), encap.remotes().frames(remote), message);
            assertEquals(received.stream().mapToLong(datagram -> datagram.length - HEADER.length).sum(),
                encap.remotes().bytes(remote), message);
            if (refuses)
            {
                assertSubsequence(wanted, received, message);
            }
            else
            {
                assertSame(wanted, received, message + " remote " + remote);
            }
        }
        if (!refuses)
        {
            assertEquals(nowhere, encap.dropped(), message);
            assertEquals(nowhere, encap.dropped(DropReason.NO_DESTINATION), message);
        }
        assertEntries(message);
    }

    private List<byte[]> randomFrame(final Random random, final int remote)
    {
        final byte[] payload = new byte[random.nextInt(4) == 0 ? random.nextInt(20, 1400) : 600];
        random.nextBytes(payload);
        final FrameSpec spec = FrameSpec.ipv4Udp().destinationMac(mac(remote)).payload(payload);
        if (random.nextBoolean())
        {
            batch.add(frame(spec.bytes()));
        }
        else
        {
            batch.add(frame(spec.partialChecksum().bytes()).offload(Frame.NEEDS_CHECKSUM, 0, 0, 0, 34, 6));
        }
        return List.of(tunnelled(spec.bytes()));
    }

    private List<byte[]> randomSuperFrame(final Random random, final int remote)
    {
        final SuperFrameSpec any = SuperFrameSpec.random(random, random.nextInt(4) == 0 ? 60_000 : 6_000);
        final SuperFrameSpec spec =
            new SuperFrameSpec(any.spec().destinationMac(mac(remote)), any.payload(), any.gsoSize());
        batch.add(TestFrames.superFrame(spec));
        return spec.segments().stream().map(SendQueueTest::tunnelled).toList();
    }

    /** What UDP_SEGMENT takes: all pieces of one length, but a shorter last one; 64 and 65507 bytes at most. */
    private void assertEntries(final String message)
    {
        for (final WireUnderlay.Sent entry : wire.sent)
        {
            final List<byte[]> datagrams = entry.datagrams();
            assertTrue(datagrams.size() <= 64, message);
            assertTrue(datagrams.stream().mapToInt(datagram -> datagram.length).sum() <= 65_507, message);
            assertTrue(datagrams.size() == 1 || entry.isJoined(), message);
        }
    }

    private void open(final boolean joins)
    {
        open(joins, 1_500);
    }

    private void open(final boolean joins, final int portMtu)
    {
        counters = new EngineCounters(4, 16, 64, 1, SystemNanoClock.INSTANCE);
        final Fates fates = new Fates(counters.encap());
        wire = new WireUnderlay(joins).useFlowHash(usesFlowHash);
        final SegmentContext settings = new SegmentContext(VNI)
            .port(new LoopbackPort("p", portMtu, 4)).portMtu(portMtu);
        segment = new Segment(settings, counters.newTraffic("encap", 0, "1"), counters.newTraffic("decap", 0, "1"));
        for (int i = 0; i < REMOTES; i++)
        {
            final IpAddress address = IpAddress.ofV4(0x0A00_0100 + i);
            final int remote = remotes.intern(address.high(), address.low(), 8472);
            assertEquals(i, remote);
            fdb.put(VNI, mac(i), FdbEntry.word(FdbEntry.STATIC, remote, false), FdbRequest.NO_OWNER, 0);
        }
        path = new VxlanEncapPath(
            segment,
            segment.ports().first(),
            new EncapShared(
                fdb,
                new SendQueue(
                    Guards.underlay(wire),
                    CAPACITY,
                    remotes,
                    fates,
                    HEADER.length,
                    SystemNanoClock.INSTANCE),
                8472,
                null,
                fates,
                Guards.port(),
                new Suppress(new NeighborTable(8), fdb, remote -> false, null),
                null,
                new OversizeReply(Guards.port(), new RateLimit(1000), SystemNanoClock.INSTANCE),
                Guards.stages(),
                new EncapGateway(Guards.gateway(fdb, fates), null, fates),
                1024));
    }

    private static long mac(final int remote)
    {
        return 0x02_00_00_00_01_00L + remote;
    }

    private void frames(final int remote, final int... lengths)
    {
        for (final int length : lengths)
        {
            batch.add(frame(FrameSpec.ipv4Udp().destinationMac(mac(remote)).payloadLength(length - 42).bytes()));
        }
    }

    private void superFrame(final int remote, final int length, final int gsoSize)
    {
        batch.add(TestFrames.superFrame(superFrameSpec(remote, length, gsoSize)));
    }

    private static SuperFrameSpec superFrameSpec(final int remote, final int length, final int gsoSize)
    {
        return new SuperFrameSpec(FrameSpec.ipv4Tcp().destinationMac(mac(remote)), new byte[length], gsoSize);
    }

    private static byte[] tunnelled(final byte[] frame)
    {
        final byte[] datagram = Arrays.copyOf(HEADER, HEADER.length + frame.length);
        System.arraycopy(frame, 0, datagram, HEADER.length, frame.length);
        return datagram;
    }

    private void encap()
    {
        path.encap(batch);
        batch.clear();
    }

    private void assertShape(final Integer... expected)
    {
        encap();
        assertEquals(List.of(expected), wire.shape());
        assertEntries("");
    }

    private static void assertSame(final List<byte[]> expected, final List<byte[]> actual, final String message)
    {
        assertEquals(expected.size(), actual.size(), message);
        for (int i = 0; i < expected.size(); i++)
        {
            assertArrayEquals(expected.get(i), actual.get(i), message + " datagram " + i);
        }
    }

    private static void assertSubsequence(
        final List<byte[]> expected, final List<byte[]> actual, final String message)
    {
        int next = 0;
        for (final byte[] datagram : actual)
        {
            while (next < expected.size() && !Arrays.equals(expected.get(next), datagram))
            {
                next++;
            }
            assertTrue(next < expected.size(), message + " out of order, or never sent");
            next++;
        }
    }

    private void assertConserved(final long delivered, final long dropped)
    {
        final PathCounters encap = counters.encap();
        assertEquals(delivered, encap.delivered());
        assertEquals(dropped, encap.dropped());
        assertEquals(delivered + dropped, encap.framesIn());
    }
}
