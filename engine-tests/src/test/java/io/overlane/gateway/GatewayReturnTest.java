// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static io.overlane.gateway.GatewayLab.GATEWAY;
import static io.overlane.gateway.GatewayLab.HOST_10;
import static io.overlane.gateway.GatewayLab.RED;
import static io.overlane.gateway.GatewayLab.packet;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pcap4j.packet.IcmpV4CommonPacket;

/** To whom the answers to frames of remotes go, and which of these frames get none. */
class GatewayReturnTest
{
    private static final long GROUP = 0x0300_0000_0A10L;
    private static final int L3 = 5000;
    private static final MacAddress OURS = MacAddress.parse("02:00:00:00:50:01");
    private static final MacAddress THEIRS = MacAddress.parse("02:00:00:00:50:02");
    private static final FrameSpec ECHO = FrameSpec.icmpEchoRequest().sourceMac(HOST_10).destinationMac(GATEWAY)
        .source("10.1.0.10").destination("10.1.0.1").payload("ping");
    private static final FrameSpec REPLY = FrameSpec.icmpEchoReply().sourceMac(GATEWAY).destinationMac(HOST_10)
        .source("10.1.0.1").destination("10.1.0.10").payload("ping").ttl(64);

    private final GatewayLab lab = new GatewayLab();

    @AfterEach
    void close()
    {
        lab.close();
    }

    static Stream<FrameSpec> questions()
    {
        return Stream.of(
            ECHO,
            packet().ttl(1),
            FrameSpec.arpRequest("10.1.0.10", "10.1.0.1").sourceMac(HOST_10).senderMac(HOST_10),
            FrameSpec.neighborSolicitation("2001:db8:1::10", "2001:db8:1::1").sourceMac(HOST_10),
            FrameSpec.neighborSolicitation("::", "2001:db8:1::1").sourceMac(HOST_10));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void shouldFloodNoAnswerToAStationThatNobodyKnows(final FrameSpec question)
    {
        launchWithoutLearning();
        lab.receive(EngineHarness.STRANGER, 10, question);
        assertNothingSent();
        assertEquals(1, lab.harness.decap().dropped(DropReason.NO_DESTINATION));
    }

    @Test
    void shouldAnswerAStrangerWhereItsStationIs()
    {
        launchWithoutLearning();
        station(HOST_10, EngineHarness.B);
        lab.receive(EngineHarness.STRANGER, 10, ECHO);
        assertArrayEquals(REPLY.bytes(), lab.only(EngineHarness.B, 10));
        assertNothingSent();
        assertEquals(TableResult.DONE, lab.operate(tables ->
            tables.replace(10, new MacAddress(HOST_10), lab.port10)));
        lab.receive(EngineHarness.STRANGER, 10, ECHO);
        assertArrayEquals(REPLY.bytes(), GatewayLab.only(lab.port10));
        assertNothingSent();
        assertEquals(2, lab.harness.decap().answered());
    }

    @Test
    void shouldDropFramesFromGroupsAndAnswerNone()
    {
        launchWithoutLearning();
        lab.receive(EngineHarness.A, 10, ECHO.sourceMac(GROUP));
        lab.receive(EngineHarness.STRANGER, 10, ECHO.sourceMac(GROUP));
        lab.receive(EngineHarness.A, 10, packet().sourceMac(0));
        lab.receive(EngineHarness.A, 10,
            FrameSpec.arpRequest("10.1.0.10", "10.1.0.1").sourceMac(GROUP).senderMac(GROUP).destinationMac(GATEWAY));
        assertEquals(4, lab.harness.decap().dropped(DropReason.BAD_SOURCE_MAC));
        assertEquals(4, lab.harness.engine().snapshot().routing().get(0).dropped().get(DropReason.BAD_SOURCE_MAC));
        assertNothingSent();
    }

    @Test
    void shouldBridgeRequestsFromGroupsAndAnswerNone()
    {
        launchWithoutLearning();
        final FrameSpec fromGroup =
            FrameSpec.arpRequest("10.1.0.10", "10.1.0.1").sourceMac(GROUP).senderMac(HOST_10);
        final FrameSpec forGroup =
            FrameSpec.arpRequest("10.1.0.10", "10.1.0.1").sourceMac(HOST_10).senderMac(GROUP);
        lab.receive(EngineHarness.A, 10, fromGroup);
        assertArrayEquals(fromGroup.bytes(), GatewayLab.only(lab.port10));
        lab.receive(EngineHarness.A, 10, forGroup);
        assertArrayEquals(forGroup.bytes(), GatewayLab.only(lab.port10));
        lab.receive(EngineHarness.A, 10, forGroup.destinationMac(GATEWAY));
        assertEquals(1, lab.harness.decap().dropped(DropReason.NOT_IP));
        assertNothingSent();
    }

    @Test
    void shouldAnswerNoGroupInTheL3Vni()
    {
        symmetric();
        lab.operate(tables -> tables.replaceRoute(
            RED, IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Remote(EngineHarness.A, THEIRS)));
        lab.receive(EngineHarness.A, L3, ECHO.sourceMac(GROUP).destinationMac(OURS.value()).source("10.9.0.9"));
        assertEquals(1, lab.harness.decap().dropped(DropReason.BAD_SOURCE_MAC));
        assertNothingSent();
    }

    @Test
    void shouldAnswerWithThePortAndTheVniOfTheStation()
    {
        lab.launch();
        lab.harness.attach(EngineHarness.C);
        // The first remote with this address expects another VNI.
        lab.operate(tables -> tables.append(FdbRequest.flood(20, EngineHarness.C).remoteVni(99)));
        station(HOST_10, EngineHarness.C);
        lab.receive(EngineHarness.C, 10, ECHO);
        assertArrayEquals(REPLY.bytes(), lab.only(EngineHarness.C, 10));
        final Vtep otherPort = new Vtep(EngineHarness.C.address(), 9999);
        lab.harness.attach(otherPort);
        station(HOST_10, otherPort);
        lab.receive(EngineHarness.C, 10, ECHO);
        assertArrayEquals(REPLY.bytes(), lab.only(otherPort, 10));
        assertEquals(List.of(), lab.harness.sentTo(EngineHarness.C));
    }

    @Test
    void shouldAnswerInTheL3VniWithThePortAndTheVniOfTheRoute()
    {
        symmetric();
        lab.harness.attach(EngineHarness.C);
        lab.operate(tables -> tables.append(FdbRequest.flood(20, EngineHarness.C).remoteVni(99)));
        lab.operate(tables -> tables.replaceRoute(
            RED, IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Remote(EngineHarness.C, THEIRS)));
        lab.receive(EngineHarness.C, L3, ECHO
            .sourceMac(THEIRS.value()).destinationMac(OURS.value()).source("10.9.0.9"));
        assertArrayEquals(
            REPLY.sourceMac(OURS.value()).destinationMac(THEIRS.value()).destination("10.9.0.9").bytes(),
            lab.only(EngineHarness.C, L3));
    }

    /** While a packet waits for its next hop, the number of its remote becomes that of another. */
    @Test
    void shouldSendTheErrorAboutAHeldFrameToItsRemoteAndNotToTheNextOneWithItsNumber()
    {
        lab.harness.context().maxRemotes(8);
        lab.launch();
        lab.harness.attach(EngineHarness.C);
        station(HOST_10, EngineHarness.C);
        lab.receive(EngineHarness.C, 10, packet());
        assertEquals(1, lab.harness.decap().held());
        lab.operate(tables -> tables.delete(new FdbRequest(10, new MacAddress(HOST_10), null)));
        final List<Vtep> others = Stream.of(21, 22, 23, 24)
            .map(last -> Vtep.parse("192.0.2." + last + ":8472", 0)).toList();
        others.forEach(lab.harness::attach);
        others.forEach(other -> assertEquals(TableResult.DONE, lab.operate(tables ->
            tables.append(FdbRequest.flood(10, other)))));
        assertEquals(8, lab.harness.engine().snapshot().tables().remotes());
        lab.operate(tables -> tables.delete(FdbRequest.flood(10, others.get(0))));
        station(HOST_10, EngineHarness.C);
        for (int i = 0; i < 3; i++)
        {
            lab.step(1000);
        }
        assertEquals(0, lab.harness.decap().held());
        others.forEach(other -> assertEquals(List.of(), lab.harness.sentTo(other)));
        GatewayLab.read(lab.only(EngineHarness.C, 10), IcmpV4CommonPacket.class);
    }

    private void launchWithoutLearning()
    {
        lab.launch();
        final CompletableFuture<?> changed =
            lab.harness.engine().segments().change(10, policy -> policy.learning(false));
        lab.harness.run();
        changed.join();
    }

    private void symmetric()
    {
        lab.harness.context().routing(new RoutingContext(RED).l3Vni(L3).routerMac(OURS));
        lab.launch();
    }

    private void station(final long mac, final Vtep remote)
    {
        assertEquals(TableResult.DONE, lab.operate(tables ->
            tables.replace(new FdbRequest(10, new MacAddress(mac), remote))));
    }

    private void assertNothingSent()
    {
        assertEquals(List.of(), lab.port10.takeAll());
        assertEquals(List.of(), lab.port20.takeAll());
        for (final Vtep remote : List.of(EngineHarness.A, EngineHarness.B, EngineHarness.STRANGER))
        {
            assertEquals(List.of(), lab.harness.sentTo(remote));
        }
    }
}
