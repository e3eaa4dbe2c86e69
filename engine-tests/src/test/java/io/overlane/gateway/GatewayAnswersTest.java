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
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.conformance.Conformance;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IcmpV6NeighborAdvertisementPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6Packet;

/** What the gateway answers itself: ARP, neighbour discovery, echo requests, and the ICMP errors of RFC 1812. */
class GatewayAnswersTest
{
    private final GatewayLab lab = new GatewayLab();

    @AfterEach
    void close()
    {
        lab.close();
    }

    @Test
    @Conformance(row = 110, behaviour = "as Linux: with the MAC of the gateway; neither flooded nor given to a port")
    void shouldAnswerArpOfAPortAndOfARemoteAndFloodNothing()
    {
        final FrameSpec request = FrameSpec.arpRequest("10.1.0.10", "10.1.0.1").sourceMac(HOST_10).senderMac(HOST_10);
        lab.launch().from10(request);
        final byte[] fromPort = GatewayLab.only(lab.port10);
        final ArpPacket.ArpHeader reply = GatewayLab.read(fromPort, ArpPacket.class).getHeader();
        assertEquals(GatewayLab.GATEWAY_TEXT, reply.getSrcHardwareAddr().toString());
        assertEquals("/10.1.0.1", reply.getSrcProtocolAddr().toString());
        assertEquals("/10.1.0.10", reply.getDstProtocolAddr().toString());
        lab.receive(EngineHarness.A, 10, request);
        assertArrayEquals(fromPort, lab.only(EngineHarness.A, 10));
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.B));
        assertEquals(List.of(), lab.port10.takeAll());
        assertEquals(1, lab.harness.encap().answered());
        assertEquals(1, lab.harness.decap().answered());
        assertEquals(2, lab.harness.engine().snapshot().routing().get(0).answered());
        // The request said who asks, so no request is needed for the way back.
        lab.port20.put(packet().sourceMac(HOST_20).source("10.2.0.20").destination("10.1.0.10").bytes());
        lab.harness.run();
        assertEquals(0, lab.harness.encap().held());
    }

    @Test
    @Conformance(row = 111)
    void shouldAnswerSolicitationsAsARouterAndDefendItsAddress()
    {
        lab.launch().from10(FrameSpec.neighborSolicitation("2001:db8:1::10", "2001:db8:1::1").sourceMac(HOST_10));
        final IcmpV6NeighborAdvertisementPacket.IcmpV6NeighborAdvertisementHeader advertisement =
            GatewayLab.read(GatewayLab.only(lab.port10), IcmpV6NeighborAdvertisementPacket.class).getHeader();
        assertTrue(advertisement.getRouterFlag() && advertisement.getSolicitedFlag());
        assertEquals("/2001:db8:1:0:0:0:0:1", advertisement.getTargetAddress().toString());
        lab.from10(FrameSpec.neighborSolicitation("::", "2001:db8:1::1").sourceMac(HOST_10));
        final EthernetPacket defence = GatewayLab.read(GatewayLab.only(lab.port10));
        assertEquals("33:33:00:00:00:01", defence.getHeader().getDstAddr().toString());
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.A));
    }

    @Test
    @Conformance(row = 112)
    void shouldFloodRequestsForOthers()
    {
        lab.launch().from10(FrameSpec.arpRequest("10.1.0.10", "10.1.0.77").sourceMac(HOST_10).senderMac(HOST_10));
        GatewayLab.read(lab.only(EngineHarness.A, 10), ArpPacket.class);
        assertEquals(List.of(), lab.port10.takeAll());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance(row = 123)
    void shouldAnswerEchoToEachOfItsAddresses(final boolean isFromRemote)
    {
        final FrameSpec echo = FrameSpec.icmpEchoRequest().sourceMac(HOST_10).destinationMac(GATEWAY)
            .source("10.1.0.10").icmpId(7).icmpSequence(9).payload("ping");
        final FrameSpec reply = FrameSpec.icmpEchoReply().sourceMac(GATEWAY).destinationMac(HOST_10)
            .destination("10.1.0.10").icmpId(7).icmpSequence(9).payload("ping").ttl(64);
        final FrameSpec echoV6 = FrameSpec.icmpv6EchoRequest().sourceMac(HOST_10).destinationMac(GATEWAY)
            .source("2001:db8:1::10").destination("2001:db8:2::1").icmpId(7).icmpSequence(9).payload("ping");
        final FrameSpec replyV6 = FrameSpec.icmpv6EchoReply().sourceMac(GATEWAY).destinationMac(HOST_10)
            .source("2001:db8:2::1").destination("2001:db8:1::10").icmpId(7).icmpSequence(9).payload("ping").ttl(64);
        lab.launch();
        assertArrayEquals(reply.source("10.1.0.1").bytes(), answer(isFromRemote, echo.destination("10.1.0.1")));
        // A time to live of 1 is enough for the gateway itself, also for its address in another segment.
        assertArrayEquals(
            reply.source("10.2.0.1").bytes(), answer(isFromRemote, echo.destination("10.2.0.1").ttl(1)));
        assertArrayEquals(replyV6.bytes(), answer(isFromRemote, echoV6));
        assertEquals(0, lab.harness.encap().dropped() + lab.harness.decap().dropped());
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    @Conformance(row = 118)
    void shouldAnswerTimeExceededFromTheAddressOfTheSegmentItCameBy(final boolean isV6, final boolean isFromRemote)
    {
        final FrameSpec packet = (isV6 ? packetV6() : packet()).ttl(1);
        final byte[] error = answerAfterLaunch(isFromRemote, packet);
        assertError(error, packet, isV6, isV6 ? 3 : 11, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    @Conformance(row = 119)
    void shouldAnswerNoRoute(final boolean isV6, final boolean isFromRemote)
    {
        final FrameSpec packet = isV6 ? packetV6().destination("2001:db8:9::9") : packet().destination("10.9.0.9");
        assertError(answerAfterLaunch(isFromRemote, packet), packet, isV6, isV6 ? 1 : 3, 0, 0);
    }

    @Test
    @Conformance(row = 120, behaviour = "network unreachable; no answer", deviation = "a route is about a network")
    void shouldAnswerAnUnreachableRouteAndNoBlackhole()
    {
        lab.harness.context()
            .route(RED, IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Unreachable())
            .route(RED, IpPrefix.parse("10.8.0.0/16"), new RouteTarget.Blackhole());
        lab.launch();
        final FrameSpec packet = packet().destination("10.9.0.9");
        assertError(answer(false, packet), packet, false, 3, 0, 0);
        lab.from10(packet().destination("10.8.0.9"));
        assertEquals(List.of(), lab.port10.takeAll());
        assertEquals(1, lab.droppedFromPorts(DropReason.ROUTE_BLACKHOLE));
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    @Conformance(row = 121)
    void shouldAnswerTooBigForTheMtuOfTheTargetSegment(final boolean isV6, final boolean isFromRemote)
    {
        lab.launch().operate(tables -> tables.replaceGateway(
            20, Gateway.of(RED, "10.2.0.1/24", "2001:db8:2::1/64").mtu(1300)));
        final FrameSpec packet =
            isV6 ? packetV6().payloadLength(1300 - 47) : packet().dontFragment().payloadLength(1300 - 27);
        assertError(answer(isFromRemote, packet), packet, isV6, isV6 ? 2 : 3, isV6 ? 0 : 4, 1300);
        // One byte less is held for the next hop.
        final FrameSpec fits = isV6 ? packet.payloadLength(1300 - 48) : packet.payloadLength(1300 - 28);
        if (isFromRemote)
        {
            lab.receive(EngineHarness.A, 10, fits);
        }
        else
        {
            lab.from10(fits);
        }
        assertEquals(1, lab.harness.encap().held() + lab.harness.decap().held());
    }

    @Test
    @Conformance(row = 122, behaviour = "dropped: oversize", deviation = "the engine does not fragment")
    void shouldDropWhatIsTooLongAndMayBeFragmented()
    {
        lab.launch().operate(tables -> tables.replaceGateway(20, Gateway.of(RED, "10.2.0.1/24").mtu(1300)));
        lab.from10(packet().payloadLength(1300 - 27));
        assertEquals(1, lab.droppedFromPorts(DropReason.OVERSIZE));
        assertEquals(List.of(), lab.port10.takeAll());
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    @Conformance(row = 117)
    void shouldAskThreeTimesAndThenAnswerHostUnreachable(final boolean isV6, final boolean isFromRemote)
    {
        final FrameSpec packet = isV6 ? packetV6() : packet();
        lab.launch();
        if (isFromRemote)
        {
            lab.receive(EngineHarness.A, 10, packet);
        }
        else
        {
            lab.from10(packet);
        }
        for (int i = 0; i < 3; i++)
        {
            GatewayLab.only(lab.port20);
            lab.only(EngineHarness.B, 20);
            lab.step(999);
            assertEquals(List.of(), lab.port20.takeAll(), "not yet again");
            lab.step(1);
        }
        assertEquals(List.of(), lab.port20.takeAll());
        final byte[] error;
        if (isFromRemote)
        {
            // The requests have gone to this remote, too.
            final List<byte[]> sent = lab.harness.sentTo(EngineHarness.A);
            assertEquals(4, sent.size());
            error = GatewayLab.inner(sent.get(3), 10);
        }
        else
        {
            error = GatewayLab.only(lab.port10);
        }
        assertError(error, packet, isV6, isV6 ? 1 : 3, isV6 ? 3 : 1, 0);
        assertEquals(0, lab.harness.encap().held() + lab.harness.decap().held());
        assertEquals(3, lab.harness.engine().snapshot().routing().get(0).requests());
    }

    @Test
    @Conformance(
        row = 124,
        behaviour = "port unreachable",
        deviation = "nobody listens at a gateway, and it has no TCP")
    void shouldAnswerPortUnreachableToATracerouteThatHasArrived()
    {
        final FrameSpec packet = packet().destination("10.1.0.1").ttl(1);
        assertError(answerAfterLaunch(false, packet), packet, false, 3, 3, 0);
        final FrameSpec packetV6 = packetV6().destination("2001:db8:1::1").ttl(1);
        assertError(answer(false, packetV6), packetV6, true, 1, 4, 0);
    }

    @Test
    void shouldAnswerInTheL3VniFromAGatewayOfTheContext()
    {
        final MacAddress ours = MacAddress.parse("02:00:00:00:50:01");
        final MacAddress theirs = MacAddress.parse("02:00:00:00:50:02");
        lab.harness.context()
            .routing(new RoutingContext(RED).l3Vni(5000).routerMac(ours))
            .route(RED, IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Remote(EngineHarness.A, theirs));
        lab.launch();
        lab.receive(EngineHarness.A, 5000, packet()
            .sourceMac(theirs.value()).destinationMac(ours.value()).source("10.9.0.9").ttl(1));
        final byte[] error = lab.only(EngineHarness.A, 5000);
        final IpV4Packet.IpV4Header ip = GatewayLab.read(error, IpV4Packet.class).getHeader();
        assertEquals("/10.1.0.1", ip.getSrcAddr().toString());
        assertEquals("/10.9.0.9", ip.getDstAddr().toString());
        final EthernetPacket.EthernetHeader ethernet = GatewayLab.read(error).getHeader();
        assertEquals(theirs.toString(), ethernet.getDstAddr().toString());
        assertEquals(ours.toString(), ethernet.getSrcAddr().toString());
    }

    @Test
    @Conformance(row = {125, 138, 139})
    void shouldNotAnswerErrorsLaterFragmentsAndSourcesThatAreNoStations()
    {
        lab.launch();
        final FrameSpec expired = packet().ttl(1);
        lab.from10(
            FrameSpec.ipv4(1, error(expired)).sourceMac(HOST_10).destinationMac(GATEWAY)
                .source("10.1.0.10").destination("10.2.0.20").ttl(1),
            expired.fragment(8, true));
        assertEquals(2, lab.droppedFromPorts(DropReason.TTL_EXPIRED));
        lab.from10(
            expired.source("0.0.0.0"), expired.source("127.0.0.1"), expired.source("224.0.0.1"),
            expired.source("255.255.255.255"), expired.destination("224.0.0.5"), expired.source("169.254.1.1"),
            packetV6().source("::"), packetV6().source("ff02::1"), packetV6().destination("ff02::5"),
            packetV6().destination("fe80::1"));
        assertEquals(10, lab.droppedFromPorts(DropReason.MARTIAN_ADDRESS));
        lab.from10(expired.destination("10.2.0.255"), packet().destination("10.2.0.0"));
        assertEquals(2, lab.droppedFromPorts(DropReason.ROUTE_BLACKHOLE));
        assertEquals(List.of(), lab.port10.takeAll());
    }

    @Test
    @Conformance(row = 129)
    void shouldAnswerThatALinkLocalSourceIsBeyondItsScope()
    {
        final FrameSpec packet = packetV6().source("fe80::10");
        final byte[] error = answerAfterLaunch(false, packet);
        final IcmpV6CommonPacket.IcmpV6CommonHeader icmp = GatewayLab.read(error, IcmpV6CommonPacket.class).getHeader();
        assertEquals(1, icmp.getType().value() & 0xFF);
        assertEquals(2, icmp.getCode().value() & 0xFF);
    }

    @Test
    @Conformance(row = 126)
    void shouldLimitErrorsOfTheEngine()
    {
        lab.launch();
        final FrameSpec[] many = new FrameSpec[80];
        Arrays.fill(many, packet().ttl(1));
        lab.from10(many);
        final int answers = lab.port10.takeAll().size();
        assertEquals(50, answers);
        assertEquals(50, lab.harness.encap().answered());
        assertEquals(30, lab.droppedFromPorts(DropReason.TTL_EXPIRED));
        assertEquals(30, lab.harness.engine().snapshot().routing().get(0).dropped().get(DropReason.TTL_EXPIRED));
    }

    @Test
    @Conformance(row = 127, behaviour = "keeps both", deviation = "options are carried on, and not processed")
    void shouldKeepTosAndOptions()
    {
        lab.launch().neighbor(20, "10.2.0.20", HOST_20);
        final FrameSpec marked = packet().tos(0xB9).ipOptions((byte)0x94, (byte)4, (byte)0, (byte)0);
        lab.from10(marked);
        assertArrayEquals(routed(marked, HOST_20).bytes(), GatewayLab.only(lab.port20));
        final FrameSpec markedV6 = packetV6().tos(0xB9).flowLabel(0x12345);
        lab.neighbor(20, "2001:db8:2::20", HOST_20);
        lab.from10(markedV6);
        assertArrayEquals(routed(markedV6, HOST_20).bytes(), GatewayLab.only(lab.port20));
    }

    @Test
    @Conformance(row = 128, behaviour = "dropped: bad-ip-header, bad-ip-version")
    void shouldRefuseABadHeader()
    {
        lab.launch();
        lab.from10(packet().badIpChecksum(), packet().ipHeaderWords(4), packet().ipVersion(5));
        assertEquals(2, lab.droppedFromPorts(DropReason.BAD_IP_HEADER));
        assertEquals(1, lab.droppedFromPorts(DropReason.BAD_IP_VERSION));
        lab.from10(packet().vlan(5));
        assertEquals(1, lab.droppedFromPorts(DropReason.INNER_VLAN));
    }

    private byte[] answerAfterLaunch(final boolean isFromRemote, final FrameSpec frame)
    {
        lab.launch();
        return answer(isFromRemote, frame);
    }

    private byte[] answer(final boolean isFromRemote, final FrameSpec frame)
    {
        if (isFromRemote)
        {
            lab.receive(EngineHarness.A, 10, frame);
            return lab.only(EngineHarness.A, 10);
        }
        lab.from10(frame);
        return GatewayLab.only(lab.port10);
    }

    /** An ICMP "time exceeded" about a packet, without its checksum, which the gateway need not read. */
    private static byte[] error(final FrameSpec about)
    {
        final byte[] quoted = Arrays.copyOfRange(about.bytes(), 14, 14 + 28);
        return ByteBuffer.allocate(8 + quoted.length).put((byte)11).position(8).put(quoted).array();
    }

    private static void assertError(
        final byte[] frame, final FrameSpec about, final boolean isV6, final int type, final int code, final int rest)
    {
        final EthernetPacket ethernet = GatewayLab.read(frame);
        assertEquals(new MacAddress(HOST_10).toString(), ethernet.getHeader().getDstAddr().toString());
        assertEquals(GatewayLab.GATEWAY_TEXT, ethernet.getHeader().getSrcAddr().toString());
        final byte[] message;
        if (isV6)
        {
            final IpV6Packet ip = ethernet.get(IpV6Packet.class);
            assertEquals("/2001:db8:1:0:0:0:0:1", ip.getHeader().getSrcAddr().toString());
            assertEquals("/2001:db8:1:0:0:0:0:10", ip.getHeader().getDstAddr().toString());
            assertTrue(ethernet.get(IcmpV6CommonPacket.class)
                .hasValidChecksum(ip.getHeader().getSrcAddr(), ip.getHeader().getDstAddr(), false));
            message = ip.getPayload().getRawData();
        }
        else
        {
            final IpV4Packet ip = ethernet.get(IpV4Packet.class);
            assertEquals("/10.1.0.1", ip.getHeader().getSrcAddr().toString());
            assertEquals("/10.1.0.10", ip.getHeader().getDstAddr().toString());
            assertTrue(ethernet.get(IcmpV4CommonPacket.class).hasValidChecksum(false));
            message = ip.getPayload().getRawData();
        }
        assertEquals(type, message[0] & 0xFF, "type");
        assertEquals(code, message[1] & 0xFF, "code");
        assertEquals(rest, ByteBuffer.wrap(message).getInt(4), "MTU");
        final byte[] quoted = Arrays.copyOfRange(message, 8, message.length);
        assertArrayEquals(Arrays.copyOfRange(about.bytes(), 14, 14 + quoted.length), quoted, "quotation");
        assertTrue(message.length >= Math.min(about.bytes().length - 14, 500), "a long quotation");
    }
}
