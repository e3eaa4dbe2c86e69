// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.status;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;

/**
 * Answers {@code /healthz} with 200 while the process runs, and {@code /readyz} with 200 once the node is ready and 503
 * before, with flanneld's texts. One thread serves all clients without blocking. A slow client is closed after some
 * seconds, and if there are too many clients the oldest is closed, so that no client can keep the kubelet from an
 * answer.
 */
public final class HealthServer implements AutoCloseable
{
    static final int MAX_CLIENTS = 64;

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_MS = 1000;
    private static final long CLOSE_LIMIT_MS = 2000;
    private static final long ACCEPT_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final ServerSocketChannel server;
    private final Selector selector;
    private final BooleanSupplier isReady;
    private final Thread thread = new Thread(this::run, "health");
    /** In order of arrival; used by the server's thread only. */
    private final List<HealthRequest> clients = new ArrayList<>();
    private volatile boolean isClosed;

    /**
     * @param address to listen on; a wildcard for all.
     * @param port    to listen on, 0 for any free one.
     * @param isReady called for each request, on the server's thread.
     * @throws IOException if it cannot listen there; one line with address and port.
     */
    public HealthServer(final IpAddress address, final int port, final BooleanSupplier isReady) throws IOException
    {
        this.isReady = isReady;
        ServerSocketChannel opened = null;
        Selector opening = null;
        try
        {
            opened = ServerSocketChannel.open();
            opened.bind(new InetSocketAddress(address.toInetAddress(), port));
            opened.configureBlocking(false);
            opening = Selector.open();
            opened.register(opening, SelectionKey.OP_ACCEPT);
        }
        catch (final IOException ex)
        {
            CloseHelper.quietCloseAll(opening, opened);
            throw new IOException("cannot answer health checks on " + address + " port " + port + ": " +
                ex.getMessage(), ex);
        }
        server = opened;
        selector = opening;
        thread.setDaemon(true);
        thread.start();
    }

    /** @return the port it listens on. */
    public int port()
    {
        return server.socket().getLocalPort();
    }

    @Override
    public void close()
    {
        isClosed = true;
        selector.wakeup();
        try
        {
            thread.join(CLOSE_LIMIT_MS);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
        CloseHelper.quietCloseAll(server, selector);
    }

    private void run()
    {
        try
        {
            while (!isClosed)
            {
                selector.select(clients.isEmpty() ? 0 : LOOK_MS);
                for (final SelectionKey key : selector.selectedKeys())
                {
                    serve(key);
                }
                selector.selectedKeys().clear();
                final long nowNs = System.nanoTime();
                clients.stream().filter(client -> client.deadlineNs() - nowNs <= 0).forEach(HealthRequest::close);
                clients.removeIf(client -> !client.isOpen());
            }
        }
        catch (final IOException | ClosedSelectorException ex)
        {
            // Without a selector no client can be served; the kubelet will notice.
            isClosed = true;
        }
        clients.forEach(HealthRequest::close);
    }

    private void serve(final SelectionKey key)
    {
        if (key.isValid() && key.isAcceptable())
        {
            accept();
        }
        else if (key.isValid())
        {
            ((HealthRequest)key.attachment()).onReady();
        }
    }

    private void accept()
    {
        try
        {
            final SocketChannel channel = server.accept();
            if (channel == null)
            {
                return;
            }
            if (clients.size() >= MAX_CLIENTS)
            {
                clients.remove(0).close();
            }
            final HealthRequest client = new HealthRequest(channel, isReady, System.nanoTime() + PATIENCE_NS);
            clients.add(client);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, client);
        }
        catch (final IOException ex)
        {
            // Probably no descriptor is left, or the client has gone.
            LockSupport.parkNanos(ACCEPT_PAUSE_NS);
        }
    }
}
