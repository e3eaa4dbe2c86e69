// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.control.FdbRequest;
import io.overlane.fate.Fate;
import io.overlane.forwarding.Forwarding;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.pipeline.encap.IpEncapPath;
import io.overlane.pipeline.encap.SendQueue;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.segment.IpNetwork;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.testkit.SilentPort;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * How long does the engine itself take for a sent frame: checks, lookup, header and counters, in batches of 64, without
 * a device or a socket?
 *
 * <p>{@code vxlan} and {@code ip} are the engine's paths. {@code plainNio} is the obvious code for comparison: a
 * {@link ByteBuffer} per frame, a {@link HashMap} from MAC to socket address, the same two checks and three counters.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class EncapBenchmark extends PathBenchmark
{
    /** Bytes in the frame, or in the packet of the IP path. */
    @Param({"64", "1400"})
    private int length;

    /** Whether the time of each batch is measured; {@code -p latency=true}. */
    @Param("false")
    private boolean latency;

    private final FrameBatch batch = new FrameBatch(Frames.BATCH);
    private FrameSlab frames;
    private FrameSlab packets;
    private byte[] packetStart;
    private EncapPath vxlan;
    private EncapPath ip;
    private EngineCounters vxlanCounters;
    private EngineCounters ipCounters;

    private final ByteBuffer[] buffers = new ByteBuffer[Frames.BATCH];
    private final Map<Long, InetSocketAddress> addresses = new HashMap<>();
    private long in;
    private long delivered;
    private long bytes;

    /** Build both paths as the engine does. */
    @Setup
    public void setup()
    {
        vxlanCounters = new EngineCounters(1, 64, 64, 1, SystemNanoClock.INSTANCE);
        vxlanCounters.encap().batches().latency(latency);
        ipCounters = new EngineCounters(1, 64, 64, 1, SystemNanoClock.INSTANCE);
        final Forwarding forwarding = Sinks.forwarding(65_536);
        final Segment segment = new Segment(
            new SegmentContext(Frames.VNI)
                .port(new SilentPort("none"))
                .portMtu(1450)
                .policy(p -> p.outer(new OuterContext().ecn(EcnEncap.LINUX))),
            vxlanCounters.newTraffic("encap", 0, "vni-1"),
            vxlanCounters.newTraffic("decap", 0, "vni-1"));
        forwarding.segments().add(segment);
        final byte[][] frameBytes = new byte[Frames.BATCH][];
        final byte[][] packetBytes = new byte[Frames.BATCH][];
        for (int i = 0; i < Frames.BATCH; i++)
        {
            final FdbRequest request = new FdbRequest(Frames.VNI, Frames.station(i), Sinks.REMOTE);
            forwarding.operations().run(tables -> tables.replace(request));
            addresses.put(Frames.station(i).value(), new InetSocketAddress("192.0.2.2", 8472));
            frameBytes[i] = Frames.ethernet(i, length);
            packetBytes[i] = Frames.packet(i, length, false);
            buffers[i] = ByteBuffer.allocateDirect(128 + 2048);
            buffers[i].position(128).put(frameBytes[i]);
        }
        frames = Frames.slab(frameBytes);
        packets = Frames.slab(packetBytes);
        vxlan = Sinks.encap(forwarding, segment, vxlanCounters, Sinks.stages(Fate.Direction.ENCAP));

        forwarding.operations().run(tables -> tables.replaceRoute(Frames.THERE, Sinks.REMOTE));
        final IpNetwork network = IpNetwork.of(
            new IpNetworkContext(),
            new SilentPort("none"),
            forwarding.routes(),
            ipCounters.newTraffic("encap", 0, "ip"),
            ipCounters.newTraffic("decap", 0, "ip"));
        final Fates ipFates = new Fates(ipCounters.encap());
        ip = new IpEncapPath(
            network,
            new SendQueue(
                Sinks.underlayGuard(),
                Frames.BATCH,
                forwarding.remotes(),
                ipFates,
                0,
                SystemNanoClock.INSTANCE),
            ipFates,
            Sinks.guard(),
            new RateLimit(1000),
            Sinks.stages(Fate.Direction.ENCAP));
        packetStart = packetBytes[0];
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long vxlan()
    {
        batch.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            batch.add(frames.frame(i).wrap(FrameSlab.HEADROOM, length));
        }
        vxlanCounters.encap().batches().onBegin();
        vxlan.encap(batch);
        return vxlanCounters.encap().delivered();
    }

    /** @return packets delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long ip()
    {
        batch.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            // The path decrements the time to live; restore 64 and the checksum, as read from a device.
            packets.frame(i).buffer().putBytes(FrameSlab.HEADROOM + 8, packetStart, 8, 4);
            batch.add(packets.frame(i).wrap(FrameSlab.HEADROOM, length));
        }
        ip.encap(batch);
        return ipCounters.encap().delivered();
    }

    /**
     * @param blackhole gets the datagrams instead of a socket.
     * @return frames delivered so far.
     */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long plainNio(final Blackhole blackhole)
    {
        for (final ByteBuffer buffer : buffers)
        {
            buffer.limit(128 + length).position(128);
            in++;
            if (buffer.remaining() < 14 || buffer.remaining() > 1468)
            {
                continue;
            }
            final long mac = (buffer.getShort(128) & 0xFFFFL) << 32 | buffer.getInt(130) & 0xFFFF_FFFFL;
            final InetSocketAddress remote = addresses.get(mac);
            if (remote != null)
            {
                buffer.putInt(120, 0x0800_0000).putInt(124, Frames.VNI << 8).position(120);
                blackhole.consume(remote);
                delivered++;
                bytes += length;
            }
        }
        return in + delivered + bytes;
    }
}
