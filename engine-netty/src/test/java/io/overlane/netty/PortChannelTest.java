// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames between an engine, whose part the test plays, and a channel on an event loop. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PortChannelTest
{
    private static final int CAPACITY = 16;
    private static final long PATIENCE_S = 20;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final RingPort port = new RingPort("app", 1450, CAPACITY);
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private final FrameBatch batch = new FrameBatch(64);
    private Channel channel;

    @AfterEach
    void close() throws Exception
    {
        if (channel.isOpen())
        {
            channel.close().sync();
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertNull(events.poll());
    }

    @Test
    void shouldCarryFramesToTheEngine() throws Exception
    {
        open(true);
        final ByteBuf parts = ByteBufAllocator.DEFAULT.compositeBuffer()
            .addComponents(true, direct(bytes(1, 30)), ByteBufAllocator.DEFAULT.heapBuffer().writeBytes(bytes(2, 50)));
        final ByteBuf behind = direct(new byte[10]).writeBytes(bytes(4, 60)).skipBytes(10);
        channel.write(direct(bytes(3, 100)));
        channel.write(parts);
        channel.writeAndFlush(behind).sync();

        assertEquals(3, port.poll(batch, 64));
        assertArrayEquals(bytes(3, 100), frame(0));
        assertArrayEquals(bytes(1, 30), Arrays.copyOf(frame(1), 30));
        assertArrayEquals(bytes(2, 50), Arrays.copyOfRange(frame(1), 30, 80));
        assertArrayEquals(bytes(4, 60), frame(2));
        assertEquals(0, parts.refCnt() + behind.refCnt());
    }

    @Test
    void shouldCarryFramesFromTheEngineInOrder() throws Exception
    {
        open(true);
        int next = 0;
        for (int round = 0; round < 200; round++)
        {
            final int count = 1 + round % CAPACITY;
            assertEquals(count, offer(next, count));
            for (int i = 0; i < count; i++)
            {
                final ByteBuf frame = take();
                assertArrayEquals(bytes(next, 100), ByteBufUtil.getBytes(frame));
                assertEquals(64, frame.readerIndex());
                frame.release();
                next++;
            }
        }
    }

    @Test
    void shouldReadOnlyWhatIsAskedForWithoutAutoRead() throws Exception
    {
        open(false);
        offer(0, 3);
        settle();
        assertNull(events.poll());
        for (int i = 0; i < 3; i++)
        {
            channel.read();
            assertTaken(i);
            settle();
            assertNull(events.poll());
        }
        channel.read();
        settle();
        offer(3, 2);
        assertTaken(3);
        settle();
        assertNull(events.poll());
        channel.config().setAutoRead(true);
        assertTaken(4);
        channel.config().setAutoRead(false);
        settle();
        offer(5, 1);
        settle();
        assertNull(events.poll());
        channel.read();
        assertTaken(5);
    }

    @Test
    void shouldKeepFramesWhenAHandlerTurnsAutoReadOff() throws Exception
    {
        open(new Recorder()
        {
            @Override
            public void channelRead(final ChannelHandlerContext context, final Object message)
            {
                context.channel().config().setAutoRead(false);
                super.channelRead(context, message);
            }
        }, true);
        offer(0, 5);
        assertTaken(0);
        settle();
        assertNull(events.poll());
        channel.read();
        assertTaken(1);
        // The others are released when the channel closes.
    }

    @Test
    void shouldNotBeWritableWhileTheRingIsFull() throws Exception
    {
        open(true);
        ChannelFuture last = null;
        int written = 0;
        while (channel.isWritable())
        {
            last = channel.writeAndFlush(direct(bytes(written, 1000)));
            settle();
            written++;
        }
        assertEquals("unwritable", events.poll(PATIENCE_S, TimeUnit.SECONDS));
        assertNotNull(last);
        assertFalse(last.isDone());
        assertTrue(written >= CAPACITY);

        int polled = 0;
        while (polled < written)
        {
            batch.clear();
            final int count = port.poll(batch, 64);
            for (int i = 0; i < count; i++)
            {
                assertArrayEquals(bytes(polled, 1000), frame(i));
                polled++;
            }
        }
        assertTrue(last.await(PATIENCE_S, TimeUnit.SECONDS) && last.isSuccess());
        assertEquals("writable", events.poll(PATIENCE_S, TimeUnit.SECONDS));
    }

    @Test
    void shouldFailAFrameThatIsTooLongAndGoOn() throws Exception
    {
        open(true);
        final ChannelFuture tooLong = channel.writeAndFlush(direct(new byte[1469])).await();
        assertEquals("a frame of 1469 bytes is too long for port app, which takes 1468",
            assertInstanceOf(IOException.class, tooLong.cause()).getMessage());
        assertInstanceOf(UnsupportedOperationException.class, channel.writeAndFlush("text").await().cause());
        assertTrue(channel.writeAndFlush(direct(bytes(0, 100))).await().isSuccess());
        assertEquals(1, port.poll(batch, 64));
    }

    @Test
    void shouldReadWhatWaitsAndCloseWhenThePortIsClosed() throws Exception
    {
        open(false);
        offer(0, 3);
        port.close();
        channel.config().setAutoRead(true);
        for (int i = 0; i < 3; i++)
        {
            assertTaken(i);
        }
        assertTrue(channel.closeFuture().await(PATIENCE_S, TimeUnit.SECONDS));
        assertInstanceOf(IOException.class, channel.writeAndFlush(direct(new byte[60])).await().cause());
    }

    @Test
    void shouldFailWritesToAClosedPort() throws Exception
    {
        open(false);
        port.close();
        final ChannelFuture write = channel.writeAndFlush(direct(new byte[60])).await();
        assertEquals("port app is closed", write.cause().getMessage());
        channel.read();
        assertTrue(channel.closeFuture().await(PATIENCE_S, TimeUnit.SECONDS));
    }

    @Test
    void shouldCloseThePortWithTheChannelAndWithTheEventLoop() throws Exception
    {
        open(true);
        final RingPort other = new RingPort("other", 1450, CAPACITY);
        final EventLoopGroup own = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        new Bootstrap().group(own).channelFactory(() -> new PortChannel(other)).handler(new Recorder())
            .register().sync();
        own.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertTrue(other.isClosed());

        offer(0, 1);
        take().release();
        channel.close().sync();
        assertTrue(port.isClosed());
    }

    @Test
    void shouldGoOnOnAnotherEventLoop() throws Exception
    {
        open(true);
        offer(0, 1);
        assertTaken(0);
        channel.deregister().sync();
        offer(1, 2);
        final EventLoopGroup own = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        own.register(channel).sync();
        assertTaken(1);
        assertTaken(2);
        channel.close().sync();
        own.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    /** An engine's thread sends each frame back; nothing is lost or changes its place, however full the rings are. */
    @Test
    void shouldLoseNothingBetweenTwoBusyThreads() throws Exception
    {
        final int frames = 50_000;
        final int[] next = new int[1];
        open(new Recorder()
        {
            private int sent;

            @Override
            public void channelActive(final ChannelHandlerContext context)
            {
                send(context);
            }

            @Override
            public void channelRead(final ChannelHandlerContext context, final Object message)
            {
                final ByteBuf frame = (ByteBuf)message;
                if (frame.getInt(frame.readerIndex()) != next[0]++ || next[0] == frames)
                {
                    events.add(next[0]);
                }
                frame.release();
            }

            @Override
            public void channelReadComplete(final ChannelHandlerContext context)
            {
                send(context);
            }

            @Override
            public void channelWritabilityChanged(final ChannelHandlerContext context)
            {
                send(context);
            }

            private void send(final ChannelHandlerContext context)
            {
                // No more than the ring back holds, because an engine drops what does not fit.
                while (sent < frames && sent - next[0] < CAPACITY && context.channel().isWritable())
                {
                    context.write(context.alloc().directBuffer(100).writeInt(sent++).writerIndex(100));
                }
                context.flush();
            }
        }, true);
        while (events.isEmpty())
        {
            batch.clear();
            if (port.poll(batch, 64) == 0)
            {
                port.await(TimeUnit.MILLISECONDS.toNanos(10));
            }
            port.offer(batch);
        }
        assertEquals(frames, events.poll());
    }

    private void open(final boolean autoRead) throws InterruptedException
    {
        open(new Recorder(), autoRead);
    }

    private void open(final Recorder recorder, final boolean autoRead) throws InterruptedException
    {
        channel = new Bootstrap().group(group).channelFactory(() -> new PortChannel(port)).handler(recorder)
            .option(ChannelOption.AUTO_READ, autoRead).register().sync().channel();
        assertEquals(new DeviceAddress("app"), channel.localAddress());
        assertTrue(channel.isActive());
    }

    private int offer(final int first, final int count)
    {
        final FrameSlab slab = new FrameSlab(count, 100);
        final FrameBatch offered = new FrameBatch(count);
        for (int i = 0; i < count; i++)
        {
            final Frame frame = slab.frame(i).wrap(FrameSlab.HEADROOM, 100);
            frame.buffer().putBytes(frame.offset(), bytes(first + i, 100));
            offered.add(frame);
        }
        port.offer(offered);
        int taken = 0;
        for (int i = 0; i < count; i++)
        {
            taken += offered.get(i).verdict() == DropReason.NONE ? 1 : 0;
        }
        return taken;
    }

    /** Tasks that were submitted before are done, and those that they submitted. */
    private void settle() throws InterruptedException
    {
        for (int i = 0; i < 3; i++)
        {
            channel.eventLoop().submit(() -> {}).sync();
        }
    }

    private ByteBuf take() throws InterruptedException
    {
        return assertInstanceOf(ByteBuf.class, events.poll(PATIENCE_S, TimeUnit.SECONDS));
    }

    private void assertTaken(final int number) throws InterruptedException
    {
        final ByteBuf frame = take();
        assertArrayEquals(bytes(number, 100), ByteBufUtil.getBytes(frame));
        frame.release();
    }

    private byte[] frame(final int index)
    {
        final Frame frame = batch.get(index);
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }

    private static byte[] bytes(final int number, final int length)
    {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte)(number * 31 + 7));
        bytes[0] = (byte)(number >> 8);
        bytes[1] = (byte)number;
        return bytes;
    }

    private static ByteBuf direct(final byte... bytes)
    {
        return ByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }

    /** Keeps frames and changes of writability. */
    private class Recorder extends ChannelInboundHandlerAdapter
    {
        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message)
        {
            events.add(message);
        }

        @Override
        public void channelWritabilityChanged(final ChannelHandlerContext context)
        {
            events.add(context.channel().isWritable() ? "writable" : "unwritable");
        }
    }
}
