package io.overlane.bench;

import io.overlane.agent.Forwarding;
import io.overlane.fdb.FdbContext;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.DatagramFeed;
import io.overlane.pipeline.OfferQueue;
import io.overlane.pipeline.VxlanDecapPath;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentContext;
import io.overlane.status.EngineCounters;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.underlay.ReceiveBatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a remote that sends from ever new addresses cost? A figure per datagram of 64 bytes, of batches of 64, all
 * from such a remote ({@code flood}), none ({@code quiet}), or one in eight ({@code mixed}); the FDB is full, so that
 * each new address evicts another.
 *
 * <p>At 100,000 addresses a second the flood takes 100,000 times the figure of {@code flood} from each second: as many
 * nanoseconds are that many hundredths of a percent of the thread's time, less what plain datagrams would have cost.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = BenchmarkJvm.EXPORTS)
public class LearnFloodBenchmark
{
    private static final int LENGTH = 64;
    private static final int SOURCE_OFFSET = 8 + 6;
    private static final long FLOOD_HIGH = 0;
    private static final long FLOOD_LOW = 0xFFFF_0A00_00FFL;

    /** MACs a thread learns of a remote in a second; 0: no limit. */
    @Param({"0", "10000"})
    private int learnsPerSecond;

    /** Entries the FDB can hold; it is full. */
    @Param({"65536", "1000000"})
    private int maxEntries;

    private final ReceiveBatch batch = new ReceiveBatch(Frames.BATCH);
    private FrameSlab datagrams;
    private DatagramFeed path;
    private EngineCounters counters;
    private long random = 42;

    /** Build the path as the engine does, and fill the FDB. */
    @Setup
    public void setup()
    {
        counters = new EngineCounters(1, 64, 64);
        final Forwarding forwarding = new Forwarding(
            new FdbContext().maxEntries(maxEntries).learnsPerSecond(learnsPerSecond),
            new TableCounters(),
            64,
            64,
            64,
            8472, address -> true,
            SystemNanoClock.INSTANCE);
        forwarding.segments().add(new Segment(
            new SegmentContext(Frames.VNI).port(new Sinks.NoPort()).portMtu(1450).learning(true),
            counters.newTraffic("encap", "flood"),
            counters.newTraffic("decap", "flood")));
        forwarding.addFlood(Frames.VNI, Sinks.REMOTE);
        path = new DatagramFeed(new VxlanDecapPath(
            forwarding.segments(),
            forwarding.fdb(),
            forwarding.remotes(),
            8472,
            SystemNanoClock.INSTANCE,
            new OfferQueue(Frames.BATCH, true, counters.decap()),
            counters.decap()));
        for (int i = 0; i < maxEntries; i++)
        {
            final int remote = forwarding.remotes().intern(FLOOD_HIGH, FLOOD_LOW, 8472);
            forwarding.fdb().learn(Frames.VNI, 0x0600_0000_0000L + i, remote, 0);
        }
        final byte[][] bytes = new byte[Frames.BATCH][];
        for (int i = 0; i < Frames.BATCH; i++)
        {
            bytes[i] = FrameSpec.vxlan(Frames.ethernet(i, LENGTH)).vni(Frames.VNI).datagram();
        }
        datagrams = Frames.slab(bytes);
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long quiet()
    {
        return run(0);
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long mixed()
    {
        return run(Frames.BATCH / 8);
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long flood()
    {
        return run(Frames.BATCH);
    }

    private long run(final int flooding)
    {
        batch.clear();
        for (int i = 0; i < Frames.BATCH; i++)
        {
            final Frame frame = datagrams.frame(i).wrap(FrameSlab.HEADROOM, LENGTH + 8);
            final boolean isFlood = i < flooding;
            if (isFlood)
            {
                random = random * 6364136223846793005L + 1442695040888963407L;
                frame.buffer().putInt(FrameSlab.HEADROOM + SOURCE_OFFSET + 2, (int)(random >>> 32));
                frame.buffer().putShort(FrameSlab.HEADROOM + SOURCE_OFFSET, (short)0x0002);
            }
            batch.add(
                frame,
                isFlood ? FLOOD_HIGH : Sinks.REMOTE.address().high(),
                isFlood ? FLOOD_LOW : Sinks.REMOTE.address().low(),
                49_152 + i,
                0,
                0);
        }
        path.feed(batch);
        return counters.decap().delivered();
    }
}
