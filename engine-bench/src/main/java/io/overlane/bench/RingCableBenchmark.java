// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.port.Port;
import io.overlane.port.RingCable;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many frames pass from one engine to another, on two threads?
 *
 * <p>One thread offers batches as the decap path of an engine does. The other polls as the encap path does, writes a
 * tunnel header in front of each frame and reads its first word. {@code frames} is the number of frames polled in a
 * second; the figures of the methods are calls.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class RingCableBenchmark
{
    private static final int BATCH = 64;
    private static final int MTU = 1450;
    private static final int CAPACITY = 256;
    private static final int TUNNEL_HEADER = 8;
    /** A microsecond or so: an engine does not offer to a full port again at once. */
    private static final int PAUSES = 20;

    /** Bytes in a frame. */
    @Param({"64", "1400"})
    private int frameLength;

    private final FrameBatch offered = new FrameBatch(BATCH);
    private final FrameBatch polled = new FrameBatch(BATCH);
    private Port from;
    private Port to;

    /** Counts the frames that arrived. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Arrived
    {
        /** Frames polled. */
        public long frames;
        private long sum;
    }

    /** Make the cable and the frames. */
    @Setup
    public void setup()
    {
        final RingCable cable = new RingCable("bench", MTU, CAPACITY);
        from = cable.first();
        to = cable.second();
        for (int i = 0; i < BATCH; i++)
        {
            offered.add(new Frame(new MemoryBuffer(new byte[RingPort.HEADROOM + frameLength]))
                .wrap(RingPort.HEADROOM, frameLength));
        }
    }

    /** Offer a batch; what does not fit is offered again by the next call. */
    @Benchmark
    @Group("handOver")
    public void offer()
    {
        from.offer(offered);
        if (offered.get(BATCH - 1).verdict() == DropReason.NONE)
        {
            return;
        }
        for (int i = 0; i < BATCH; i++)
        {
            offered.get(i).verdict(DropReason.NONE);
        }
        for (int i = 0; i < PAUSES; i++)
        {
            Thread.onSpinWait();
        }
    }

    /** Poll a batch. */
    @Benchmark
    @Group("handOver")
    public void poll(final Arrived arrived)
    {
        polled.clear();
        final int count = to.poll(polled, BATCH);
        for (int i = 0; i < count; i++)
        {
            final Frame frame = polled.get(i);
            arrived.sum += frame.buffer().getLong(frame.offset());
            frame.prepend(TUNNEL_HEADER);
            frame.buffer().putLong(frame.offset(), arrived.sum);
        }
        if (count == 0)
        {
            Thread.onSpinWait();
        }
        arrived.frames += count;
    }
}
