// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbRequest;
import io.overlane.fate.Fate;
import io.overlane.forwarding.Forwarding;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.pipeline.encap.EncapShared;
import io.overlane.pipeline.encap.TransitPath;
import io.overlane.pipeline.encap.VxlanEncapPath;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.port.RingPort;
import io.overlane.routing.Gateway;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.SilentPort;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.ReceiveBatch;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How long does a routed frame take, beside a bridged one, in batches of 64 without a device or a socket? The headers
 * of all frames are written anew for each batch, because routing changes them; that takes the same time in every
 * method.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class RouteBenchmark extends PathBenchmark
{
    private static final int OTHER_VNI = 2;
    private static final int HEADERS = 34;
    private static final String CONTEXT = "bench";

    /** Bytes in the frame. */
    @Param("64")
    private int length;

    /** Whether the packets are IPv6. */
    @Param({"false", "true"})
    private boolean v6;

    private final FrameBatch batch = new FrameBatch(Frames.BATCH);
    private final FrameBatch handedOver = new FrameBatch(Frames.BATCH);
    private final ReceiveBatch received = new ReceiveBatch(Frames.BATCH);
    private final byte[][] bridgedBytes = new byte[Frames.BATCH][];
    private final byte[][] routedBytes = new byte[Frames.BATCH][];
    private final byte[][] toPortBytes = new byte[Frames.BATCH][];
    private FrameSlab frames;
    private FrameSlab datagrams;
    private EncapPath out;
    private DatagramFeed in;
    private RingPort ring;
    private TransitPath transitPath;
    private EngineCounters counters;

    /** Two segments of one context: the stations of the second are behind a remote, except those of the third. */
    @Setup
    public void setup()
    {
        counters = new EngineCounters(4, 64, 64, 1, SystemNanoClock.INSTANCE);
        final Forwarding forwarding = Sinks.forwarding(65_536, false);
        final Segment here = segment(forwarding, Frames.VNI);
        segment(forwarding, OTHER_VNI);
        final Port port = segment(forwarding, OTHER_VNI + 1).ports().first();
        for (int i = 0; i < Frames.STATIONS; i++)
        {
            final int number = i;
            final MacAddress mac = Frames.station(i);
            forwarding.operations().run(tables ->
            {
                tables.replace(new FdbRequest(Frames.VNI, mac, Sinks.REMOTE));
                tables.replace(new FdbRequest(OTHER_VNI, mac, Sinks.REMOTE));
                tables.replace(OTHER_VNI + 1, mac, port);
                tables.replaceNeighbor(OTHER_VNI, IpAddress.parse(address(2, number)), mac);
                return tables.replaceNeighbor(OTHER_VNI + 1, IpAddress.parse(address(3, number)), mac);
            });
        }
        final int header = v6 ? 62 : 42;
        for (int i = 0; i < Frames.BATCH; i++)
        {
            final FrameSpec spec = (v6 ? FrameSpec.ipv6Udp() : FrameSpec.ipv4Udp())
                .sourceMac(0x0200_0000_0099L).source(address(1, 99)).payloadLength(Math.max(0, length - header));
            final FrameSpec routed = spec.destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value());
            bridgedBytes[i] = spec.destinationMac(Frames.station(i).value()).destination(address(1, i)).bytes();
            routedBytes[i] = routed.destination(address(2, i)).bytes();
            toPortBytes[i] = routed.destination(address(3, i)).bytes();
        }
        frames = Frames.slab(bridgedBytes);
        final byte[][] inTunnel = new byte[Frames.BATCH][];
        for (int i = 0; i < Frames.BATCH; i++)
        {
            inTunnel[i] = FrameSpec.vxlan(bridgedBytes[i]).vni(Frames.VNI).datagram();
        }
        datagrams = Frames.slab(inTunnel);
        final Fates toUnderlay = new Fates(counters.encap());
        final Fates toPorts = new Fates(counters.decap());
        final Transit transit = new Transit(toPorts);
        ring = new RingPort("transit", Transit.MTU, Transit.CAPACITY);
        transit.open(ring);
        final EncapShared shared =
            Sinks.shared(forwarding, toUnderlay, Sinks.stages(Fate.Direction.ENCAP), transit);
        out = new VxlanEncapPath(here, here.ports().first(), shared);
        transitPath = new TransitPath(
            ring, forwarding.segments(), counters.newTraffic("encap", 0, "l3-vnis"), shared);
        in = Sinks.decap(
            forwarding, SystemNanoClock.INSTANCE, toPorts, Sinks.stages(Fate.Direction.DECAP), transit);
    }

    private Segment segment(final Forwarding forwarding, final int vni)
    {
        final Segment segment = new Segment(
            new SegmentContext(vni)
                .port(new SilentPort("port-" + vni))
                .portMtu(1450)
                .policy(p -> p.outer(new OuterContext().ecn(EcnEncap.LINUX))),
            counters.newTraffic("encap", 0, "vni-" + vni),
            counters.newTraffic("decap", 0, "vni-" + vni));
        forwarding.segments().add(segment);
        forwarding.operations().run(tables -> tables.replaceGateway(
            vni, Gateway.of(CONTEXT, v6 ? "2001:db8:" + vni + "::1/64" : "10." + vni + ".0.1/24")));
        return segment;
    }

    private String address(final int net, final int index)
    {
        final int host = 100 + index % Frames.STATIONS;
        return v6 ? "2001:db8:" + net + "::" + host : "10." + net + ".0." + host;
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long bridgedPortToRemote()
    {
        out.encap(fill(bridgedBytes));
        return counters.encap().delivered();
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long routedPortToRemote()
    {
        out.encap(fill(routedBytes));
        return counters.encap().delivered();
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long bridgedRemoteToPort()
    {
        in.feed(receive(bridgedBytes));
        return counters.decap().delivered();
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long routedRemoteToPort()
    {
        in.feed(receive(toPortBytes));
        return counters.decap().delivered();
    }

    /** Both threads' work: the frame is copied into the ring between them. @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long routedRemoteToRemote()
    {
        in.feed(receive(routedBytes));
        handedOver.clear();
        ring.poll(handedOver, Frames.BATCH);
        transitPath.encap(handedOver);
        return counters.encap().delivered();
    }

    private FrameBatch fill(final byte[][] bytes)
    {
        batch.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            final Frame frame = frames.frame(i);
            frame.buffer().putBytes(FrameSlab.HEADROOM, bytes[i], 0, HEADERS + (v6 ? 20 : 0));
            batch.add(frame.wrap(FrameSlab.HEADROOM, bytes[i].length));
        }
        return batch;
    }

    private ReceiveBatch receive(final byte[][] bytes)
    {
        received.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            final Frame frame = datagrams.frame(i);
            frame.buffer().putBytes(FrameSlab.HEADROOM + 8, bytes[i], 0, HEADERS + (v6 ? 20 : 0));
            received.add(
                frame.wrap(FrameSlab.HEADROOM, 8 + bytes[i].length),
                Sinks.REMOTE.address().high(), Sinks.REMOTE.address().low(), Sinks.REMOTE.udpPort(), 0, 0);
        }
        return received;
    }
}
