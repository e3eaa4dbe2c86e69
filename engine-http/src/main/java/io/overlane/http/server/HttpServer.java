// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import io.overlane.error.GuardedErrorHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Serves pages over HTTP/1.1 without TLS. HttpCore reads requests and writes answers; this class limits what clients
 * can make it do: their number, the time that each may take, and the time that the pages may take together.
 *
 * <p>One thread accepts connections and closes those that are too slow. Each connection has a thread while it is open;
 * these make one answer at a time. All are daemon threads.
 */
public final class HttpServer implements AutoCloseable
{
    /** Open connections; each has a thread, two buffers and at most one answer. */
    static final int MAX_CLIENTS = 16;

    /** Connections that wait in the kernel while there is no room. */
    private static final int BACKLOG = 50;

    /** A client has this time at least before another one may take its place. */
    private static final long LEAST_TIME_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long ROOM_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Limits the work for a client that connects again and again. */
    private static final long ACCEPT_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long FAILURE_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int LOOK_MS = 250;
    private static final long CLOSE_LIMIT_MS = 2000;
    private static final long IDLE_THREAD_S = 5;

    private final ServerSocket socket;
    private final Turns turns;
    private final HostNames hosts;
    private final GuardedErrorHandler errorHandler;
    private final Set<HttpConnection> clients = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor workers;
    private final Thread acceptor;
    private volatile boolean isClosed;

    private HttpServer(
        final ServerSocket socket, final HttpPages pages, final HostNames hosts, final ErrorHandler errorHandler)
    {
        this.socket = socket;
        this.hosts = hosts;
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        turns = new Turns(pages, this.errorHandler);
        acceptor = thread(this::run);
        workers = new ThreadPoolExecutor(
            MAX_CLIENTS, MAX_CLIENTS, IDLE_THREAD_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), HttpServer::thread);
        workers.allowCoreThreadTimeOut(true);
    }

    /**
     * Listen and start to serve.
     *
     * @param address      to listen on; port 0 for any free one.
     * @param pages        to serve.
     * @param names        of this host that clients may use, besides its addresses and {@code localhost}; null if
     *                     the pages are no secret and clients may use any name.
     * @param errorHandler gets failures of the listening socket and exceptions of the pages, on a thread of the server.
     * @return the server.
     * @throws IOException if it cannot listen there; the message is one line with address and port.
     */
    public static HttpServer open(
        final InetSocketAddress address,
        final HttpPages pages,
        final @Nullable Set<String> names,
        final ErrorHandler errorHandler)
        throws IOException
    {
        final ServerSocket socket = new ServerSocket();
        try
        {
            socket.bind(address, BACKLOG);
        }
        catch (final IOException ex)
        {
            CloseHelper.quietClose(socket);
            throw new IOException(
                "cannot listen on " + address.getAddress().getHostAddress() + " port " + address.getPort() + ": " +
                    ex.getMessage(),
                ex);
        }
        final HttpServer server = new HttpServer(socket, pages, new HostNames(names), errorHandler);
        server.acceptor.start();
        return server;
    }

    /** @return the address it listens on, with the real port. */
    public InetSocketAddress address()
    {
        return (InetSocketAddress)socket.getLocalSocketAddress();
    }

    /** Stop serving. Connections are closed at once; a page that is being made is waited for a short time. */
    @Override
    public void close()
    {
        isClosed = true;
        CloseHelper.quietClose(socket);
        try
        {
            if (acceptor != Thread.currentThread())
            {
                acceptor.join(CLOSE_LIMIT_MS);
            }
            workers.shutdown();
            clients.forEach(HttpConnection::abort);
            if (!turns.isMine())
            {
                workers.awaitTermination(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread thread(final Runnable work)
    {
        final Thread thread = new Thread(work, "overlane-http");
        thread.setDaemon(true);
        return thread;
    }

    private void run()
    {
        while (!isClosed)
        {
            try
            {
                final long nowNs = System.nanoTime();
                clients.stream().filter(client -> client.deadlineNs() - nowNs <= 0).forEach(HttpConnection::abort);
                if (hasRoom(nowNs))
                {
                    socket.setSoTimeout(clients.isEmpty() ? 0 : LOOK_MS);
                    serve(socket.accept());
                    LockSupport.parkNanos(ACCEPT_PAUSE_NS);
                }
                else
                {
                    LockSupport.parkNanos(ROOM_PAUSE_NS);
                }
            }
            catch (final SocketTimeoutException ex)
            {
                // Nobody has connected; look for slow clients again.
            }
            catch (final IOException ex)
            {
                if (!isClosed)
                {
                    // Probably no descriptor is left; the client waits in the kernel until the next try.
                    errorHandler.onError(ex);
                    LockSupport.parkNanos(FAILURE_PAUSE_NS);
                }
            }
        }
    }

    /** If there are too many clients, the one that has waited longest is closed, but not in its first moment. */
    private boolean hasRoom(final long nowNs)
    {
        if (clients.size() < MAX_CLIENTS)
        {
            return true;
        }
        clients.stream()
            .min(Comparator.comparingLong(client -> client.sinceNs() - nowNs))
            .filter(client -> nowNs - client.sinceNs() >= LEAST_TIME_NS)
            .ifPresent(HttpConnection::abort);
        return false;
    }

    private void serve(final Socket client)
    {
        final HttpConnection connection = new HttpConnection(client, turns, hosts);
        clients.add(connection);
        workers.execute(() ->
        {
            try
            {
                connection.serve();
            }
            finally
            {
                connection.abort();
                clients.remove(connection);
            }
        });
    }
}
