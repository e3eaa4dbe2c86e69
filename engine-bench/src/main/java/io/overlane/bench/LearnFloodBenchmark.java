// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.forwarding.Forwarding;
import io.overlane.forwarding.RemoteCheck;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.policy.SegmentContext;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.SilentPort;
import io.overlane.underlay.ReceiveBatch;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How much does a remote that sends 100,000 frames a second, each from a new address, slow down the traffic of another
 * remote? The result is the time for each datagram of 64 bytes of the other remote. A batch has 56 of them, alone
 * ({@code quiet}) or with 8 of the flooding remote ({@code beside}). The FDB is full, so each learned address evicts
 * another.
 *
 * <p>Eight frames from one address show the cost of the frames alone; eight from random addresses include the cost of
 * learning. Seven times the difference is the cost of one new address, effects on caches included, and 100,000 times
 * that is the part of each second that learning takes. The benchmark has its own clock, which advances by 10 µs for
 * each frame of the flood, so limits per second see 100,000 on any machine.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class LearnFloodBenchmark extends PathBenchmark
{
    private static final int LENGTH = 64;
    private static final int FLOODING = 8;
    private static final int WORKING = Frames.BATCH - FLOODING;
    private static final long FLOOD_INTERVAL_NS = 10_000;
    private static final int SOURCE_OFFSET = 8 + 6;
    private static final long FLOOD_HIGH = 0;
    private static final long FLOOD_LOW = 0xFFFF_0A00_00FFL;

    /** Source addresses of the flood in {@code beside}. */
    @Param({"one", "random"})
    private String addresses;

    /** MACs that a thread learns of one remote per second; 0 for no limit. */
    @Param({"10000", "0"})
    private int learnsPerSecond;

    /** Capacity of the FDB, which is full. */
    @Param({"65536", "1000000"})
    private int maxEntries;

    private final ReceiveBatch batch = new ReceiveBatch(Frames.BATCH);
    private FrameSlab datagrams;
    private DatagramFeed path;
    private EngineCounters counters;
    private boolean isRandom;
    private long random = 42;
    private long nowNs;

    /** Build the path as the engine does, and fill the FDB. */
    @Setup
    public void setup()
    {
        isRandom = "random".equals(addresses);
        counters = new EngineCounters(1, 64, 64, 1, SystemNanoClock.INSTANCE);
        final Forwarding forwarding = new Forwarding(
            new FdbContext().maxEntries(maxEntries).learnsPerSecond(learnsPerSecond),
            new TableCounters(),
            64,
            64,
            64,
            8472,
            new RemoteCheck(Sinks.underlay()),
            false,
            () -> nowNs);
        forwarding.segments().add(new Segment(
            new SegmentContext(Frames.VNI).port(new SilentPort("none")).portMtu(1450).policy(p -> p.learning(true)),
            counters.newTraffic("encap", 0, "flood"),
            counters.newTraffic("decap", 0, "flood")));
        forwarding.operations().run(tables -> tables.append(FdbRequest.flood(Frames.VNI, Sinks.REMOTE)));
        path = Sinks.decap(forwarding, () -> nowNs, counters);
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
    @OperationsPerInvocation(WORKING)
    public long quiet()
    {
        return run(0);
    }

    /** @return frames delivered so far. */
    @Benchmark
    @OperationsPerInvocation(WORKING)
    public long beside()
    {
        return run(FLOODING);
    }

    private long run(final int flooding)
    {
        nowNs += FLOODING * FLOOD_INTERVAL_NS;
        batch.clear();
        for (int i = 0; i < WORKING; i++)
        {
            add(datagrams.frame(i), i, Sinks.REMOTE.address().high(), Sinks.REMOTE.address().low());
        }
        for (int i = WORKING; i < WORKING + flooding; i++)
        {
            final Frame frame = datagrams.frame(i);
            if (isRandom)
            {
                random = random * 6364136223846793005L + 1442695040888963407L;
            }
            frame.buffer().putInt(FrameSlab.HEADROOM + SOURCE_OFFSET + 2, (int)(random >>> 32));
            frame.buffer().putShort(FrameSlab.HEADROOM + SOURCE_OFFSET, (short)0x0002);
            add(frame, i, FLOOD_HIGH, FLOOD_LOW);
        }
        path.feed(batch);
        return counters.decap().delivered();
    }

    private void add(final Frame frame, final int index, final long high, final long low)
    {
        batch.add(frame.wrap(FrameSlab.HEADROOM, LENGTH + 8), high, low, 49_152 + index, 0, 0);
    }
}
