// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.ServerSupport;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.ResponseConnControl;
import org.apache.hc.core5.http.protocol.ResponseContent;
import org.apache.hc.core5.http.protocol.ResponseDate;
import org.jspecify.annotations.Nullable;

/**
 * One client: reads requests and writes their answers, on a thread of its own. Each step has a deadline, after which
 * the server aborts the connection; reading and writing then fail.
 */
final class HttpConnection
{
    private static final Http1Config LIMITS =
        Http1Config.custom().setMaxLineLength(4096).setMaxHeaderCount(64).setMaxEmptyLineCount(4).build();
    private static final HttpProcessor PROCESSOR =
        new DefaultHttpProcessor(new ResponseDate(), new ResponseContent(), new ResponseConnControl());

    /** Enough for a page at once; the kernel would take megabytes for a client that reads nothing. */
    private static final int SEND_BUFFER = 64 << 10;
    private static final long HEAD_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long ANSWER_NS = TimeUnit.SECONDS.toNanos(10);

    /** Shorter than the period of most monitoring systems, which connect again. */
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(10);

    /** So long the rest of a refused request is read, as a connection closed before could cost the answer. */
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(5);

    private static final int LINGER_LENGTH = 256 << 10;

    private final Socket socket;
    private final Turns turns;
    private final HostNames hosts;
    private final DefaultBHttpServerConnection http = new DefaultBHttpServerConnection(null, LIMITS);
    private volatile boolean isAnswering;
    private volatile long sinceNs;
    private volatile long deadlineNs;

    HttpConnection(final Socket socket, final Turns turns, final HostNames hosts)
    {
        this.socket = socket;
        this.turns = turns;
        this.hosts = hosts;
        begin(HEAD_NS);
    }

    /** When the present step began. */
    long sinceNs()
    {
        return sinceNs;
    }

    /** When the present step must have ended. */
    long deadlineNs()
    {
        return deadlineNs;
    }

    /** Any thread: close at once. If an answer is on its way, the kernel forgets what was not sent of it. */
    void abort()
    {
        try
        {
            if (isAnswering)
            {
                socket.setSoLinger(true, 0);
            }
        }
        catch (final IOException ex)
        {
            // Closed already.
        }
        CloseHelper.quietClose(socket);
    }

    /** Returns when the connection has ended. */
    void serve()
    {
        try
        {
            socket.setTcpNoDelay(true);
            socket.setSendBufferSize(SEND_BUFFER);
            http.bind(socket);
            while (answerNext())
            {
                isAnswering = false;
                begin(IDLE_NS);
            }
            linger();
        }
        catch (final IOException ex)
        {
            // The client has gone or was too slow, so the error has no reader.
        }
    }

    private void begin(final long limitNs)
    {
        sinceNs = System.nanoTime();
        deadlineNs = sinceNs + limitNs;
    }

    /** False if the connection is to be closed. */
    private boolean answerNext() throws IOException
    {
        ClassicHttpRequest request = null;
        HttpReply reply;
        try
        {
            request = http.receiveRequestHeader();
            if (request == null)
            {
                return false;
            }
            isAnswering = true;
            begin(ANSWER_NS);
            reply = reply(request);
        }
        catch (final HttpException ex)
        {
            reply = HttpReply.line(ServerSupport.toStatusCode(ex), "not a request: " + ex.getMessage());
        }
        catch (final IllegalArgumentException ex)
        {
            // HttpCore throws it for a version such as HTTP/-1.1.
            reply = HttpReply.line(400, "not a request: " + ex.getMessage());
        }
        return reply != null && send(request, reply);
    }

    private @Nullable HttpReply reply(final ClassicHttpRequest request)
    {
        if (!"GET".equals(request.getMethod()) && !"HEAD".equals(request.getMethod()))
        {
            return HttpReply.line(405, "everything here is read-only: use GET or HEAD")
                .with(HttpHeaders.ALLOW, "GET, HEAD");
        }
        if (hasBody(request))
        {
            return HttpReply.line(413, "a request must not have a body");
        }
        final Header[] host = request.getHeaders(HttpHeaders.HOST);
        if (host.length > 1 || host.length == 0 && request.getVersion().greaterEquals(HttpVersion.HTTP_1_1))
        {
            return HttpReply.line(400, "a request must have one header 'Host'");
        }
        if (host.length == 1 && !hosts.allows(host[0].getValue()))
        {
            return HttpReply.line(421, "the name of this server in the request is neither an address nor localhost " +
                "nor one that was allowed");
        }
        try
        {
            return turns.reply(HttpQuestion.parse(request.getRequestUri()), () -> !socket.isClosed());
        }
        catch (final IllegalArgumentException ex)
        {
            return HttpReply.line(400, String.valueOf(ex.getMessage()));
        }
    }

    private static boolean hasBody(final ClassicHttpRequest request)
    {
        final Header length = request.getFirstHeader(HttpHeaders.CONTENT_LENGTH);
        return length != null && !"0".equals(length.getValue()) ||
            request.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    }

    private boolean send(final @Nullable ClassicHttpRequest request, final HttpReply reply) throws IOException
    {
        final ClassicHttpResponse response = new BasicClassicHttpResponse(reply.status());
        response.setEntity(new ByteArrayEntity(reply.content(), ContentType.parse(reply.type())));
        reply.headers().forEach(response::setHeader);
        if (request == null || hasBody(request) || reply.status() == 405)
        {
            response.setHeader(HttpHeaders.CONNECTION, "close");
        }
        final HttpCoreContext context = HttpCoreContext.create();
        context.setProtocolVersion(request == null ? HttpVersion.HTTP_1_0 : request.getVersion());
        context.setRequest(request);
        context.setResponse(response);
        try
        {
            PROCESSOR.process(response, response.getEntity(), context);
            http.sendResponseHeader(response);
            if (request == null || !"HEAD".equals(request.getMethod()))
            {
                http.sendResponseEntity(response);
            }
            http.flush();
        }
        catch (final HttpException ex)
        {
            throw new IOException(ex);
        }
        return request != null && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context);
    }

    /** End the sending side and wait until the client has closed too; it may still have to read the answer then. */
    private void linger() throws IOException
    {
        begin(LINGER_NS);
        socket.shutdownOutput();
        final byte[] ignored = new byte[4096];
        int length = 0;
        for (int left = LINGER_LENGTH; left > 0 && length >= 0; left -= length)
        {
            length = socket.getInputStream().read(ignored);
        }
        if (length < 0)
        {
            socket.close();
        }
    }
}
