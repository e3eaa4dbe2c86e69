// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.TestFrames;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.port.ForwardingPort;
import io.overlane.port.Port;
import io.overlane.port.VlanTrunk;
import io.overlane.routing.Gateway;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.status.DropSample;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.IslFrame;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way a frame can be dropped: a counter, a line of the ledger, and the first bytes of the frame. */
class EveryDropReasonTest
{
    private static final int VNI = 42;
    private static final MacAddress HERE = new MacAddress(FrameSpec.DEFAULT_SOURCE_MAC);
    private static final MacAddress THERE = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);
    private static final FrameSpec INNER = FrameSpec.ipv4Udp();
    private static final FrameSpec FLOODED = INNER.destinationMac(FrameSpec.BROADCAST);
    private static final FrameSpec TOO_LONG = INNER.payloadLength(1450 - 28 + 1);

    /** Verdicts of header checks that the data path answers with another reason, or with a frame that goes on. */
    private static final Set<DropReason> NEVER_A_FATE =
        Set.of(DropReason.BAD_TRANSPORT_HEADER, DropReason.BAD_NEIGHBOR_MESSAGE);

    private static final Set<DropReason> OF_REPLAY = Set.of(
        DropReason.BAD_OUTER_HEADER, DropReason.CAPTURE_CUT, DropReason.UDP_CHECKSUM, DropReason.NO_SOCKET,
        DropReason.FRAGMENT);

    /** One way to lose a frame. */
    private record Loss(String name, boolean isEncap, DropReason reason, Consumer<EngineHarness> provoke)
    {
        @Override
        public String toString()
        {
            return (isEncap ? "encap " : "decap ") + reason.label() + ": " + name;
        }
    }

    static Stream<Arguments> losses()
    {
        return all().stream().map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldCountEveryLossAndKeepItsFirstBytes(final Loss loss)
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            loss.provoke.accept(harness);
            final PathCounters path = loss.isEncap ? harness.encap() : harness.decap();
            assertTrue(path.dropped(loss.reason) > 0, "counted");
            assertEquals(path.dropped(), path.dropped(loss.reason), "for no other reason");
            final long[] lines = new long[1];
            path.ledger().forEach((reason, vni, high, low, count) -> lines[0] += reason == loss.reason ? count : 0);
            assertTrue(lines[0] >= path.dropped(loss.reason), "in the ledger");
            final List<DropSample> samples = path.samples().last(loss.reason);
            assertFalse(samples.isEmpty(), "a sample");
            assertTrue(samples.get(0).length() > 0, "of some bytes");
        }
    }

    @Test
    void shouldProvokeEveryReasonThereIs()
    {
        final Set<DropReason> provoked = new HashSet<>(List.of(DropReason.NONE));
        all().forEach(loss -> provoked.add(loss.reason));
        provoked.addAll(NEVER_A_FATE);
        provoked.addAll(OF_REPLAY);
        final Set<DropReason> all = new HashSet<>(List.of(DropReason.values()));
        all.removeIf(DropReason::isCustom);
        assertEquals(all, provoked);
    }

    private static List<Loss> all()
    {
        final List<Loss> all = new ArrayList<>();
        received(all);
        delivered(all);
        transmitted(all);
        ofTrunk(all);
        sent(all);
        switched(all);
        routed(all);
        gateway(all);
        return all;
    }

    private static void gateway(final List<Loss> all)
    {
        final FrameSpec toGateway = INNER.destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value())
            .source("10.1.0.2").destination("10.1.0.9");
        final FrameSpec fragment = toGateway.fragment(8, true);
        gateway(all, "another protocol", DropReason.NOT_IP,
            FrameSpec.ethernet(0x88B5, new byte[46]).destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value()));
        gateway(all, "of the loopback", DropReason.MARTIAN_ADDRESS, toGateway.source("127.0.0.1"));
        gateway(all, "to all of a subnet", DropReason.ROUTE_BLACKHOLE, toGateway.destination("10.1.0.255"));
        gateway(all, "for the gateway itself", DropReason.NO_SERVICE, toGateway.destination("10.1.0.1").protocol(89));
        gateway(all, "nobody answers", DropReason.NEIGHBOR_UNRESOLVED, fragment);
        gateway(all, "too many wait", DropReason.NEIGHBOR_QUEUE_FULL,
            Collections.nCopies(33, fragment).toArray(FrameSpec[]::new));
    }

    private static void gateway(
        final List<Loss> all, final String name, final DropReason reason, final FrameSpec... frames)
    {
        for (final boolean isEncap : new boolean[]{true, false})
        {
            all.add(new Loss("gateway: " + name, isEncap, reason, harness ->
            {
                harness.launch(new SegmentContext(VNI).gateway(Gateway.of("red", "10.1.0.1/24")));
                for (final FrameSpec frame : frames)
                {
                    if (isEncap)
                    {
                        harness.transmit(frame.bytes());
                    }
                    else
                    {
                        harness.receive(EngineHarness.A, FrameSpec.vxlan(frame).vni(VNI).datagram());
                    }
                }
                for (int i = 0; i < 3 && reason == DropReason.NEIGHBOR_UNRESOLVED; i++)
                {
                    harness.clock().step(1, TimeUnit.SECONDS);
                    harness.run();
                }
            }));
        }
    }

    private static void received(final List<Loss> all)
    {
        heard(all, DropReason.SHORT_HEADER, new byte[7]);
        heard(all, DropReason.NO_I_FLAG, FrameSpec.vxlan(INNER).vni(VNI).vxlanFlags(0).datagram());
        heard(all, DropReason.RESERVED_BITS, FrameSpec.vxlan(INNER).vni(VNI).vxlanReserved(1).datagram());
        heard(all, DropReason.UNKNOWN_VNI, FrameSpec.vxlan(INNER).vni(VNI + 1).datagram());
        heard(all, DropReason.INNER_TOO_SHORT, FrameSpec.vxlan(new byte[13]).vni(VNI).datagram());
        heard(all, DropReason.INNER_IP_TRUNCATED, FrameSpec.vxlan(INNER.truncate(20)).vni(VNI).datagram());
        heard(all, DropReason.INNER_VLAN, FrameSpec.vxlan(INNER.vlan(1)).vni(VNI).datagram());
        heard(all, DropReason.BAD_SOURCE_MAC, FrameSpec.vxlan(INNER.sourceMac(0)).vni(VNI).datagram());
        heard(all, DropReason.OWN_MAC, FrameSpec.vxlan(INNER.sourceMac(THERE.value())).vni(VNI).datagram());
        all.add(new Loss("a stage that throws", false, DropReason.STAGE_ERROR, harness ->
        {
            harness.context().errorHandler(error -> {});
            harness.launch(new SegmentContext(VNI)).engine().stages().add(frame ->
            {
                throw new IllegalStateException("bad");
            });
            harness.receive(EngineHarness.A, FrameSpec.vxlan(INNER).vni(VNI).datagram());
        }));
        all.add(new Loss("a stranger", false, DropReason.SOURCE_NOT_ALLOWED, harness ->
        {
            strict(harness);
            harness.receive(EngineHarness.STRANGER, FrameSpec.vxlan(INNER).vni(VNI).datagram());
        }));
        all.add(new Loss("elsewhere by configuration", false, DropReason.STATIC_VIOLATION, harness ->
        {
            harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)).fdb(HERE, EngineHarness.B));
            harness.receive(EngineHarness.A, FrameSpec.vxlan(INNER).vni(VNI).datagram());
        }));
        all.add(new Loss("congestion", false, DropReason.ECN_NOT_CAPABLE, harness ->
        {
            harness.launch(new SegmentContext(VNI));
            harness.receive(EngineHarness.A, 3, FrameSpec.vxlan(INNER).vni(VNI).datagram());
        }));
    }

    private static void heard(final List<Loss> all, final DropReason reason, final byte[] datagram)
    {
        all.add(new Loss("received", false, reason, harness ->
        {
            strict(harness);
            harness.receive(EngineHarness.A, datagram);
        }));
    }

    private static void strict(final EngineHarness harness)
    {
        harness.launch(new SegmentContext(VNI)
            .policy(p -> p.profile(PolicyProfile.STRICT)).ownMac(THERE).flood(EngineHarness.A));
    }

    private static void delivered(final List<Loss> all)
    {
        for (final DropReason reason : new DropReason[]
            {DropReason.PORT_FULL, DropReason.PORT_DOWN, DropReason.PORT_ERROR, DropReason.OVERSIZE,
            DropReason.BAD_OFFLOAD})
        {
            all.add(new Loss("the only port", false, reason, harness ->
            {
                launch(harness, segment(refusing("one", reason)));
                harness.receive(EngineHarness.A, FrameSpec.vxlan(INNER).vni(VNI).datagram());
            }));
            all.add(new Loss("every port", false, reason, harness ->
            {
                launch(harness, segment(refusing("one", reason)).addPort(refusing("two", reason)));
                harness.receive(EngineHarness.A, FrameSpec.vxlan(FLOODED).vni(VNI).datagram());
            }));
        }
        all.add(new Loss("of one remote for another", false, DropReason.SPLIT_HORIZON, harness ->
        {
            launch(harness, segment(port("one")).addPort(port("two")));
            harness.receive(EngineHarness.A, FrameSpec.vxlan(INNER).vni(VNI).datagram());
        }));
    }

    private static void transmitted(final List<Loss> all)
    {
        transmitted(all, "short", DropReason.INNER_TOO_SHORT, new SegmentContext(VNI), new byte[13]);
        transmitted(all, "tagged", DropReason.INNER_VLAN,
            new SegmentContext(VNI).policy(p -> p.profile(PolicyProfile.STRICT)).flood(EngineHarness.A),
            INNER.vlan(3).bytes());
        transmitted(all, "nowhere", DropReason.NO_DESTINATION, new SegmentContext(VNI), INNER.bytes());
        transmitted(all, "too long for the port", DropReason.OVERSIZE, new SegmentContext(VNI), TOO_LONG.bytes());
        final SegmentContext toA = new SegmentContext(VNI).flood(EngineHarness.A);
        for (final FloodBudget budget : new FloodBudget[]
            {new FloodBudget(1, 0, 0), new FloodBudget(0, 1, 0), new FloodBudget(0, 0, 1)})
        {
            final DropReason reason = budget.portFrames() > 0 ? DropReason.PORT_FLOOD_LIMIT :
                budget.copies() > 0 ? DropReason.FLOOD_COPIES_LIMIT : DropReason.SEGMENT_FLOOD_LIMIT;
            all.add(new Loss("flooded", true, reason, harness ->
            {
                harness.attach(EngineHarness.A);
                harness.launch(new SegmentContext(VNI).flood(EngineHarness.A).policy(p -> p.floodBudget(budget)));
                harness.transmit(FLOODED.bytes());
                harness.transmit(FLOODED.bytes());
            }));
        }
        all.add(new Loss("asked for", true, DropReason.PORT_ARP_LIMIT, harness ->
        {
            harness.attach(EngineHarness.A);
            harness.launch(new SegmentContext(VNI).flood(EngineHarness.A)
                .policy(p -> p.floodBudget(new FloodBudget(0, 0, 0, 1))));
            harness.transmit(FrameSpec.arpRequest("10.1.0.1", "10.1.0.2").bytes());
            harness.transmit(FrameSpec.arpRequest("10.1.0.1", "10.1.0.3").bytes());
        }));
        for (final DropReason reason : new DropReason[]{DropReason.CLAIM_ABANDONED, DropReason.PORT_CLOSED})
        {
            all.add(new Loss("by the port's own verdict", true, reason, harness ->
            {
                final LoopbackPort port = port("one");
                launch(harness, segment(new RefusingPort(port, reason)));
                port.put(new byte[3]);
                port.put(INNER.bytes());
                harness.run();
                assertEquals(2, harness.encap().dropped(reason));
            }));
            all.add(new Loss("a packet by the port's own verdict", true, reason, harness ->
            {
                final LoopbackPort port = port("one");
                harness.context().ipNetwork(new IpNetworkContext().port(new RefusingPort(port, reason))
                    .address(IpAddress.parse("10.1.0.254"))
                    .route(IpPrefix.parse("10.1.0.0/16"), EngineHarness.A));
                harness.launch();
                port.put(INNER.packet());
                harness.run();
            }));
        }
        all.add(new Loss("a super-frame", true, DropReason.BAD_OFFLOAD, harness ->
        {
            final LoopbackPort port = port("one");
            launch(harness, toA.port(port));
            put(harness, port, superFrame(INNER, 1000).offload(1, Frame.GSO_TCPV6, 54, 1000, 34, 16));
        }));
        all.add(new Loss("a super-frame nowhere", true, DropReason.NO_DESTINATION, harness ->
        {
            final LoopbackPort port = port("one");
            harness.context().segment(new SegmentContext(VNI).port(port));
            harness.launch();
            put(harness, port, superFrame(FrameSpec.ipv4Tcp(), 1000));
        }));
        all.add(new Loss("a super-frame of long segments", true, DropReason.OVERSIZE, harness ->
        {
            final LoopbackPort port = port("one");
            launch(harness, segment(port));
            put(harness, port, superFrame(FrameSpec.ipv4Tcp(), 1500));
        }));
    }

    private static void transmitted(
        final List<Loss> all,
        final String name,
        final DropReason reason,
        final SegmentContext segment,
        final byte[] frame)
    {
        all.add(new Loss(name, true, reason, harness ->
        {
            harness.launch(segment);
            harness.transmit(frame);
        }));
    }

    private static void ofTrunk(final List<Loss> all)
    {
        final byte[] isl = IslFrame.of(1, 10, INNER.bytes());
        onTrunk(all, "another VLAN", DropReason.UNKNOWN_VLAN, INNER.vlan(11).bytes());
        onTrunk(all, "no tag", DropReason.UNKNOWN_VLAN, INNER.bytes());
        onTrunk(all, "half a tag", DropReason.UNKNOWN_VLAN, INNER.vlan(10).truncate(17).bytes());
        onTrunk(all, "802.1ad", DropReason.SERVICE_TAG, INNER.tag(0x88A8, 10).bytes());
        onTrunk(all, "before 802.1ad", DropReason.SERVICE_TAG, INNER.tag(0x9100, 10).bytes());
        onTrunk(all, "two tags", DropReason.STACKED_VLAN, INNER.vlan(10).vlan(10).bytes());
        onTrunk(all, "ISL", DropReason.ISL, isl);
        toTrunk(all, "a tag", DropReason.INNER_VLAN, INNER.vlan(10).bytes());
        toTrunk(all, "ISL", DropReason.ISL, isl);
    }

    private static void onTrunk(
        final List<Loss> all, final String name, final DropReason reason, final byte... frame)
    {
        all.add(new Loss("on a trunk: " + name, true, reason, harness ->
        {
            final LoopbackPort device = port("trunk");
            launch(harness, segment(new VlanTrunk(device, 16).vlan(10)));
            assertTrue(device.put(frame));
            harness.run();
        }));
    }

    private static void toTrunk(
        final List<Loss> all, final String name, final DropReason reason, final byte... frame)
    {
        all.add(new Loss("towards a trunk: " + name, false, reason, harness ->
        {
            launch(harness, segment(new VlanTrunk(port("trunk"), 16).vlan(10)));
            harness.receive(EngineHarness.A, FrameSpec.vxlan(frame).vni(VNI).datagram());
        }));
    }

    private static void sent(final List<Loss> all)
    {
        for (final DropReason reason : new DropReason[]{DropReason.UNDERLAY_BUSY, DropReason.UNDERLAY_UNREACHABLE,
            DropReason.UNDERLAY_ERROR, DropReason.OVERSIZE})
        {
            for (final FrameSpec frame : new FrameSpec[]{INNER, FLOODED})
            {
                all.add(new Loss(frame.equals(INNER) ? "one remote" : "every remote", true, reason, harness ->
                {
                    final LoopbackPort port = port("one");
                    launch(harness, segment(port));
                    harness.underlay().refuse(EngineHarness.A, reason);
                    harness.underlay().refuse(EngineHarness.B, reason);
                    port.put(frame.bytes());
                    harness.run();
                }));
            }
        }
        all.add(new Loss("a known path", true, DropReason.OVERSIZE, harness ->
        {
            final LoopbackPort port = port("one");
            launch(harness, segment(port));
            harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
            put(harness, port, superFrame(FrameSpec.ipv4Tcp(), 1390));
            put(harness, port, superFrame(FrameSpec.ipv4Tcp(), 1390));
        }));
        for (final FrameSpec frame : new FrameSpec[]
            {FrameSpec.ipv4Tcp(), FrameSpec.ipv4Tcp().destinationMac(FrameSpec.BROADCAST)})
        {
            all.add(new Loss("no datagram", true, DropReason.OVERSIZE, harness ->
            {
                final LoopbackPort port = new LoopbackPort("one", 65_535, 16, 70_000);
                launch(harness, segment(port));
                put(harness, port, new SuperFrameSpec(frame, new byte[65_480], 65_470));
            }));
        }
    }

    private static void switched(final List<Loss> all)
    {
        for (final FrameSpec frame : new FrameSpec[]{INNER, FLOODED})
        {
            final String where = frame.equals(INNER) ? "another port" : "other ports";
            all.add(new Loss(where, true, DropReason.PORT_FULL, harness ->
            {
                final LoopbackPort one = port("one");
                final LoopbackPort behind = port("two");
                final ForwardingPort two = new RefusingPort(behind, DropReason.PORT_FULL);
                harness.context().segment(new SegmentContext(VNI).port(one).addPort(two));
                harness.launch();
                behind.put(INNER.sourceMac(THERE.value()).destinationMac(HERE.value()).bytes());
                harness.run();
                one.takeBytes();
                one.put(frame.bytes());
                harness.run();
            }));
        }
        all.add(new Loss("back to its port", true, DropReason.SPLIT_HORIZON, harness ->
        {
            final LoopbackPort one = port("one");
            launch(harness, segment(one).addPort(port("two")));
            one.put(INNER.sourceMac(0x02_00_00_00_77_01L).bytes());
            harness.run();
            one.put(INNER.destinationMac(0x02_00_00_00_77_01L).bytes());
            harness.run();
        }));
        all.add(new Loss("from a port, configured elsewhere", true, DropReason.STATIC_VIOLATION, harness ->
        {
            final LoopbackPort one = port("one");
            launch(harness, segment(one).addPort(port("two")));
            one.put(INNER.sourceMac(THERE.value()).bytes());
            harness.run();
        }));
        all.add(new Loss("from a port, from a group", true, DropReason.BAD_SOURCE_MAC, harness ->
        {
            final LoopbackPort one = port("one");
            launch(harness, segment(one).addPort(port("two")));
            one.put(INNER.sourceMac(0x03_00_00_00_00_01L).bytes());
            harness.run();
        }));
        all.add(new Loss("an answer", true, DropReason.PORT_FULL, harness ->
        {
            final LoopbackPort behind = port("one");
            launch(harness, segment(new RefusingPort(behind, DropReason.PORT_FULL))
                .neighbor(IpAddress.parse("10.1.0.9"), THERE));
            behind.put(FrameSpec.arpRequest("10.1.0.1", "10.1.0.9").bytes());
            harness.run();
        }));
    }

    private static void routed(final List<Loss> all)
    {
        final FrameSpec there = INNER.ttl(9).destination("10.2.0.1");
        packet(all, "none", DropReason.NO_ROUTE, FrameSpec.icmpEchoRequest().destination("10.9.0.1"));
        packet(all, "late", DropReason.TTL_EXPIRED, there.ttl(1));
        packet(all, "long", DropReason.OVERSIZE, there.payloadLength(1472 - 28 + 1));
        packet(all, "no IPv4", DropReason.BAD_IP_VERSION, there.ipVersion(6));
        packet(all, "odd header", DropReason.BAD_IP_HEADER, there.ipHeaderWords(4));
        final Vtep from = EngineHarness.A;
        arrived(all, DropReason.BAD_IP_VERSION, from, INNER.ipVersion(6));
        arrived(all, DropReason.BAD_IP_HEADER, from, INNER.ipHeaderWords(4));
        arrived(all, DropReason.NOT_LOCAL, from, INNER.destination("10.3.0.1"));
        arrived(all, DropReason.TTL_EXPIRED, from, INNER.destination("10.1.0.2").ttl(1));
        arrived(all, DropReason.SOURCE_NOT_ALLOWED, EngineHarness.STRANGER, INNER);
        all.add(new Loss("long for the path", true, DropReason.OVERSIZE, harness ->
        {
            network(harness);
            harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
            harness.transmit(there.payloadLength(1400).packet());
        }));
    }

    private static void packet(
        final List<Loss> all, final String name, final DropReason reason, final FrameSpec packet)
    {
        all.add(new Loss(name, true, reason, harness ->
        {
            network(harness);
            harness.transmit(packet.packet());
        }));
    }

    private static void arrived(
        final List<Loss> all, final DropReason reason, final Vtep from, final FrameSpec packet)
    {
        all.add(new Loss("arrived", false, reason, harness ->
        {
            network(harness);
            harness.receive(from, packet.packet());
        }));
    }

    private static void network(final EngineHarness harness)
    {
        harness.attach(EngineHarness.A);
        harness.launch(new IpNetworkContext()
            .address(IpAddress.parse("10.1.0.254"))
            .local(IpPrefix.parse("10.1.0.0/16"))
            .route(IpPrefix.parse("10.2.0.0/16"), EngineHarness.A));
    }

    private static void launch(final EngineHarness harness, final SegmentContext segment)
    {
        harness.context().segment(segment);
        harness.launch();
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
    }

    private static SegmentContext segment(final Port port)
    {
        return new SegmentContext(VNI).port(port).fdb(THERE, EngineHarness.A)
            .flood(EngineHarness.A).flood(EngineHarness.B);
    }

    private static LoopbackPort port(final String name)
    {
        return new LoopbackPort(name, 1450, 16, 70_000);
    }

    private static Port refusing(final String name, final DropReason reason)
    {
        return new RefusingPort(port(name), reason);
    }

    private static Frame superFrame(final FrameSpec spec, final int gsoSize)
    {
        return TestFrames.superFrame(new SuperFrameSpec(spec, new byte[4 * gsoSize], gsoSize));
    }

    private static void put(final EngineHarness harness, final LoopbackPort port, final SuperFrameSpec spec)
    {
        put(harness, port, TestFrames.superFrame(spec));
    }

    private static void put(final EngineHarness harness, final LoopbackPort port, final Frame frame)
    {
        assertTrue(port.put(frame));
        harness.run();
    }

    /** Takes nothing, for one reason. Where the reason is one of polled frames, those have it too. */
    private static final class RefusingPort extends ForwardingPort
    {
        private final DropReason reason;

        private RefusingPort(final Port port, final DropReason reason)
        {
            super(port);
            this.reason = reason;
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            final int polled = super.poll(batch, limit);
            if (reason == DropReason.CLAIM_ABANDONED || reason == DropReason.PORT_CLOSED)
            {
                offer(batch);
            }
            return polled;
        }

        @Override
        public void offer(final FrameBatch batch)
        {
            for (int i = 0; i < batch.size(); i++)
            {
                batch.get(i).verdict(reason);
            }
        }
    }
}
