// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.port.Port;
import io.overlane.port.RingCable;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
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
 *
 * <p>The yardstick is Agrona's ring from one thread to another, which carries the same bytes as messages. Compare the
 * two in one run: the figures depend most on how far apart the two processors are, and a hypervisor may change that.
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
    /** Bytes, as the cable has for its frames. */
    private static final int RING_CAPACITY = 512 * 1024;
    /** A microsecond or so: an engine does not offer to a full port again at once. */
    private static final int PAUSES = 20;

    /** Bytes in a frame. */
    @Param({"64", "1400"})
    private int frameLength;

    private final FrameBatch offered = new FrameBatch(BATCH);
    private final FrameBatch polled = new FrameBatch(BATCH);
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[MTU]);
    private final RingBuffer ring = new OneToOneRingBuffer(
        new UnsafeBuffer(ByteBuffer.allocateDirect(RING_CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));
    private Port from;
    private Port to;

    /** Counts the frames that arrived. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Arrived implements MessageHandler
    {
        /** Frames polled. */
        public long frames;
        private long sum;

        @Override
        public void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length)
        {
            sum += buffer.getLong(index);
        }
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
        pause();
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

    /** Write a batch of messages; what does not fit is written by the next call. */
    @Benchmark
    @Group("yardstick")
    public void write()
    {
        for (int i = 0; i < BATCH; i++)
        {
            if (!ring.write(1, message, 0, frameLength))
            {
                pause();
                return;
            }
        }
    }

    /** Read a batch of messages. */
    @Benchmark
    @Group("yardstick")
    public void read(final Arrived arrived)
    {
        final int count = ring.read(arrived, BATCH);
        if (count == 0)
        {
            Thread.onSpinWait();
        }
        arrived.frames += count;
    }

    private static void pause()
    {
        for (int i = 0; i < PAUSES; i++)
        {
            Thread.onSpinWait();
        }
    }
}
