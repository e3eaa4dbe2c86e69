// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.address.IpAddress;
import io.overlane.control.FdbRequest;
import io.overlane.forwarding.Forwarding;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.Traffic;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.SilentPort;
import io.overlane.underlay.ReceiveBatch;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How long does a refused datagram take, its line in the ledger and its share of a sample included?
 *
 * <p>Datagrams come from one unknown sender or each from a new one, in batches of 64 or one by one; a datagram that
 * comes alone is kept as a sample each time. The unknown VNI is looked up among one segment or thousands.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class DropBenchmark extends PathBenchmark
{
    private static final int DATAGRAM_LENGTH = 8 + 64;

    /** Datagrams that are polled together; one invocation has {@link Frames#BATCH} of them. */
    @Param({"64", "1"})
    private int batchSize;

    /** Whether each datagram comes from another address. */
    @Param({"false", "true"})
    private boolean manySources;

    /** Number of segments. */
    @Param({"1", "4096"})
    private int segments;

    private final ReceiveBatch batch = new ReceiveBatch(Frames.BATCH);
    private final EngineCounters counters = new EngineCounters(1, 64, 4096, 1, SystemNanoClock.INSTANCE);
    private DatagramFeed feed;
    private FrameSlab unknown;
    private FrameSlab known;
    private int stranger;

    /** Build the path of a strict segment with one remote. */
    @Setup
    public void setup()
    {
        final Forwarding forwarding = Sinks.forwarding(64);
        final Traffic encap = counters.newTraffic("encap", 0, "strict");
        final Traffic decap = counters.newTraffic("decap", 0, "strict");
        for (int i = 0; i < segments; i++)
        {
            forwarding.segments().add(new Segment(
                new SegmentContext(Frames.VNI + i)
                    .policy(p -> p.profile(PolicyProfile.STRICT)).port(new SilentPort("none")).portMtu(1450),
                encap,
                decap));
        }
        forwarding.operations().run(tables -> tables.append(FdbRequest.flood(Frames.VNI, Sinks.REMOTE)));
        feed = Sinks.decap(forwarding, SystemNanoClock.INSTANCE, counters);
        final byte[][] ofUnknown = new byte[Frames.BATCH][];
        final byte[][] ofKnown = new byte[Frames.BATCH][];
        for (int i = 0; i < Frames.BATCH; i++)
        {
            ofUnknown[i] = FrameSpec.vxlan(Frames.ethernet(i, 64)).vni(Frames.VNI + segments + i).datagram();
            ofKnown[i] = FrameSpec.vxlan(Frames.ethernet(i, 64)).vni(Frames.VNI).datagram();
        }
        unknown = Frames.slab(ofUnknown);
        known = Frames.slab(ofKnown);
    }

    /** @return frames dropped so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long unknownVni()
    {
        return drop(unknown);
    }

    /** @return frames dropped so far. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public long refusedSource()
    {
        return drop(known);
    }

    private long drop(final FrameSlab slab)
    {
        for (int next = 0; next < Frames.BATCH; next += batchSize)
        {
            batch.clear();
            for (int i = next; i < next + batchSize; i++)
            {
                stranger += manySources ? 1 : 0;
                batch.add(
                    slab.frame(i).wrap(FrameSlab.HEADROOM, DATAGRAM_LENGTH),
                    0, IpAddress.v4Low(stranger), 49_152, 0, 0);
            }
            feed.feed(batch);
        }
        return counters.decap().framesIn();
    }
}
