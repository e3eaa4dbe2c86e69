// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.VlanPolicy;
import io.overlane.port.RingPort;
import io.overlane.port.RingPortContext;
import io.overlane.port.SlowReader;
import io.overlane.port.VlanTrunk;
import io.overlane.status.DropReason;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.MemoryFabric;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every frame that an application puts into its port has one fate in the engine. */
class RingPortFatesTest
{
    private static final int MTU = 1400;
    private static final int VNI = 7;
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final EngineHarness harness = EngineHarness.create();
    private final RingPort port = new RingPort(new RingPortContext().mtu(MTU).capacity(64).clock(harness.clock()));

    @AfterEach
    void close()
    {
        harness.close();
    }

    @ParameterizedTest
    @EnumSource(VlanPolicy.class)
    void shouldCountAnAbandonedClaimAndCarryWhatIsBehindIt(final VlanPolicy encapVlan)
    {
        harness.context().segment(segment().port(port).policy(p -> p.encapVlan(encapVlan)));
        harness.launch();
        harness.attach(EngineHarness.A);
        final int dead = port.tryClaim(200);
        port.buffer().putBytes(dead, tagged(1, 100));
        assertTrue(port.tryClaim(10) > 0, "another, shorter than any frame");
        RingFrames.put(port, frame(100));
        harness.run();
        assertEquals(0, harness.sentTo(EngineHarness.A).size(), "held up");

        harness.clock().step(2, TimeUnit.SECONDS);
        harness.run();

        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(3, harness.encap().framesIn());
        assertEquals(1, harness.encap().delivered());
        assertEquals(2, harness.encap().dropped(DropReason.CLAIM_ABANDONED));
        assertEquals(2, EngineHarness.ledger(harness.encap(), DropReason.CLAIM_ABANDONED, VNI, null));
        assertFalse(port.commit(dead));
        RingFrames.put(port, frame(100));
        harness.run();
        assertEquals(2, harness.encap().delivered());
        assertEquals(4, harness.encap().framesIn());
    }

    @Test
    void shouldCountAnAbandonedClaimOfAnIpNetwork()
    {
        harness.context().ipNetwork(network());
        harness.launch();
        port.tryClaim(200);
        harness.run();
        harness.clock().step(2, TimeUnit.SECONDS);
        harness.run();
        assertEquals(1, harness.encap().framesIn());
        assertEquals(1, harness.encap().dropped(DropReason.CLAIM_ABANDONED));
    }

    @ParameterizedTest
    @CsvSource({"0, 14", "1, 18", "2, 18"})
    void shouldCarryTheLongestFrameOfEachKindAndNoLonger(final int tags, final int overhead)
    {
        harness.context().segment(segment().port(port));
        harness.launch();
        harness.attach(EngineHarness.A);
        final int longest = tags == 0 ? port.maxFrameLength() : port.maxTaggedFrameLength();
        assertEquals(MTU + overhead, longest);

        RingFrames.put(port, tagged(tags, longest));
        harness.run();

        assertEquals(1, harness.encap().delivered());
        assertEquals(8 + longest, harness.sentTo(EngineHarness.A).get(0).length);
        if (longest == port.maxTaggedFrameLength())
        {
            assertEquals(RingPort.TOO_LONG, port.tryClaim(longest + 1));
            return;
        }
        for (int length = longest + 1; length <= port.maxTaggedFrameLength(); length++)
        {
            RingFrames.put(port, tagged(tags, length));
            harness.run();
        }
        assertEquals(4, harness.encap().dropped(DropReason.OVERSIZE));
    }

    @Test
    void shouldCarryTheLongestTaggedFrameOfATrunk()
    {
        harness.context().segment(segment().port(new VlanTrunk(port, 64).vlan(10)));
        harness.launch();
        harness.attach(EngineHarness.A);
        final byte[] frame = tagged(1, port.maxTaggedFrameLength());
        frame[15] = 10;
        RingFrames.put(port, frame);
        harness.run();
        assertEquals(8 + port.maxFrameLength(), harness.sentTo(EngineHarness.A).get(0).length);
    }

    @Test
    void shouldCarryTheLongestPacketOfAnIpNetworkAndNoLonger()
    {
        harness.context().ipNetwork(network());
        harness.launch();
        harness.attach(EngineHarness.A);
        RingFrames.put(port, packet(MTU));
        harness.run();
        assertEquals(MTU, harness.sentTo(EngineHarness.A).get(0).length);
        RingFrames.put(port, packet(MTU + 1));
        harness.run();
        assertEquals(1, harness.encap().dropped(DropReason.OVERSIZE));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000_000L})
    void shouldCountOrCarryWhatWasCommittedWhenTheEngineCloses(final long drainNs)
    {
        final RingPort trunk = new RingPort("trunk", MTU, 256);
        final VlanTrunk vlans = new VlanTrunk(trunk, 16);
        final LoopbackPort loopback = new LoopbackPort("loopback", MTU, 64);
        harness.context().drainNs(drainNs)
            .segment(segment().port(port))
            .segment(new SegmentContext(8).fdb(PEER_MAC, EngineHarness.A).port(vlans.vlan(8)))
            .segment(new SegmentContext(9).fdb(PEER_MAC, EngineHarness.A).port(vlans.vlan(9)))
            .segment(new SegmentContext(10).fdb(PEER_MAC, EngineHarness.A).port(loopback));
        harness.launch();
        harness.attach(EngineHarness.A);
        for (int i = 0; i < 40; i++)
        {
            RingFrames.put(port, frame(100));
            final byte[] frame = tagged(1, 100);
            frame[15] = (byte)(8 + i % 2);
            RingFrames.put(trunk, frame);
            assertTrue(loopback.put(frame(100)));
        }
        final int open = port.tryClaim(100);

        harness.engine().close();

        assertFalse(port.commit(open));
        assertEquals(RingPort.CLOSED, port.tryClaim(100));
        assertFalse(loopback.put(frame(100)));
        assertEquals(120, harness.encap().framesIn());
        assertEquals(drainNs == 0 ? 0 : 120, harness.encap().delivered());
        assertEquals(harness.encap().framesIn() - harness.encap().delivered(),
            harness.encap().dropped(DropReason.PORT_CLOSED));
    }

    @ParameterizedTest
    @CsvSource({"0, 1000000000, 40", "1000000000, 0, 0"})
    void shouldDrainForTheTimeGivenToClose(final long drainNs, final long closeNs, final int delivered)
    {
        harness.context().drainNs(drainNs).segment(segment().port(port));
        harness.launch();
        harness.attach(EngineHarness.A);
        for (int i = 0; i < 40; i++)
        {
            RingFrames.put(port, frame(100));
        }
        harness.engine().close(closeNs);
        assertEquals(delivered, harness.encap().delivered());
        assertEquals(40 - delivered, harness.encap().dropped(DropReason.PORT_CLOSED));
    }

    @Test
    void shouldCountWhatWasCommittedToTheClosedPortOfAnIpNetwork()
    {
        harness.context().ipNetwork(network());
        harness.launch();
        RingFrames.put(port, packet(MTU));
        harness.engine().close();
        assertEquals(1, harness.encap().framesIn());
        assertEquals(1, harness.encap().dropped(DropReason.PORT_CLOSED));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000_000L})
    void shouldCountOrCarryWhatWasCommittedWhenASegmentIsRemoved(final long drainNs)
    {
        harness.context().drainNs(drainNs).segment(segment().port(port));
        harness.launch();
        harness.attach(EngineHarness.A);
        final CompletableFuture<SegmentView.Totals> removed = harness.engine().segments().remove(VNI);
        final long committed = put(port);
        assertFalse(removed.isDone());

        harness.run();

        assertTrue(removed.isDone());
        assertEquals(drainNs == 0, harness.encap().dropped(DropReason.PORT_CLOSED) > 0);
        assertEquals(harness.encap().framesIn(),
            harness.encap().delivered() + harness.encap().dropped(DropReason.PORT_CLOSED));
        assertEquals(harness.encap().delivered(), removed.join().encapFrames());
        assertEquals(harness.encap().delivered(), harness.sentTo(EngineHarness.A).size());
        assertEquals(committed, harness.encap().framesIn());
    }

    /** The engine counts frames as delivered when the port takes them, and the port counts those that nobody read. */
    @ParameterizedTest
    @EnumSource(SlowReader.class)
    void shouldAccountForFramesOfASlowReader(final SlowReader slowReader)
    {
        final RingPort slow = new RingPort(
            new RingPortContext().name("slow").mtu(MTU).capacity(8).blockNs(1_000).slowReader(slowReader));
        harness.context().segment(segment().port(slow));
        harness.launch();
        final byte[] datagram = new byte[8 + 1_000];
        datagram[0] = 8;
        datagram[6] = VNI;
        System.arraycopy(frame(1_000), 0, datagram, 8, 1_000);
        datagram[8] = (byte)0xFF;
        for (int i = 0; i < 50; i++)
        {
            harness.receive(EngineHarness.A, datagram);
        }
        final int read = slow.poll((buffer, offset, length) -> {}, 100);

        final EngineSnapshot.PortRow row = harness.engine().snapshot().ports().get(0);
        assertTrue(read >= 8, "read " + read);
        assertEquals(harness.decap().delivered(), read + row.overwritten());
        assertEquals(50, harness.decap().delivered() + harness.decap().dropped(DropReason.PORT_FULL));
        assertEquals(slowReader == SlowReader.DROP_OLDEST, row.overwritten() > 0);
        assertEquals(slowReader == SlowReader.BLOCK, slow.blocked() > 0);
        assertEquals(harness.decap().delivered(), row.out().frames());
    }

    /** Threads commit all the time, and the engine counts each frame whose commit returned true. */
    @ParameterizedTest
    @CsvSource({
        "SHARED, close, 0", "SHARED, remove, 0", "SHARED, removePort, 0", "SHARED, closePort, 0",
        "SPLIT, close, 0", "SPLIT, remove, 0", "SPLIT, removePort, 0", "SPLIT, closePort, 0",
        "SHARED, close, 1000000000", "SPLIT, close, 1000000000", "SHARED, remove, 1000000000",
        "SPLIT, removePort, 1000000000"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldAccountForEveryCommittedFrame(final ThreadingMode mode, final String end, final long drainNs)
        throws InterruptedException
    {
        final RingPort busy = new RingPort("busy", MTU, 128);
        final MemoryFabric fabric = new MemoryFabric(SystemNanoClock.INSTANCE, 1500, 64);
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(fabric.attach(EngineHarness.LOCAL))
            .threadingMode(mode)
            .drainNs(drainNs)
            .errorHandler(error -> {})
            .segment(segment().port(new RingPort("other", MTU, 16)).addPort(busy)));
        final AtomicLong committed = new AtomicLong();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++)
        {
            threads.add(new Thread(() ->
            {
                long count = 0;
                int index = busy.tryClaim(60);
                while (index != RingPort.CLOSED)
                {
                    if (index >= 0)
                    {
                        busy.buffer().putBytes(index, frame(60));
                        count += busy.commit(index) ? 1 : 0;
                    }
                    index = busy.tryClaim(60);
                }
                committed.addAndGet(count);
            }));
        }
        threads.forEach(Thread::start);
        while (engine.counters().encap().framesIn() < 1_000)
        {
            Thread.yield();
        }
        switch (end)
        {
            case "remove":
                engine.segments().remove(VNI).join();
                break;

            case "removePort":
                engine.segments().removePort(VNI, busy).join();
                break;

            case "closePort":
                busy.close();
                break;

            default:
                engine.close();
                break;
        }
        for (final Thread thread : threads)
        {
            thread.join();
        }
        engine.close();
        final PathCounters encap = engine.counters().encap();
        assertEquals(committed.get(), encap.framesIn());
        assertEquals(encap.framesIn(), encap.delivered() + encap.answered() + encap.dropped());
        if (drainNs > 0)
        {
            assertEquals(0, encap.dropped(DropReason.PORT_CLOSED));
        }
    }

    /** Fills the ring with frames. */
    private static long put(final RingPort port)
    {
        long count = 0;
        for (int index = port.tryClaim(100); index >= 0; index = port.tryClaim(100))
        {
            port.buffer().putBytes(index, frame(100));
            count += port.commit(index) ? 1 : 0;
        }
        return count;
    }

    private static SegmentContext segment()
    {
        return new SegmentContext(VNI).fdb(PEER_MAC, EngineHarness.A);
    }

    private IpNetworkContext network()
    {
        return new IpNetworkContext().port(port).route(IpPrefix.parse("10.0.0.0/8"), EngineHarness.A);
    }

    private static byte[] frame(final int length)
    {
        final byte[] start = FrameSpec.ipv4Udp().destinationMac(PEER_MAC.value()).bytes();
        final byte[] frame = new byte[length];
        System.arraycopy(start, 0, frame, 0, Math.min(start.length, length));
        return frame;
    }

    /** A frame without an IP header behind its tags, because a shorter IP packet would have padding. */
    private static byte[] tagged(final int tags, final int length)
    {
        final byte[] frame = frame(length);
        for (int i = 0; i < tags; i++)
        {
            frame[12 + 4 * i] = (byte)0x81;
            frame[13 + 4 * i] = 0;
            frame[14 + 4 * i] = 0;
            frame[15 + 4 * i] = 5;
        }
        frame[12 + 4 * tags] = (byte)0x88;
        frame[13 + 4 * tags] = (byte)0xB5;
        return frame;
    }

    private static byte[] packet(final int length)
    {
        final byte[] payload = new byte[length - 20];
        final byte[] frame = FrameSpec.ipv4(253, payload).destination("10.1.2.3").bytes();
        final byte[] packet = new byte[length];
        System.arraycopy(frame, 14, packet, 0, length);
        return packet;
    }
}
