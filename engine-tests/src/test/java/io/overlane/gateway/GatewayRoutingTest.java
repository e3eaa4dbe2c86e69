// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static io.overlane.gateway.GatewayLab.GATEWAY;
import static io.overlane.gateway.GatewayLab.HOST_10;
import static io.overlane.gateway.GatewayLab.HOST_20;
import static io.overlane.gateway.GatewayLab.RED;
import static io.overlane.gateway.GatewayLab.packet;
import static io.overlane.gateway.GatewayLab.packetV6;
import static io.overlane.gateway.GatewayLab.routed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.conformance.Conformance;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.IcmpV6NeighborSolicitationPacket;

/** Packets between the ports and remotes of two segments, as RFC 9135 routes them. */
class GatewayRoutingTest
{
    private static final MacAddress OUR_ROUTER = MacAddress.parse("02:00:00:00:50:01");
    private static final MacAddress THEIR_ROUTER = MacAddress.parse("02:00:00:00:50:02");
    private static final int L3 = 5000;

    private final GatewayLab lab = new GatewayLab();

    @AfterEach
    void close()
    {
        lab.close();
    }

    @Test
    void shouldRouteFromPortToPortAfterItFoundTheStation()
    {
        lab.launch().from10(packet());
        assertEquals(1, lab.harness.encap().held());
        final ArpPacket request = GatewayLab.read(GatewayLab.only(lab.port20), ArpPacket.class);
        assertEquals("/10.2.0.20", request.getHeader().getDstProtocolAddr().toString());
        assertEquals("/10.2.0.1", request.getHeader().getSrcProtocolAddr().toString());
        assertEquals(GatewayLab.GATEWAY_TEXT, request.getHeader().getSrcHardwareAddr().toString());
        assertEquals(List.of(), lab.port10.takeAll());
        lab.only(EngineHarness.A, 20);

        lab.port20.put(FrameSpec.arpReply("10.2.0.20", "10.2.0.1").sourceMac(HOST_20).senderMac(HOST_20)
            .destinationMac(GATEWAY).targetMac(GATEWAY).bytes());
        lab.harness.run();
        assertArrayEquals(routed(packet(), HOST_20).bytes(), GatewayLab.only(lab.port20));
        assertEquals(0, lab.harness.encap().held());
        GatewayLab.read(routed(packet(), HOST_20).bytes());

        lab.from10(packet());
        assertArrayEquals(routed(packet(), HOST_20).bytes(), GatewayLab.only(lab.port20));
    }

    @Test
    void shouldRouteIpv6FromPortToPortAfterItFoundTheStation()
    {
        lab.launch().from10(packetV6());
        final IcmpV6NeighborSolicitationPacket request =
            GatewayLab.read(GatewayLab.only(lab.port20), IcmpV6NeighborSolicitationPacket.class);
        assertEquals("/2001:db8:2:0:0:0:0:20", request.getHeader().getTargetAddress().toString());
        lab.port20.put(FrameSpec.neighborAdvertisement("2001:db8:2::20", "2001:db8:2::1")
            .sourceMac(HOST_20).ndLinkAddress(HOST_20).destinationMac(GATEWAY).bytes());
        lab.harness.run();
        assertArrayEquals(routed(packetV6(), HOST_20).bytes(), GatewayLab.only(lab.port20));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance(row = 114)
    void shouldRouteFromPortToRemoteInTheVniOfTheOtherSegment(final boolean isV6)
    {
        final FrameSpec packet = isV6 ? packetV6() : packet();
        lab.launch();
        behindA(20, isV6 ? "2001:db8:2::20" : "10.2.0.20", HOST_20);
        lab.from10(packet, packet);
        final List<byte[]> sent = lab.harness.sentTo(EngineHarness.A);
        assertEquals(2, sent.size());
        sent.forEach(datagram ->
            assertArrayEquals(routed(packet, HOST_20).bytes(), GatewayLab.inner(datagram, 20)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRouteFromRemoteToPort(final boolean isV6)
    {
        final FrameSpec packet = isV6 ? packetV6() : packet();
        lab.launch().neighbor(20, isV6 ? "2001:db8:2::20" : "10.2.0.20", HOST_20);
        lab.port20.put(FrameSpec.gratuitousArp("10.2.0.20").sourceMac(HOST_20).senderMac(HOST_20).bytes());
        lab.harness.run();
        lab.harness.sentTo(EngineHarness.A);
        lab.receive(EngineHarness.A, 10, packet);
        assertArrayEquals(routed(packet, HOST_20).bytes(), GatewayLab.only(lab.port20));
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.A));
    }

    @Test
    @Conformance(row = 115)
    void shouldRouteFromRemoteToRemoteAlsoBackToTheSameOne()
    {
        lab.launch();
        behindA(20, "10.2.0.20", HOST_20);
        lab.receive(EngineHarness.B, 10, packet());
        assertArrayEquals(routed(packet(), HOST_20).bytes(), lab.only(EngineHarness.A, 20));
        lab.receive(EngineHarness.A, 10, packet());
        assertArrayEquals(routed(packet(), HOST_20).bytes(), lab.only(EngineHarness.A, 20));
        assertEquals(2, lab.harness.engine().snapshot().routing().get(0).fromRemotes().frames());
    }

    @Test
    void shouldFindAStationBehindARemoteForAFrameOfARemote()
    {
        lab.launch().receive(EngineHarness.B, 10, packet());
        assertEquals(1, lab.harness.decap().held());
        GatewayLab.read(lab.only(EngineHarness.A, 20), ArpPacket.class);
        GatewayLab.read(lab.only(EngineHarness.B, 20), ArpPacket.class);
        lab.receive(EngineHarness.A, 20, FrameSpec.arpReply("10.2.0.20", "10.2.0.1")
            .sourceMac(HOST_20).senderMac(HOST_20).destinationMac(GATEWAY).targetMac(GATEWAY));
        lab.harness.run();
        assertArrayEquals(routed(packet(), HOST_20).bytes(), lab.only(EngineHarness.A, 20));
        assertEquals(0, lab.harness.decap().held());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRouteThroughTheL3Vni(final boolean isFromRemote)
    {
        symmetric();
        final FrameSpec packet = packet().destination("10.9.0.9");
        if (isFromRemote)
        {
            lab.receive(EngineHarness.B, 10, packet);
        }
        else
        {
            lab.from10(packet);
        }
        assertArrayEquals(
            packet.sourceMac(OUR_ROUTER.value()).destinationMac(THEIR_ROUTER.value()).ttl(63).bytes(),
            lab.only(EngineHarness.A, L3));
    }

    @Test
    @Conformance(row = 134)
    void shouldTakePacketsOfTheL3VniToPortsAndToRemotesOfSegments()
    {
        symmetric();
        lab.neighbor(20, "10.2.0.20", HOST_20);
        final FrameSpec packet =
            packet().sourceMac(THEIR_ROUTER.value()).destinationMac(OUR_ROUTER.value()).source("10.9.0.9");
        lab.receive(EngineHarness.A, L3, packet);
        assertArrayEquals(routed(packet, HOST_20).bytes(), GatewayLab.only(lab.port20), "flooded: no frame came yet");
        lab.only(EngineHarness.A, 20);
        lab.only(EngineHarness.B, 20);
        behindB(20, HOST_20);
        lab.receive(EngineHarness.A, L3, packet);
        assertArrayEquals(routed(packet, HOST_20).bytes(), lab.only(EngineHarness.B, 20));
        assertEquals(List.of(), lab.port20.takeAll());
    }

    @Test
    @Conformance(row = 135, behaviour = "dropped: split-horizon", deviation = "both ends have routed it already")
    void shouldSendNoPacketOfTheL3VniThereAgain()
    {
        symmetric();
        lab.receive(EngineHarness.A, L3, packet()
            .sourceMac(THEIR_ROUTER.value()).destinationMac(OUR_ROUTER.value()).destination("10.9.0.9"));
        assertEquals(1, lab.harness.decap().dropped(DropReason.SPLIT_HORIZON));
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.A));
    }

    @Test
    @Conformance(
        row = 136,
        behaviour = "dropped: source-not-allowed; not-local",
        deviation = "only routers of the context may send there")
    void shouldTakeInTheL3VniOnlyWhatKnownRoutersSendToItsRouterMac()
    {
        symmetric();
        lab.receive(EngineHarness.B, L3, packet().destinationMac(OUR_ROUTER.value()));
        assertEquals(1, lab.harness.decap().dropped(DropReason.SOURCE_NOT_ALLOWED));
        lab.receive(EngineHarness.A, L3, packet().destinationMac(HOST_20));
        assertEquals(1, lab.harness.decap().dropped(DropReason.NOT_LOCAL));
    }

    @Test
    @Conformance(row = 113)
    void shouldPreferTheLongestPrefix()
    {
        lab.launch();
        lab.neighbor(20, "10.2.0.2", HOST_20);
        lab.neighbor(10, "10.1.0.3", HOST_10 + 3);
        assertEquals(TableResult.DONE, lab.operate(tables ->
            tables.replaceRoute(RED, IpPrefix.parse("10.0.0.0/8"), new RouteTarget.Blackhole())));
        assertEquals(TableResult.DONE, lab.operate(tables -> tables.replaceRoute(
            RED, IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Via(IpAddress.parse("10.2.0.2")))));
        assertEquals(TableResult.DONE, lab.operate(tables -> tables.replaceRoute(
            RED, IpPrefix.parse("10.9.9.0/24"), new RouteTarget.Via(IpAddress.parse("10.1.0.3")))));
        behindB(20, HOST_20);
        behindB(10, HOST_10 + 3);
        lab.from10(packet().destination("10.8.0.1"));
        assertEquals(1, lab.droppedFromPorts(DropReason.ROUTE_BLACKHOLE));
        lab.from10(packet().destination("10.9.1.1"));
        assertArrayEquals(
            routed(packet().destination("10.9.1.1"), HOST_20).bytes(), lab.only(EngineHarness.B, 20));
        lab.from10(packet().destination("10.9.9.1"));
        assertArrayEquals(
            routed(packet().destination("10.9.9.1"), HOST_10 + 3).bytes(), lab.only(EngineHarness.B, 10));
    }

    private void symmetric()
    {
        lab.harness.context()
            .routing(new RoutingContext(RED).l3Vni(L3).routerMac(OUR_ROUTER))
            .route(RED, IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Remote(EngineHarness.A, THEIR_ROUTER));
        lab.launch();
    }

    private void behindA(final int vni, final String address, final long mac)
    {
        lab.neighbor(vni, address, mac);
        lab.operate(tables -> tables.replace(new FdbRequest(vni, new MacAddress(mac), EngineHarness.A)));
    }

    private void behindB(final int vni, final long mac)
    {
        lab.operate(tables -> tables.replace(new FdbRequest(vni, new MacAddress(mac), EngineHarness.B)));
    }
}
