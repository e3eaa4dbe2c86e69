// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static io.overlane.gateway.GatewayLab.GATEWAY;
import static io.overlane.gateway.GatewayLab.HOST_10;
import static io.overlane.gateway.GatewayLab.HOST_20;
import static io.overlane.gateway.GatewayLab.RED;
import static io.overlane.gateway.GatewayLab.packet;
import static io.overlane.gateway.GatewayLab.routed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.control.DesiredState;
import io.overlane.control.ReconcileResult;
import io.overlane.control.TableResult;
import io.overlane.engine.EngineTables;
import io.overlane.engine.Internals;
import io.overlane.engine.SegmentView;
import io.overlane.policy.SegmentContext;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteRow;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Contexts, gateways and routes that change while the engine runs, and what their readers see. */
class GatewayChangesTest
{
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:5e:00:00:99");
    private static final MacAddress THEIRS = MacAddress.parse("02:00:00:00:50:02");

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldApplyAndWithdrawAStateWhileFramesFlow()
    {
        final LoopbackPort one = new LoopbackPort("one", 1450, 64);
        final LoopbackPort two = new LoopbackPort("two", 1450, 64);
        harness.context().segment(new SegmentContext(10).port(one)).segment(new SegmentContext(20).port(two));
        harness.launch();
        final DesiredState state = new DesiredState()
            .context(new RoutingContext("blue").gatewayMac(OTHER_MAC))
            .gateway(10, Gateway.of("blue", "10.1.0.1/24"))
            .gateway(20, Gateway.of("blue", "10.2.0.1/24").mtu(1400))
            .route("blue", IpPrefix.parse("0.0.0.0/0"), new RouteTarget.Via(IpAddress.parse("10.2.0.254")))
            .route("blue", IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Remote(EngineHarness.A, THEIRS))
            .neighbor(20, IpAddress.parse("10.2.0.20"), new MacAddress(HOST_20))
            .neighbor(20, IpAddress.parse("10.2.0.254"), new MacAddress(HOST_20 + 254));
        final ReconcileResult added = apply("fabric", state);
        assertTrue(added.isComplete(), added.notApplied()::toString);
        assertEquals(7, added.added());
        assertEquals(7, apply("fabric", state).unchanged());

        final FrameSpec packet = packet().destinationMac(OTHER_MAC.value());
        one.put(packet.bytes());
        one.put(packet.destination("8.8.8.8").bytes());
        harness.run();
        final List<byte[]> routed = two.takeAll();
        assertArrayEquals(routed(packet, HOST_20).sourceMac(OTHER_MAC.value()).bytes(), routed.get(0));
        assertArrayEquals(
            routed(packet.destination("8.8.8.8"), HOST_20 + 254).sourceMac(OTHER_MAC.value()).bytes(), routed.get(1));

        final EngineTables tables = harness.engine().tables();
        assertEquals(List.of("blue"), tables.contexts().stream().map(RoutingContext::name).toList());
        assertEquals(Set.of(10, 20), tables.gateways().keySet());
        assertEquals(1400, tables.gateways().get(20).mtu());
        assertEquals(
            Set.of("10.1.0.0/24 vni 10", "10.2.0.0/24 vni 20", "0.0.0.0/0 via 10.2.0.254",
                "10.9.0.0/16 remote 192.0.2.10:8472 mac 02:00:00:00:50:02"),
            tables.routes("blue").stream().map(RouteRow::toString).collect(Collectors.toSet()));
        assertEquals(
            "10.2.0.20 in blue: 10.2.0.0/24 segment 20 mtu 1400 mac 02:00:00:00:0a:20 flooded," +
                " because no frame came from it",
            tables.explain("blue", IpAddress.parse("10.2.0.20")));
        assertTrue(tables.explain("blue", IpAddress.parse("10.9.1.1")).endsWith("but the context has no L3 VNI"));
        assertTrue(tables.explain("blue", IpAddress.parse("10.1.0.1")).endsWith("is an address of the gateway"));

        assertEquals(7, apply("fabric", new DesiredState()).removed());
        assertEquals(List.of(), tables.contexts());
        assertEquals(List.of(), tables.routes("blue"));
        one.put(packet.bytes());
        harness.run();
        assertEquals(List.of(), two.takeAll());
        assertEquals(1, harness.encap().dropped(DropReason.NO_DESTINATION), "bridged, and nobody is there");
    }

    @Test
    void shouldChangeMacAndContextOfAGatewayAtOnce()
    {
        try (GatewayLab lab = new GatewayLab())
        {
            lab.launch().neighbor(20, "10.2.0.20", HOST_20);
            assertEquals(TableResult.DONE, lab.operate(tables ->
                tables.replaceContext(new RoutingContext(RED).gatewayMac(OTHER_MAC))));
            final FrameSpec packet = packet().destinationMac(OTHER_MAC.value());
            lab.from10(packet);
            assertArrayEquals(
                routed(packet, HOST_20).sourceMac(OTHER_MAC.value()).bytes(), GatewayLab.only(lab.port20));
            assertEquals(TableResult.DONE, lab.operate(tables -> tables.deleteContext(RED)));
            lab.from10(packet());
            assertArrayEquals(routed(packet(), HOST_20).bytes(), GatewayLab.only(lab.port20));
            // In another context the segment is out of reach.
            assertEquals(TableResult.DONE, lab.operate(tables ->
                tables.replaceGateway(20, Gateway.of("green", "10.2.0.1/24"))));
            lab.from10(packet());
            assertEquals(List.of(), lab.port20.takeAll());
            GatewayLab.only(lab.port10);
            assertEquals(List.of("green", RED),
                lab.harness.engine().tables().contexts().stream().map(RoutingContext::name).toList());
        }
    }

    @Test
    void shouldRefuseWhatContradictsTheTables()
    {
        try (GatewayLab lab = new GatewayLab())
        {
            lab.launch();
            assertEquals(TableResult.NO_SEGMENT, lab.operate(tables ->
                tables.replaceGateway(30, Gateway.of(RED, "10.3.0.1/24"))));
            assertEquals(TableResult.PREFIX_TAKEN, lab.operate(tables ->
                tables.replaceGateway(20, Gateway.of(RED, "10.1.0.7/24"))));
            assertEquals(TableResult.VNI_TAKEN, lab.operate(tables ->
                tables.replaceContext(new RoutingContext(RED).l3Vni(10))));
            assertEquals(TableResult.DONE, lab.operate(tables ->
                tables.replaceContext(new RoutingContext("blue").l3Vni(5000))));
            assertEquals(TableResult.VNI_TAKEN, lab.operate(tables ->
                tables.replaceContext(new RoutingContext(RED).l3Vni(5000))));
            final CompletableFuture<SegmentView> added = lab.harness.engine().segments().add(
                new SegmentContext(5000).port(new LoopbackPort("l3", 1450, 4)));
            lab.harness.run();
            assertThrows(CompletionException.class, added::join);
            assertEquals(TableResult.NOT_FOUND, lab.operate(tables ->
                tables.deleteRoute(RED, IpPrefix.parse("10.9.0.0/16"))));
        }
        assertThrows(IllegalArgumentException.class, () -> Gateway.of(RED, "127.0.0.1/8"));
        assertThrows(IllegalArgumentException.class, () -> Gateway.of("not a name", "10.1.0.1/24"));
        assertThrows(IllegalArgumentException.class, () -> new RouteTarget.Via(IpAddress.parse("fe80::1")));
    }

    @Test
    void shouldKeepRoutesAndRemotesInStepAsSegmentsComeAndGo()
    {
        try (GatewayLab lab = new GatewayLab())
        {
            lab.harness.context()
                .routing(new RoutingContext(RED).l3Vni(5000))
                .route(RED, IpPrefix.parse("10.9.0.0/16"), new RouteTarget.Via(IpAddress.parse("10.2.0.254")));
            lab.launch().neighbor(20, "10.2.0.254", HOST_20);
            final long remotes = lab.harness.engine().snapshot().tables().remotes();
            assertEquals(TableResult.DONE, lab.operate(tables -> tables.replaceRoute(RED,
                IpPrefix.parse("10.8.0.0/16"), new RouteTarget.Remote(EngineHarness.C, THEIRS))));
            assertEquals(remotes + 1, lab.harness.engine().snapshot().tables().remotes());
            assertEquals(TableResult.DONE, lab.operate(tables ->
                tables.deleteRoute(RED, IpPrefix.parse("10.8.0.0/16"))));
            assertEquals(remotes, lab.harness.engine().snapshot().tables().remotes());

            lab.from10(packet().destination("10.9.0.1"));
            assertEquals(1, lab.port20.takeAll().size());
            final CompletableFuture<SegmentView.Totals> removed = lab.harness.engine().segments().remove(20);
            lab.harness.run();
            removed.join();
            lab.from10(packet().destination("10.9.0.1"), packet());
            assertEquals(2, lab.port10.takeAll().size(), "no route");
            assertEquals(Set.of(10), lab.harness.engine().tables().gateways().keySet());
            final LoopbackPort port = new LoopbackPort("again", 1450, 64);
            final CompletableFuture<SegmentView> again = lab.harness.engine().segments().add(
                GatewayLab.segment(20, "10.2.0.1/24").port(port));
            lab.harness.run();
            again.join();
            lab.neighbor(20, "10.2.0.254", HOST_20);
            lab.from10(packet().destination("10.9.0.1"));
            assertArrayEquals(
                routed(packet().destination("10.9.0.1"), HOST_20).bytes(), GatewayLab.only(port));
        }
    }

    @Test
    void shouldMoveAPrefixToAnotherSegmentWithOneState()
    {
        launchThree();
        assertComplete(gateways("10.1.0.1/24", null, null));
        assertComplete(gateways(null, "10.1.0.1/24", null));
        assertEquals("10.1.0.0/24 vni 20", route("10.1.0.0/24"));
        assertComplete(gateways("10.1.0.1/24", null, null));
        assertEquals("10.1.0.0/24 vni 10", route("10.1.0.0/24"));
        assertEquals(Set.of(10), harness.engine().tables().gateways().keySet());
    }

    @Test
    void shouldExchangePrefixesWithOneState()
    {
        launchThree();
        assertComplete(gateways("10.1.0.1/24", "10.2.0.1/24", "10.3.0.1/24"));
        final ReconcileResult result = gateways("10.2.0.1/24", "10.3.0.1/24", "10.1.0.1/24");
        assertComplete(result);
        assertEquals(3, result.changed());
        assertEquals("10.2.0.0/24 vni 10", route("10.2.0.0/24"));
        assertEquals("10.3.0.0/24 vni 20", route("10.3.0.0/24"));
        assertEquals("10.1.0.0/24 vni 30", route("10.1.0.0/24"));
        assertEquals(3, gateways("10.2.0.1/24", "10.3.0.1/24", "10.1.0.1/24").unchanged());
    }

    @Test
    void shouldChangeNothingOfAnExchangeThatAnotherOwnerStopsAndCompleteItLater()
    {
        launchThree();
        assertEquals(1, apply("other", new DesiredState().gateway(30, Gateway.of(RED, "10.3.0.1/24"))).added());
        assertComplete(gateways("10.1.0.1/24", "10.2.0.1/24", null));
        final ReconcileResult result = gateways("10.2.0.1/24", "10.3.0.1/24", null);
        assertEquals(
            List.of(TableResult.PREFIX_TAKEN.words(), TableResult.PREFIX_TAKEN.words()),
            result.changes().stream().map(ReconcileResult.Change::why).toList());
        assertEquals("10.1.0.0/24 vni 10", route("10.1.0.0/24"));
        assertEquals("10.2.0.0/24 vni 20", route("10.2.0.0/24"));
        apply("other", new DesiredState());
        assertComplete(gateways("10.2.0.1/24", "10.3.0.1/24", null));
        assertEquals("10.2.0.0/24 vni 10", route("10.2.0.0/24"));
        assertEquals("10.3.0.0/24 vni 20", route("10.3.0.0/24"));
    }

    @Test
    void shouldMoveAndExchangeContextsAndTheirL3VnisWithOneState()
    {
        launchThree();
        assertComplete(apply("fabric", new DesiredState()
            .context(new RoutingContext("blue").l3Vni(5001)).context(new RoutingContext("green").l3Vni(5002))
            .gateway(10, Gateway.of("blue", "10.1.0.1/24")).gateway(20, Gateway.of("green", "10.1.0.1/24"))));
        final ReconcileResult result = apply("fabric", new DesiredState()
            .context(new RoutingContext("blue").l3Vni(5002)).context(new RoutingContext("green").l3Vni(5001))
            .gateway(10, Gateway.of("green", "10.1.0.1/24")).gateway(20, Gateway.of("blue", "10.1.0.1/24")));
        assertComplete(result);
        assertEquals(4, result.changed());
        assertEquals("blue", l3(5002));
        assertEquals("green", l3(5001));
        assertComplete(apply("fabric", new DesiredState().context(new RoutingContext("yellow").l3Vni(5002))));
        assertEquals("yellow", l3(5002));
        assertEquals(List.of("yellow"),
            harness.engine().tables().contexts().stream().map(RoutingContext::name).toList());
    }

    private String l3(final int vni)
    {
        return Objects.requireNonNull(Internals.forwarding(harness.engine()).gateways().l3(vni)).name();
    }

    private void launchThree()
    {
        for (final int vni : new int[]{10, 20, 30})
        {
            harness.context().segment(new SegmentContext(vni).port(new LoopbackPort("port-" + vni, 1450, 4)));
        }
        harness.launch();
    }

    /** Apply a state with these gateways; null for none. */
    private ReconcileResult gateways(final String of10, final String of20, final String of30)
    {
        final DesiredState state = new DesiredState();
        final String[] addresses = {of10, of20, of30};
        for (int i = 0; i < addresses.length; i++)
        {
            if (addresses[i] != null)
            {
                state.gateway(10 * (i + 1), Gateway.of(RED, addresses[i]));
            }
        }
        return apply("fabric", state);
    }

    private String route(final String prefix)
    {
        return harness.engine().tables().routes(RED).stream().map(RouteRow::toString)
            .filter(row -> row.startsWith(prefix)).collect(Collectors.joining(", "));
    }

    private static void assertComplete(final ReconcileResult result)
    {
        assertTrue(result.isComplete(), result.notApplied()::toString);
    }

    @Test
    void shouldNeedNoPortAtAGateway()
    {
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.context()
            .segment(new SegmentContext(10).gateway(Gateway.of(RED, "10.1.0.1/24")).flood(EngineHarness.A)
                .policy(policy -> policy.learning(true)))
            .segment(new SegmentContext(20).gateway(Gateway.of(RED, "10.2.0.1/24")).flood(EngineHarness.B)
                .policy(policy -> policy.learning(true)));
        harness.launch();
        harness.receive(EngineHarness.A, FrameSpec.vxlan(packet()).vni(10).datagram());
        harness.sentTo(EngineHarness.B);
        harness.receive(EngineHarness.B, FrameSpec.vxlan(FrameSpec.arpReply("10.2.0.20", "10.2.0.1")
            .sourceMac(HOST_20).senderMac(HOST_20).destinationMac(GATEWAY).targetMac(GATEWAY)).vni(20).datagram());
        final List<byte[]> sent = harness.sentTo(EngineHarness.B);
        assertEquals(1, sent.size());
        assertArrayEquals(routed(packet(), HOST_20).bytes(), GatewayLab.inner(sent.get(0), 20));
        harness.receive(EngineHarness.A,
            FrameSpec.vxlan(packet().destinationMac(HOST_10 + 1)).vni(10).datagram());
        assertEquals(1, harness.decap().dropped(DropReason.NO_DESTINATION));
    }

    private ReconcileResult apply(final String owner, final DesiredState state)
    {
        final CompletableFuture<ReconcileResult> future = harness.engine().control().apply(owner, state);
        harness.run();
        return future.join();
    }
}
