// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.conformance.Conformance;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.port.ForwardingPort;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.MemoryFabric;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Segments and ports are added and removed while the test runs the duty cycles. */
class EngineSegmentsTest
{
    private static final MacAddress M = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);
    private static final IpAddress NEIGHBOR = IpAddress.parse("10.0.0.9");
    private static final byte[] FRAME = FrameSpec.ipv4Udp().bytes();

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldCarryFramesOfASegmentThatWasAdded()
    {
        launch();
        final LoopbackPort port = port("b");
        final SegmentView segment = done(segments().add(new SegmentContext(2).port(port).fdb(M, EngineHarness.B)));

        assertEquals(2, segment.vni());
        transmit(port, FRAME);
        assertArrayEquals(FrameSpec.vxlan(FRAME).vni(2).datagram(), harness.sentTo(EngineHarness.B).get(0));
        hear(2);
        assertArrayEquals(FRAME, port.takeBytes());
        assertEquals(2, segments().all().size());
        assertEquals(1, segment.totals().encapFrames());
        assertEquals(1, segment.totals().decapFrames());
    }

    @Test
    void shouldLoseNothingOnASegmentWhileAnotherComesAndGoes()
    {
        launch();
        final SegmentView steady = segments().get(1);
        for (int i = 0; i < 100; i++)
        {
            final CompletableFuture<?> change = i % 2 == 0 ?
                segments().add(new SegmentContext(2).port(port("b")).addPort(port("c")).fdb(M, EngineHarness.B)) :
                segments().remove(2);
            for (int step = 0; step < 4; step++)
            {
                assertTrue(harness.port().put(numbered(i)));
                harness.send(EngineHarness.A, 0, FrameSpec.vxlan(numbered(i)).vni(1).datagram());
                harness.engine().doWork();
            }
            change.join();
            harness.run();
            assertEquals(4L * (i + 1), steady.totals().encapFrames());
            assertEquals(4L * (i + 1), steady.totals().decapFrames());
            assertEquals(4, harness.sentTo(EngineHarness.A).size());
            assertEquals(4, harness.delivered().size());
        }
        assertEquals(0, harness.encap().dropped() + harness.decap().dropped());
        assertEquals(1, harness.engine().snapshot().tables().remotes());
    }

    @Test
    void shouldLeaveNothingOfARemovedSegmentButItsTotals()
    {
        launch();
        final int remotes = harness.engine().snapshot().tables().remotes();
        final ClosedPort one = new ClosedPort();
        final LoopbackPort two = port("two");
        done(segments().add(new SegmentContext(2).port(one).addPort(two).policy(p -> p.learning(true))
            .fdb(M, EngineHarness.B).flood(EngineHarness.A).flood(EngineHarness.B).neighbor(NEIGHBOR, M)));
        done(harness.engine().control().apply("plane", new DesiredState()
            .remote(2, EngineHarness.C).flood(2, EngineHarness.C).neighbor(2, IpAddress.parse("10.0.0.8"), M)));
        transmit(two, FRAME);
        hear(2);
        final long delivered = harness.encap().delivered();

        final SegmentView.Totals totals = done(segments().remove(2));
        assertEquals(1, totals.encapFrames());
        assertEquals(FRAME.length, totals.encapBytes());
        assertEquals(0, totals.decapFrames(), "its station's entry said another remote");
        assertNull(segments().get(2));
        assertTrue(one.isClosed);
        assertEquals(1, harness.engine().snapshot().tables().fdb(), "of the other segment");
        assertEquals(0, harness.engine().snapshot().tables().neighbors());
        assertEquals(remotes, harness.engine().snapshot().tables().remotes());
        assertEquals(1, counter("encap.removed-segments.frames"));
        assertEquals(delivered, counter("encap.vni-1.frames") + counter("encap.removed-segments.frames"));

        hear(2);
        assertEquals(1, harness.decap().dropped(DropReason.UNKNOWN_VNI));
        two.put(FRAME);
        harness.run();
        assertEquals(1, harness.encap().framesIn(), "nobody polls its ports");
    }

    @Test
    void shouldBeginAnewWhenAVniComesAgain()
    {
        launch();
        final LoopbackPort before = port("before");
        done(segments().add(new SegmentContext(2).port(before).fdb(M, EngineHarness.B)));
        transmit(before, FRAME);
        hear(2);
        done(segments().remove(2));
        final LoopbackPort after = port("after");
        final SegmentView segment = done(segments().add(new SegmentContext(2).port(after)));

        transmit(after, FRAME);
        assertEquals(1, harness.encap().dropped(DropReason.NO_DESTINATION));
        hear(2);
        assertArrayEquals(FRAME, after.takeBytes());
        assertEquals(0, segment.totals().encapFrames());
        assertEquals(1, segment.totals().decapFrames());
    }

    @Test
    @Conformance(row = 105, behaviour = "refused in words; one engine has one UDP port")
    void shouldRefuseAVniGivenTwice()
    {
        launch();
        assertRefused("VNI 1 has a segment already; choose another VNI or remove the segment",
            segments().add(new SegmentContext(1).port(port("b"))));
    }

    @Test
    @Conformance(row = 106, behaviour = "segments with different receive rules share the port",
        deviation = "what is accepted is a segment's own rule, not the socket's; there are no policy marks to carry")
    void shouldShareThePortAmongSegmentsWithOtherRules()
    {
        launch();
        final LoopbackPort lenient = port("lenient");
        done(segments().add(new SegmentContext(2).port(lenient).policy(p -> p.reservedBits(0))));
        final FrameSpec marked = FrameSpec.vxlan(FRAME).vxlanFlags(0x88);
        harness.receive(EngineHarness.A, marked.vni(2).datagram());
        harness.receive(EngineHarness.A, marked.vni(1).datagram());

        assertArrayEquals(FRAME, lenient.takeBytes());
        assertEquals(1, EngineHarness.ledger(harness.decap(), DropReason.RESERVED_BITS, 1, EngineHarness.A));
    }

    @Test
    @Conformance(row = 107, behaviour = "a VNI of 2^24, an address to send from that is a group's, and remotes of a " +
        "family the underlay has no address of are refused; a group without a device goes by the system's route",
        deviation = "Linux wants the device of a group named")
    void shouldRefuseAVniOutOfRange()
    {
        assertThrows(IllegalArgumentException.class, () -> new SegmentContext(1 << 24));
    }

    @Test
    @Conformance(row = 107)
    void shouldRefuseRemotesOfAFamilyTheUnderlayHasNoAddressOf()
    {
        final Vtep ipv6 = Vtep.parse("[2001:db8::1]:8472", 0);
        final String why = ": the underlay has no addresses of the remote's family";
        final String message = "segment 2, flood to [2001:db8::1]:8472" + why;
        launch();
        assertRefused(message, segments().add(new SegmentContext(2).port(port("b")).flood(ipv6)));
        assertRefused("segment 2, FDB entry 02:00:00:00:00:01 of [2001:db8::1]:8472" + why, segments().add(
            new SegmentContext(2).port(port("c")).fdb(MacAddress.parse("02:00:00:00:00:01"), ipv6)));
        assertRefused("segment 2, group ff05::1" + why,
            segments().add(new SegmentContext(2).port(port("d")).policy(p -> p.group(IpAddress.parse("ff05::1")))));
        try (EngineHarness other = EngineHarness.create())
        {
            assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> other.launch(new SegmentContext(2).flood(ipv6))).getMessage());
        }
    }

    @Test
    void shouldRefuseContradictionsInWords()
    {
        harness.context().maxSegments(3);
        launch();
        final LoopbackPort b = port("b");
        done(segments().add(new SegmentContext(2).port(b)));

        assertRefused("port b is in segment 2 already; remove it there first",
            segments().add(new SegmentContext(3).port(b)));
        assertRefused("port b is in segment 2 already; remove it there first", segments().addPort(1, b));
        final LoopbackPort twice = port("twice");
        assertRefused("port twice is given twice to segment 3",
            segments().add(new SegmentContext(3).port(twice).addPort(twice)));
        assertRefused("segment 3 has no port; give it one with port(...)", segments().add(new SegmentContext(3)));
        assertRefused("no segment has VNI 9", segments().remove(9));
        assertRefused("no segment has VNI 9", segments().addPort(9, port("c")));
        assertRefused("no segment has VNI 9", segments().removePort(9, b));
        assertRefused("port b is not in segment 1 but in 2", segments().removePort(1, b));
        assertRefused("port c is not in segment 1", segments().removePort(1, port("c")));
        assertRefused("port b is the last of segment 2; remove the segment instead", segments().removePort(2, b));
        assertRefused("port small has an MTU of 1400, but segment 1 needs 1450; raise the MTU of the port",
            segments().addPort(1, new LoopbackPort("small", 1400, 8)));
        done(segments().add(new SegmentContext(3).port(port("c"))));
        assertRefused("maxSegments=3 is reached; set it higher or remove a segment",
            segments().add(new SegmentContext(4).port(port("d"))));
    }

    @Test
    void shouldRefuseToUseAVniAgainBeforeItIsFree()
    {
        launch();
        done(segments().add(new SegmentContext(2).port(port("b"))));
        final CompletableFuture<SegmentView.Totals> removed = segments().remove(2);
        final CompletableFuture<SegmentView.Totals> again = segments().remove(2);
        final CompletableFuture<SegmentView> added = segments().add(new SegmentContext(2).port(port("c")));
        assertRefused("no segment has VNI 2", again);
        assertRefused("VNI 2 is still being removed; wait until the future of remove(...) completes", added);
        assertEquals(2, removed.join().vni());
        done(segments().add(new SegmentContext(2).port(port("c"))));
    }

    @Test
    void shouldTakeBackASegmentThereIsNoRoomFor()
    {
        harness.context().maxRemotes(3);
        launch();
        final int remotes = harness.engine().snapshot().tables().remotes();
        final LoopbackPort port = port("b");
        final SegmentContext segment = new SegmentContext(2).port(port).fdb(M, EngineHarness.A)
            .flood(EngineHarness.B).flood(EngineHarness.C).flood(EngineHarness.STRANGER);
        assertRefused(
            "no room for flood to 192.0.2.66:40000: maxRemotes=3 is reached; set it higher",
            segments().add(segment));

        assertNull(segments().get(2));
        assertEquals(remotes, harness.engine().snapshot().tables().remotes());
        assertEquals(1, harness.engine().snapshot().tables().fdb());
        done(segments().add(new SegmentContext(2).port(port)));
    }

    @Test
    void shouldSwitchToAPortThatWasAddedAndForgetOneThatWasRemoved()
    {
        launch();
        final LoopbackPort second = port("second");
        done(segments().addPort(1, second));
        transmit(harness.port(), FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST).bytes());
        assertEquals(1, second.offered());
        final int remotes = harness.engine().snapshot().tables().remotes();
        assertEquals(1, harness.engine().snapshot().tables().learned());

        done(segments().removePort(1, second));
        assertEquals(0, harness.engine().snapshot().tables().learned(), "one port has nothing to learn");
        assertEquals(remotes - 1, harness.engine().snapshot().tables().remotes());
        transmit(harness.port(), FRAME);
        assertEquals(1, harness.sentTo(EngineHarness.A).size(), "as before");
        hear(1);
        assertEquals(1, harness.delivered().size());
    }

    @Test
    void shouldRemoveAPortAndItsStations()
    {
        launch();
        final LoopbackPort second = port("second");
        final LoopbackPort third = port("third");
        done(segments().addPort(1, second));
        done(segments().addPort(1, third));
        final MacAddress station = MacAddress.parse("02:00:00:00:00:33");
        final MacAddress fixed = MacAddress.parse("02:00:00:00:00:34");
        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.replace(1, fixed, second))));
        transmit(second, FrameSpec.ipv4Udp().sourceMac(station.value()).destinationMac(FrameSpec.BROADCAST).bytes());
        assertEquals(3, harness.engine().snapshot().tables().fdb());

        done(segments().removePort(1, second));
        assertEquals(1, harness.engine().snapshot().tables().fdb());
        assertEquals(2, segments().get(1).ports().size());
    }

    @Test
    void shouldKeepVnisWithTheSameMacsApartPacketByPacket()
    {
        launch();
        final List<LoopbackPort> ports = new ArrayList<>(List.of(harness.port()));
        final Vtep[] remotes = {EngineHarness.A, EngineHarness.B, EngineHarness.C};
        for (int vni = 2; vni <= 3; vni++)
        {
            ports.add(port("p" + vni));
            done(segments().add(new SegmentContext(vni).port(ports.get(vni - 1)).fdb(M, remotes[vni - 1])));
        }
        for (final Vtep remote : remotes)
        {
            harness.attach(remote);
        }
        for (int i = 0; i < 60; i++)
        {
            final int vni = i % 3 + 1;
            harness.send(EngineHarness.A, 0, FrameSpec.vxlan(numbered(i)).vni(vni).datagram());
            ports.get(vni - 1).put(numbered(i));
        }
        harness.run();

        for (int vni = 1; vni <= 3; vni++)
        {
            final List<byte[]> sent = harness.sentTo(remotes[vni - 1]);
            assertEquals(20, sent.size());
            for (int i = 0; i < 20; i++)
            {
                final byte[] expected = numbered(3 * i + vni - 1);
                assertArrayEquals(expected, ports.get(vni - 1).takeBytes());
                assertArrayEquals(FrameSpec.vxlan(expected).vni(vni).datagram(), sent.get(i));
            }
            assertEquals(20, segments().get(vni).totals().decapFrames());
            assertEquals(20, segments().get(vni).totals().encapFrames());
        }
    }

    @Test
    void shouldFindEachOfManyIpv6Remotes()
    {
        try (EngineHarness v6 = EngineHarness.create(Vtep.parse("[2001:db8::1]:8472", 0), MemoryFabric.DEFAULT_MTU))
        {
            v6.context().maxRemotes(256);
            v6.launch(new SegmentContext(1));
            for (int i = 0; i < 100; i++)
            {
                // The addresses differ in the high word, in the low word, or in both.
                final String low = (i % 3 == 0 ? "2" : i + 16) + ":" + (i / 10 + 1);
                final Vtep remote = Vtep.parse("[2001:db8:" + (i % 10 + 1) + "::" + low + "]:8472", 0);
                v6.attach(remote);
                final MacAddress mac = new MacAddress(0x02_00_00_00_10_00L + i);
                final CompletableFuture<TableResult> put = v6.engine().control().operate(
                    tables -> tables.replace(new FdbRequest(1, mac, remote)));
                v6.run();
                assertEquals(TableResult.DONE, put.join());
                v6.transmit(FrameSpec.ipv4Udp().destinationMac(mac.value()).bytes());
                assertEquals(1, v6.sentTo(remote).size(), remote::toString);
                v6.receive(remote, FrameSpec.vxlan(FRAME).vni(1).datagram());
                final int number = v6.engine().tables().find(remote.address());
                assertEquals(1, v6.decap().remotes().frames(number), remote::toString);
            }
        }
    }

    @Test
    void shouldStayAsItIsWithAnIpNetwork()
    {
        harness.launch(new IpNetworkContext());
        assertRefused("the engine carries an IP network, which has no segments", segments().remove(1));
    }

    @Test
    void shouldAnswerOnceClosed()
    {
        launch();
        final ClosedPort port = new ClosedPort();
        done(segments().add(new SegmentContext(2).port(port)));
        final CompletableFuture<SegmentView.Totals> waiting = segments().remove(2);
        harness.engine().close();

        assertTrue(port.isClosed);
        final Throwable cause = assertThrows(CompletionException.class, waiting::join).getCause();
        assertInstanceOf(IllegalStateException.class, cause);
        assertTrue(segments().add(new SegmentContext(3).port(port("c"))).isCompletedExceptionally());
    }

    private static byte[] numbered(final int number)
    {
        return FrameSpec.ipv4Udp().payload((byte)number).bytes();
    }

    private EngineSegments segments()
    {
        return harness.engine().segments();
    }

    private void launch()
    {
        harness.launch(new SegmentContext(1).fdb(M, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
    }

    private void transmit(final LoopbackPort port, final byte... frame)
    {
        assertTrue(port.put(frame));
        harness.run();
    }

    private void hear(final int vni)
    {
        harness.receive(EngineHarness.A, FrameSpec.vxlan(FRAME).vni(vni).datagram());
    }

    private <T> T done(final CompletableFuture<T> asked)
    {
        assertFalse(asked.isDone(), "nothing is done on the caller's thread");
        harness.run();
        return asked.join();
    }

    private void assertRefused(final String message, final CompletableFuture<?> asked)
    {
        harness.run();
        final Throwable refusal = assertThrows(CompletionException.class, asked::join).getCause();
        assertInstanceOf(IllegalArgumentException.class, refusal);
        assertEquals(message, refusal.getMessage());
    }

    private long counter(final String label)
    {
        final CountersReader reader = harness.engine().counters().reader();
        final long[] value = {-1};
        reader.forEach((id, name) -> value[0] = name.equals(label) ? reader.getCounterValue(id) : value[0]);
        return value[0];
    }

    private static LoopbackPort port(final String name)
    {
        return new LoopbackPort(name, 1450, 64, 2048);
    }

    /** A port that reports whether it was closed. */
    private static final class ClosedPort extends ForwardingPort
    {
        private boolean isClosed;

        private ClosedPort()
        {
            super(port("closed"));
        }

        @Override
        public void close()
        {
            isClosed = true;
        }
    }
}
