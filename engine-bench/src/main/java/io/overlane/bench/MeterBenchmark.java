// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import io.overlane.status.Traffic;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** What do the size and the time of a batch cost, in nanoseconds for a batch? The counters of a batch are in both. */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class MeterBenchmark extends PathBenchmark
{
    private static final int LENGTH = 100;

    /** Whether the time of each batch is measured. */
    @Param({"false", "true"})
    private boolean latency;

    private PathCounters counters;
    private Traffic traffic;
    private int frames;

    /** Counters as an engine has them. */
    @Setup
    public void setup()
    {
        final EngineCounters all = new EngineCounters(1, 64, 64, 1, SystemNanoClock.INSTANCE);
        counters = all.encap();
        traffic = all.newTraffic("encap", 0, "vni-1");
        counters.batches().latency(latency);
    }

    /** Count batches of 1 to 64 frames. */
    @Benchmark
    public void batch()
    {
        frames = frames % Frames.BATCH + 1;
        counters.batches().onBegin();
        counters.onIn(frames, frames * LENGTH);
        counters.onDelivered(traffic, frames, frames * LENGTH);
        counters.onBatchEnd();
    }
}
