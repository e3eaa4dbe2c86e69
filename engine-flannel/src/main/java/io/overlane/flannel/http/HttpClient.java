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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Sends requests over HTTP/1.1 and keeps connections for the next request. It follows no redirect and uses no proxy.
 * Any thread may call it.
 *
 * <p>A thread of the client carries each exchange for as long as it lasts, so a caller's time limit covers everything:
 * the look-up of the name, the connection, TLS and the answer. Giving up closes the connection. The threads are daemons
 * and end when there is nothing to do.
 */
public final class HttpClient
{
    /** Bytes; ten thousand leases in one answer of etcd's are about ten million. */
    static final int MAX_LENGTH = 64 << 20;

    private static final int MAX_IDLE = 8;
    private static final long MAX_IDLE_NS = TimeUnit.SECONDS.toNanos(30);

    private final SSLContext tls;
    private final Duration connectTimeout;
    private final int maxLength;
    private final ExecutorService threads = Executors.newCachedThreadPool(HttpClient::thread);

    /** Connections between two requests, the one used last at the end. Guarded by itself. */
    private final Deque<HttpConnection> idle = new ArrayDeque<>();

    /**
     * @param tls            for https; null: what the JVM trusts, and no client certificate.
     * @param connectTimeout for a TCP connection, within the time limit of the request.
     */
    public HttpClient(final SSLContext tls, final Duration connectTimeout)
    {
        this(tls, connectTimeout, MAX_LENGTH);
    }

    HttpClient(final SSLContext tls, final Duration connectTimeout, final int maxLength)
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
     * @param request to send.
     * @param wait    for all of it.
     * @return the answer, whatever its status.
     * @throws java.net.ConnectException       if there is no connection; the request was not sent.
     * @throws javax.net.ssl.SSLException      if TLS failed.
     * @throws java.net.SocketTimeoutException if the answer was not there in time.
     * @throws IOException                     if the connection broke, or what came was not HTTP or too long.
     * @throws InterruptedException            if the caller was interrupted; the request is given up.
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

    private HttpReply whole(final HttpAnswer answer) throws IOException
    {
        final byte[] body = answer.body().readNBytes(maxLength);
        if (body.length == maxLength && answer.body().read() >= 0)
        {
            throw new IOException("the answer is longer than " + maxLength + " bytes");
        }
        return new HttpReply(answer.status(), answer.headers(), new String(body, StandardCharsets.UTF_8));
    }

    /**
     * Send a request whose answer may take any time and go on for any time.
     *
     * @param request to send.
     * @return the answer to come, at once; the caller closes it. Its methods say what went wrong.
     */
    public HttpStream open(final HttpRequest request)
    {
        final HttpStream stream = new HttpStream(new HttpExchange(this, request), maxLength);
        threads.execute(stream::run);
        return stream;
    }

    /**
     * @param server to talk to.
     * @return a connection that is not open yet, or one that was kept.
     */
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

    private HttpConnection takeIdle(final String origin)
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

    /**
     * Keep a connection for the next request.
     *
     * @param connection that finished an exchange.
     */
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

    /**
     * Close the kept connections to a server: one of them broke, so the others are probably broken too, and the
     * caller's second attempt must not meet one of them.
     *
     * @param origin of the server.
     */
    void forget(final String origin)
    {
        for (HttpConnection kept = takeIdle(origin); kept != null; kept = takeIdle(origin))
        {
            kept.close();
        }
    }
}
