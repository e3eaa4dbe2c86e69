// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** A connection whose client has sent everything and closed its sending side, and takes what it gets. */
final class MemoryChannel extends SocketChannel
{
    private final ByteBuffer request;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();

    MemoryChannel(final byte[] request)
    {
        super(SelectorProvider.provider());
        this.request = ByteBuffer.wrap(request);
    }

    byte[] answer()
    {
        return answer.toByteArray();
    }

    /** A key of this channel that no selector has. */
    SelectionKey key()
    {
        return new Key(this);
    }

    @Override
    public int read(final ByteBuffer target)
    {
        if (!request.hasRemaining())
        {
            return -1;
        }
        // In parts, as a socket may deliver it.
        final int length = Math.min(Math.min(request.remaining(), target.remaining()), 100);
        target.put(request.slice(request.position(), length));
        request.position(request.position() + length);
        return length;
    }

    @Override
    public int write(final ByteBuffer source)
    {
        final int length = Math.min(source.remaining(), 4096);
        for (int i = 0; i < length; i++)
        {
            answer.write(source.get());
        }
        return length;
    }

    @Override
    public long read(final ByteBuffer[] targets, final int offset, final int length)
    {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(final ByteBuffer[] sources, final int offset, final int length)
    {
        throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel bind(final SocketAddress local)
    {
        return this;
    }

    @Override
    public <T> SocketChannel setOption(final SocketOption<T> name, final T value)
    {
        return this;
    }

    @Override
    public <T> T getOption(final SocketOption<T> name)
    {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions()
    {
        return Set.of();
    }

    @Override
    public SocketChannel shutdownInput()
    {
        return this;
    }

    @Override
    public SocketChannel shutdownOutput()
    {
        return this;
    }

    @Override
    public Socket socket()
    {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnected()
    {
        return true;
    }

    @Override
    public boolean isConnectionPending()
    {
        return false;
    }

    @Override
    public boolean connect(final SocketAddress remote)
    {
        return true;
    }

    @Override
    public boolean finishConnect()
    {
        return true;
    }

    @Override
    public SocketAddress getRemoteAddress()
    {
        return null;
    }

    @Override
    public SocketAddress getLocalAddress()
    {
        return null;
    }

    @Override
    protected void implCloseSelectableChannel()
    {
        // There is nothing to close.
    }

    @Override
    protected void implConfigureBlocking(final boolean block)
    {
        // It never blocks.
    }

    /** Interest in nothing and everything. */
    private static final class Key extends SelectionKey
    {
        private final SelectableChannel channel;

        private Key(final SelectableChannel channel)
        {
            this.channel = channel;
        }

        @Override
        public SelectableChannel channel()
        {
            return channel;
        }

        @Override
        public Selector selector()
        {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isValid()
        {
            return true;
        }

        @Override
        public void cancel()
        {
            // No selector has it.
        }

        @Override
        public int interestOps()
        {
            return 0;
        }

        @Override
        public SelectionKey interestOps(final int ops)
        {
            return this;
        }

        @Override
        public int readyOps()
        {
            return 0;
        }
    }
}
