// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.overlane.port.RingPort;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.agrona.MutableDirectBuffer;

/**
 * The application's side of a {@link RingPort} as a channel on any event loop. Each message in both directions is one
 * {@link ByteBuf} with one frame.
 *
 * <pre>
 *  new Bootstrap()
 *      .group(eventLoops)
 *      .channelFactory(() -&gt; new PortChannel(port))
 *      .handler(...)
 *      .register()
 * </pre>
 *
 * <p><b>Copies.</b> One in each direction, between the port's ring and the {@code ByteBuf}, wherever that lies. A frame
 * that was read has 64 bytes of headroom in front of its reader index.
 *
 * <p><b>Writing.</b> A write claims room in the ring and commits. While the ring is full the channel is not writable,
 * and frames wait in the channel; the flush goes on as soon as the engine has freed room. The promise of a frame that
 * is too long for the port fails, and the channel stays open.
 *
 * <p><b>Reading.</b> With auto-read, frames are read in batches as soon as the engine offers them. Without it, each
 * {@code read()} gets one frame, and the others wait in the ring; see {@link RingPort} for the limits.
 *
 * <p><b>The end.</b> When the engine removes or closes the port, the channel reads the frames that wait and then
 * closes; without auto-read, at the next {@code read()}. Closing the channel closes the port. The port has no other
 * reader and no other callbacks meanwhile; other threads may send through it.
 */
public final class PortChannel extends FrameChannel
{
    /** Which of the writability flags that Netty leaves to applications says that the ring is full. */
    private static final int RING_FLAG = 31;

    private final RingPort port;
    private final Config config = new Config(this);
    private final RingPort.FrameHandler copier = this::copy;
    private final Runnable reading = this::readFrames;
    private final Runnable end = this::closeNow;
    private final ByteBuffer ring;

    // Event loop only.
    private final ArrayDeque<ByteBuf> received = new ArrayDeque<>(FRAMES_PER_LOOP);
    private boolean mayHaveFrames;

    /** @param port whose application's side this is; the channel closes it. */
    public PortChannel(final RingPort port)
    {
        this.port = port;
        final ByteBuffer memory = Objects.requireNonNull(port.buffer().byteBuffer()).duplicate();
        ring = memory.position(port.buffer().wrapAdjustment()).slice();
    }

    /** @return the port. */
    public RingPort port()
    {
        return port;
    }

    @Override
    public ChannelConfig config()
    {
        return config;
    }

    @Override
    public boolean isActive()
    {
        return isOpen();
    }

    @Override
    protected AbstractUnsafe newUnsafe()
    {
        return new FrameUnsafe();
    }

    @Override
    protected boolean isCompatible(final EventLoop loop)
    {
        return true;
    }

    @Override
    protected SocketAddress localAddress0()
    {
        return new DeviceAddress(port.name());
    }

    @Override
    protected void doRegister(final ChannelPromise promise)
    {
        if (eventLoop() instanceof SingleThreadEventExecutor loop)
        {
            loop.addShutdownHook(end);
        }
        port.onFrames(() -> onEventLoop(this::framesArrived));
        port.onRoom(() -> onEventLoop(this::roomArrived));
        promise.setSuccess();
    }

    @Override
    protected void doDeregister()
    {
        port.onFrames(null);
        port.onRoom(null);
        if (isRegistered() && eventLoop() instanceof SingleThreadEventExecutor loop)
        {
            loop.removeShutdownHook(end);
        }
    }

    /** Called by the engine. An event loop that has ended takes no task: the port is of no use then. */
    private void onEventLoop(final Runnable task)
    {
        try
        {
            eventLoop().execute(task);
        }
        catch (final RejectedExecutionException ex)
        {
            doClose();
        }
    }

    @Override
    protected void doBind(final SocketAddress address)
    {
        throw new UnsupportedOperationException("a PortChannel has its port already; register it instead");
    }

    @Override
    void release()
    {
        port.close();
        received.forEach(ReferenceCountUtil::release);
        received.clear();
    }

    @Override
    protected void doBeginRead()
    {
        if (!isReadPending)
        {
            isReadPending = true;
            if (mayHaveFrames || !received.isEmpty())
            {
                eventLoop().execute(reading);
            }
        }
    }

    @Override
    void onReadStopped()
    {
        // Frames wait in the ring, or among those that were received.
    }

    private void framesArrived()
    {
        mayHaveFrames = true;
        readFrames();
    }

    private void closeNow()
    {
        unsafe().close(voidPromise());
    }

    private void readFrames()
    {
        if (!isReadPending || !isOpen())
        {
            return;
        }
        // Asked before the poll, because frames may arrive between a poll and the end.
        final boolean isLast = port.isClosed();
        if (received.isEmpty() && mayHaveFrames)
        {
            final int limit = config.isAutoRead() ? FRAMES_PER_LOOP : 1;
            // After fewer frames the port calls again when there are more.
            mayHaveFrames = port.poll(copier, limit) == limit;
        }
        if (!received.isEmpty())
        {
            isReadPending = false;
            final ChannelPipeline pipeline = pipeline();
            do
            {
                pipeline.fireChannelRead(received.poll());
            }
            while (config.isAutoRead() && !received.isEmpty());
            pipeline.fireChannelReadComplete();
        }
        if (isOpen() && received.isEmpty() && !mayHaveFrames && isLast)
        {
            closeNow();
        }
    }

    private void copy(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        final ByteBuf frame = config.getAllocator().ioBuffer(HEADROOM + length, HEADROOM + length);
        final ByteBuffer memory = frame.internalNioBuffer(HEADROOM, length);
        buffer.getBytes(offset, memory, memory.position(), length);
        received.add(frame.setIndex(HEADROOM, HEADROOM + length));
    }

    private void roomArrived()
    {
        final ChannelOutboundBuffer out = unsafe().outboundBuffer();
        if (out != null)
        {
            out.setUserDefinedWritability(RING_FLAG, true);
            ((FrameUnsafe)unsafe()).flushNow();
        }
    }

    @Override
    protected void doWrite(final ChannelOutboundBuffer out)
    {
        for (ByteBuf frame = (ByteBuf)out.current(); frame != null; frame = (ByteBuf)out.current())
        {
            final int length = frame.readableBytes();
            final int index = port.tryClaim(length);
            if (index >= 0)
            {
                fill(index, frame, length);
                if (port.commit(index))
                {
                    out.remove();
                }
                else
                {
                    out.remove(closed());
                }
            }
            else if (index == RingPort.FULL)
            {
                isFull = true;
                out.setUserDefinedWritability(RING_FLAG, false);
                return;
            }
            else
            {
                out.remove(index == RingPort.CLOSED ? closed() : new IOException("a frame of " + length +
                    " bytes is too long for port " + port.name() + ", which takes " + port.maxTaggedFrameLength()));
            }
        }
    }

    private void fill(final int index, final ByteBuf frame, final int length)
    {
        try
        {
            frame.getBytes(frame.readerIndex(), ring.clear().limit(index + length).position(index));
        }
        catch (final RuntimeException ex)
        {
            port.abort(index);
            throw ex;
        }
    }

    private IOException closed()
    {
        return new IOException("port " + port.name() + " is closed");
    }
}
