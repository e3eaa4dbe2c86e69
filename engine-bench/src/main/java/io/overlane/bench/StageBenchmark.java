// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.control.FdbRequest;
import io.overlane.fate.Fate;
import io.overlane.forwarding.Forwarding;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.FateFeed;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.ListenerEntry;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.pipeline.stage.StageEntry;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.policy.SegmentContext;
import io.overlane.segment.Segment;
import io.overlane.stage.Stage;
import io.overlane.stage.StageContext;
import io.overlane.status.DropReason;
import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.SilentPort;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What a stage of the application, or a listener of fates, costs a frame, both ways; {@code off} is the path without
 * both.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class StageBenchmark extends PathBenchmark
{
    private static final DropReason DENIED = DropReason.custom("benchmark-denied");
    private static final int SMTP = 25;

    /**
     * {@code pass} lets all frames pass; {@code firewall} reads addresses and ports, and lets these frames pass; {@code
     * listener} is no stage but a listener that adds up lengths.
     */
    @Param({"off", "pass", "firewall", "listener"})
    private String stage;

    /** Bytes in the inner frame. */
    @Param({"64", "1400"})
    private int length;

    private final EngineCounters counters = new EngineCounters(1, 64, 64, 1, SystemNanoClock.INSTANCE);
    private final FrameBatch batch = new FrameBatch(Frames.BATCH);
    private final ReceiveBatch received = new ReceiveBatch(Frames.BATCH);
    private long bytes;
    private FrameSlab frames;
    private FrameSlab datagrams;
    private EncapPath encap;
    private DatagramFeed decap;

    /** Build the paths as the engine does. */
    @Setup
    public void setup()
    {
        final Forwarding forwarding = Sinks.forwarding(65_536);
        final Segment segment = new Segment(
            new SegmentContext(Frames.VNI).port(new SilentPort("none")).portMtu(1450),
            counters.newTraffic("encap", 0, "vni-1"),
            counters.newTraffic("decap", 0, "vni-1"));
        forwarding.segments().add(segment);
        final byte[][] frameBytes = new byte[Frames.BATCH][];
        final byte[][] datagramBytes = new byte[Frames.BATCH][];
        for (int i = 0; i < Frames.BATCH; i++)
        {
            final FdbRequest request = new FdbRequest(Frames.VNI, Frames.station(i), Sinks.REMOTE);
            forwarding.operations().run(tables -> tables.replace(request));
            frameBytes[i] = Frames.ethernet(i, length);
            datagramBytes[i] = FrameSpec.vxlan(frameBytes[i]).vni(Frames.VNI).datagram();
        }
        frames = Frames.slab(frameBytes);
        datagrams = Frames.slab(datagramBytes);
        encap = Sinks.encap(
            forwarding, segment, fates(Fate.Direction.ENCAP, counters.encap()), stages(Fate.Direction.ENCAP));
        decap = Sinks.decap(
            forwarding, SystemNanoClock.INSTANCE, fates(Fate.Direction.DECAP, counters.decap()),
            stages(Fate.Direction.DECAP));
    }

    private Fates fates(final Fate.Direction direction, final PathCounters path)
    {
        final Fates fates = new Fates(path);
        if ("listener".equals(stage))
        {
            final FateFeed feed = new FateFeed(direction, 0, SystemNanoClock.INSTANCE, null);
            feed.listeners(new ListenerEntry(fate -> bytes += fate.length()));
            fates.feed(feed);
        }
        return fates;
    }

    private ThreadStages stages(final Fate.Direction direction)
    {
        final ThreadStages stages = Sinks.stages(direction);
        final @Nullable Stage chosen = switch (stage)
        {
            case "pass" -> frame -> {};
            case "firewall" -> frame ->
            {
                final Ipv4Header ip = frame.ipv4();
                final TcpHeader tcp = frame.tcp();
                final UdpHeader udp = tcp == null ? frame.udp() : null;
                final int port = tcp != null ? tcp.destinationPort() : udp != null ? udp.destinationPort() : 0;
                if (ip == null || port == SMTP || ip.source() == ip.destination())
                {
                    frame.drop(DENIED);
                }
            };
            default -> null;
        };
        if (chosen != null)
        {
            stages.use(new StageEntry(new StageContext(chosen)));
        }
        return stages;
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long encap()
    {
        batch.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            batch.add(frames.frame(i).wrap(FrameSlab.HEADROOM, length));
        }
        encap.encap(batch);
        return counters.encap().delivered();
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long decap()
    {
        received.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            received.add(
                datagrams.frame(i).wrap(FrameSlab.HEADROOM, length + 8),
                Sinks.REMOTE.address().high(), Sinks.REMOTE.address().low(), 49_152 + i, 0, 0);
        }
        decap.feed(received);
        return counters.decap().delivered();
    }
}
