// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over HTTP/1.1 and keeps connections for later requests. It follows no redirect and uses no proxy. Any
 * thread may call it.
 *
 * <p>A thread of the client carries out each exchange, so a caller's time limit covers the name lookup, the connection,
 * TLS and the answer. A timeout or an interrupt closes the connection. The threads are daemons and end when idle.
 */
public final class HttpClient
{
    /** Longest answer in bytes; etcd's answer with ten thousand leases has about ten million. */
    static final int MAX_LENGTH = 64 << 20;

    private static final int MAX_IDLE = 8;
    private static final long MAX_IDLE_NS = TimeUnit.SECONDS.toNanos(30);

    private final @Nullable SSLContext tls;
    private final Duration connectTimeout;
    private final int maxLength;
    private final ExecutorService threads = Executors.newCachedThreadPool(HttpClient::thread);

    /** Idle connections, the most recently used at the end. Guarded by itself. */
    private final Deque<HttpConnection> idle = new ArrayDeque<>();

    /** @param tls for https; null for the certificates that the JVM trusts and no client certificate. */
    public HttpClient(final @Nullable SSLContext tls, final Duration connectTimeout)
    {
        this(tls, connectTimeout, MAX_LENGTH);
    }

    HttpClient(final @Nullable SSLContext tls, final Duration connectTimeout, final int maxLength)
    {
        this.tls = tls;
        this.connectTimeout = connectTimeout;
        this.maxLength = maxLength;
    }

    private static Thread thread(final Runnable task)
    {
        final Thread thread = new Thread(task, "http");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Send a request and wait for the whole answer.
     *
     * @return the answer, whatever its status.
     * @throws java.net.ConnectException if there is no connection; the request was not sent.
     * @throws javax.net.ssl.SSLException if TLS failed.
     * @throws java.net.SocketTimeoutException if the answer did not arrive in time.
     * @throws IOException if the connection broke, or the answer was not HTTP or too long.
     * @throws InterruptedException if the caller was interrupted; the request is abandoned.
     */
    public HttpReply send(final HttpRequest request, final Duration wait) throws IOException, InterruptedException
    {
        final HttpExchange exchange = new HttpExchange(this, request);
        final Future<HttpReply> reply = threads.submit(() -> exchange.run(this::whole));
        try
        {
            return reply.get(wait.toNanos(), TimeUnit.NANOSECONDS);
        }
        catch (final TimeoutException ex)
        {
            throw new SocketTimeoutException("no answer in " + wait.toMillis() + " ms");
        }
        catch (final ExecutionException ex)
        {
            throw ex.getCause() instanceof IOException io ? io : new IOException(ex.getCause());
        }
        finally
        {
            exchange.abandon();
        }
    }

    private HttpReply whole(final HttpConnection.Answer answer) throws IOException
    {
        final byte[] body = answer.body().readNBytes(maxLength);
        if (body.length == maxLength && answer.body().read() >= 0)
        {
            throw new IOException("the answer is longer than " + maxLength + " bytes");
        }
        return new HttpReply(answer.status(), answer.headers(), new String(body, StandardCharsets.UTF_8));
    }

    /**
     * Send a request whose answer may take any time and has no fixed end.
     *
     * @return the stream, at once; the caller closes it. Its methods report failures.
     */
    public HttpStream open(final HttpRequest request)
    {
        return open(request, HttpStream.LineFilter.ALL);
    }

    /**
     * Like {@link #open(HttpRequest)}, for an answer of which many lines are of no use.
     *
     * @param filter whose thread is one of the client.
     */
    public HttpStream open(final HttpRequest request, final HttpStream.LineFilter filter)
    {
        final HttpStream stream = new HttpStream(new HttpExchange(this, request), filter, maxLength);
        threads.execute(stream::run);
        return stream;
    }

    /** @return a kept connection, or one that is not open yet. */
    HttpConnection connection(final URI server)
    {
        final String origin = HttpConnection.origin(server);
        for (HttpConnection kept = takeIdle(origin); kept != null; kept = takeIdle(origin))
        {
            if (kept.isUsable(MAX_IDLE_NS))
            {
                return kept;
            }
            kept.close();
        }
        return new HttpConnection(server, tls, connectTimeout);
    }

    private @Nullable HttpConnection takeIdle(final String origin)
    {
        synchronized (idle)
        {
            final Iterator<HttpConnection> youngestFirst = idle.descendingIterator();
            while (youngestFirst.hasNext())
            {
                final HttpConnection connection = youngestFirst.next();
                if (connection.origin().equals(origin))
                {
                    youngestFirst.remove();
                    return connection;
                }
            }
            return null;
        }
    }

    /** Keep a connection for a later request. */
    void keep(final HttpConnection connection)
    {
        HttpConnection oldest = null;
        synchronized (idle)
        {
            idle.addLast(connection);
            if (idle.size() > MAX_IDLE)
            {
                oldest = idle.removeFirst();
            }
        }
        if (oldest != null)
        {
            oldest.close();
        }
    }

    /** Close all kept connections, for a caller that found one to be dead without a word. */
    public void forget()
    {
        final List<HttpConnection> kept;
        synchronized (idle)
        {
            kept = List.copyOf(idle);
            idle.clear();
        }
        kept.forEach(HttpConnection::close);
    }

    /**
     * Close the kept connections to a server. After one of them broke, the others are probably broken too, and the
     * caller's second attempt must not use one.
     */
    void forget(final String origin)
    {
        for (HttpConnection kept = takeIdle(origin); kept != null; kept = takeIdle(origin))
        {
            kept.close();
        }
    }
}
