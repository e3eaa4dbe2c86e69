// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.fate.Fate;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.VlanPolicy;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.wire.EtherType;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.UdpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every decision of a stage, both ways, in whole engines; after each run the counters and fates add up. */
class StageVerdictsTest
{
    private static final int VNI = 7;
    private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:77");
    private static final DropReason DENIED = DropReason.custom("test-denied");
    private static final FrameSpec TO_STATION = FrameSpec.ipv4Udp().destinationMac(STATION.value());
    private static final byte[] OUT = TO_STATION.bytes();
    private static final byte[] IN = FrameSpec.ipv4Udp().bytes();
    private static final byte[] IN_DATAGRAM = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(VNI).datagram();

    private final EngineHarness harness = EngineHarness.create();
    private final List<Throwable> errors = new ArrayList<>();
    private final LoopbackPort tap = new LoopbackPort("tap", 1450, 64, 65_000);

    @AfterEach
    void close()
    {
        harness.close();
    }

    private void launch()
    {
        harness.launch(new SegmentContext(VNI).fdb(STATION, EngineHarness.A).policy(p -> p.learning(true)));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
    }

    private StageHandle add(final Stage stage, final StageTarget... targets)
    {
        final StageContext context = new StageContext(stage);
        List.of(targets).forEach(context::target);
        final StageHandle handle = harness.engine().stages().add(context);
        harness.run();
        assertTrue(handle.inForce().isDone());
        return handle;
    }

    private List<String> sentTo(final Vtep peer)
    {
        return harness.sentTo(peer).stream().map(datagram -> Hex.of(datagram, 8, datagram.length - 8)).toList();
    }

    private List<String> taken()
    {
        return tap.takeAll().stream().map(Hex::of).toList();
    }

    @Test
    void shouldLetFramesPassBothWays()
    {
        launch();
        add(frame -> {});
        harness.transmit(OUT);
        assertEquals(List.of(Hex.of(OUT)), sentTo(EngineHarness.A));
        harness.receive(EngineHarness.A, IN_DATAGRAM);
        assertArrayEquals(IN, harness.delivered().get(0));
    }

    @Test
    void shouldDropForAReasonOfTheApplicationBeforeLearning()
    {
        launch();
        final StageHandle handle = add(frame -> frame.drop(DENIED));
        harness.receive(EngineHarness.A, IN_DATAGRAM);
        harness.assertDatagramDropped(DENIED, VNI, EngineHarness.A);
        assertTrue(harness.decap().samples().last(DENIED).get(0).hasTunnelHeader());
        assertEquals(IN_DATAGRAM.length, harness.decap().samples().last(DENIED).get(0).length());
        assertEquals(0, harness.engine().snapshot().tables().learned(), "not learned");
        harness.transmit(OUT);
        harness.assertFrameDropped(DENIED, VNI, null);
        assertEquals(List.of(), harness.sentTo(EngineHarness.A));

        handle.close();
        harness.receive(EngineHarness.A, IN_DATAGRAM);
        assertEquals(1, harness.delivered().size());
    }

    @Test
    void shouldLearnNoStationOfAPortFromADroppedFrame()
    {
        final LoopbackPort other = new LoopbackPort("other", 1450, 64, 2048);
        harness.launch(new SegmentContext(VNI).addPort(other).policy(p -> p.learning(true)));
        add(frame -> frame.drop(DENIED));
        harness.transmit(IN);
        assertEquals(0, harness.engine().snapshot().tables().learned());
    }

    @Test
    void shouldRedirectToAPort()
    {
        launch();
        final StageTarget target = StageTarget.port(tap);
        add(frame -> frame.redirect(target), target);
        harness.transmit(OUT);
        assertEquals(List.of(Hex.of(OUT)), taken());
        assertEquals(1, harness.encap().switched());
        harness.receive(EngineHarness.A, IN_DATAGRAM);
        assertEquals(List.of(Hex.of(IN)), taken());
        assertEquals(List.of(), harness.delivered());
        assertEquals(List.of(), harness.sentTo(EngineHarness.A));
    }

    @Test
    void shouldRedirectToTheSenderWhatTheStageHasRewritten()
    {
        launch();
        final StageTarget back = StageTarget.port(harness.port());
        add(frame ->
        {
            final var ethernet = Objects.requireNonNull(frame.ethernet());
            final long source = ethernet.source();
            ethernet.source(ethernet.destination()).destination(source);
            frame.redirect(back);
        }, back);
        harness.transmit(OUT);
        assertArrayEquals(
            FrameSpec.ipv4Udp().sourceMac(STATION.value()).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC).bytes(),
            harness.delivered().get(0));
    }

    @Test
    void shouldRedirectToARemoteFromBothSides()
    {
        launch();
        final StageTarget target = StageTarget.remote(EngineHarness.B);
        final StageHandle handle = add(frame -> frame.redirect(target), target);
        harness.transmit(OUT);
        assertEquals(List.of(Hex.of(OUT)), sentTo(EngineHarness.B));

        harness.receive(EngineHarness.A, IN_DATAGRAM);
        final List<byte[]> sent = harness.sentTo(EngineHarness.B);
        assertEquals(1, sent.size());
        assertArrayEquals(IN_DATAGRAM, sent.get(0), "with the VNI of the segment");
        assertEquals(List.of(), harness.delivered());
        assertEquals(1, harness.decap().delivered());
        assertEquals(2, harness.encap().delivered());

        handle.close();
        harness.transmit(OUT);
        assertEquals(List.of(Hex.of(OUT)), sentTo(EngineHarness.A));
        assertEquals(List.of(), sentTo(EngineHarness.B));
    }

    @Test
    void shouldMirrorToAPortAndToARemoteWithoutDisturbingTheFrame()
    {
        launch();
        final StageTarget port = StageTarget.port(tap);
        final StageTarget remote = StageTarget.remote(EngineHarness.B);
        add(frame ->
        {
            frame.mirror(port);
            frame.mirror(remote);
        }, port, remote);
        harness.transmit(OUT);
        assertEquals(List.of(Hex.of(OUT)), taken());
        assertEquals(List.of(Hex.of(OUT)), sentTo(EngineHarness.B));
        assertEquals(List.of(Hex.of(OUT)), sentTo(EngineHarness.A));
        assertEquals(2, harness.encap().mirrored());
        assertEquals(1, harness.encap().delivered());

        harness.receive(EngineHarness.A, IN_DATAGRAM);
        assertEquals(List.of(Hex.of(IN)), taken());
        assertArrayEquals(IN, harness.delivered().get(0));
        assertArrayEquals(IN_DATAGRAM, harness.sentTo(EngineHarness.B).get(0));
        assertEquals(2, harness.decap().mirrored());
        assertEquals(1, harness.decap().delivered());
    }

    @Test
    void shouldCountRefusedCopiesAndStillDeliver()
    {
        launch();
        final LoopbackPort full = new LoopbackPort("full", 1450, 1, 2048);
        final StageTarget target = StageTarget.port(full);
        add(frame -> frame.mirror(target), target);
        harness.transmit(OUT);
        harness.transmit(OUT);
        assertEquals(1, harness.encap().mirrored());
        assertEquals(1, harness.encap().mirrorsRefused());
        assertEquals(1, harness.engine().snapshot().encap().mirrored());
        assertEquals(1, harness.engine().snapshot().encap().mirrorsRefused());
        assertEquals(2, harness.encap().delivered());
        assertEquals(0, harness.encap().dropped());
        assertEquals(1, EngineHarness.ledger(harness.encap(), DropReason.PORT_FULL, VNI, null));
    }

    @Test
    void shouldMirrorASuperFrameWholeToAPortAndInSegmentsToARemote()
    {
        harness.launch(
            new SegmentContext(VNI).fdb(STATION, EngineHarness.A), new LoopbackPort("port", 1450, 64, 65_000));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        final StageTarget port = StageTarget.port(tap);
        final StageTarget remote = StageTarget.remote(EngineHarness.B);
        final int[] frames = new int[1];
        add(frame ->
        {
            frames[0] = frame.frames();
            frame.mirror(remote);
            frame.mirror(port);
        }, port, remote);
        final SuperFrameSpec spec = new SuperFrameSpec(
            FrameSpec.ipv4Tcp().destinationMac(STATION.value()), new byte[5_000], 1_000);
        assertTrue(harness.port().put(TestFrames.superFrame(spec)));
        harness.run();
        assertEquals(5, frames[0]);
        final List<String> segments = spec.segments().stream().map(Hex::of).toList();
        assertEquals(segments, sentTo(EngineHarness.A));
        assertEquals(segments, sentTo(EngineHarness.B));
        assertEquals(10, harness.encap().mirrored());
        assertEquals(5, taken().size(), "the port takes no super-frames");
    }

    @Test
    void shouldDropTheFrameOfAStageThatThrowsAndGoOn()
    {
        harness.context().errorHandler(errors::add);
        launch();
        final StageHandle bad = add(frame ->
        {
            throw new AssertionError("bad");
        });
        final StageTarget unknown = StageTarget.port(tap);
        harness.transmit(OUT);
        harness.transmit(OUT);
        harness.receive(EngineHarness.A, IN_DATAGRAM);
        assertEquals(2, harness.encap().dropped(DropReason.STAGE_ERROR));
        assertEquals(1, harness.decap().dropped(DropReason.STAGE_ERROR));
        assertEquals(1, errors.size(), "one line a minute");
        bad.close();
        add(frame -> frame.drop(null)).close();
        add(frame -> frame.redirect(unknown));
        harness.transmit(OUT);
        assertEquals(3, harness.encap().dropped(DropReason.STAGE_ERROR));
        assertTrue(errors.get(1).getMessage().contains("add it with target"), errors.get(1).getMessage());
    }

    /** The engine has parsed the frame before the stages, and every later step relies on the result. */
    @Test
    void shouldDropAFrameInWhichAStageChangedTheType()
    {
        harness.context().errorHandler(errors::add);
        launch();
        final List<String> seen = new ArrayList<>();
        add(frame -> frame.ethernet().etherType(frame.etherType() == EtherType.IPV4 ? EtherType.VLAN : EtherType.IPV4));
        add(frame -> seen.add("behind"));
        harness.transmit(OUT);
        harness.receive(EngineHarness.A, IN_DATAGRAM);
        assertEquals(1, harness.encap().dropped(DropReason.STAGE_ERROR));
        assertEquals(1, harness.decap().dropped(DropReason.STAGE_ERROR));
        assertEquals(List.of(), seen);
        assertEquals(1, errors.size(), "one line a minute");
        assertTrue(errors.get(0).getMessage().contains("changed the EtherType"), errors.get(0).getMessage());
    }

    @Test
    void shouldRunStagesInTheirOrderUntilOneDrops()
    {
        launch();
        final List<String> calls = new ArrayList<>();
        add(frame -> calls.add("first"));
        harness.engine().stages().add(new StageContext(frame -> calls.add("other")).segment(8));
        harness.engine().stages().add(
            new StageContext(frame -> calls.add("encap")).segment(VNI).direction(Fate.Direction.ENCAP));
        add(frame ->
        {
            calls.add("drop");
            frame.drop(DENIED);
        });
        add(frame -> calls.add("never"));
        harness.transmit(OUT);
        assertEquals(List.of("first", "encap", "drop"), calls);
        calls.clear();
        harness.receive(EngineHarness.A, IN_DATAGRAM);
        assertEquals(List.of("first", "drop"), calls);
    }

    @Test
    void shouldForwardByTheDestinationThatAStageWrote()
    {
        launch();
        add(frame -> Objects.requireNonNull(frame.ethernet()).destination(STATION.value()));
        harness.transmit(IN);
        assertEquals(List.of(Hex.of(OUT)), sentTo(EngineHarness.A));
    }

    @Test
    void shouldShowHeadersWhereTheyAre()
    {
        launch();
        final List<String> seen = new ArrayList<>();
        add(frame ->
        {
            final Ipv4Header ip = frame.ipv4();
            final UdpHeader udp = frame.udp();
            assertNull(frame.ipv6());
            assertNull(frame.tcp());
            assertNotNull(udp);
            seen.add(frame.direction() + " " + frame.vni() + " " + frame.layer3Offset() + " " +
                (ip == null ? 0 : ip.protocol()) + " " + udp.destinationPort() + " " +
                (frame.port() == null ? frame.remote() : frame.port().name()));
        });
        harness.transmit(OUT);
        harness.receive(EngineHarness.A, FrameSpec.vxlan(FrameSpec.ipv4Udp().vlan(5)).vni(VNI).datagram());
        assertEquals(2, seen.size());
        assertEquals("ENCAP 7 14 17 " + seen.get(0).split(" ")[4] + " port-7", seen.get(0));
        assertEquals("DECAP 7 18 17 " + seen.get(0).split(" ")[4] + " 192.0.2.10", seen.get(1));
    }

    /** The stage stands behind the VLAN policy and in front of the removal of tags and of congestion marks. */
    @Test
    void shouldStandBehindTheVlanPolicyOfTheWayIn()
    {
        harness.launch(new SegmentContext(VNI).policy(p -> p.decapVlan(VlanPolicy.STRIP)));
        final int[] lengths = new int[1];
        add(frame -> lengths[0] = frame.length());
        final byte[] tagged = FrameSpec.ipv4Udp().vlan(5).bytes();
        harness.receive(EngineHarness.A, FrameSpec.vxlan(FrameSpec.ipv4Udp().vlan(5)).vni(VNI).datagram());
        assertEquals(tagged.length, lengths[0]);
        assertArrayEquals(IN, harness.delivered().get(0));
    }

    @Test
    void shouldRefuseTargetsThatCannotWork()
    {
        launch();
        final StageContext wrongFamily =
            new StageContext(frame -> {}).target(StageTarget.remote(Vtep.parse("[2001:db8::1]:8472", 0)));
        assertThrows(IllegalArgumentException.class, () -> harness.engine().stages().add(wrongFamily));
        assertThrows(IllegalArgumentException.class, () -> new StageContext(frame -> {}).segment(-1));
        final StageContext many = new StageContext(frame -> {});
        for (int i = 1; i < 200; i++)
        {
            many.target(StageTarget.remote(new Vtep(IpAddress.ofV4(0x0A00_0000 + i), 8472)));
        }
        final StageHandle handle = harness.engine().stages().add(many);
        harness.run();
        assertTrue(handle.inForce().isCompletedExceptionally());
        final Throwable error = assertThrows(CompletionException.class, () -> handle.inForce().join()).getCause();
        assertTrue(error.getMessage().contains("maxRemotes=64"), error.getMessage());
        harness.transmit(OUT);
        assertEquals(1, harness.encap().delivered());
        harness.engine().close();
        assertThrows(IllegalStateException.class, () -> harness.engine().stages().add(frame -> {}));
    }
}
