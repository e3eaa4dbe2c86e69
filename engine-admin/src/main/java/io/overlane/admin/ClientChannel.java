// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;

/**
 * A connection that was given away: a write waits until the client takes the bytes, and the channel is no longer open
 * once the client has gone. An interrupt ends a write.
 */
final class ClientChannel implements WritableByteChannel
{
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final SocketChannel channel;
    private final ByteBuffer ignored = ByteBuffer.allocate(64);

    ClientChannel(final SocketChannel channel)
    {
        this.channel = channel;
    }

    @Override
    public int write(final ByteBuffer source) throws IOException
    {
        int written = channel.write(source);
        while (written == 0 && source.hasRemaining())
        {
            if (Thread.interrupted())
            {
                channel.close();
                throw new IOException("interrupted while the client takes nothing");
            }
            LockSupport.parkNanos(PAUSE_NS);
            written = channel.write(source);
        }
        return written;
    }

    /**
     * Asks the socket whether the client has closed its end, and then closes this one, too: nobody else closes a
     * channel that is not open. What a client still sends is ignored.
     */
    @Override
    public boolean isOpen()
    {
        try
        {
            ignored.clear();
            if (channel.isOpen() && channel.read(ignored) >= 0)
            {
                return true;
            }
        }
        catch (final IOException ex)
        {
            // The client has gone.
        }
        CloseHelper.quietClose(channel);
        return false;
    }

    @Override
    public void close() throws IOException
    {
        channel.close();
    }
}
