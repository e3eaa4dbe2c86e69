// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import io.overlane.error.GuardedErrorHandler;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/**
 * Serves requests on a Unix-domain socket, with one thread for all clients. A client that sends or takes nothing for 10
 * seconds is closed. If there are too many clients, the one that has waited longest is closed.
 */
public final class AdminServer implements AutoCloseable
{
    /** Longest request line, in bytes. */
    public static final int MAX_REQUEST_LENGTH = 8192;

    static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);
    static final int MAX_CLIENTS = 32;

    private static final long CLOSE_LIMIT_MS = 2000;
    private static final long ACCEPT_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final AdminSocket socket;
    private final AdminCommands commands;
    private final GuardedErrorHandler errorHandler;
    private final Selector selector;
    private final long patienceNs;
    private final Thread thread = new Thread(this::run, "overlane-admin");
    private volatile boolean isClosed;

    private AdminServer(
        final AdminSocket socket,
        final AdminCommands commands,
        final ErrorHandler errorHandler,
        final Selector selector,
        final long patienceNs)
    {
        this.socket = socket;
        this.commands = commands;
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        this.selector = selector;
        this.patienceNs = patienceNs;
    }

    /**
     * Open the socket and start to serve.
     *
     * @param path         of the socket, which gets mode 0600; one that a dead process left is replaced.
     * @param commands     to serve; none may be added later.
     * @param errorHandler gets failures of the socket, on the admin thread.
     * @return the server; closing it removes the socket.
     * @throws IOException if the socket cannot be opened; the message is one line and names the path.
     */
    public static AdminServer open(final Path path, final AdminCommands commands, final ErrorHandler errorHandler)
        throws IOException
    {
        return open(path, commands, errorHandler, PATIENCE_NS);
    }

    static AdminServer open(
        final Path path, final AdminCommands commands, final ErrorHandler errorHandler, final long patienceNs)
        throws IOException
    {
        final AdminSocket socket = AdminSocket.listen(path);
        Selector selector = null;
        try
        {
            selector = Selector.open();
            socket.channel().register(selector, SelectionKey.OP_ACCEPT);
            final AdminServer server = new AdminServer(socket, commands, errorHandler, selector, patienceNs);
            server.thread.setDaemon(true);
            server.thread.start();
            return server;
        }
        catch (final IOException | RuntimeException ex)
        {
            CloseHelper.quietCloseAll(selector, socket);
            throw ex;
        }
    }

    /** Stop serving and remove the socket. Waits a short time for a running request. */
    @Override
    public void close()
    {
        isClosed = true;
        selector.wakeup();
        try
        {
            if (thread != Thread.currentThread())
            {
                thread.join(CLOSE_LIMIT_MS);
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
        connections().forEach(AdminConnection::close);
        CloseHelper.quietCloseAll(socket, selector);
    }

    private void run()
    {
        try
        {
            while (!isClosed)
            {
                selector.select(timeoutMs());
                serve();
            }
        }
        catch (final ClosedSelectorException ex)
        {
            // Closed while a request ran.
        }
        catch (final IOException | RuntimeException ex)
        {
            errorHandler.onError(ex);
        }
    }

    private void serve() throws IOException
    {
        for (final SelectionKey key : selector.selectedKeys())
        {
            if (!key.isValid())
            {
                continue;
            }
            if (key.isAcceptable())
            {
                accept();
            }
            else
            {
                serve((AdminConnection)key.attachment());
            }
        }
        selector.selectedKeys().clear();
        final long nowNs = System.nanoTime();
        for (final AdminConnection connection : connections())
        {
            if (nowNs - connection.deadlineNs() >= 0)
            {
                connection.close();
            }
        }
    }

    private static void serve(final AdminConnection connection)
    {
        boolean goesOn = false;
        try
        {
            goesOn = connection.onReady(System.nanoTime());
        }
        catch (final IOException ex)
        {
            // The client has gone, so the error has no reader.
        }
        if (!goesOn)
        {
            connection.close();
        }
    }

    private void accept() throws IOException
    {
        final SocketChannel channel;
        try
        {
            channel = socket.channel().accept();
        }
        catch (final IOException ex)
        {
            // Probably no descriptor is left; the client waits in the queue until the next try.
            errorHandler.onError(ex);
            LockSupport.parkNanos(ACCEPT_PAUSE_NS);
            return;
        }
        if (channel == null)
        {
            return;
        }
        final List<AdminConnection> connections = connections();
        if (connections.size() >= MAX_CLIENTS)
        {
            final long nowNs = System.nanoTime();
            connections.stream()
                .min((a, b) -> Long.compare(a.deadlineNs() - nowNs, b.deadlineNs() - nowNs))
                .ifPresent(AdminConnection::close);
        }
        channel.configureBlocking(false);
        final SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        key.attach(new AdminConnection(channel, key, commands, patienceNs));
    }

    private long timeoutMs()
    {
        long leastNs = Long.MAX_VALUE;
        final long nowNs = System.nanoTime();
        for (final AdminConnection connection : connections())
        {
            leastNs = Math.min(leastNs, connection.deadlineNs() - nowNs);
        }
        // 0 would wait without limit.
        return leastNs == Long.MAX_VALUE ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(leastNs) + 1);
    }

    private List<AdminConnection> connections()
    {
        final List<AdminConnection> connections = new ArrayList<>();
        if (selector.isOpen())
        {
            for (final SelectionKey key : selector.keys())
            {
                if (key.isValid() && key.attachment() != null)
                {
                    connections.add((AdminConnection)key.attachment());
                }
            }
        }
        return connections;
    }
}
