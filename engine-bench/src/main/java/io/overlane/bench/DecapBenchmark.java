// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.control.FdbRequest;
import io.overlane.fate.Fate;
import io.overlane.forwarding.Forwarding;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.decap.IpDecapPath;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.segment.IpNetwork;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.SilentPort;
import io.overlane.underlay.ReceiveBatch;
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
 * How long does the engine itself take for a received datagram: checks, segment, learning and counters, in batches of
 * 64, without a socket or a device?
 *
 * <p>{@code vxlan}, {@code vxlanLearning} and {@code ip} are the engine's paths. {@code plainNio} is the obvious code
 * for comparison: a {@link ByteBuffer} per datagram, a {@link HashMap} from VNI to segment, the same checks and three
 * counters.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class DecapBenchmark extends PathBenchmark
{
    /** Bytes in the inner frame, or in the packet of the IP path. */
    @Param({"64", "1400"})
    private int length;

    /** Whether the time of each batch is measured; {@code -p latency=true}. */
    @Param("false")
    private boolean latency;

    private final ReceiveBatch batch = new ReceiveBatch(Frames.BATCH);
    private FrameSlab datagrams;
    private FrameSlab packets;
    private byte[] packetStart;
    private DatagramFeed vxlan;
    private DatagramFeed vxlanLearning;
    private DatagramFeed ip;
    private EngineCounters vxlanCounters;
    private EngineCounters ipCounters;

    private final ByteBuffer[] buffers = new ByteBuffer[Frames.BATCH];
    private final Map<Integer, Object> segments = new HashMap<>();
    private long in;
    private long delivered;
    private long bytes;

    /** Build the paths as the engine does. */
    @Setup
    public void setup()
    {
        vxlanCounters = new EngineCounters(2, 64, 64, 1, SystemNanoClock.INSTANCE);
        vxlanCounters.decap().batches().latency(latency);
        ipCounters = new EngineCounters(1, 64, 64, 1, SystemNanoClock.INSTANCE);
        vxlan = newVxlanPath(false);
        vxlanLearning = newVxlanPath(true);
        segments.put(Frames.VNI, this);

        final Forwarding forwarding = Sinks.forwarding(64);
        forwarding.operations().run(tables -> tables.replaceRoute(Frames.THERE, Sinks.REMOTE));
        final IpNetwork network = IpNetwork.of(
            new IpNetworkContext().local(Frames.HERE),
            new SilentPort("none"),
            forwarding.routes(),
            ipCounters.newTraffic("encap", 0, "ip"),
            ipCounters.newTraffic("decap", 0, "ip"));
        final Fates ipFates = new Fates(ipCounters.decap());
        ip = new DatagramFeed(new IpDecapPath(
            network,
            forwarding.remotes(),
            new OfferQueue(Frames.BATCH, false, ipFates, Sinks.guard()),
            ipFates,
            Sinks.stages(Fate.Direction.DECAP)));

        final byte[][] datagramBytes = new byte[Frames.BATCH][];
        final byte[][] packetBytes = new byte[Frames.BATCH][];
        for (int i = 0; i < Frames.BATCH; i++)
        {
            datagramBytes[i] = FrameSpec.vxlan(Frames.ethernet(i, length)).vni(Frames.VNI).datagram();
            packetBytes[i] = Frames.packet(i, length, true);
            buffers[i] = ByteBuffer.allocateDirect(128 + 2048);
            buffers[i].position(128).put(datagramBytes[i]);
        }
        datagrams = Frames.slab(datagramBytes);
        packets = Frames.slab(packetBytes);
        packetStart = packetBytes[0];
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long vxlan()
    {
        vxlanCounters.decap().batches().onBegin();
        vxlan.feed(fill(datagrams, length + 8));
        return vxlanCounters.decap().delivered();
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long vxlanLearning()
    {
        vxlanLearning.feed(fill(datagrams, length + 8));
        return vxlanCounters.decap().delivered();
    }

    /** @return packets delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long ip()
    {
        for (int i = 0; i < Frames.BATCH; i++)
        {
            // The path decrements the time to live; restore 64 and the checksum, as received.
            packets.frame(i).buffer().putBytes(FrameSlab.HEADROOM + 8, packetStart, 8, 4);
        }
        ip.feed(fill(packets, length));
        return ipCounters.decap().delivered();
    }

    /**
     * @param blackhole gets the frames instead of a device.
     * @return frames delivered so far.
     */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long plainNio(final Blackhole blackhole)
    {
        for (final ByteBuffer buffer : buffers)
        {
            buffer.limit(128 + 8 + length).position(128);
            in++;
            if (buffer.remaining() < 8 || buffer.getInt(128) != 0x0800_0000 || buffer.get(135) != 0)
            {
                continue;
            }
            final Object segment = segments.get(buffer.getInt(132) >>> 8);
            if (segment != null && buffer.remaining() >= 8 + 14)
            {
                buffer.position(136);
                blackhole.consume(buffer);
                delivered++;
                bytes += length;
            }
        }
        return in + delivered + bytes;
    }

    private ReceiveBatch fill(final FrameSlab slab, final int frameLength)
    {
        batch.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            final Frame frame = slab.frame(i).wrap(FrameSlab.HEADROOM, frameLength);
            batch.add(
                frame, Sinks.REMOTE.address().high(), Sinks.REMOTE.address().low(), 49_152 + i, 0, 0);
        }
        return batch;
    }

    private DatagramFeed newVxlanPath(final boolean learning)
    {
        final String name = learning ? "learning" : "plain";
        final Forwarding forwarding = Sinks.forwarding(65_536);
        forwarding.segments().add(new Segment(
            new SegmentContext(Frames.VNI).port(new SilentPort("none")).portMtu(1450).policy(p -> p.learning(learning)),
            vxlanCounters.newTraffic("encap", 0, name),
            vxlanCounters.newTraffic("decap", 0, name)));
        forwarding.operations().run(tables -> tables.append(FdbRequest.flood(Frames.VNI, Sinks.REMOTE)));
        return Sinks.decap(forwarding, SystemNanoClock.INSTANCE, vxlanCounters);
    }
}
