// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.netty.PortChannel;
import io.overlane.netty.VxlanFrame;
import io.overlane.netty.VxlanFrameDecoder;
import io.overlane.netty.VxlanFrameEncoder;
import io.overlane.port.RingPort;
import java.net.InetSocketAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How long does a frame take through an application's port as a Netty channel, and through the VXLAN codec?
 *
 * <p>One thread does the work of the event loop and of the engine's side, so the figures include neither transfers
 * between cores nor system calls. They are per frame, with the allocation and release of its {@code ByteBuf}.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class NettyBenchmark extends PathBenchmark
{
    private static final int BATCH = 64;
    private static final int VNI = 42;
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.2", 4789);

    /** Bytes in a frame. */
    @Param({"64", "1400"})
    private int frameLength;

    private final FrameBatch polled = new FrameBatch(BATCH);
    private final FrameBatch offered = new FrameBatch(BATCH);
    private ManualIoEventLoop loop;
    private RingPort port;
    private Channel channel;
    private EmbeddedChannel codec;
    private long read;

    /** Make the channels; this thread is their event loop. */
    @Setup
    public void setup()
    {
        loop = new ManualIoEventLoop(Thread.currentThread(), NioIoHandler.newFactory());
        port = new RingPort("bench", 1450, 256);
        channel = new Bootstrap().group(loop).channelFactory(() -> new PortChannel(port))
            .handler(new ChannelInboundHandlerAdapter()
            {
                @Override
                public void channelRead(final ChannelHandlerContext context, final Object message)
                {
                    read += ((ByteBuf)message).readableBytes();
                    ReferenceCountUtil.release(message);
                }
            }).register().channel();
        loop.runNow();
        codec = new EmbeddedChannel(new VxlanFrameDecoder(), new VxlanFrameEncoder());
        for (int i = 0; i < BATCH; i++)
        {
            offered.add(new Frame(new MemoryBuffer(new byte[RingPort.HEADROOM + frameLength]))
                .wrap(RingPort.HEADROOM, frameLength));
        }
    }

    /** Release what the channels hold. */
    @TearDown
    public void tearDown()
    {
        channel.close();
        loop.runNow();
        codec.finishAndReleaseAll();
    }

    /** @return frames that the engine's side polled. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int portToEngine()
    {
        for (int i = 0; i < BATCH; i++)
        {
            channel.write(frame(), channel.voidPromise());
        }
        channel.flush();
        loop.runNow();
        polled.clear();
        return port.poll(polled, BATCH);
    }

    /** @return bytes that the handler read. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long portFromEngine()
    {
        port.offer(offered);
        loop.runNow();
        return read;
    }

    /** @return true if there was a datagram; the header is written into the frame's headroom. */
    @Benchmark
    public boolean encodeIntoHeadroom()
    {
        codec.writeOutbound(new VxlanFrame(VNI, PEER, frame()));
        return ReferenceCountUtil.release(codec.readOutbound());
    }

    /** @return true if there was a datagram; header and frame are a composite buffer. */
    @Benchmark
    public boolean encodeComposite()
    {
        // Somebody else holds the frame too.
        final ByteBuf frame = frame();
        codec.writeOutbound(new VxlanFrame(VNI, PEER, frame.retain()));
        ReferenceCountUtil.release(codec.readOutbound());
        return frame.release();
    }

    /** @return true if there was a frame. */
    @Benchmark
    public boolean decode()
    {
        final ByteBuf datagram = frame();
        datagram.setLong(RingPort.HEADROOM, 0x0800_0000_0000_2A00L);
        codec.writeInbound(new DatagramPacket(datagram, PEER, PEER));
        return ReferenceCountUtil.release(codec.readInbound());
    }

    private ByteBuf frame()
    {
        final int length = RingPort.HEADROOM + frameLength;
        return ByteBufAllocator.DEFAULT.directBuffer(length, length).setIndex(RingPort.HEADROOM, length);
    }
}
