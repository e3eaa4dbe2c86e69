// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One TCP stream at a steady rate whose bytes the receiver compares; a connection that breaks is made again. */
final class TcpStream implements AutoCloseable
{
    private static final int CHUNK = 64 * 1024;
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A prime, so that a shift by any length of a buffer or segment shows. */
    private static final int PERIOD = 251;

    private final Inside from;
    private final InetSocketAddress target;
    private final ServerSocketChannel server;
    private final int segment;
    private final int fromHost;
    private final int toHost;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong damaged = new AtomicLong();
    private final AtomicLong breaks = new AtomicLong();
    private volatile long bytesPerS;
    private volatile boolean isStopped;
    private volatile SocketChannel sending;
    private volatile SocketChannel receiving;

    TcpStream(final SoakLab lab, final int segment, final int fromHost, final int toHost, final int port)
        throws IOException
    {
        this.segment = segment;
        this.fromHost = fromHost;
        this.toHost = toHost;
        from = lab.inside(fromHost);
        target = new InetSocketAddress(SoakLab.address(segment, toHost), port);
        server = lab.inside(toHost).call(() -> ServerSocketChannel.open().bind(target));
    }

    void start()
    {
        daemon(this::sendAll, "soak-tcp-send");
        daemon(this::receiveAll, "soak-tcp-receive");
    }

    private static void daemon(final Runnable work, final String name)
    {
        final Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Bytes per second. */
    void rate(final long perS)
    {
        bytesPerS = perS;
    }

    long received()
    {
        return received.get();
    }

    /** Buffers with other bytes than were sent. */
    long damaged()
    {
        return damaged.get();
    }

    /** Connections that broke. */
    long breaks()
    {
        return breaks.get();
    }

    private static byte[] pattern()
    {
        final byte[] bytes = new byte[CHUNK + PERIOD];
        for (int i = 0; i < bytes.length; i++)
        {
            bytes[i] = (byte)(i % PERIOD);
        }
        return bytes;
    }

    private void sendAll()
    {
        final byte[] pattern = pattern();
        while (!isStopped)
        {
            try (SocketChannel channel = from.call(SocketChannel::open))
            {
                sending = channel;
                channel.socket().connect(target, CONNECT_TIMEOUT_MS);
                send(channel, pattern);
            }
            catch (final IOException ex)
            {
                breaks.incrementAndGet();
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
        }
    }

    private void send(final SocketChannel channel, final byte[] pattern) throws IOException
    {
        long position = 0;
        double due = 0;
        long lastNs = System.nanoTime();
        while (!isStopped)
        {
            final long nowNs = System.nanoTime();
            due = Math.min(due + (nowNs - lastNs) / 1e9 * bytesPerS, CHUNK);
            lastNs = nowNs;
            if (due >= 1)
            {
                final ByteBuffer bytes = ByteBuffer.wrap(pattern, (int)(position % PERIOD), (int)due);
                position += bytes.remaining();
                due -= bytes.remaining();
                while (bytes.hasRemaining())
                {
                    channel.write(bytes);
                }
            }
            // At full speed, when the rate is measured, there is no pause.
            if (bytesPerS < Integer.MAX_VALUE)
            {
                LockSupport.parkNanos(TICK_NS);
            }
        }
    }

    private void receiveAll()
    {
        final byte[] pattern = pattern();
        while (!isStopped)
        {
            try (SocketChannel channel = server.accept())
            {
                receiving = channel;
                final ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
                long position = 0;
                for (int length = channel.read(bytes); length >= 0; length = channel.read(bytes.clear()))
                {
                    final boolean isWhole = ByteBuffer.wrap(pattern, (int)(position % PERIOD), length)
                        .equals(bytes.flip());
                    damaged.addAndGet(isWhole ? 0 : 1);
                    position += length;
                    received.addAndGet(length);
                }
            }
            catch (final IOException ex)
            {
                breaks.incrementAndGet();
            }
        }
    }

    @Override
    public void close() throws IOException
    {
        isStopped = true;
        server.close();
        for (final SocketChannel channel : new SocketChannel[]{sending, receiving})
        {
            if (channel != null)
            {
                channel.close();
            }
        }
    }

    @Override
    public String toString()
    {
        return "TCP in segment " + segment + " from host " + fromHost + " to host " + toHost;
    }
}
