// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.engine.Internals;
import io.overlane.event.EngineEvent;
import io.overlane.fdb.FdbEntry;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which questions for neighbours are answered here, and that all others go where they would without us. */
class NeighborRowsTest
{
    private static final int VNI = 1;
    private static final MacAddress KNOWN = MacAddress.parse("02:00:00:00:00:99");
    private static final String ASKER = "10.0.0.1";
    private static final String TARGET = "10.0.0.9";
    private static final String ASKER6 = "fd00::1";
    private static final String TARGET6 = "fd00::9";

    private final EngineHarness harness = EngineHarness.create();
    private final List<EngineEvent> events = new ArrayList<>();

    @BeforeEach
    void launch()
    {
        harness.attach(EngineHarness.A);
        harness.launch(new SegmentContext(VNI)
            .policy(p -> p.learning(true))
            .flood(EngineHarness.A)
            .neighbor(IpAddress.parse(TARGET), KNOWN)
            .neighbor(IpAddress.parse(TARGET6), KNOWN)
            .neighbor(IpAddress.parse("127.0.0.1"), KNOWN)
            .neighbor(IpAddress.parse("224.0.0.1"), KNOWN));
        harness.engine().events(Runnable::run, events::add);
    }

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    @Conformance(row = 87, behaviour = "as Linux, and counted")
    void shouldAnswerForAKnownNeighbour()
    {
        harness.transmit(FrameSpec.arpRequest(ASKER, TARGET).bytes());
        assertAnswered(FrameSpec.arpReply(TARGET, ASKER)
            .sourceMac(KNOWN.value()).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .senderMac(KNOWN.value()).targetMac(FrameSpec.DEFAULT_SOURCE_MAC));
        assertEquals(1, harness.encap().answered());
    }

    @Test
    @Conformance(row = {88, 92}, behaviour = "flooded, and told once a second",
        deviation = "Linux swallows it: nobody could find a station that was not configured")
    void shouldFloodForAnUnknownNeighbour()
    {
        assertFlooded(FrameSpec.arpRequest(ASKER, "10.0.0.10"));
        assertFlooded(FrameSpec.arpRequest(ASKER, "10.0.0.10"));
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, "fd00::10"));
        assertEquals(
            List.of(IpAddress.parse("10.0.0.10"), IpAddress.parse("fd00::10")),
            events.stream()
                .filter(EngineEvent.UnknownNeighbor.class::isInstance)
                .map(event -> ((EngineEvent.UnknownNeighbor)event).address())
                .toList());
    }

    @Test
    @Conformance(row = 89, behaviour = "flooded; a remote's moves its sender in the FDB, and no neighbour that is " +
        "configured", deviation = "Linux swallows it: caches would go stale")
    void shouldFloodGratuitousArpAndReplies()
    {
        assertFlooded(FrameSpec.gratuitousArp(TARGET));
        assertFlooded(FrameSpec.arpReply(TARGET, ASKER).destinationMac(FrameSpec.BROADCAST));
    }

    @Test
    @Conformance(row = 89)
    void shouldFollowTheSenderOfAGratuitousArpButKeepTheNeighbour()
    {
        final MacAddress moved = MacAddress.parse("02:00:00:00:00:77");
        final FrameSpec gratuitous =
            FrameSpec.gratuitousArp(TARGET).sourceMac(moved.value()).senderMac(moved.value());
        for (final Vtep remote : List.of(EngineHarness.A, EngineHarness.B))
        {
            harness.receive(remote, FrameSpec.vxlan(gratuitous).vni(VNI).datagram());
            assertArrayEquals(gratuitous.bytes(), harness.delivered().get(0));
            final long entry = Internals.forwarding(harness.engine()).fdb().lookup(VNI, moved.value());
            assertEquals(remote, Internals.forwarding(harness.engine()).remotes().vtep(FdbEntry.remote(entry)));
        }
        shouldAnswerForAKnownNeighbour();
    }

    @Test
    @Conformance(row = 90)
    void shouldFloodOtherBroadcasts()
    {
        assertFlooded(FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST));
        assertFlooded(FrameSpec.ipv6Udp().destinationMac("33:33:00:00:00:01"));
    }

    @Test
    @Conformance(row = 91)
    void shouldAdvertiseAKnownNeighbour()
    {
        harness.transmit(FrameSpec.neighborSolicitation(ASKER6, TARGET6).bytes());
        assertAnswered(FrameSpec.neighborAdvertisement(TARGET6, ASKER6)
            .sourceMac(KNOWN.value()).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .ttl(255).ndLinkAddress(KNOWN.value()));
    }

    @Test
    @Conformance(row = 91)
    void shouldSayOfARouterThatItIsOne()
    {
        harness.engine().control().operate(control ->
            control.add(new FdbRequest(VNI, KNOWN, EngineHarness.A).router()));
        harness.run();
        harness.transmit(FrameSpec.neighborSolicitation(ASKER6, TARGET6).bytes());
        assertAnswered(FrameSpec.neighborAdvertisement(TARGET6, ASKER6)
            .sourceMac(KNOWN.value()).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .ttl(255).ndFlags(0xE000_0000L).ndLinkAddress(KNOWN.value()));
    }

    @Test
    @Conformance(row = 94, behaviour = "flooded", deviation = "Linux swallows it")
    void shouldFloodWhatIsNoPlainRequest()
    {
        assertFlooded(FrameSpec.arpRequest(ASKER, "127.0.0.1"));
        assertFlooded(FrameSpec.arpRequest(ASKER, "224.0.0.1"));
        assertFlooded(FrameSpec.arpRequest(ASKER, TARGET).arpOperation(3));
        assertFlooded(FrameSpec.arpRequest(ASKER, TARGET).truncate(14 + 27));
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, TARGET6).ttl(254));
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, TARGET6).truncate(14 + 40 + 31));
    }

    @Test
    @Conformance(row = 95, behaviour = "answered for a neighbour that is configured, unless it is the one who asks",
        deviation = "Linux answers the owner too")
    void shouldAnswerProbesOfOthersOnly()
    {
        assertFlooded(FrameSpec.arpRequest("0.0.0.0", TARGET).sourceMac(KNOWN.value()).senderMac(KNOWN.value()));
        assertFlooded(FrameSpec.neighborSolicitation("::", TARGET6).sourceMac(KNOWN.value()));
        harness.transmit(FrameSpec.arpRequest("0.0.0.0", TARGET).bytes());
        harness.transmit(FrameSpec.neighborSolicitation("::", TARGET6).bytes());
        assertEquals(2, harness.encap().answered());
        assertEquals(2, harness.delivered().size());
    }

    private void assertAnswered(final FrameSpec answer)
    {
        final List<byte[]> frames = harness.delivered();
        assertEquals(1, frames.size());
        assertArrayEquals(answer.bytes(), frames.get(0));
        assertEquals(0, harness.encap().delivered());
        assertEquals(List.of(), harness.sentTo(EngineHarness.A));
    }

    private void assertFlooded(final FrameSpec frame)
    {
        harness.transmit(frame.bytes());
        assertEquals(List.of(), harness.delivered());
        final List<byte[]> datagrams = harness.sentTo(EngineHarness.A);
        assertEquals(1, datagrams.size());
        assertArrayEquals(FrameSpec.vxlan(frame.bytes()).datagram(), datagrams.get(0));
    }
}
