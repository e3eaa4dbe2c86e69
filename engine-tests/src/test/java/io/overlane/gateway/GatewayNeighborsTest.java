// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static io.overlane.gateway.GatewayLab.GATEWAY;
import static io.overlane.gateway.GatewayLab.HOST_20;
import static io.overlane.gateway.GatewayLab.packet;
import static io.overlane.gateway.GatewayLab.routed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.conformance.Conformance;
import io.overlane.control.TableResult;
import io.overlane.engine.EngineTables;
import io.overlane.routing.NeighborRow;
import io.overlane.status.DropReason;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV6NeighborAdvertisementPacket;

/** Next hops that come, move and go, and several engines with one gateway MAC. */
class GatewayNeighborsTest
{
    /** What another engine with the same gateway sends when it looks for the host in segment 20. */
    private static final FrameSpec REQUEST =
        FrameSpec.arpRequest("10.2.0.1", "10.2.0.20").sourceMac(GATEWAY).senderMac(GATEWAY);
    private static final FrameSpec REPLY = FrameSpec.arpReply("10.2.0.20", "10.2.0.1")
        .sourceMac(HOST_20).senderMac(HOST_20).destinationMac(GATEWAY).targetMac(GATEWAY);

    private final GatewayLab lab = new GatewayLab();

    @AfterEach
    void close()
    {
        lab.close();
    }

    @Test
    @Conformance(
        row = 133,
        behaviour = "passes it on to the others, if it is new",
        deviation = "the one that asked would wait in vain")
    void shouldPassTheRequestOfAnotherEngineOnAndItsAnswerBack()
    {
        lab.launch().receive(EngineHarness.A, 20, REQUEST);
        assertArrayEquals(REQUEST.bytes(), GatewayLab.only(lab.port20));
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.B), "split horizon");
        from20(REPLY);
        assertArrayEquals(REPLY.bytes(), lab.only(EngineHarness.A, 20));
        assertArrayEquals(REPLY.bytes(), lab.only(EngineHarness.B, 20));
        assertEquals(List.of(), lab.port20.takeAll());
    }

    @Test
    void shouldAnswerAnotherEngineForTheStationsOfItsPortsOnceItKnowsThem()
    {
        lab.launch().receive(EngineHarness.A, 20, REQUEST);
        from20(REPLY);
        lab.harness.sentTo(EngineHarness.A);
        lab.harness.sentTo(EngineHarness.B);
        lab.port20.takeAll();
        lab.receive(EngineHarness.B, 20, REQUEST);
        final EthernetPacket answer = GatewayLab.read(lab.only(EngineHarness.B, 20));
        assertEquals(GatewayLab.GATEWAY_TEXT, answer.getHeader().getDstAddr().toString());
        final ArpPacket.ArpHeader arp = answer.get(ArpPacket.class).getHeader();
        assertEquals(new MacAddress(HOST_20).toString(), arp.getSrcHardwareAddr().toString());
        assertEquals("/10.2.0.20", arp.getSrcProtocolAddr().toString());
        assertEquals(List.of(), lab.port20.takeAll());
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.A));
        // An answer that says nothing new is for this engine alone.
        from20(REPLY);
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.A));
    }

    @Test
    void shouldDoTheSameForIpv6()
    {
        final FrameSpec request = FrameSpec.neighborSolicitation("2001:db8:2::1", "2001:db8:2::20")
            .sourceMac(GATEWAY).ndLinkAddress(GATEWAY);
        final FrameSpec reply = FrameSpec.neighborAdvertisement("2001:db8:2::20", "2001:db8:2::1")
            .sourceMac(HOST_20).ndLinkAddress(HOST_20).destinationMac(GATEWAY);
        lab.launch().receive(EngineHarness.A, 20, request);
        assertArrayEquals(request.bytes(), GatewayLab.only(lab.port20));
        from20(reply);
        assertArrayEquals(reply.bytes(), lab.only(EngineHarness.A, 20));
        lab.harness.sentTo(EngineHarness.B);
        lab.receive(EngineHarness.B, 20, request);
        final IcmpV6NeighborAdvertisementPacket.IcmpV6NeighborAdvertisementHeader answer =
            GatewayLab.read(lab.only(EngineHarness.B, 20), IcmpV6NeighborAdvertisementPacket.class).getHeader();
        assertEquals("/2001:db8:2:0:0:0:0:20", answer.getTargetAddress().toString());
        assertFalse(answer.getRouterFlag(), "it answers for a host");
    }

    @Test
    @Conformance(
        row = 132,
        behaviour = "never learned, nor reported as moved",
        deviation = "the MAC is at home on every host with the gateway")
    void shouldNeverLearnTheGatewayMacNorReportItAsMoved()
    {
        lab.launch();
        final FrameSpec routedElsewhere = routed(packet(), HOST_20);
        for (int i = 0; i < 3; i++)
        {
            lab.receive(EngineHarness.A, 20, routedElsewhere);
            lab.receive(EngineHarness.B, 20, routedElsewhere);
        }
        assertEquals(6, lab.port20.takeAll().size(), "another engine routed them");
        assertFalse(lab.harness.engine().tables().fdbKeys().contains(
            new EngineTables.Key<>(20, new MacAddress(GATEWAY))));
        assertEquals(0, lab.harness.engine().counters().tables().get(TableCounters.Event.MOVED));
        from20(routedElsewhere);
        assertEquals(1, lab.droppedFromPorts(DropReason.OWN_MAC), "a loop");
    }

    @Test
    @Conformance(row = 130)
    void shouldFollowAStationThatGetsAnotherMac()
    {
        lab.launch().from10(packet());
        from20(REPLY);
        lab.port20.takeAll();
        from20(FrameSpec.gratuitousArp("10.2.0.20").sourceMac(HOST_20 + 1).senderMac(HOST_20 + 1));
        lab.from10(packet());
        assertArrayEquals(routed(packet(), HOST_20 + 1).bytes(), GatewayLab.only(lab.port20));
        from20(FrameSpec.gratuitousArp("10.2.0.99").sourceMac(HOST_20 + 2).senderMac(HOST_20 + 2));
        assertEquals(
            List.of("10.2.0.20"), learned().stream().map(row -> row.address().toString()).toList(),
            "nobody asked for the other");
    }

    @Test
    void shouldLearnNothingThatIsConfiguredOrFromElsewhere()
    {
        lab.launch().neighbor(20, "10.2.0.20", HOST_20);
        from20(
            FrameSpec.gratuitousArp("10.2.0.20").sourceMac(HOST_20 + 1).senderMac(HOST_20 + 1),
            FrameSpec.arpRequest("10.77.0.1", "10.2.0.1").sourceMac(HOST_20).senderMac(HOST_20),
            FrameSpec.arpRequest("10.2.0.1", "10.2.0.1").sourceMac(HOST_20).senderMac(HOST_20),
            FrameSpec.arpRequest("10.2.0.5", "10.2.0.1").sourceMac(HOST_20).senderMac(0),
            FrameSpec.neighborSolicitation("2001:db8:2::5", "2001:db8:2::1").sourceMac(HOST_20).badChecksum());
        assertEquals(List.of(), learned());
        lab.port20.takeAll();
        lab.from10(packet());
        assertArrayEquals(routed(packet(), HOST_20).bytes(), GatewayLab.only(lab.port20));
    }

    @Test
    @Conformance(row = 131, behaviour = "as Linux, after two minutes")
    void shouldAskQuietStationsAfterTwoMinutesAndForgetThoseThatAreGone()
    {
        lab.launch().from10(packet());
        from20(REPLY);
        lab.port20.takeAll();
        lab.step(TimeUnit.SECONDS.toMillis(118));
        assertEquals(List.of(), lab.port20.takeAll());
        lab.step(TimeUnit.SECONDS.toMillis(3));
        final EthernetPacket probe = GatewayLab.read(lab.port20.takeAll().get(0));
        assertEquals("10.2.0.20", probe.get(ArpPacket.class).getHeader().getDstProtocolAddr().getHostAddress());
        assertEquals(new MacAddress(HOST_20).toString(), probe.getHeader().getDstAddr().toString(), "to it alone");
        from20(REPLY);
        lab.port20.takeAll();
        lab.step(TimeUnit.SECONDS.toMillis(60));
        assertEquals(List.of(), lab.port20.takeAll());
        assertEquals(1, learned().size());
        lab.step(TimeUnit.SECONDS.toMillis(80));
        lab.step(TimeUnit.SECONDS.toMillis(2));
        assertEquals(List.of(), learned());
        lab.port20.takeAll();
        lab.from10(packet());
        assertEquals(1, lab.harness.encap().held());
    }

    @Test
    void shouldForgetWhatItLearnedWithTheGateway()
    {
        lab.launch().from10(packet());
        from20(REPLY);
        assertEquals(1, learned().size());
        assertEquals(TableResult.DONE, lab.operate(tables -> tables.deleteGateway(20)));
        assertEquals(List.of(), learned());
        lab.port20.takeAll();
        from20(FrameSpec.arpRequest("10.2.0.20", "10.2.0.1").sourceMac(HOST_20).senderMac(HOST_20));
        assertEquals(List.of(), lab.port20.takeAll(), "no answer any more");
        lab.harness.sentTo(EngineHarness.A);
        assertEquals(TableResult.NOT_FOUND, lab.operate(tables -> tables.deleteGateway(20)));
    }

    private List<NeighborRow> learned()
    {
        return lab.harness.engine().tables().neighborRows().stream()
            .filter(NeighborRow::isLearned)
            .filter(row -> !row.address().equals(IpAddress.parse("10.1.0.10")))
            .toList();
    }

    private void from20(final FrameSpec... frames)
    {
        for (final FrameSpec frame : frames)
        {
            lab.port20.put(frame.bytes());
        }
        lab.harness.run();
    }
}
