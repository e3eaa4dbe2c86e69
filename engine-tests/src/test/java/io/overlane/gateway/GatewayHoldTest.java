// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static io.overlane.gateway.GatewayLab.GATEWAY;
import static io.overlane.gateway.GatewayLab.HOST_10;
import static io.overlane.gateway.GatewayLab.HOST_20;
import static io.overlane.gateway.GatewayLab.packet;
import static io.overlane.gateway.GatewayLab.routed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.conformance.Conformance;
import io.overlane.control.FdbRequest;
import io.overlane.frame.TestFrames;
import io.overlane.routing.Gateway;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that wait for a next hop, and super-frames, which are routed whole. */
class GatewayHoldTest
{
    private final GatewayLab lab = new GatewayLab();

    @AfterEach
    void close()
    {
        lab.close();
    }

    @Test
    @Conformance(
        row = 116,
        behaviour = "asks, holds 32 packets for each neighbour and 128 for all, in their order",
        deviation = "frames have places of one size, so packets are counted")
    void shouldHoldThirtyTwoFramesForANextHopAndKeepTheirOrder()
    {
        lab.launch();
        final List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++)
        {
            final FrameSpec frame = packet().payload("number " + i);
            lab.from10(frame);
            if (i < 32)
            {
                expected.add(routed(frame, HOST_20).bytes());
            }
        }
        assertEquals(32, lab.harness.encap().held());
        assertEquals(8, lab.droppedFromPorts(DropReason.NEIGHBOR_QUEUE_FULL));
        assertEquals(1, lab.port20.takeAll().size(), "one request for all");
        resolve();
        final List<byte[]> frames = lab.port20.takeAll();
        assertEquals(32, frames.size());
        for (int i = 0; i < frames.size(); i++)
        {
            assertArrayEquals(expected.get(i), frames.get(i));
        }
    }

    @Test
    void shouldKeepTheOrderOfFramesFromARemoteThatComeWithTheAnswer()
    {
        lab.launch();
        final byte[] answer = FrameSpec.vxlan(FrameSpec.arpReply("10.2.0.20", "10.2.0.1")
            .sourceMac(HOST_20).senderMac(HOST_20).destinationMac(GATEWAY).targetMac(GATEWAY)).vni(20).datagram();
        lab.harness.send(EngineHarness.B, 0, datagram(1));
        lab.harness.send(EngineHarness.B, 0, datagram(2));
        lab.harness.send(EngineHarness.A, 0, answer);
        lab.harness.send(EngineHarness.B, 0, datagram(3));
        lab.harness.send(EngineHarness.B, 0, datagram(4));
        lab.harness.run();
        final List<byte[]> sent = lab.harness.sentTo(EngineHarness.A).stream()
            .map(datagram -> GatewayLab.inner(datagram, 20)).filter(frame -> frame[12] == 8 && frame[13] == 0).toList();
        assertEquals(4, sent.size());
        for (int i = 0; i < sent.size(); i++)
        {
            assertArrayEquals(routed(packet().payload("number " + (i + 1)), HOST_20).bytes(), sent.get(i));
        }
    }

    private static byte[] datagram(final int number)
    {
        return FrameSpec.vxlan(packet().payload("number " + number)).vni(10).datagram();
    }

    @Test
    void shouldBoundTheFramesOfAScanAndAskForEachAddressOnce()
    {
        lab.launch();
        for (int i = 2; i < 252; i++)
        {
            lab.from10(packet().destination("10.2.0." + i));
        }
        assertEquals(128, lab.harness.encap().held());
        assertEquals(122, lab.droppedFromPorts(DropReason.NEIGHBOR_QUEUE_FULL));
        assertEquals(128, lab.port20.takeAll().size());
        for (int i = 0; i < 3; i++)
        {
            lab.step(1000);
        }
        assertEquals(0, lab.harness.encap().held());
        // Errors have a limit, too.
        assertEquals(128, lab.harness.encap().answered() + lab.droppedFromPorts(DropReason.NEIGHBOR_UNRESOLVED));
        lab.from10(packet());
        assertEquals(1, lab.harness.encap().held(), "the slots are free again");
    }

    @Test
    void shouldDropFramesThatWaitWhenTheEngineEnds()
    {
        lab.launch().from10(packet());
        lab.receive(EngineHarness.A, 10, packet());
        assertEquals(1, lab.harness.encap().held());
        assertEquals(1, lab.harness.decap().held());
        lab.harness.engine().close();
        assertEquals(1, lab.droppedFromPorts(DropReason.PORT_CLOSED));
        assertEquals(1, lab.harness.decap().dropped(DropReason.PORT_CLOSED));
        assertEquals(0, lab.harness.encap().held() + lab.harness.decap().held());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance(row = 137)
    void shouldRouteSuperFramesWhole(final boolean isV6)
    {
        final FrameSpec tcp = isV6 ?
            FrameSpec.ipv6Tcp().source("2001:db8:1::10").destination("2001:db8:2::20") :
            FrameSpec.ipv4Tcp().source("10.1.0.10").destination("10.2.0.20");
        final SuperFrameSpec spec =
            new SuperFrameSpec(tcp.sourceMac(HOST_10).destinationMac(GATEWAY).ttl(64), new byte[3500], 1000);
        final List<byte[]> pieces =
            new SuperFrameSpec(routed(spec.spec(), HOST_20), spec.payload(), spec.gsoSize()).segments();
        lab.launch();
        assertTrue(lab.port10.put(TestFrames.superFrame(spec)));
        lab.harness.run();
        assertEquals(4, lab.harness.encap().held(), "it counts as its segments");
        lab.port20.takeAll();
        lab.harness.sentTo(EngineHarness.A);
        // The station is known and its place is not: its port and all remotes get the segments.
        lab.neighbor(20, isV6 ? "2001:db8:2::20" : "10.2.0.20", HOST_20);
        assertFrames(pieces, lab.port20.takeAll());
        assertSent(pieces);
        lab.operate(tables -> tables.replace(new FdbRequest(20, new MacAddress(HOST_20), EngineHarness.A)));
        assertTrue(lab.port10.put(TestFrames.superFrame(spec)));
        lab.harness.run();
        assertEquals(List.of(), lab.port20.takeAll());
        assertSent(pieces);
        assertEquals(8, lab.harness.engine().snapshot().routing().get(0).fromPorts().frames());
    }

    @Test
    void shouldAnswerASuperFrameWhoseSegmentsAreTooLong()
    {
        lab.launch().neighbor(20, "10.2.0.20", HOST_20);
        lab.operate(tables -> tables.replaceGateway(
            20, Gateway.of(GatewayLab.RED, "10.2.0.1/24").mtu(1000)));
        final SuperFrameSpec spec = new SuperFrameSpec(
            FrameSpec.ipv4Tcp().dontFragment().source("10.1.0.10").destination("10.2.0.20")
                .sourceMac(HOST_10).destinationMac(GATEWAY), new byte[3500], 1000);
        assertTrue(lab.port10.put(TestFrames.superFrame(spec)));
        lab.harness.run();
        assertEquals(4, lab.harness.encap().answered());
        GatewayLab.only(lab.port10);
    }

    private void assertSent(final List<byte[]> pieces)
    {
        assertFrames(pieces, lab.harness.sentTo(EngineHarness.A).stream()
            .map(datagram -> GatewayLab.inner(datagram, 20)).toList());
    }

    private static void assertFrames(final List<byte[]> expected, final List<byte[]> frames)
    {
        assertEquals(expected.size(), frames.size());
        for (int i = 0; i < expected.size(); i++)
        {
            assertArrayEquals(expected.get(i), frames.get(i));
        }
    }

    private void resolve()
    {
        lab.port20.put(FrameSpec.arpReply("10.2.0.20", "10.2.0.1").sourceMac(HOST_20).senderMac(HOST_20)
            .destinationMac(GATEWAY).targetMac(GATEWAY).bytes());
        lab.harness.run();
    }
}
