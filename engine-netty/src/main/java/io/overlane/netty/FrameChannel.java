// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the channels of devices and ports share: each message is one {@link ByteBuf} with one frame, a flush waits while
 * the other side has no room, and there is no remote address.
 */
abstract class FrameChannel extends AbstractChannel
{
    /** Bytes in front of each frame that was read, for a tunnel header. */
    static final int HEADROOM = 64;

    /** Frames before the event loop serves its other channels. */
    static final int FRAMES_PER_LOOP = 64;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, FRAMES_PER_LOOP);

    // Event loop only.
    boolean isReadPending;
    /** Frames wait until the other side has room, and {@link FrameUnsafe#flushNow()} is called then. */
    boolean isFull;

    private volatile boolean isOpen = true;

    FrameChannel()
    {
        super(null);
    }

    /** Auto-read was turned off. Event loop. */
    abstract void onReadStopped();

    /** Close what carries the frames. Event loop, or any thread if the event loop has ended. */
    abstract void release();

    @Override
    protected abstract void doDeregister();

    @Override
    public final ChannelMetadata metadata()
    {
        return METADATA;
    }

    @Override
    public final boolean isOpen()
    {
        return isOpen;
    }

    @Override
    protected final @Nullable SocketAddress remoteAddress0()
    {
        return null;
    }

    @Override
    protected Object filterOutboundMessage(final Object message)
    {
        if (!(message instanceof ByteBuf))
        {
            throw new UnsupportedOperationException("a " + getClass().getSimpleName() +
                " writes frames as ByteBuf, not as " + message.getClass().getName());
        }
        return message;
    }

    @Override
    protected final void doDisconnect()
    {
        doClose();
    }

    @Override
    protected final void doClose()
    {
        isOpen = false;
        doDeregister();
        release();
    }

    /** What the event loop calls. */
    class FrameUnsafe extends AbstractUnsafe
    {
        @Override
        public void connect(final SocketAddress remote, final SocketAddress local, final ChannelPromise promise)
        {
            safeSetFailure(
                promise, new UnsupportedOperationException("a channel of frames has no remote address to connect to"));
        }

        @Override
        protected void flush0()
        {
            if (!isFull)
            {
                super.flush0();
            }
        }

        /** There is room again. */
        final void flushNow()
        {
            isFull = false;
            flush0();
        }
    }

    /** Says when auto-read is turned off. */
    static class Config extends DefaultChannelConfig
    {
        Config(final FrameChannel channel)
        {
            super(channel);
        }

        Config(final FrameChannel channel, final RecvByteBufAllocator allocator)
        {
            super(channel, allocator);
        }

        /** Any thread. */
        @Override
        protected void autoReadCleared()
        {
            final FrameChannel frames = (FrameChannel)channel;
            if (frames.isRegistered())
            {
                frames.eventLoop().execute(() ->
                {
                    if (!isAutoRead())
                    {
                        frames.isReadPending = false;
                        frames.onReadStopped();
                    }
                });
            }
        }
    }
}
