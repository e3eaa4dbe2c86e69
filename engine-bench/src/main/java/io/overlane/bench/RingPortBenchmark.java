// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.port.RingPort;
import io.overlane.port.RingPortContext;
import io.overlane.port.SlowReader;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How long does a frame take through an application's port, in either direction?
 *
 * <p>One thread does the work of both sides, so the figures do not include transfers between cores. They are per frame,
 * for writing and reading together.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class RingPortBenchmark extends PathBenchmark
{
    private static final int BATCH = 64;
    private static final int MTU = 1450;
    private static final int CAPACITY = 256;

    /** Bytes in a frame. */
    @Param({"64", "1400"})
    private int frameLength;

    private final RingPort.FrameHandler handler = this::onFrame;
    private final FrameBatch polled = new FrameBatch(BATCH);
    private final FrameBatch offered = new FrameBatch(BATCH);
    private RingPort port;
    private RingPort overwritingPort;
    private RingPort blockingPort;
    private MemoryBuffer source;
    private long sum;

    /** Make the port and the frames. */
    @Setup
    public void setup()
    {
        port = new RingPort("bench", MTU, CAPACITY);
        final RingPortContext context = new RingPortContext().mtu(MTU).capacity(CAPACITY);
        overwritingPort = new RingPort(context.slowReader(SlowReader.DROP_OLDEST));
        blockingPort = new RingPort(context.slowReader(SlowReader.BLOCK));
        source = MemoryBuffer.allocate(frameLength, BitUtil.CACHE_LINE_LENGTH);
        for (int i = 0; i < BATCH; i++)
        {
            offered.add(new Frame(new MemoryBuffer(new byte[RingPort.HEADROOM + frameLength]))
                .wrap(RingPort.HEADROOM, frameLength));
        }
    }

    /** @return a sum over all frames. Each is written into its claim, and the engine's side reads its first word. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long toEngine()
    {
        for (int i = 0; i < BATCH; i++)
        {
            final int index = port.tryClaim(frameLength);
            if (index < 0)
            {
                throw new IllegalStateException("ring full");
            }
            port.buffer().putBytes(index, source, 0, frameLength);
            port.commit(index);
        }
        return poll();
    }

    /** @return a sum over all frames. Each is sent, and the engine's side reads its first word. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long send()
    {
        for (int i = 0; i < BATCH; i++)
        {
            if (port.send(source, 0, frameLength) != RingPort.SENT)
            {
                throw new IllegalStateException("not sent");
            }
        }
        return poll();
    }

    private long poll()
    {
        polled.clear();
        port.poll(polled, BATCH);
        for (int i = 0; i < BATCH; i++)
        {
            final Frame frame = polled.get(i);
            sum += frame.buffer().getLong(frame.offset());
        }
        return sum;
    }

    /** @return a sum over all frames. The engine's side offers each, and its first word is read. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long toApplication()
    {
        port.offer(offered);
        return read(port);
    }

    /** @return as {@link #toApplication()}, from a port that copies frames because it may overwrite them. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long toOverwritingApplication()
    {
        overwritingPort.offer(offered);
        return read(overwritingPort);
    }

    /** @return as {@link #toApplication()}, from a port that frees the room of each frame at once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long toBlockingApplication()
    {
        blockingPort.offer(offered);
        return read(blockingPort);
    }

    /** @return the number of frames overwritten so far: nobody reads, so each offer takes the place of older frames. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long overwrite()
    {
        overwritingPort.offer(offered);
        return overwritingPort.overwritten();
    }

    private long read(final RingPort from)
    {
        int read = 0;
        while (read < BATCH)
        {
            read += from.poll(handler, BATCH);
        }
        return sum;
    }

    private void onFrame(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        sum += buffer.getLong(offset);
    }
}
