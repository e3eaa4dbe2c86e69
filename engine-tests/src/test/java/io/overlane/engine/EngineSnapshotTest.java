// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbRequest;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.status.Distribution;
import io.overlane.status.DropReason;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.EngineSnapshot.DropRow;
import io.overlane.status.EngineSnapshot.PortRow;
import io.overlane.status.EngineSnapshot.RemoteRow;
import io.overlane.status.EngineSnapshot.SegmentRow;
import io.overlane.status.TableCounters;
import io.overlane.status.Volume;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.MemoryFabric;
import io.overlane.underlay.ForwardingUnderlay;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link OverlayEngine#snapshot()} shows after known traffic. */
class EngineSnapshotTest
{
    private static final MacAddress HERE = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress BESIDE = MacAddress.parse("02:00:00:00:00:02");
    private static final MacAddress AT_A = MacAddress.parse("02:00:00:00:00:0a");
    private static final FrameSpec TO_A = FrameSpec.ipv4Udp().sourceMac(HERE.value()).destinationMac(AT_A.value());
    private static final FrameSpec FROM_A = FrameSpec.ipv4Udp().sourceMac(AT_A.value()).destinationMac(HERE.value());
    private static final long LENGTH = TO_A.bytes().length;

    private final EngineHarness harness = EngineHarness.create();
    private final LoopbackPort other = new LoopbackPort("other", 1450, 64, 2048);

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldShowTrafficOfPathsSegmentsAndRemotes()
    {
        launch();
        harness.transmit(TO_A.bytes());
        harness.transmit(FrameSpec.ipv4Udp().destinationMac(BESIDE.value()).bytes());
        receive(7, FROM_A);
        receive(8, FROM_A);
        final EngineSnapshot snapshot = harness.engine().snapshot();

        assertEquals(new Volume(2, 2 * LENGTH), snapshot.encap().in());
        assertEquals(new Volume(1, LENGTH), snapshot.encap().delivered());
        assertEquals(new Volume(2, 2 * (LENGTH + 8)), snapshot.decap().in(), "with VXLAN headers");
        assertEquals(1, snapshot.encap().dropped().get(DropReason.NO_DESTINATION));
        assertEquals(1, snapshot.encap().allDropped());
        assertEquals(
            List.of(new DropRow(DropReason.NO_DESTINATION, 7, null, 1, 0)), snapshot.encap().drops());
        assertEquals(
            List.of(new DropRow(DropReason.UNKNOWN_VNI, null, EngineHarness.A.address(), 1, 0)),
            snapshot.decap().drops());
        assertEquals(
            List.of(new SegmentRow(7, new Volume(1, LENGTH), new Volume(1, LENGTH), 0)), snapshot.segments());
        assertEquals(
            List.of(new RemoteRow(EngineHarness.A, null, new Volume(1, LENGTH), new Volume(1, LENGTH))),
            snapshot.remotes());
        assertEquals(1, snapshot.tables().fdb());
        assertEquals(0, snapshot.tables().events().get(TableCounters.Event.LEARNED));
        assertEquals(EngineHarness.LOCAL, snapshot.local());
        assertTrue(snapshot.isRunning());
    }

    @Test
    void shouldShowTrafficOfEachPort()
    {
        harness.context().segment(new SegmentContext(8).port(new LoopbackPort("unused", 1450, 64, 2048)));
        harness.launch(new SegmentContext(7).addPort(other).fdb(AT_A, EngineHarness.A).policy(p -> p.learning(true)));
        harness.attach(EngineHarness.A);
        final byte[] fromOther = FrameSpec.ipv4Udp().sourceMac(BESIDE.value()).destinationMac(HERE.value()).bytes();
        other.put(fromOther);
        harness.run();
        harness.transmit(FrameSpec.ipv4Udp().sourceMac(HERE.value()).destinationMac(BESIDE.value()).bytes());
        other.put(fromOther);
        receive(7, FROM_A);

        final List<PortRow> ports = harness.engine().snapshot().ports();
        assertEquals(List.of("unused", "port-7", "other"), ports.stream().map(PortRow::name).toList());
        final PortRow first = ports.get(1);
        assertEquals(7, first.vni());
        assertEquals(1450, first.mtu());
        assertEquals(new Volume(1, LENGTH), first.in());
        assertEquals(new Volume(3, 3 * LENGTH), first.out(), "flooded, switched and received");
        assertEquals(new Volume(2, 2 * LENGTH), ports.get(2).in());
        assertEquals(new Volume(1, LENGTH), ports.get(2).out(), "switched");
        assertEquals(Volume.NONE, ports.get(0).in());
        assertEquals(Volume.NONE, ports.get(0).out());
    }

    @Test
    void shouldCountAnswersAsTrafficToThePort()
    {
        final IpAddress neighbor = IpAddress.parse("10.0.0.9");
        harness.launch(new SegmentContext(7).policy(p -> p.proxy(true)).neighbor(neighbor, AT_A));
        final byte[] request = FrameSpec.arpRequest("10.0.0.1", "10.0.0.9").bytes();
        harness.transmit(request);
        final PortRow port = harness.engine().snapshot().ports().get(0);
        assertEquals(1, harness.delivered().size());
        assertEquals(new Volume(1, request.length), port.in());
        assertEquals(new Volume(1, request.length), port.out());
    }

    @Test
    void shouldShowThePortOfAnIpNetwork()
    {
        harness.launch(new IpNetworkContext().address(IpAddress.parse("10.5.0.1"))
            .route(IpPrefix.parse("10.5.9.0/24"), EngineHarness.A));
        harness.transmit(new byte[10]);
        final EngineSnapshot snapshot = harness.engine().snapshot();
        assertEquals(List.of(), snapshot.segments());
        assertEquals(
            List.of(new PortRow("tun", null, 0, 1472, new Volume(1, 10), Volume.NONE, 0, 0, 0, 0, null)),
            snapshot.ports());
        assertEquals(1, snapshot.tables().routes());
    }

    @Test
    void shouldSumQueuesAndShowEachPort()
    {
        final MemoryFabric fabric = new MemoryFabric(harness.clock());
        final Underlay peer = fabric.attach(EngineHarness.A);
        harness.context().queue(new QueueContext(fabric.attach(EngineHarness.LOCAL), other, null));
        launch();
        harness.transmit(TO_A.bytes());
        other.put(TO_A.bytes());
        other.put(FrameSpec.ipv4Udp().destinationMac(BESIDE.value()).bytes());
        harness.run();
        final EngineSnapshot snapshot = harness.engine().snapshot();
        assertEquals(new Volume(3, 3 * LENGTH), snapshot.encap().in());
        assertEquals(new Volume(2, 2 * LENGTH), snapshot.segments().get(0).encap());
        assertEquals(new Volume(2, 2 * LENGTH), snapshot.remotes().get(0).encap());
        assertEquals(List.of(0, 1), snapshot.ports().stream().map(PortRow::queue).toList());
        assertEquals(new Volume(2, 2 * LENGTH), snapshot.ports().get(1).in());
        assertEquals(2, snapshot.encap().batchSizes().count());
        peer.close();
    }

    @Test
    void shouldNotShowRemotesAndSegmentsThatAreGone()
    {
        launch();
        harness.engine().control().operate(tables -> tables.replace(new FdbRequest(7, BESIDE, EngineHarness.B)));
        harness.run();
        assertEquals(2, harness.engine().snapshot().remotes().size());
        harness.engine().control().operate(tables -> tables.delete(new FdbRequest(7, BESIDE, EngineHarness.B)));
        harness.engine().segments().add(new SegmentContext(8).port(other));
        harness.run();
        assertEquals(1, harness.engine().snapshot().remotes().size());
        assertEquals(2, harness.engine().snapshot().segments().size());
        harness.engine().segments().remove(8);
        harness.run();
        assertEquals(1, harness.engine().snapshot().segments().size());
        assertEquals(1, harness.engine().snapshot().ports().size());
    }

    @Test
    void shouldShowSourcesWithoutANumberInOneRow()
    {
        launch();
        harness.receive(EngineHarness.STRANGER, FrameSpec.vxlan(FROM_A).vni(7).datagram());
        assertEquals(
            new RemoteRow(null, null, Volume.NONE, new Volume(1, LENGTH)),
            harness.engine().snapshot().remotes().get(0));
    }

    @Test
    void shouldShowTheVniOfARemoteThatHasOne()
    {
        launch();
        harness.engine().control().operate(tables ->
            tables.replace(new FdbRequest(7, BESIDE, EngineHarness.B).remoteVni(99)));
        harness.run();
        assertEquals(
            new RemoteRow(EngineHarness.B, 99, Volume.NONE, Volume.NONE),
            harness.engine().snapshot().remotes().get(1));
    }

    @Test
    void shouldCountFramesThatWerePolledTogether()
    {
        launch();
        for (int i = 0; i < 5; i++)
        {
            harness.port().put(TO_A.bytes());
        }
        harness.run();
        harness.transmit(TO_A.bytes());
        receive(7, FROM_A);
        final EngineSnapshot snapshot = harness.engine().snapshot();
        assertEquals(2, snapshot.encap().batchSizes().count());
        assertEquals(1, snapshot.encap().batchSizes().percentile(50));
        assertEquals(5, snapshot.encap().batchSizes().percentile(100));
        assertEquals(1, snapshot.decap().batchSizes().count());
    }

    @Test
    void shouldMeasureTimeUntilFramesHaveLeft()
    {
        harness.context().underlay(new SlowUnderlay(harness.underlay())).latency(true);
        launch();
        harness.port().put(TO_A.bytes());
        harness.port().put(TO_A.bytes());
        harness.port().put(FrameSpec.ipv4Udp().destinationMac(BESIDE.value()).bytes());
        harness.run();
        receive(7, FROM_A);
        final EngineSnapshot snapshot = harness.engine().snapshot();
        final Distribution encap = snapshot.encap().latencyNs();
        assertEquals(2, encap.count(), "delivered frames");
        assertEquals(100, encap.percentile(50));
        assertEquals(1, snapshot.decap().latencyNs().count());
        assertEquals(0, snapshot.decap().latencyNs().percentile(50));
        assertTrue(snapshot.hasLatency());
    }

    @Test
    void shouldSwitchLatencyWhileItRuns()
    {
        launch();
        final long readsOff = clockReadsOfABatch();
        harness.engine().latency(true);
        assertEquals(readsOff + 2, clockReadsOfABatch(), "for the whole batch");
        harness.engine().latency(false);
        harness.transmit(TO_A.bytes());
        assertEquals(9, harness.engine().snapshot().encap().latencyNs().count());
        assertFalse(harness.engine().snapshot().hasLatency());
    }

    @Test
    void shouldAnswerAfterTheEnd()
    {
        launch();
        harness.transmit(TO_A.bytes());
        harness.engine().close();
        final EngineSnapshot snapshot = harness.engine().snapshot();
        assertFalse(snapshot.isRunning());
        assertEquals(new Volume(1, LENGTH), snapshot.encap().delivered());
    }

    private long clockReadsOfABatch()
    {
        for (int i = 0; i < 9; i++)
        {
            harness.port().put(TO_A.bytes());
        }
        final long before = harness.clock().reads();
        harness.engine().doWork();
        return harness.clock().reads() - before;
    }

    private void launch()
    {
        harness.launch(new SegmentContext(7).fdb(AT_A, EngineHarness.A));
        harness.attach(EngineHarness.A);
    }

    private void receive(final int vni, final FrameSpec frame)
    {
        harness.receive(EngineHarness.A, FrameSpec.vxlan(frame).vni(vni).datagram());
    }

    /** An underlay whose send takes 100 ns. */
    private final class SlowUnderlay extends ForwardingUnderlay
    {
        private SlowUnderlay(final Underlay underlay)
        {
            super(underlay);
        }

        @Override
        public void send(final SendBatch batch)
        {
            super.send(batch);
            harness.clock().step(100, TimeUnit.NANOSECONDS);
        }
    }
}
