// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import java.util.concurrent.TimeUnit;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
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
 * What does it cost to hand one frame through Agrona's ring, claimed and committed in place?
 *
 * <p>One thread writes a batch and reads it back, so this is the work of both sides without the cache line transfers
 * between two cores; a figure per frame, writing and reading together.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = BenchmarkJvm.EXPORTS)
public class RingHandoverBenchmark
{
    private static final int BATCH = 64;
    private static final int CAPACITY = 256 * 1024;
    private static final int FRAME_TYPE = 1;

    /** Bytes in a frame. */
    @Param({"64", "1400"})
    private int frameLength;

    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(
        BufferUtil.allocateDirectAligned(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
    private final MessageHandler handler = this::onFrame;
    private UnsafeBuffer source;
    private UnsafeBuffer sink;
    private long sum;

    /** The memory frames come from and go to. */
    @Setup
    public void setup()
    {
        source = new UnsafeBuffer(BufferUtil.allocateDirectAligned(frameLength, BitUtil.CACHE_LINE_LENGTH));
        sink = new UnsafeBuffer(BufferUtil.allocateDirectAligned(frameLength, BitUtil.CACHE_LINE_LENGTH));
    }

    /** @return something that depends on every frame; each is written into its claim, and its first word read. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long claimAndRead()
    {
        for (int i = 0; i < BATCH; i++)
        {
            final int index = ring.tryClaim(FRAME_TYPE, frameLength);
            if (index < 0)
            {
                throw new IllegalStateException("ring full");
            }
            ring.buffer().putBytes(index, source, 0, frameLength);
            ring.commit(index);
        }
        int read = 0;
        while (read < BATCH)
        {
            read += ring.read(handler);
        }
        return sum;
    }

    /** @return the same without the ring: the copy alone. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long copyOnly()
    {
        for (int i = 0; i < BATCH; i++)
        {
            sink.putBytes(0, source, 0, frameLength);
            sum += sink.getLong(0);
        }
        return sum;
    }

    private void onFrame(final int type, final MutableDirectBuffer buffer, final int index, final int length)
    {
        sum += buffer.getLong(index);
    }
}
