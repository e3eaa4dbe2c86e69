// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.capture.Capture;
import io.overlane.capture.CaptureContext;
import io.overlane.control.FdbChange;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.event.EngineEvent;
import io.overlane.event.EventSubscription;
import io.overlane.fastpath.FastPathHold;
import io.overlane.fastpath.FastPathStatus;
import io.overlane.fate.Fate;
import io.overlane.fate.FateSubscription;
import io.overlane.http.HttpContext;
import io.overlane.http.OverlaneHttp;
import io.overlane.memory.MemoryBuffer;
import io.overlane.metrics.EngineMetrics;
import io.overlane.netty.DeviceAddress;
import io.overlane.netty.NettyUnderlay;
import io.overlane.netty.PortChannel;
import io.overlane.netty.TapChannel;
import io.overlane.netty.TapChannelOption;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.port.RingCable;
import io.overlane.port.RingPort;
import io.overlane.port.VlanPriority;
import io.overlane.port.VlanRules;
import io.overlane.port.VlanTrunk;
import io.overlane.replay.Replay;
import io.overlane.replay.ReplayResult;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.stage.StageHandle;
import io.overlane.status.DropReason;
import io.overlane.status.EngineSnapshot;
import io.overlane.testkit.fabric.Fabric;
import io.overlane.testkit.fabric.FabricContext;
import io.overlane.testkit.fabric.FabricReport;
import io.overlane.tun.udp.DualStack;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.wire.UdpHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;

/** The code of {@code docs/embedding.md}, so that it compiles. {@link SnippetsTest} compares; nothing runs it. */
@SuppressWarnings({"resource", "unused"})
abstract class EmbeddingSnippets
{
    private OverlayEngine engine;
    private RingPort port;
    private Executor loop;
    private Queue<byte[]> waiting;

    abstract void writeFrame(MutableDirectBuffer buffer, int offset, int length);

    abstract void onFrame(MutableDirectBuffer buffer, int offset, int length);

    void buffers(final int vni, final WritableByteChannel channel) throws IOException
    {
        final MemoryBuffer frame = new MemoryBuffer(new byte[64]);
        final MemoryBuffer direct = MemoryBuffer.allocate(4096, 64);
        direct.putInt(12, vni, ByteOrder.BIG_ENDIAN);
        channel.write(direct.forChannel(0, 64));
    }

    void openUnderlays(final IpAddress local, final EventLoopGroup eventLoopGroup, final Log log) throws IOException
    {
        final UnderlayOptions options = new UnderlayOptions(local, 4789).errorHandler(log::warn);

        NioUnderlay.open(options);
        LibcUnderlay.open(options.coalesce(true));
        DualStack.open(options);
        NettyUnderlay.open(options, eventLoopGroup);
    }

    void serve() throws IOException
    {
        final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new EngineMetrics(engine).bindTo(registry);
        final OverlaneHttp http = OverlaneHttp.start(new HttpContext(engine)
            .address(new InetSocketAddress("127.0.0.1", 9101))
            .metrics(registry::scrape));
    }

    void capture() throws IOException
    {
        try (Capture capture = Capture.start(engine, new CaptureContext()
            .file(Path.of("drops.pcapng"))
            .vni(42).dropsOnly(true)
            .maxFileLength(100_000_000).files(10)))
        {
            capture.statistics().lost();
        }
    }

    void replay() throws IOException
    {
        final ReplayResult result = Replay.run(Path.of("incident.pcapng"), new EngineContext()
            .segment(new SegmentContext(42).policy(policy -> policy.learning(true))));
        result.packets().forEach(packet -> System.out.println(packet.record() + " " + packet.verdict()));
    }

    void send(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        final int answer = port.send(buffer, offset, length);
    }

    void claim(final int length)
    {
        final int index = port.claim(length, 1_000_000_000L);
        if (index >= 0)
        {
            try
            {
                writeFrame(port.buffer(), index, length);
            }
            catch (final RuntimeException ex)
            {
                port.abort(index);
                throw ex;
            }
            port.commit(index);
        }
    }

    void receive()
    {
        while (port.awaitFrames(1_000_000_000L))
        {
            port.poll(this::onFrame, 64);
        }
    }

    void receiveOnEventLoop()
    {
        port.onFrames(() -> loop.execute(this::drain));
        port.onRoom(() -> loop.execute(this::sendTheRest));
    }

    void drain()
    {
        if (port.poll(this::onFrame, 64) == 64)
        {
            loop.execute(this::drain);
        }
    }

    void sendTheRest()
    {
        while (!waiting.isEmpty() && port.send(waiting.element()) != RingPort.FULL)
        {
            waiting.remove();
        }
    }

    void cable(final EngineContext datacentre, final EngineContext branch, final Vtep peer)
    {
        final RingCable cable = new RingCable("cable", 1450, 1024);
        datacentre.segment(new SegmentContext(42).port(cable.first()));
        branch.segment(new SegmentContext(7).port(cable.second()).flood(peer));
    }

    void vlans(final EngineContext context, final Port port)
    {
        final VlanTrunk trunk = new VlanTrunk(port, 64);
        context.segment(new SegmentContext(1010).port(trunk.vlan(10)));
        context.segment(new SegmentContext(1001).port(trunk.untagged()));                    // the native VLAN
        context.segment(new SegmentContext(2020).port(trunk.vlan(20, new VlanRules(VlanPriority.DSCP, false))));
        context.segment(new SegmentContext(3005).port(trunk.serviceVlan(5, new VlanRules(VlanPriority.of(0), true))));
    }

    void read()
    {
        final EngineSnapshot now = engine.snapshot();
        now.remotes().forEach(remote -> System.out.println(remote.vtep() + " " + remote.encap().bytes()));
        now.encap().drops().forEach(row -> System.out.println(row.reason() + " " + row.vni() + " " + row.frames()));
    }

    void watch(final Executor executor)
    {
        final EventSubscription subscription = engine.events(executor, event ->
        {
            if (event instanceof EngineEvent.MacChanged mac && mac.change() == FdbChange.MOVED)
            {
                System.out.println(mac.mac() + " moved from " + mac.other() + " to " + mac.place());
            }
        });
    }

    void prometheus()
    {
        final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        final EngineMetrics metrics = new EngineMetrics(engine, "edge");
        metrics.bindTo(registry);
        metrics.close();
    }

    void openTelemetry()
    {
        final OtlpConfig config = key -> key.equals("otlp.url") ? "http://127.0.0.1:4318/v1/metrics" : null;
        final OtlpMeterRegistry registry = new OtlpMeterRegistry(config, Clock.SYSTEM);
        new EngineMetrics(engine, "edge").bindTo(registry);
    }

    void decide()
    {
        final DropReason denied = DropReason.custom("firewall-denied");
        final StageHandle handle = engine.stages().add(frame ->
        {
            final UdpHeader udp = frame.udp();
            if (udp != null && udp.destinationPort() == 23)
            {
                frame.drop(denied);
            }
        });
        handle.close();
    }

    void listen()
    {
        final FateSubscription subscription = engine.fates(fate ->
        {
            if (fate.outcome() == Fate.Outcome.DROPPED)
            {
                System.out.println("VNI " + fate.vni() + " " + fate.reason().label() + " " + fate.length() + " bytes");
            }
        });
        subscription.close();
    }

    void tap(final ChannelHandler handler)
    {
        new Bootstrap()
            .group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
            .channel(TapChannel.class)
            .option(TapChannelOption.MTU, 1450)
            .handler(handler)
            .bind(new DeviceAddress("vx0"));
    }

    void portOn(final EventLoopGroup eventLoops, final ChannelHandler handler)
    {
        new Bootstrap().group(eventLoops).channelFactory(() -> new PortChannel(port)).handler(handler).register();
    }

    void lookAtTheFastPath()
    {
        final FastPathStatus status = engine.fastPath().status().join();
        status.segments().stream().filter(segment -> segment.whyNot() != null)
            .forEach(segment -> System.out.println("VNI " + segment.vni() + ": " + segment.whyNot()));

        final FastPathHold hold = engine.fastPath().hold("a measurement");
        read();
        hold.close();              // until then, the engine carries all frames
    }

    void simulate(final long seed)
    {
        final FabricReport report = Fabric.run(new FabricContext(seed)
            .engines(100).networks(30).stations(400)
            .durationNs(TimeUnit.HOURS.toNanos(1))
            .hostilePerSecond(10)
            .policy(policy -> policy.profile(PolicyProfile.STRICT).learning(true))
            .policy(policy -> policy.learning(true).fdbAgeNs(TimeUnit.SECONDS.toNanos(30))));
        assertEquals(List.of(), report.disagreements());
    }

    void route(final Port office, final Port lab)
    {
        new EngineContext()
            .segment(new SegmentContext(10).port(office).gateway(Gateway.of("red", "10.1.0.1/24", "2001:db8:1::1/64")))
            .segment(new SegmentContext(20).port(lab).gateway(Gateway.of("red", "10.2.0.1/24").mtu(1400)))
            .routing(new RoutingContext("red").l3Vni(5000))
            .route("red", IpPrefix.parse("0.0.0.0/0"), new RouteTarget.Via(IpAddress.parse("10.2.0.254")))
            .route("red", IpPrefix.parse("10.9.0.0/16"),
                new RouteTarget.Remote(Vtep.parse("192.0.2.9", 8472), MacAddress.parse("02:00:00:00:50:09")));
    }

    /** Stands for a log of the application. */
    interface Log extends ErrorHandler
    {
        void warn(Throwable error);
    }
}
