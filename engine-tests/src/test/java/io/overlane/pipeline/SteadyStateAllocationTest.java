// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.QueueContext;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.VlanPolicy;
import io.overlane.port.VlanTrunk;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.stage.Stage;
import io.overlane.stage.StageContext;
import io.overlane.stage.StageTarget;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.SilentPort;
import io.overlane.testkit.SilentUnderlay;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayFeature;
import io.overlane.wire.UdpHeader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The engine between ends that allocate nothing must allocate nothing: encap, flood, decap, learning and drops, batch
 * after batch through whole duty cycles.
 */
class SteadyStateAllocationTest
{
    private static final Vtep LOCAL = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep REMOTE = Vtep.parse("192.0.2.2:8472", 0);
    private static final Vtep OTHER = Vtep.parse("192.0.2.3:8472", 0);
    private static final int VNI = 1;
    private static final int WARM_UP_CYCLES = 20_000;
    private static final int CYCLES = 2_000;
    private static final int PATH_MTU = 1300;
    private static final Set<UnderlayFeature> FEATURES = EnumSet.allOf(UnderlayFeature.class);

    @Test
    void shouldAllocateNothingForVxlan()
    {
        final FrameSpec unicast = FrameSpec.ipv4Udp().payloadLength(1000);
        final EndlessPort port = new EndlessPort(
            unicast.bytes(),
            unicast.destinationMac(FrameSpec.BROADCAST).bytes(),
            FrameSpec.arpRequest("10.0.0.1", "10.0.0.9").bytes(),
            unicast.truncate(10).bytes(),
            unicast.dontFragment().payloadLength(1600).bytes(),
            FrameSpec.ipv6Udp().payloadLength(1600).bytes(),
            unicast.payloadLength(1600).bytes(),
            unicast.dontFragment().payloadLength(PATH_MTU).bytes(),
            unicast.tos(3).vlan(7).bytes());
        final EndlessUnderlay underlay = new EndlessUnderlay(
            FrameSpec.vxlan(unicast).vni(VNI).datagram(),
            FrameSpec.vxlan(unicast.sourceMac(0x0200_0000_0077L).tos(2)).vni(VNI).datagram(),
            FrameSpec.vxlan(unicast).vni(99).datagram(),
            FrameSpec.vxlan(unicast).vxlanFlags(0).datagram(),
            new byte[3]);
        assertAllocatesNothing(new EngineContext().underlay(underlay).segment(
            new SegmentContext(VNI)
                .port(port)
                .policy(p -> p.outer(new OuterContext()
                    .ttl(OuterContext.INHERIT).tos(OuterContext.INHERIT).dontFragment(DontFragment.INHERIT))
                .learning(true))
                .flood(REMOTE).flood(OTHER)
                .neighbor(IpAddress.parse("10.0.0.9"), MacAddress.parse("02:00:00:00:00:99"))
                .fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), REMOTE)));
    }

    /** Two VLANs of a trunk under different policies, and strangers that never come twice. */
    @Test
    void shouldAllocateNothingUnderPolicies()
    {
        final FrameSpec unicast = FrameSpec.ipv4Udp().payloadLength(1000);
        final VlanTrunk trunk = new VlanTrunk(
            new EndlessPort(unicast.vlan(10).bytes(), unicast.vlan(20).vlan(5).bytes(), unicast.vlan(30).bytes()), 64);
        final EndlessUnderlay underlay = new EndlessUnderlay(
            FrameSpec.vxlan(unicast).vni(VNI).datagram(),
            FrameSpec.vxlan(unicast.vlan(7)).vni(VNI).datagram(),
            FrameSpec.vxlan(unicast.vlan(7)).vni(2).datagram(),
            FrameSpec.vxlan(unicast.sourceMac(0)).vni(2).datagram(),
            FrameSpec.vxlan(unicast).vni(99).datagram());
        underlay.strangers = true;
        assertAllocatesNothing(new EngineContext().underlay(underlay)
            .segment(new SegmentContext(VNI)
                .policy(p -> p.profile(PolicyProfile.STRICT)).port(trunk.vlan(10)).flood(REMOTE))
            .segment(new SegmentContext(2)
                .policy(p -> p.profile(PolicyProfile.RFC7348)
                    .decapVlan(VlanPolicy.STRIP)
                    .source(IpPrefix.parse("192.0.2.0/24")))
                .port(trunk.vlan(20)).flood(OTHER)));
    }

    @Test
    void shouldAllocateNothingBetweenPorts()
    {
        final FrameSpec unicast = FrameSpec.ipv4Udp().payloadLength(1000);
        final FrameSpec back = unicast
            .sourceMac(FrameSpec.DEFAULT_DESTINATION_MAC).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC);
        final EndlessPort one = new EndlessPort(
            unicast.bytes(), unicast.destinationMac(FrameSpec.BROADCAST).bytes(), unicast.sourceMac(0).bytes());
        final EndlessPort two = new EndlessPort(back.bytes(), back.destinationMac(0x0200_0000_0055L).bytes());
        final EndlessUnderlay underlay = new EndlessUnderlay(
            FrameSpec.vxlan(unicast.sourceMac(0x0200_0000_0077L)).vni(VNI).datagram(),
            FrameSpec.vxlan(back.sourceMac(0x0200_0000_0077L)).vni(VNI).datagram(),
            FrameSpec.vxlan(unicast.destinationMac(FrameSpec.BROADCAST)).vni(VNI).datagram());
        assertAllocatesNothing(new EngineContext().underlay(underlay).segment(
            new SegmentContext(VNI).port(one).addPort(two).policy(p -> p.learning(true)).flood(REMOTE).flood(OTHER)));
    }

    /**
     * Frames between two segments, from ports and remotes, those that wait in vain, and everything that is answered.
     */
    @Test
    void shouldAllocateNothingForGateways()
    {
        final FrameSpec routed = FrameSpec.ipv4Udp().destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value())
            .source("10.1.0.2").destination("10.2.0.2").payloadLength(1000);
        final FrameSpec v6 = FrameSpec.ipv6Udp().destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value())
            .source("2001:db8:1::2").destination("2001:db8:2::2").payloadLength(1000);
        final byte[][] frames = {
            routed.bytes(),
            v6.bytes(),
            routed.destination("10.9.0.1").bytes(),
            routed.destination("10.8.0.1").bytes(),
            routed.destination("10.2.0.77").bytes(),
            routed.ttl(1).bytes(),
            v6.ttl(1).bytes(),
            routed.destination("10.1.0.1").bytes(),
            FrameSpec.icmpEchoRequest().destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value())
                .source("10.1.0.2").destination("10.1.0.1").bytes(),
            FrameSpec.arpRequest("10.1.0.2", "10.1.0.1").bytes(),
            FrameSpec.neighborSolicitation("2001:db8:1::2", "2001:db8:1::1").bytes()};
        final List<byte[]> datagrams = new ArrayList<>();
        for (final byte[] frame : frames)
        {
            datagrams.add(FrameSpec.vxlan(frame).vni(VNI).datagram());
        }
        datagrams.add(FrameSpec.vxlan(routed.destinationMac(0x0200_0000_5000L)).vni(5000).datagram());
        assertAllocatesNothing(new EngineContext()
            .underlay(new EndlessUnderlay(datagrams.toArray(new byte[0][])))
            .segment(new SegmentContext(VNI).port(new EndlessPort(frames)).flood(REMOTE).flood(OTHER)
                .policy(p -> p.learning(true))
                .gateway(Gateway.of("red", "10.1.0.1/24", "2001:db8:1::1/64")))
            .segment(new SegmentContext(2).flood(REMOTE)
                .gateway(Gateway.of("red", "10.2.0.1/24", "2001:db8:2::1/64"))
                .neighbor(IpAddress.parse("10.2.0.2"), MacAddress.parse("02:00:00:00:00:99"))
                .neighbor(IpAddress.parse("2001:db8:2::2"), MacAddress.parse("02:00:00:00:00:99"))
                .fdb(MacAddress.parse("02:00:00:00:00:99"), OTHER))
            .routing(new RoutingContext("red").l3Vni(5000).routerMac(MacAddress.parse("02:00:00:00:50:00")))
            .route("red", IpPrefix.parse("10.9.0.0/16"),
                new RouteTarget.Remote(REMOTE, MacAddress.parse("02:00:00:00:50:01"))));
    }

    @Test
    void shouldAllocateNothingForFurtherQueues()
    {
        final FrameSpec unicast = FrameSpec.ipv4Udp().payloadLength(1000);
        // By turns from two remotes: the stations move all the time, and each move is handed over.
        final byte[] datagram = FrameSpec.vxlan(unicast).vni(VNI).datagram();
        final byte[] other = FrameSpec.vxlan(unicast.sourceMac(0x0200_0000_0077L)).vni(VNI).datagram();
        assertAllocatesNothing(new EngineContext()
            .underlay(new EndlessUnderlay(datagram, other, datagram))
            .segment(new SegmentContext(VNI)
                .port(new EndlessPort(unicast.bytes()))
                .policy(p -> p.learning(true))
                .fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), REMOTE))
            .queue(new QueueContext(
                new EndlessUnderlay(datagram, other, other), new EndlessPort(unicast.bytes()), null)));
    }

    @Test
    void shouldAllocateNothingForIp()
    {
        final FrameSpec packet = FrameSpec.ipv4Udp().payloadLength(1000).source("10.5.1.1").destination("10.5.2.1");
        final EndlessPort port = new EndlessPort(
            packet.packet(), packet.destination("10.9.9.9").packet(), packet.ttl(1).packet(), new byte[20]);
        final EndlessUnderlay underlay = new EndlessUnderlay(
            packet.source("10.5.2.1").destination("10.5.1.1").packet(),
            packet.source("10.5.2.1").destination("8.8.8.8").packet(),
            new byte[19]);
        assertAllocatesNothing(new EngineContext().underlay(underlay).ipNetwork(
            new IpNetworkContext()
                .port(port)
                .address(IpAddress.parse("10.5.1.0"))
                .local(IpPrefix.parse("10.5.1.0/24"))
                .route(IpPrefix.parse("10.5.2.0/24"), REMOTE)));
    }

    /** Every verdict of a stage both ways, with a listener of fates. */
    @Test
    void shouldAllocateNothingForStagesAndListeners()
    {
        final FrameSpec unicast = FrameSpec.ipv4Udp().payloadLength(1000);
        final StageTarget tap = StageTarget.port(new EndlessPort(unicast.bytes()));
        final StageTarget remote = StageTarget.remote(OTHER);
        final DropReason denied = DropReason.custom("test-allocation");
        final long[] seen = new long[2];
        final Stage stage = frame ->
        {
            final UdpHeader udp = frame.udp();
            seen[0] += udp == null ? 0 : udp.destinationPort();
            switch ((int)(seen[1]++ % 8))
            {
                case 0 -> frame.drop(denied);
                case 1 -> frame.redirect(tap);
                case 2 -> frame.redirect(remote);
                case 3 -> frame.mirror(tap);
                case 4 -> frame.mirror(remote);
                default -> Objects.requireNonNull(frame.ethernet()).source(FrameSpec.DEFAULT_SOURCE_MAC);
            }
        };
        assertAllocatesNothing(
            new EngineContext()
                .underlay(new EndlessUnderlay(FrameSpec.vxlan(unicast).vni(VNI).datagram()))
                .segment(new SegmentContext(VNI)
                    .port(new EndlessPort(unicast.bytes(), FrameSpec.ipv6Udp().bytes()))
                    .fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), REMOTE)),
            engine ->
            {
                engine.stages().add(new StageContext(stage).target(tap).target(remote));
                engine.fates(fate -> seen[0] += fate.frames() + fate.length() + fate.remoteLow());
            });
    }

    private static void assertAllocatesNothing(final EngineContext context)
    {
        assertAllocatesNothing(context, engine -> {});
    }

    private static void assertAllocatesNothing(final EngineContext context, final Consumer<OverlayEngine> prepare)
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocations");
        context.threadingMode(ThreadingMode.INVOKER);
        try (OverlayEngine engine = OverlayEngine.launch(context))
        {
            prepare.accept(engine);
            final long id = Thread.currentThread().getId();
            run(engine, WARM_UP_CYCLES);
            // The compiler may still allocate on this thread's account while it replaces frames: the best of a few.
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 5 && least > 0; i++)
            {
                final long before = threads.getThreadAllocatedBytes(id);
                final long between = threads.getThreadAllocatedBytes(id);
                run(engine, CYCLES);
                least = Math.min(least, threads.getThreadAllocatedBytes(id) - between - (between - before));
            }
            assertEquals(0, least, "bytes in " + CYCLES + " duty cycles");
            assertEquals(
                engine.counters().encap().framesIn(),
                engine.counters().encap().delivered() + engine.counters().encap().answered() +
                    engine.counters().encap().dropped() + engine.counters().encap().held());
        }
    }

    private static void run(final OverlayEngine engine, final int cycles)
    {
        for (int i = 0; i < cycles; i++)
        {
            engine.doWork();
        }
    }

    /** Always has the same frames, and takes all. */
    private static final class EndlessPort extends SilentPort
    {
        private final List<byte[]> contents;
        private final FrameSlab slab;

        private EndlessPort(final byte[]... contents)
        {
            super("endless");
            this.contents = List.of(contents);
            slab = new FrameSlab(contents.length, 2048);
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            for (int i = 0; i < slab.count(); i++)
            {
                batch.add(write(slab.frame(i), contents.get(i)));
            }
            return slab.count();
        }
    }

    /** Always has the same datagrams, by turns from two remotes, and takes all. */
    private static final class EndlessUnderlay extends SilentUnderlay
    {
        private final List<byte[]> contents;
        private final FrameSlab slab;
        private int polls;
        private boolean strangers;

        private EndlessUnderlay(final byte[]... contents)
        {
            super(LOCAL);
            this.contents = List.of(contents);
            slab = new FrameSlab(contents.length, 2048);
        }

        @Override
        public boolean usesFlowHash()
        {
            return true;
        }

        @Override
        public int poll(final ReceiveBatch batch)
        {
            final IpAddress source = (polls++ & 1) == 0 ? REMOTE.address() : OTHER.address();
            for (int i = 0; i < slab.count(); i++)
            {
                final long low = strangers && (polls & 4) != 0 ? IpAddress.v4Low(polls) : source.low();
                batch.add(write(slab.frame(i), contents.get(i)), source.high(), low, 40_000 + i, 1, 0);
            }
            return slab.count();
        }

        @Override
        public Set<UnderlayFeature> features()
        {
            return FEATURES;
        }

        @Override
        public int pathMtu(final long remoteHigh, final long remoteLow)
        {
            return PATH_MTU;
        }

        @Override
        public void send(final SendBatch batch)
        {
            for (int i = 0; i < batch.size(); i++)
            {
                if (batch.frame(i).length() > PATH_MTU - 28)
                {
                    batch.verdict(i, DropReason.OVERSIZE);
                }
            }
        }
    }

    private static Frame write(final Frame frame, final byte[] bytes)
    {
        frame.buffer().putBytes(FrameSlab.HEADROOM, bytes);
        return frame.wrap(FrameSlab.HEADROOM, bytes.length);
    }
}
