// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.fate.Fate;
import io.overlane.fate.FateListener;
import io.overlane.fate.FateSubscription;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/** What a listener gets to know about each frame; {@link FateModelTest} checks that it gets every frame. */
class FateListenerTest
{
    private static final int VNI = 7;
    private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:77");
    private static final byte[] TO_STATION = FrameSpec.ipv4Udp().destinationMac(STATION.value()).bytes();

    private final EngineHarness harness = EngineHarness.create();
    private final List<Seen> seen = new ArrayList<>();

    /** A fate, copied out of its view. */
    private record Seen(
        Fate.Direction direction, Fate.Kind kind, Fate.Outcome outcome, DropReason reason, int vni, long id,
        @Nullable Port from, @Nullable Port to, @Nullable IpAddress remote, int frames, List<String> pieces,
        boolean hasTunnelHeader, boolean hasOuter, int remoteUdpPort, int outerVni)
    {
        private static Seen of(final Fate fate)
        {
            final List<String> pieces = new ArrayList<>();
            for (int i = 0; i < fate.pieces(); i++)
            {
                final byte[] bytes = new byte[fate.length(i)];
                fate.buffer().getBytes(fate.offset(i), bytes);
                pieces.add(Hex.of(bytes));
            }
            return new Seen(
                fate.direction(), fate.kind(), fate.outcome(), fate.reason(), fate.vni(), fate.id(), fate.from(),
                fate.to(), fate.remote(), fate.frames(), pieces, fate.hasTunnelHeader(), fate.hasOuter(),
                fate.remoteUdpPort(), fate.outerVni());
        }
    }

    @AfterEach
    void close()
    {
        harness.close();
    }

    private FateSubscription listen()
    {
        return harness.engine().fates(fate -> seen.add(Seen.of(fate)));
    }

    private Seen only()
    {
        assertEquals(1, seen.size(), seen::toString);
        return seen.remove(0);
    }

    private void launch()
    {
        harness.launch(new SegmentContext(VNI).fdb(STATION, EngineHarness.A).policy(p -> p.learning(true)));
        harness.attach(EngineHarness.A);
        listen();
    }

    @Test
    void shouldShowWhereAFrameWasSent()
    {
        launch();
        harness.transmit(TO_STATION);

        final Seen fate = only();
        assertEquals(Fate.Direction.ENCAP, fate.direction());
        assertEquals(Fate.Outcome.DELIVERED, fate.outcome());
        assertEquals(DropReason.NONE, fate.reason());
        assertEquals(VNI, fate.vni());
        assertEquals(harness.port(), fate.from());
        assertEquals(null, fate.to());
        assertEquals(EngineHarness.A.address(), fate.remote());
        assertTrue(fate.hasOuter());
        assertEquals(8472, fate.remoteUdpPort());
        assertEquals(VNI, fate.outerVni());
        assertEquals(List.of(Hex.of(TO_STATION)), fate.pieces());
        assertFalse(fate.hasTunnelHeader());
    }

    @Test
    void shouldShowWhyAFrameWasDropped()
    {
        launch();
        harness.transmit(FrameSpec.ipv4Udp().bytes());

        final Seen fate = only();
        assertEquals(Fate.Outcome.DROPPED, fate.outcome());
        assertEquals(DropReason.NO_DESTINATION, fate.reason());
        assertEquals(null, fate.remote());
        assertFalse(fate.hasOuter());
        assertEquals(List.of(Hex.of(FrameSpec.ipv4Udp().bytes())), fate.pieces());
    }

    @Test
    void shouldShowARefusedDatagramWithItsHeaderAndAReceivedFrameWithout()
    {
        launch();
        final byte[] stranger = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(99).datagram();
        harness.receive(EngineHarness.A, stranger);
        final Seen refused = only();
        assertEquals(DropReason.UNKNOWN_VNI, refused.reason());
        assertEquals(DropLedger.NO_VNI, refused.vni());
        assertTrue(refused.hasTunnelHeader());
        assertEquals(List.of(Hex.of(stranger)), refused.pieces());

        harness.receive(EngineHarness.A, FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(VNI).datagram());
        final Seen fate = only();
        assertEquals(Fate.Direction.DECAP, fate.direction());
        assertEquals(Fate.Outcome.DELIVERED, fate.outcome());
        assertEquals(null, fate.from());
        assertEquals(harness.port(), fate.to());
        assertEquals(EngineHarness.A.address(), fate.remote());
        assertFalse(fate.hasOuter());
        assertFalse(fate.hasTunnelHeader());
        assertEquals(List.of(Hex.of(FrameSpec.ipv4Udp().bytes())), fate.pieces());
    }

    @Test
    void shouldShowEveryCopyOfAFloodAndThenItsFrame()
    {
        final LoopbackPort other = new LoopbackPort("other", 1450, 64, 2048);
        harness.launch(new SegmentContext(VNI).addPort(other).flood(EngineHarness.A).flood(EngineHarness.B));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        listen();
        final byte[] frame = FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST).bytes();
        final FateSubscription more = listen();
        other.put(frame);
        harness.run();
        more.close();

        assertEquals(8, seen.size(), "two listeners");
        for (int i = 0; i < seen.size(); i += 2)
        {
            assertEquals(seen.get(i), seen.get(i + 1));
            assertEquals(List.of(Hex.of(frame)), seen.get(i).pieces());
            assertEquals(other, seen.get(i).from());
            assertEquals(seen.get(0).id(), seen.get(i).id());
        }
        assertEquals(Fate.Kind.FLOOD_COPY, seen.get(0).kind());
        assertEquals(EngineHarness.A.address(), seen.get(2).remote());
        assertTrue(seen.get(2).hasOuter());
        assertEquals(EngineHarness.B.address(), seen.get(4).remote());
        assertEquals(Fate.Kind.FRAME, seen.get(6).kind());
        assertEquals(null, seen.get(6).remote());
        final long first = seen.get(0).id();

        seen.clear();
        other.put(frame);
        harness.run();
        assertEquals(4, seen.size(), "one listener");
        assertNotEquals(first, seen.get(0).id());
    }

    @Test
    void shouldShowEachSegmentOfASuperFrame()
    {
        harness.launch(
            new SegmentContext(VNI).fdb(STATION, EngineHarness.A), new LoopbackPort("port", 1450, 64, 65_000));
        harness.attach(EngineHarness.A);
        listen();
        final SuperFrameSpec spec = new SuperFrameSpec(
            FrameSpec.ipv4Tcp().destinationMac(STATION.value()), new byte[5_000], 1_000);
        assertTrue(harness.port().put(TestFrames.superFrame(spec)));
        harness.run();

        final Seen fate = only();
        assertEquals(5, fate.frames());
        assertEquals(spec.segments().stream().map(Hex::of).toList(), fate.pieces());
    }

    @Test
    void shouldShowAnAnswer()
    {
        harness.launch(new SegmentContext(VNI).neighbor(IpAddress.parse("10.0.0.9"), STATION));
        listen();
        harness.transmit(FrameSpec.arpRequest("10.0.0.1", "10.0.0.9").bytes());

        assertEquals(Fate.Outcome.ANSWERED, only().outcome());
    }

    @Test
    void shouldShowBothPortsOfASwitchedFrame()
    {
        final LoopbackPort other = new LoopbackPort("other", 1450, 64, 2048);
        harness.launch(new SegmentContext(VNI).addPort(other).policy(p -> p.learning(true)));
        final FrameSpec there = FrameSpec.ipv4Udp();
        harness.transmit(there.destinationMac(FrameSpec.BROADCAST).bytes());
        listen();
        final byte[] back = there.destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .sourceMac(FrameSpec.DEFAULT_DESTINATION_MAC).bytes();
        other.put(back);
        harness.run();

        final Seen fate = only();
        assertEquals(other, fate.from());
        assertEquals(harness.port(), fate.to());
        assertEquals(Fate.Outcome.DELIVERED, fate.outcome());
        assertEquals(List.of(Hex.of(back)), fate.pieces());
    }

    @Test
    void shouldShowFramesThatAClosingEngineDrops()
    {
        launch();
        harness.run();
        harness.port().put(TO_STATION);
        harness.engine().close();

        assertEquals(DropReason.PORT_CLOSED, only().reason());
        assertThrows(IllegalStateException.class, this::listen);
    }

    @Test
    void shouldRemoveAListenerThatThrowsAndGoOn()
    {
        final List<Throwable> errors = new ArrayList<>();
        final AtomicInteger calls = new AtomicInteger();
        harness.context().errorHandler(errors::add);
        launch();
        final FateListener bad = fate ->
        {
            calls.incrementAndGet();
            throw new AssertionError("bad");
        };
        harness.engine().fates(bad);
        harness.transmit(TO_STATION);
        harness.transmit(TO_STATION);

        assertEquals(2, seen.size());
        assertEquals(2, harness.encap().delivered());
        assertEquals(1, calls.get());
        assertEquals(1, errors.size());
        assertTrue(errors.get(0).getMessage().contains("is removed"), errors.get(0).getMessage());
    }

    @Test
    void shouldCallNoListenerThatWasClosed()
    {
        harness.launch(new SegmentContext(VNI).fdb(STATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        final FateSubscription subscription = listen();
        harness.transmit(TO_STATION);
        only();
        subscription.close();
        subscription.close();
        harness.transmit(TO_STATION);

        assertEquals(List.of(), seen);
    }
}
