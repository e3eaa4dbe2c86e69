// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** A connection to one server, for one request after another. */
final class HttpConnection
{
    /** Bytes that one system call reads: the state of a Kubernetes node has some ten kilobytes. */
    static final int READ_SIZE = 32 << 10;

    private static final Http1Config LIMITS =
        Http1Config.custom().setMaxLineLength(16 << 10).setMaxHeaderCount(100).setBufferSize(READ_SIZE).build();
    private static final Timeout STALE_CHECK = Timeout.ofMilliseconds(1);
    private static final HttpRequestExecutor EXECUTOR = new HttpRequestExecutor();

    /** No "Expect: 100-continue": it costs a round trip, or seconds if the server does not support it. */
    private static final HttpProcessor PROCESSOR =
        new DefaultHttpProcessor(RequestContent.INSTANCE, RequestTargetHost.INSTANCE);

    private final URI server;
    private final @Nullable SSLContext tls;
    private final Duration connectTimeout;
    private final Socket socket = new AlertReadingSocket();
    private final DefaultBHttpClientConnection http = new DefaultBHttpClientConnection(LIMITS);
    private @Nullable ClassicHttpRequest request;
    private @Nullable ClassicHttpResponse response;
    private long lastUsedNs;

    HttpConnection(final URI server, final @Nullable SSLContext tls, final Duration connectTimeout)
    {
        this.server = server;
        this.tls = tls;
        this.connectTimeout = connectTimeout;
    }

    /**
     * @param uri of any resource on a server.
     * @return scheme, host and port, by which connections to one server are found.
     */
    static String origin(final URI uri)
    {
        return uri.getScheme() + "://" + host(uri) + ":" + port(uri);
    }

    private static String host(final URI uri)
    {
        return Objects.requireNonNull(Server.host(uri)).replaceAll("[\\[\\]]", "");
    }

    private static boolean isSecure(final URI uri)
    {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    private static int port(final URI uri)
    {
        final int given = Server.port(uri);
        return given >= 0 ? given : isSecure(uri) ? 443 : 80;
    }

    String origin()
    {
        return origin(server);
    }

    /**
     * Send a request; connect first if necessary.
     *
     * @return the head of the answer.
     */
    Answer ask(final HttpRequest asked) throws IOException
    {
        if (!http.isOpen())
        {
            connect();
        }
        request = message(asked);
        try
        {
            final HttpCoreContext context = HttpCoreContext.create();
            EXECUTOR.preProcess(request, PROCESSOR, context);
            response = EXECUTOR.execute(request, http, context);
        }
        catch (final HttpException | IllegalArgumentException ex)
        {
            // The second for a version such as HTTP/-1.1.
            throw new IOException("the answer is not HTTP: " + ex.getMessage(), ex);
        }
        final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (final Header header : response.getHeaders())
        {
            headers.putIfAbsent(header.getName(), header.getValue());
        }
        return new Answer(response.getCode(), headers, body(response.getEntity()));
    }

    /** An answer without length or chunks is refused: a broken connection would look like its end. */
    private static InputStream body(final HttpEntity entity) throws IOException
    {
        if (entity == null)
        {
            return InputStream.nullInputStream();
        }
        if (entity.getContentLength() < 0 && !entity.isChunked())
        {
            throw new IOException("the answer broke off, or has neither a length nor chunks");
        }
        return entity.getContent();
    }

    private static ClassicHttpRequest message(final HttpRequest asked)
    {
        final ClassicHttpRequest message = new BasicClassicHttpRequest(asked.method(), asked.uri());
        asked.headers().forEach(message::addHeader);
        if (asked.body() != null)
        {
            // The content's type is among the headers.
            message.setEntity(new ByteArrayEntity(asked.body().getBytes(StandardCharsets.UTF_8), null));
        }
        return message;
    }

    /** Every failure except those of TLS is a {@link ConnectException}: the server got no request. */
    private void connect() throws IOException
    {
        final InetSocketAddress address = new InetSocketAddress(host(server), port(server));
        if (address.isUnresolved())
        {
            throw new ConnectException("the name " + host(server) + " has no address");
        }
        try
        {
            socket.connect(address, (int)connectTimeout.toMillis());
            socket.setTcpNoDelay(true);
            if (isSecure(server))
            {
                http.bind(secured(), socket);
            }
            else
            {
                http.bind(socket);
            }
        }
        catch (final SocketTimeoutException ex)
        {
            throw connectException("no connection in " + connectTimeout.toMillis() + " ms", ex);
        }
        catch (final SocketException ex)
        {
            throw connectException(ex.getMessage(), ex);
        }
    }

    private SSLSocket secured() throws IOException
    {
        try
        {
            final SSLContext context = tls == null ? SSLContext.getDefault() : tls;
            final SSLSocket secured = (SSLSocket)context.getSocketFactory()
                .createSocket(socket, host(server), port(server), true);
            final SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return secured;
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IOException("the JVM's own TLS settings cannot be used: " + ex.getMessage(), ex);
        }
        catch (final SSLException ex)
        {
            // If the server dies during the handshake, the JDK reports it as a refusal by TLS.
            throw ex.getCause() instanceof EOFException ?
                connectException("the connection ended while TLS was set up", ex) : ex;
        }
    }

    private static ConnectException connectException(final @Nullable String message, final IOException cause)
    {
        final ConnectException exception = new ConnectException(message);
        exception.initCause(cause);
        return exception;
    }

    /** @return true if the answer was read to its end and neither side wants to close. */
    boolean isReusable() throws IOException
    {
        lastUsedNs = System.nanoTime();
        return EXECUTOR.keepAlive(request, response, http, HttpCoreContext.create());
    }

    /** @return true if the kept connection is open and the server sent nothing unasked. */
    boolean isUsable(final long longestNs)
    {
        try
        {
            return System.nanoTime() - lastUsedNs < longestNs &&
                !http.isStale() && !http.isDataAvailable(STALE_CHECK);
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    /** Any thread may call it at any time; it does not wait for the server. */
    void close()
    {
        try
        {
            // For TLS too: its closing message would wait for a server that does not read.
            socket.close();
        }
        catch (final IOException ignored)
        {
            // It is closed all the same.
        }
    }

    /**
     * The head of an answer whose body is not read yet.
     *
     * @param status  of HTTP.
     * @param headers by name, in any case; of several with one name the first.
     * @param body    to be read to its end before the connection serves another request.
     */
    record Answer(int status, Map<String, String> headers, InputStream body)
    {
    }
}
