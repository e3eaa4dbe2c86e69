// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.engine.Internals;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several ports to a segment: the engine is the bridge that Linux puts beside a vxlan device. */
class LocalSwitchingTest
{
    private static final int VNI = 7;
    private static final MacAddress S1 = MacAddress.parse("02:00:00:00:01:01");
    private static final MacAddress S2 = MacAddress.parse("02:00:00:00:01:02");
    private static final MacAddress FAR = MacAddress.parse("02:00:00:00:02:01");
    private static final MacAddress ALL = new MacAddress(MacAddress.BROADCAST);

    private final EngineHarness harness = EngineHarness.create();
    private final LoopbackPort one = port("one");
    private final LoopbackPort two = port("two");
    private final LoopbackPort three = port("three");

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    @Conformance(row = {68, 69}, behaviour = "to the segment's other ports too, never back to the port it came from")
    void shouldFloodToOtherPortsAndRemotes()
    {
        launch(segment().flood(EngineHarness.A).flood(EngineHarness.B));
        final byte[] frame = frame(S1, ALL);
        transmit(one, frame);

        assertFrames(one);
        assertFrames(two, frame);
        assertFrames(three, frame);
        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(1, harness.sentTo(EngineHarness.B).size());
        assertEquals(1, harness.encap().delivered());
        assertEquals(3, harness.encap().floodCopies());
    }

    @Test
    void shouldFloodUnknownUnicastWithoutRemotes()
    {
        launch(segment());
        transmit(one, frame(S1, S2));

        assertFrames(two, frame(S1, S2));
        assertFrames(three, frame(S1, S2));
        assertEquals(1, harness.encap().delivered());
        assertEquals(1, harness.encap().floodCopies());
    }

    @Test
    void shouldSwitchToTheOnePortAStationIsBehind()
    {
        launch(segment().flood(EngineHarness.A));
        transmit(two, frame(S2, ALL));
        drain();
        harness.sentTo(EngineHarness.A);
        transmit(one, frame(S1, S2));

        assertFrames(two, frame(S1, S2));
        assertFrames(one);
        assertFrames(three);
        assertEquals(0, harness.sentTo(EngineHarness.A).size());
        assertEquals(1, harness.encap().switched());
    }

    @Test
    void shouldNotReturnAFrameToItsPort()
    {
        launch(segment().flood(EngineHarness.A));
        transmit(one, frame(S1, ALL));
        drain();
        transmit(one, frame(S2, S1));

        assertFrames(one);
        assertFrames(two);
        assertEquals(1, harness.encap().dropped(DropReason.SPLIT_HORIZON));
    }

    @Test
    @Conformance(row = 109, behaviour = "as Linux; a frame for a station behind another remote is dropped and counted",
        deviation = "the ports of a segment are a bridge without hairpin; a Linux bridge behind a port may have it")
    void shouldNotSendFromRemoteToRemote()
    {
        launch(segment().flood(EngineHarness.A).flood(EngineHarness.B).fdb(FAR, EngineHarness.B));
        harness.attach(EngineHarness.B);
        hear(frame(S1, ALL));

        assertFrames(one, frame(S1, ALL));
        assertFrames(two, frame(S1, ALL));
        assertFrames(three, frame(S1, ALL));
        assertEquals(1, harness.decap().delivered());
        assertEquals(2, harness.decap().floodCopies());

        hear(frame(S1, FAR));
        assertEquals(1, harness.decap().dropped(DropReason.SPLIT_HORIZON));
        assertEquals(0, harness.sentTo(EngineHarness.A).size());
        assertEquals(0, harness.sentTo(EngineHarness.B).size());
    }

    @Test
    @Conformance(row = 109)
    void shouldNotSendFromRemoteToRemoteWithOnePort()
    {
        harness.launch(new SegmentContext(VNI).flood(EngineHarness.A).flood(EngineHarness.B));
        hear(frame(S1, ALL));

        assertEquals(1, harness.delivered().size());
        assertEquals(0, harness.sentTo(EngineHarness.A).size());
        assertEquals(0, harness.sentTo(EngineHarness.B).size());
    }

    @Test
    @Conformance(row = 27, behaviour = "as Linux; of several ports, to the one the station is behind, or all")
    void shouldDeliverFromRemoteToThePortOfTheStation()
    {
        launch(segment());
        transmit(two, frame(S2, ALL));
        drain();
        hear(frame(FAR, S2));
        assertFrames(two, frame(FAR, S2));
        assertFrames(one);

        hear(frame(FAR, S1));
        assertFrames(one, frame(FAR, S1));
        assertFrames(two, frame(FAR, S1));
    }

    @Test
    void shouldGiveAllPortsWhatIsForAGroupThatHasRemotesOfItsOwn()
    {
        final MacAddress group = MacAddress.parse("01:00:5e:00:00:fb");
        launch(segment());
        final FdbRequest request = new FdbRequest(VNI, group, EngineHarness.B);
        final CompletableFuture<TableResult> asked =
            harness.engine().control().operate(control -> control.append(request));
        harness.run();
        assertEquals(TableResult.DONE, asked.join());
        hear(frame(FAR, group));

        assertFrames(one, frame(FAR, group));
        assertFrames(two, frame(FAR, group));
        assertFrames(three, frame(FAR, group));
        assertEquals(0, harness.decap().dropped());
        assertEquals(0, harness.sentTo(EngineHarness.B).size());
    }

    @Test
    @Conformance(row = 26, behaviour = "as Linux, for the MAC of every port")
    void shouldDropOwnMacOfEveryPort()
    {
        launch(new SegmentContext(VNI).port(one).ownMac(S1).addPort(two, S2));
        hear(frame(S2, ALL));
        hear(frame(S1, ALL));

        assertEquals(2, harness.decap().dropped(DropReason.OWN_MAC));
    }

    @Test
    void shouldFollowAStationToARemoteAndBackWithinOneFrame()
    {
        launch(segment().policy(p -> p.learning(true)));
        transmit(one, frame(S1, ALL));
        assertTrue(isBehindPort(S1));
        hear(frame(S1, ALL));
        assertFalse(isBehindPort(S1));
        drain();
        transmit(two, frame(S2, S1));
        assertEquals(1, harness.sentTo(EngineHarness.A).size(), "behind the remote now");
        assertFrames(one);

        transmit(one, frame(S1, ALL));
        drain();
        transmit(two, frame(S2, S1));
        assertFrames(one, frame(S2, S1));
        assertEquals(0, harness.sentTo(EngineHarness.A).size(), "and back");
    }

    @Test
    void shouldForgetThePortOfAStationHeardFromARemoteWithoutLearning()
    {
        launch(segment().flood(EngineHarness.A));
        transmit(one, frame(S1, ALL));
        hear(frame(S1, ALL));
        drain();
        harness.sentTo(EngineHarness.A);
        transmit(two, frame(S2, S1));

        assertEquals(1, harness.sentTo(EngineHarness.A).size(), "flooded");
        assertFrames(one, frame(S2, S1));
    }

    @Test
    void shouldFollowAStationFromPortToPort()
    {
        launch(segment());
        transmit(one, frame(S1, ALL));
        transmit(two, frame(S1, ALL));
        drain();
        transmit(three, frame(S2, S1));

        assertFrames(two, frame(S2, S1));
        assertFrames(one);
    }

    @Test
    void shouldAgeStationsBehindPorts()
    {
        launch(segment());
        transmit(one, frame(S1, ALL));
        assertEquals(1, harness.engine().snapshot().tables().learned());
        final int numbered = harness.engine().snapshot().tables().remotes();
        harness.clock().step(301, TimeUnit.SECONDS);
        for (int i = 0; i < 20; i++)
        {
            harness.clock().step(1, TimeUnit.SECONDS);
            harness.run();
        }

        assertEquals(0, harness.engine().snapshot().tables().fdb());
        assertEquals(numbered, harness.engine().snapshot().tables().remotes(), "the port keeps its number");
    }

    @Test
    void shouldKeepAConfiguredStationBehindItsPort()
    {
        launch(segment().policy(p -> p.learning(true)));
        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.replace(VNI, S1, two))));
        transmit(three, frame(S2, S1));
        assertFrames(two, frame(S2, S1));
        assertFrames(one);

        transmit(one, frame(S1, ALL));
        assertEquals(1, harness.encap().dropped(DropReason.STATIC_VIOLATION));
        hear(frame(S1, ALL));
        assertEquals(1, harness.decap().dropped(DropReason.STATIC_VIOLATION));
        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.delete(new FdbRequest(VNI, S1, null)))));
    }

    @Test
    void shouldRefuseAStationBehindAPortOfNoSegment()
    {
        launch(segment());
        final CompletableFuture<TableResult> asked = harness.engine().control().operate(
            tables -> tables.replace(VNI, S1, port("elsewhere")));
        assertEquals(TableResult.NO_PORT, done(asked));
    }

    @Test
    void shouldDropBadSourcesOfPorts()
    {
        launch(segment());
        transmit(one, frame(ALL, S2));

        assertEquals(1, harness.encap().dropped(DropReason.BAD_SOURCE_MAC));
        assertEquals(0, harness.engine().snapshot().tables().fdb());
    }

    @Test
    void shouldCountCopiesThatPortsRefuse()
    {
        final LoopbackPort narrow = new LoopbackPort("narrow", 1450, 1, 2048);
        launch(new SegmentContext(VNI).port(one).addPort(narrow));
        transmit(one, frame(S1, ALL));
        transmit(one, frame(S1, ALL));

        assertEquals(1, harness.encap().delivered());
        assertEquals(1, harness.encap().dropped(DropReason.PORT_FULL));
        hear(frame(FAR, ALL));
        assertEquals(1, harness.decap().delivered(), "the other port took it");
        assertEquals(1, harness.decap().floodCopiesRefused());
        assertEquals(1, EngineHarness.ledger(harness.decap(), DropReason.PORT_FULL, VNI, EngineHarness.A));
    }

    @Test
    void shouldTakeSuperFramesApartForPortsThatDoNotTakeThem()
    {
        final LoopbackPort bulk = new LoopbackPort("bulk", 1450, 64, 70_000);
        launch(new SegmentContext(VNI).port(bulk).addPort(two).flood(EngineHarness.A));
        harness.attach(EngineHarness.A);
        final SuperFrameSpec spec = new SuperFrameSpec(
            FrameSpec.ipv4Tcp().sourceMac(S1.value()).destinationMac(S2.value()), new byte[3500], 1000);
        final byte[][] pieces = spec.segments().toArray(new byte[0][]);

        assertTrue(bulk.put(TestFrames.superFrame(spec)));
        harness.run();
        assertFrames(two, pieces);
        assertEquals(4, harness.sentTo(EngineHarness.A).size(), "flooded");
        assertEquals(4, harness.encap().delivered());
        assertEquals(4, harness.encap().floodCopies());

        transmit(two, frame(S2, ALL));
        assertTrue(bulk.put(TestFrames.superFrame(spec)));
        harness.run();
        assertFrames(two, pieces);
        assertEquals(4, harness.encap().switched());
    }

    @Test
    void shouldHandSuperFramesWholeToPortsThatTakeThem()
    {
        final BulkPort bulk = new BulkPort();
        launch(new SegmentContext(VNI).port(bulk.port).addPort(bulk).addPort(two));
        final SuperFrameSpec spec = new SuperFrameSpec(
            FrameSpec.ipv4Tcp().sourceMac(S1.value()).destinationMac(S2.value()), new byte[3500], 1000);
        bulk.fromEngine.put(frame(S2, ALL));
        harness.run();
        assertTrue(bulk.port.put(TestFrames.superFrame(spec)));
        harness.run();

        assertEquals(1, bulk.taken.size());
        assertArrayEquals(spec.bytes(), bulk.taken.get(0));
        assertEquals(spec.gsoType(), bulk.gsoType);
        assertEquals(4, harness.encap().switched());
        assertEquals(5, harness.encap().delivered());
        assertEquals(5, harness.encap().framesIn());
    }

    @Test
    void shouldKeepTheOrderOfFramesToAPort()
    {
        launch(segment());
        transmit(two, frame(S2, ALL));
        drain();
        one.put(frame(S1, S2));
        one.put(frame(S1, ALL));
        one.put(frame(S1, S2));
        harness.run();

        assertFrames(two, frame(S1, S2), frame(S1, ALL), frame(S1, S2));
    }

    @Test
    void shouldFindTheOneOfManyPorts()
    {
        final SegmentContext segment = new SegmentContext(VNI).port(one);
        final List<LoopbackPort> many = new ArrayList<>();
        for (int i = 0; i < 20; i++)
        {
            many.add(port("p" + i));
            segment.addPort(many.get(i));
        }
        launch(segment);
        for (int i = 0; i < 20; i++)
        {
            transmit(many.get(i), frame(station(i), ALL));
        }
        many.forEach(LoopbackPort::takeAll);
        for (int i = 0; i < 20; i++)
        {
            transmit(one, frame(S1, station(i)));
            assertFrames(many.get(i), frame(S1, station(i)));
        }
        assertEquals(20, harness.encap().switched());
        assertEquals(FdbEntry.LEARNED,
            FdbEntry.kind(Internals.forwarding(harness.engine()).fdb().lookup(VNI, station(3).value())));
    }

    private static MacAddress station(final int i)
    {
        return new MacAddress(0x02_00_00_00_0A_00L + i);
    }

    private SegmentContext segment()
    {
        return new SegmentContext(VNI).port(one).addPort(two).addPort(three);
    }

    private void launch(final SegmentContext segment)
    {
        harness.context().segment(segment);
        harness.launch();
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
    }

    private void transmit(final LoopbackPort port, final byte... frame)
    {
        assertTrue(port.put(frame));
        harness.run();
    }

    private void hear(final byte... frame)
    {
        harness.receive(EngineHarness.A, FrameSpec.vxlan(frame).vni(VNI).datagram());
    }

    private void drain()
    {
        one.takeAll();
        two.takeAll();
        three.takeAll();
    }

    private <T> T done(final CompletableFuture<T> asked)
    {
        harness.run();
        return asked.join();
    }

    private boolean isBehindPort(final MacAddress mac)
    {
        final long entry = Internals.forwarding(harness.engine()).fdb().lookup(VNI, mac.value());
        return Internals.forwarding(harness.engine()).ports().isPort(FdbEntry.remote(entry));
    }

    private static LoopbackPort port(final String name)
    {
        return new LoopbackPort(name, 1450, 64, 2048);
    }

    private static byte[] frame(final MacAddress from, final MacAddress to)
    {
        return FrameSpec.ipv4Udp().sourceMac(from.value()).destinationMac(to.value()).bytes();
    }

    private static void assertFrames(final LoopbackPort port, final byte[]... expected)
    {
        final List<byte[]> frames = port.takeAll();
        assertEquals(
            Arrays.stream(expected).map(Arrays::toString).toList(), frames.stream().map(Arrays::toString).toList());
        for (int i = 0; i < expected.length; i++)
        {
            assertArrayEquals(expected[i], frames.get(i));
        }
    }

    /** Takes super-frames, and remembers what it took. */
    private static final class BulkPort implements Port
    {
        private final LoopbackPort port = new LoopbackPort("other", 1450, 64, 70_000);
        private final LoopbackPort fromEngine = port("bulk");
        private final List<byte[]> taken = new ArrayList<>();
        private int gsoType;

        @Override
        public String name()
        {
            return "bulk";
        }

        @Override
        public int mtu()
        {
            return 1450;
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            return fromEngine.poll(batch, limit);
        }

        @Override
        public void offer(final FrameBatch batch)
        {
            for (int i = 0; i < batch.size(); i++)
            {
                gsoType = batch.get(i).gsoType();
                taken.add(EngineHarness.bytes(batch.get(i)));
            }
        }

        @Override
        public boolean takesSuperFrames(final int type)
        {
            return type == Frame.GSO_TCPV4;
        }

        @Override
        public void await(final long timeoutNs)
        {
        }

        @Override
        public void wake()
        {
        }

        @Override
        public void close()
        {
        }
    }
}
