// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbRequest;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.stage.StageContext;
import io.overlane.stage.StageTarget;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.MemoryFabric;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One engine with two queues: the harness's, and one on a network of its own. */
class QueuesTest
{
    private static final int VNI = 1;
    private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:77");
    private static final FrameSpec TO_STATION = FrameSpec.ipv4Udp().destinationMac(STATION.value());
    private static final FrameSpec FROM_STATION = FrameSpec.ipv4Udp().sourceMac(STATION.value());

    private final EngineHarness harness = EngineHarness.create();
    private final MemoryFabric fabric = new MemoryFabric(harness.clock());
    private final Underlay peer = fabric.attach(EngineHarness.A);
    private final LoopbackPort port = new LoopbackPort("second", 1450, 64, 2048);
    private final ReceiveBatch received = new ReceiveBatch(16);

    QueuesTest()
    {
        harness.context().queue(new QueueContext(fabric.attach(EngineHarness.LOCAL), port, null));
    }

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldShareTablesAndSumCounters() throws Exception
    {
        harness.launch(new SegmentContext(VNI).fdb(STATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(TO_STATION.bytes());
        assertEquals(1, harness.sentTo(EngineHarness.A).size());

        port.put(TO_STATION.bytes());
        port.put(FrameSpec.ipv4Udp().bytes());
        harness.run();
        received.clear();
        assertEquals(1, peer.poll(received));
        assertEquals(3, harness.encap().framesIn());
        assertEquals(2, harness.encap().delivered());
        assertEquals(1, harness.encap().dropped(DropReason.NO_DESTINATION));
        assertEquals(1, harness.encap().dropped());
        assertEquals(2, harness.engine().counters().encap(1).framesIn());
        final int remote = harness.engine().forwarding().remotes().find(
            EngineHarness.A.address().high(), EngineHarness.A.address().low());
        assertEquals(2, harness.encap().remotes().frames(remote));
        assertEquals(2L * TO_STATION.bytes().length, harness.encap().remotes().bytes(remote));

        harness.engine().control().operate(tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.A)));
        harness.run();
        port.put(FrameSpec.ipv4Udp().bytes());
        harness.run();
        received.clear();
        assertEquals(1, peer.poll(received), "the flood list is common too");
    }

    @Test
    void shouldDeliverToTheQueueItCameBy()
    {
        harness.launch(new SegmentContext(VNI));
        receiveOnSecond(FROM_STATION);
        assertArrayEquals(FROM_STATION.bytes(), port.takeBytes());
        assertEquals(0, harness.delivered().size());
        assertEquals(1, harness.decap().delivered());
    }

    @Test
    void shouldLearnWhatAnotherQueueHears()
    {
        harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)));
        harness.attach(EngineHarness.A);
        receiveOnSecond(FROM_STATION);
        harness.run();
        harness.transmit(TO_STATION.bytes());
        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(0, harness.engine().snapshot().tables().forgotten());
    }

    @Test
    void shouldKeepWhatOnlyAnotherQueueHears()
    {
        harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)));
        receiveOnSecond(FROM_STATION);
        for (int i = 0; i < 10; i++)
        {
            step(100);
            assertEquals(FdbEntry.LEARNED, FdbEntry.kind(entry()), "after " + i);
            receiveOnSecond(FROM_STATION);
        }
        step(400);
        assertEquals(FdbEntry.MISSING, entry());
    }

    @Test
    void shouldAskStagesAndReportFatesOnEveryQueue()
    {
        harness.launch(new SegmentContext(VNI).fdb(STATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        final Set<String> fates = new TreeSet<>();
        final Set<String> stages = new TreeSet<>();
        final StageTarget remote = StageTarget.remote(EngineHarness.B);
        harness.attach(EngineHarness.B);
        fabric.attach(EngineHarness.B);
        harness.engine().fates(fate -> fates.add(fate.direction() + " " + fate.queue() + " " + fate.outcome()));
        harness.engine().stages().add(new StageContext(frame ->
        {
            stages.add(frame.direction() + " " + frame.port());
            frame.redirect(remote);
        }).target(remote));
        harness.run();
        port.put(TO_STATION.bytes());
        harness.transmit(TO_STATION.bytes());
        receiveOnSecond(FROM_STATION);
        harness.run();

        assertEquals(Set.of("ENCAP " + port, "ENCAP " + harness.port(), "DECAP null"), stages);
        assertEquals(Set.of("ENCAP 0 DELIVERED", "ENCAP 1 DELIVERED", "DECAP 1 DELIVERED"), fates);
        assertEquals(1, harness.sentTo(EngineHarness.B).size());
        final StageContext toPort = new StageContext(frame -> {}).target(StageTarget.port(port));
        assertThrows(IllegalArgumentException.class, () -> harness.engine().stages().add(toPort));
    }

    @Test
    void shouldJudgeSourcesOnEveryQueue()
    {
        harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)).fdb(STATION, EngineHarness.B));
        receiveOnSecond(FROM_STATION);
        assertNull(port.takeBytes());
        assertEquals(1, harness.decap().dropped(DropReason.STATIC_VIOLATION));
    }

    @Test
    void shouldCarryIpByEveryQueue()
    {
        harness.launch(new IpNetworkContext().route(IpPrefix.parse("10.5.2.0/24"), EngineHarness.A));
        final FrameSpec packet = FrameSpec.ipv4Udp().source("10.5.1.1").destination("10.5.2.1");
        port.put(packet.packet());
        harness.run();
        received.clear();
        assertEquals(1, peer.poll(received));
        assertEquals(1, harness.encap().delivered());
    }

    @Test
    void shouldRefuseQueuesOfSeveralPorts()
    {
        harness.context().segment(new SegmentContext(2).port(new LoopbackPort("two", 1450, 4)));
        final SegmentContext segment = new SegmentContext(VNI);
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> harness.launch(segment));
        assertTrue(ex.getMessage().contains("several queues"), ex.getMessage());
    }

    private long entry()
    {
        return harness.engine().forwarding().fdb().lookup(VNI, STATION.value());
    }

    /** A pass through a table takes a second of duty cycles. */
    private void step(final int seconds)
    {
        harness.clock().step(seconds, TimeUnit.SECONDS);
        for (int i = 0; i < 100; i++)
        {
            harness.clock().step(20, TimeUnit.MILLISECONDS);
            harness.run();
        }
    }

    private void receiveOnSecond(final FrameSpec inner)
    {
        final byte[] datagram = FrameSpec.vxlan(inner).vni(VNI).datagram();
        final Frame frame = new FrameSlab(1, 2048).frame(0).wrap(FrameSlab.HEADROOM, datagram.length);
        frame.buffer().putBytes(frame.offset(), datagram);
        final SendBatch batch = new SendBatch(1);
        batch.add(
            frame,
            EngineHarness.LOCAL.address().high(),
            EngineHarness.LOCAL.address().low(),
            EngineHarness.LOCAL.udpPort(), 0, 0, 0, 0);
        peer.send(batch);
        harness.run();
        harness.run();
    }
}
