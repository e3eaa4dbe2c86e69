// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.metrics.EngineMetrics;
import io.overlane.policy.SegmentContext;
import io.overlane.status.EngineSnapshot;
import io.overlane.testkit.EngineHarness;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** How long does the reader of all numbers take? It is a thread that carries no frames. */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class ScrapeBenchmark extends PathBenchmark
{
    private static final long FIRST_MAC = 0x0200_0001_0000L;

    /** Number of remotes. */
    @Param({"10", "1000"})
    private int remotes;

    private final EngineHarness harness = EngineHarness.create();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** An engine with remotes, and their meters. */
    @Setup
    public void setup()
    {
        harness.context().maxRemotes(2048).fdb(fdb -> fdb.maxEntries(2048));
        harness.launch(new SegmentContext(Frames.VNI));
        for (int i = 0; i < remotes; i++)
        {
            final FdbRequest request = new FdbRequest(
                Frames.VNI,
                new MacAddress(FIRST_MAC + i),
                Vtep.parse("10.0." + (i >> 8) + "." + (i & 0xFF) + ":8472", 0));
            harness.engine().control().operate(tables -> tables.replace(request));
            harness.engine().doWork();
        }
        new EngineMetrics(harness.engine(), "bench").bindTo(registry);
    }

    /** Close the engine. */
    @TearDown
    public void close()
    {
        harness.close();
    }

    /** @return all numbers. */
    @Benchmark
    public EngineSnapshot snapshot()
    {
        return harness.engine().snapshot();
    }

    /** @return the sum of all values, so that each is read. */
    @Benchmark
    public double meters()
    {
        double sum = 0;
        for (final Meter meter : registry.getMeters())
        {
            sum += meter.measure().iterator().next().getValue();
        }
        return sum;
    }
}
