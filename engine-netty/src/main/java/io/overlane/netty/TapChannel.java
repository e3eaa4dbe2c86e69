// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PreferredDirectByteBufAllocator;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.UncheckedBooleanSupplier;
import io.overlane.tun.TunDevice;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TAP or TUN device, or one queue of it, as a channel on Netty's epoll transport. Each message in both directions is
 * one {@link ByteBuf} with one Ethernet frame (TAP) or IP packet (TUN).
 *
 * <pre>
 *  new Bootstrap()
 *      .group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
 *      .channel(TapChannel.class)
 *      .option(TapChannelOption.MTU, 1450)
 *      .handler(...)
 *      .bind(new DeviceAddress("vx0"))
 * </pre>
 *
 * <p>{@code bind} opens the device of that name, or creates one; {@link #localAddress()} is then its name. See
 * {@link TapChannelOption} for its settings. A device that is open already is given to {@link #TapChannel(TunDevice)},
 * and the channel is registered instead of bound.
 *
 * <p><b>Frames are complete.</b> The device has no offload: the kernel fills in checksums and cuts super-frames. A
 * frame that was read has 64 bytes of headroom in front of its reader index.
 *
 * <p><b>Copies.</b> The kernel copies each frame once, between its own memory and the {@code ByteBuf}. The channel
 * copies a frame that is written from the heap, or from a composite buffer with a part on the heap; a direct composite
 * buffer is written where its parts lie.
 *
 * <p><b>Writing.</b> The promise of a frame fails if the device does not take it, for example because it is down; the
 * channel stays open and the next frame has its own result. A device takes frames without a limit unless
 * {@link io.netty.channel.ChannelOption#SO_SNDBUF} is set. With it, frames wait in the channel while the limit is
 * reached, and the channel is not writable above its high water mark.
 *
 * <p><b>Reading.</b> Without auto-read, each {@code read()} gets one frame or more. Frames that are not read wait in
 * the device's queue, and the kernel drops what does not fit there. A frame longer than the receive buffer is dropped
 * and counted in {@link #cutFrames()}, which happens only if somebody else raises the MTU.
 *
 * <p><b>The end.</b> When the device is removed, the pipeline gets an {@link IOException} that says so, and the channel
 * closes; without auto-read, at the next {@code read()} or write. Closing the channel removes the device unless it is
 * persistent or has another queue open.
 *
 * <p>Methods without another note may be called on any thread, as with every channel.
 */
public final class TapChannel extends FrameChannel implements UnixChannel
{
    private final FrameAllocator allocator = new FrameAllocator();
    private final PreferredDirectByteBufAllocator direct = new PreferredDirectByteBufAllocator();
    private final TapChannelConfig config = new TapChannelConfig(this, allocator);
    private volatile @Nullable DeviceFile file;
    private volatile long cutFrames;

    private @Nullable IoRegistration registration;
    private EpollIoOps ops = EpollIoOps.EPOLLERR;

    /** A channel without a device, to be bound to one. */
    public TapChannel()
    {
        // The device comes with bind.
    }

    /**
     * A channel for a device that is open.
     *
     * @param device without a vnet header; the channel closes it.
     * @throws IOException if the device is closed or cannot be set up.
     * @throws IllegalArgumentException if it has a vnet header.
     */
    public TapChannel(final TunDevice device) throws IOException
    {
        config.use(device);
        file = new DeviceFile(device);
    }

    /**
     * @return the device, for its MAC address and other settings.
     * @throws IllegalStateException before the channel is bound.
     */
    public TunDevice device()
    {
        return bound().device();
    }

    private DeviceFile bound()
    {
        final DeviceFile bound = file;
        if (bound == null)
        {
            throw new IllegalStateException("the channel has no device yet; bind it to a DeviceAddress first");
        }
        return bound;
    }

    /** @return received frames that were dropped because they did not fit the receive buffer. */
    public long cutFrames()
    {
        return cutFrames;
    }

    /** @return the descriptor of the device's queue, which the channel closes; null before the channel is bound. */
    @Override
    public @Nullable FileDescriptor fd()
    {
        final DeviceFile bound = file;
        return bound == null ? null : bound.fd();
    }

    @Override
    public ChannelConfig config()
    {
        return config;
    }

    /** @return true if the channel has a device and is open, whether or not the device is up. */
    @Override
    public boolean isActive()
    {
        return isOpen() && file != null;
    }

    @Override
    protected AbstractUnsafe newUnsafe()
    {
        return new DeviceUnsafe();
    }

    @Override
    protected boolean isCompatible(final EventLoop loop)
    {
        return loop instanceof IoEventLoop io && io.isCompatible(EpollIoHandle.class);
    }

    @Override
    protected @Nullable SocketAddress localAddress0()
    {
        final DeviceFile bound = file;
        return bound == null ? null : new DeviceAddress(bound.device().name());
    }

    @Override
    protected void doRegister(final ChannelPromise promise)
    {
        if (file == null)
        {
            // The event loop gets the descriptor when the channel is bound.
            promise.setSuccess();
            return;
        }
        ((IoEventLoop)eventLoop()).register((DeviceUnsafe)unsafe()).addListener((future) ->
        {
            if (future.isSuccess())
            {
                registration = (IoRegistration)future.getNow();
                registration.submit(ops);
                promise.setSuccess();
            }
            else
            {
                promise.setFailure(future.cause());
            }
        });
    }

    @Override
    protected void doBind(final SocketAddress address) throws Exception
    {
        if (!(address instanceof DeviceAddress name))
        {
            throw new IllegalArgumentException("address " + address + " is not a DeviceAddress");
        }
        if (file != null)
        {
            throw new IllegalStateException("the channel is bound to " + localAddress0() + " already");
        }
        final TunDevice opened = config.open(name.name());
        try
        {
            file = new DeviceFile(opened);
        }
        catch (final IOException ex)
        {
            opened.close();
            throw ex;
        }
        final ChannelPromise registered = newPromise();
        doRegister(registered);
        // On its own thread the event loop registers at once.
        if (!registered.isSuccess())
        {
            doClose();
            throw new IOException("the event loop does not take the device " + opened.name(), registered.cause());
        }
    }

    @Override
    void release()
    {
        final DeviceFile bound = file;
        if (bound != null)
        {
            try
            {
                bound.close();
            }
            catch (final IOException ex)
            {
                pipeline().fireExceptionCaught(ex);
            }
        }
    }

    @Override
    protected void doDeregister()
    {
        ops = EpollIoOps.EPOLLERR;
        isFull = false;
        if (registration != null)
        {
            registration.cancel();
            registration = null;
        }
    }

    @Override
    protected void doBeginRead()
    {
        isReadPending = true;
        watch(ops.with(EpollIoOps.EPOLLIN));
    }

    @Override
    void onReadStopped()
    {
        watch(ops.without(EpollIoOps.EPOLLIN));
    }

    /** Wait for these events. */
    private void watch(final EpollIoOps wanted)
    {
        if (!wanted.equals(ops))
        {
            ops = wanted;
            if (registration != null)
            {
                registration.submit(wanted);
            }
        }
    }

    @Override
    protected Object filterOutboundMessage(final Object message)
    {
        final ByteBuf frame = (ByteBuf)super.filterOutboundMessage(message);
        if (DeviceFile.takes(frame))
        {
            return frame;
        }
        final ByteBuf copy = alloc().directBuffer(frame.readableBytes());
        copy.writeBytes(frame, frame.readerIndex(), frame.readableBytes());
        ReferenceCountUtil.safeRelease(frame);
        return copy;
    }

    @Override
    protected void doWrite(final ChannelOutboundBuffer out)
    {
        final DeviceFile bound = bound();
        for (int left = maxMessagesPerWrite(); left > 0; left--)
        {
            final ByteBuf frame = (ByteBuf)out.current();
            if (frame == null)
            {
                watch(ops.without(EpollIoOps.EPOLLOUT));
                return;
            }
            try
            {
                if (!bound.write(frame))
                {
                    isFull = true;
                    watch(ops.with(EpollIoOps.EPOLLOUT));
                    return;
                }
                out.remove();
            }
            catch (final IOException ex)
            {
                out.remove(bound.explained(ex));
                if (DeviceFile.isRemoved(ex))
                {
                    ((DeviceUnsafe)unsafe()).fail(bound.removed());
                    return;
                }
            }
        }
        eventLoop().execute(() -> ((DeviceUnsafe)unsafe()).flush0());
    }

    /** What the event loop calls. */
    private final class DeviceUnsafe extends FrameUnsafe implements EpollIoHandle
    {
        @Override
        public FileDescriptor fd()
        {
            return bound().fd();
        }

        @Override
        public void close()
        {
            close(voidPromise());
        }

        @Override
        public void handle(final IoRegistration source, final IoEvent event)
        {
            final EpollIoOps ready = ((EpollIoEvent)event).ops();
            if (ready.contains(EpollIoOps.EPOLLERR))
            {
                fail(bound().removed());
                return;
            }
            if (ready.contains(EpollIoOps.EPOLLOUT))
            {
                flushNow();
            }
            if (ready.contains(EpollIoOps.EPOLLIN))
            {
                readFrames();
            }
        }

        private void fail(final IOException cause)
        {
            if (isOpen())
            {
                pipeline().fireExceptionCaught(cause);
                close(voidPromise());
            }
        }

        private void readFrames()
        {
            final ChannelPipeline pipeline = pipeline();
            final RecvByteBufAllocator.ExtendedHandle handle =
                (RecvByteBufAllocator.ExtendedHandle)recvBufAllocHandle();
            handle.reset(config);
            direct.updateAllocator(config.getAllocator());
            IOException failure = null;
            boolean isMore = true;
            while (isMore && isOpen())
            {
                final ByteBuf frame = handle.allocate(direct);
                try
                {
                    isMore = read(frame, handle);
                }
                catch (final IOException ex)
                {
                    failure = bound().explained(ex);
                    isMore = false;
                }
                if (frame.isReadable())
                {
                    isReadPending = false;
                    pipeline.fireChannelRead(frame);
                }
                else
                {
                    frame.release();
                }
                isMore = isMore && handle.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER);
            }
            handle.readComplete();
            pipeline.fireChannelReadComplete();
            if (failure != null)
            {
                fail(failure);
            }
            else if (!isReadPending && !config.isAutoRead())
            {
                watch(ops.without(EpollIoOps.EPOLLIN));
            }
        }

        /** Reads one frame. @return false if none was waiting. */
        private boolean read(final ByteBuf frame, final RecvByteBufAllocator.ExtendedHandle handle) throws IOException
        {
            final int room = frame.writableBytes();
            handle.attemptedBytesRead(room);
            final int length = bound().read(frame);
            handle.lastBytesRead(length);
            handle.incMessagesRead(length > 0 ? 1 : 0);
            if (length == room)
            {
                cutFrames++;
                allocator.grow();
            }
            else if (length > 0)
            {
                frame.writerIndex(frame.writerIndex() + length);
            }
            return length > 0;
        }
    }
}
