// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.RingPort;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What does a frame cost on its way through the port of an application, in either direction?
 *
 * <p>One thread does the work of both sides, so the transfers between two cores are not in the figures. They are per
 * frame, for writing and reading together.
 */
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
    private UnsafeBuffer source;
    private long sum;

    /** The port, and the frames to carry. */
    @Setup
    public void setup()
    {
        port = new RingPort("bench", MTU, CAPACITY);
        source = new UnsafeBuffer(BufferUtil.allocateDirectAligned(frameLength, BitUtil.CACHE_LINE_LENGTH));
        for (int i = 0; i < BATCH; i++)
        {
            offered.add(new Frame(new UnsafeBuffer(new byte[RingPort.HEADROOM + frameLength]))
                .wrap(RingPort.HEADROOM, frameLength));
        }
    }

    /** @return depends on every frame; each is written into its claim, and its first word read by the engine's side. */
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
        polled.clear();
        port.poll(polled, BATCH);
        for (int i = 0; i < BATCH; i++)
        {
            final Frame frame = polled.get(i);
            sum += frame.buffer().getLong(frame.offset());
        }
        return sum;
    }

    /** @return depends on every frame; each is offered by the engine's side, and its first word read. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long toApplication()
    {
        port.offer(offered);
        int read = 0;
        while (read < BATCH)
        {
            read += port.poll(handler, BATCH);
        }
        return sum;
    }

    private void onFrame(final UnsafeBuffer buffer, final int offset, final int length)
    {
        sum += buffer.getLong(offset);
    }
}
