// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers for known neighbours, row by row; whatever is not answered must be flooded untouched. */
class SuppressTest
{
    private static final MacAddress KNOWN = MacAddress.parse("02:00:00:00:00:99");
    private static final String ASKER = "10.0.0.1";
    private static final String TARGET = "10.0.0.9";
    private static final String ASKER6 = "fd00::1";
    private static final String TARGET6 = "fd00::9";

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldAnswerArpRequestForKnownNeighbourInRow87()
    {
        launch();
        harness.transmit(FrameSpec.arpRequest(ASKER, TARGET).bytes());

        assertAnswered(FrameSpec.arpReply(TARGET, ASKER)
            .sourceMac(KNOWN.value()).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .senderMac(KNOWN.value()).targetMac(FrameSpec.DEFAULT_SOURCE_MAC));
    }

    @Test
    void shouldFloodArpRequestForUnknownNeighbourInRow88()
    {
        assertFlooded(FrameSpec.arpRequest(ASKER, "10.0.0.10"));
    }

    @Test
    void shouldFloodGratuitousArpAndReplyInRow89()
    {
        assertFlooded(FrameSpec.gratuitousArp(TARGET));
        assertFlooded(FrameSpec.arpReply(TARGET, ASKER).destinationMac(FrameSpec.BROADCAST));
    }

    @Test
    void shouldFloodOtherBroadcastInRow90()
    {
        assertFlooded(FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST));
        assertFlooded(FrameSpec.ipv6Udp().destinationMac("33:33:00:00:00:01"));
        assertFlooded(FrameSpec.icmpv6EchoRequest().destinationMac("33:33:00:00:00:01"));
    }

    @Test
    void shouldAnswerSolicitationForKnownNeighbourInRow91()
    {
        launch();
        harness.transmit(FrameSpec.neighborSolicitation(ASKER6, TARGET6).bytes());

        assertAnswered(FrameSpec.neighborAdvertisement(TARGET6, ASKER6)
            .sourceMac(KNOWN.value()).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .ttl(255).ndLinkAddress(KNOWN.value()));
    }

    @Test
    void shouldFloodSolicitationForUnknownNeighbourInRow92()
    {
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, "fd00::10"));
    }

    @Test
    void shouldNotAnswerTheOwnerItself()
    {
        assertFlooded(FrameSpec.arpRequest(ASKER, TARGET).sourceMac(KNOWN.value()).senderMac(KNOWN.value()));
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, TARGET6).sourceMac(KNOWN.value()));
    }

    @Test
    void shouldFloodMalformedRequestsInRow94()
    {
        assertFlooded(FrameSpec.arpRequest(ASKER, TARGET).arpOperation(3));
        assertFlooded(FrameSpec.arpRequest(ASKER, TARGET).truncate(14 + 27));
        assertFlooded(FrameSpec.arpRequest(ASKER, TARGET).truncate(14));
        final byte[] oddLength = FrameSpec.arpRequest(ASKER, TARGET).bytes();
        oddLength[14 + 4] = 8;
        assertFlooded(oddLength);
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, TARGET6).ttl(254));
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, TARGET6).truncate(14 + 40 + 31));
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, TARGET6).icmpCode(1));
        assertFlooded(FrameSpec.neighborSolicitation(ASKER6, TARGET6).ndLinkAddress(-1));
    }

    @Test
    void shouldNotAnswerTheOwnersProbesInRow95()
    {
        assertFlooded(FrameSpec.arpRequest("0.0.0.0", TARGET).sourceMac(KNOWN.value()).senderMac(KNOWN.value()));
        assertFlooded(FrameSpec.neighborSolicitation("::", TARGET6).sourceMac(KNOWN.value()));
        assertFlooded(FrameSpec.arpRequest("0.0.0.0", "10.0.0.10"));
    }

    @Test
    void shouldAnswerProbesForAConfiguredNeighboursAddressInRow95()
    {
        launch();
        harness.transmit(FrameSpec.arpRequest("0.0.0.0", TARGET).bytes());
        assertAnswered(FrameSpec.arpReply(TARGET, "0.0.0.0")
            .sourceMac(KNOWN.value()).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .senderMac(KNOWN.value()).targetMac(FrameSpec.DEFAULT_SOURCE_MAC));

        harness.transmit(FrameSpec.neighborSolicitation("::", TARGET6).bytes());
        final byte[] answer = harness.delivered().get(0);
        assertArrayEquals(
            new byte[]{0x33, 0x33, 0, 0, 0, 1}, Arrays.copyOf(answer, 6), "to all nodes");
        assertEquals((byte)0xFF, answer[14 + 24]);
        assertEquals((byte)0x02, answer[14 + 25]);
        assertEquals(1, answer[14 + 39]);
        assertEquals(0x20, answer[14 + 40 + 4], "override, not solicited");
        assertEquals(2, harness.encap().answered());
    }

    @Test
    void shouldFloodTaggedRequest()
    {
        assertFlooded(FrameSpec.arpRequest(ASKER, TARGET).vlan(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 200})
    void shouldAnswerPaddedRequest(final int length)
    {
        launch();
        harness.transmit(FrameSpec.arpRequest(ASKER, TARGET).pad(length).bytes());
        harness.transmit(FrameSpec.neighborSolicitation(ASKER6, TARGET6).pad(length).bytes());

        assertEquals(2, harness.encap().answered());
    }

    @Test
    void shouldAnswerOnlyInTheSegmentOfTheNeighbour()
    {
        final LoopbackPort other = new LoopbackPort("other", 1450, 16);
        harness.context().segment(new SegmentContext(2).port(other).flood(EngineHarness.A));
        harness.attach(EngineHarness.A);
        launch();
        other.put(FrameSpec.arpRequest(ASKER, TARGET).bytes());
        harness.run();

        assertEquals(0, harness.encap().answered());
        assertEquals(1, harness.encap().delivered());
    }

    @Test
    void shouldDropRequestWhoseAnswerFindsNoRoom()
    {
        harness.attach(EngineHarness.A);
        harness.launch(segment(), new LoopbackPort("small", 1450, 1));
        harness.transmit(FrameSpec.arpRequest(ASKER, TARGET).bytes());
        harness.transmit(FrameSpec.arpRequest(ASKER, TARGET).bytes());

        assertEquals(1, harness.encap().answered());
        harness.assertFrameDropped(DropReason.PORT_FULL, 1, null);
    }

    private void assertAnswered(final FrameSpec answer)
    {
        final List<byte[]> frames = harness.delivered();
        assertEquals(1, frames.size());
        assertArrayEquals(answer.bytes(), frames.get(0));
        assertEquals(1, harness.encap().answered());
        assertEquals(0, harness.encap().delivered());
        assertEquals(List.of(), harness.sentTo(EngineHarness.A));
    }

    private void assertFlooded(final FrameSpec frame)
    {
        assertFlooded(frame.bytes());
    }

    private void assertFlooded(final byte... frame)
    {
        if (harness.engine() == null)
        {
            launch();
        }
        harness.transmit(frame);

        assertEquals(0, harness.encap().answered());
        assertEquals(List.of(), harness.delivered());
        final List<byte[]> datagrams = harness.sentTo(EngineHarness.A);
        assertEquals(1, datagrams.size());
        assertArrayEquals(FrameSpec.vxlan(frame).datagram(), datagrams.get(0));
    }

    private void launch()
    {
        harness.attach(EngineHarness.A);
        harness.launch(segment());
    }

    private static SegmentContext segment()
    {
        return new SegmentContext(1)
            .flood(EngineHarness.A)
            .neighbor(IpAddress.parse(TARGET), KNOWN)
            .neighbor(IpAddress.parse(TARGET6), KNOWN);
    }
}
