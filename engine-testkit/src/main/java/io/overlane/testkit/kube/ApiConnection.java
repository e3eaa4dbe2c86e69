// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: HTTP/1.1 with the few things that clients of an API server send. One thread reads and writes;
 * any thread may freeze, thaw or close it.
 */
final class ApiConnection implements AutoCloseable
{
    /** A client that opens a connection and sends a part of a request only keeps a thread for as long as this. */
    private static final int READ_TIMEOUT_MS = 120_000;

    private static final String NEW_LINE = "\r\n";

    private final Socket raw;
    private final @Nullable SSLContext tls;
    private Socket socket;
    private @Nullable InputStream in;
    private boolean isFrozen;
    private boolean isClosed;

    ApiConnection(final Socket raw, final @Nullable SSLContext tls, final boolean isFrozen)
    {
        this.raw = raw;
        this.tls = tls;
        this.isFrozen = isFrozen;
        socket = raw;
    }

    /** From now on nothing is read, written or answered. */
    synchronized void freeze()
    {
        isFrozen = true;
    }

    synchronized void thaw()
    {
        isFrozen = false;
        notifyAll();
    }

    private synchronized void awaitThaw() throws IOException
    {
        try
        {
            while (isFrozen && !isClosed)
            {
                wait();
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        if (isClosed)
        {
            throw new EOFException("closed");
        }
    }

    /** @return the next request; null if the client closed the connection. */
    @Nullable ApiRequest read() throws IOException
    {
        awaitThaw();
        final InputStream input = input();
        final String first = line(input);
        if (first == null)
        {
            return null;
        }
        final Map<String, String> headers = new HashMap<>();
        for (String header = line(input); header != null && !header.isEmpty(); header = line(input))
        {
            final String[] parts = header.split(":", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts.length == 1 ? "" : parts[1].strip());
        }
        final String[] words = first.split(" ");
        final String body = new String(body(input, headers), StandardCharsets.UTF_8);
        awaitThaw();
        return ApiRequest.of(words[0], words[1], headers, body);
    }

    private InputStream input() throws IOException
    {
        if (in == null)
        {
            if (tls != null)
            {
                final SSLSocket secured = (SSLSocket)tls.getSocketFactory().createSocket(raw, null, true);
                secured.setUseClientMode(false);
                secured.setWantClientAuth(true);
                socket = secured;
            }
            socket.setSoTimeout(READ_TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        }
        return in;
    }

    private static byte[] body(final InputStream in, final Map<String, String> headers) throws IOException
    {
        if (!headers.getOrDefault("transfer-encoding", "").equals("chunked"))
        {
            return in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(in); size > 0; size = chunkSize(in))
        {
            body.write(in.readNBytes(size));
            line(in);
        }
        line(in);
        return body.toByteArray();
    }

    private static int chunkSize(final InputStream in) throws IOException
    {
        final String size = line(in);
        return size == null ? 0 : Integer.parseInt(size, 16);
    }

    private static @Nullable String line(final InputStream in) throws IOException
    {
        final StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read())
        {
            if (next < 0)
            {
                return null;
            }
            line.append((char)next);
        }
        return line.toString().stripTrailing();
    }

    /** @return true if the client has shown a certificate of an authority that the server trusts. */
    boolean hasCertificate()
    {
        try
        {
            return socket instanceof SSLSocket secured && secured.getSession().getPeerCertificates().length > 0;
        }
        catch (final SSLPeerUnverifiedException ex)
        {
            return false;
        }
    }

    void write(final ApiAnswer answer) throws IOException
    {
        final byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        final StringBuilder more = new StringBuilder("Content-Length: " + body.length + NEW_LINE);
        answer.headers().forEach((name, value) -> more.append(name).append(": ").append(value).append(NEW_LINE));
        write(head(answer.status(), answer.contentType(), more.toString()), body);
    }

    /** The head of an answer whose body comes in chunks. */
    void beginChunks() throws IOException
    {
        write(head(200, ApiAnswer.JSON_TYPE, "Transfer-Encoding: chunked" + NEW_LINE), new byte[0]);
    }

    void chunk(final String text) throws IOException
    {
        final byte[] bytes = (text + NEW_LINE).getBytes(StandardCharsets.UTF_8);
        write(Integer.toHexString(bytes.length - NEW_LINE.length()) + NEW_LINE, bytes);
    }

    void endChunks() throws IOException
    {
        write("0" + NEW_LINE + NEW_LINE, new byte[0]);
    }

    private static String head(final int status, final String contentType, final String more)
    {
        return "HTTP/1.1 " + status + " " + ApiAnswer.phrase(status) + NEW_LINE +
            "Cache-Control: no-cache, private" + NEW_LINE + "Content-Type: " + contentType + NEW_LINE +
            "Date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)) + NEW_LINE +
            more + NEW_LINE;
    }

    /** One write, so that a small answer or event is one segment. */
    private void write(final String start, final byte[] rest) throws IOException
    {
        awaitThaw();
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(start.length() + rest.length);
        bytes.write(start.getBytes(StandardCharsets.ISO_8859_1));
        bytes.write(rest);
        final OutputStream out = socket.getOutputStream();
        bytes.writeTo(out);
        out.flush();
    }

    /** Returns if the client waits for more, and fails if it has closed the connection. */
    void requireOpen() throws IOException
    {
        awaitThaw();
        socket.setSoTimeout(1);
        try
        {
            if (input().read() < 0)
            {
                throw new EOFException("the client closed the connection");
            }
        }
        catch (final SocketTimeoutException ignored)
        {
            // It sends nothing, as it should.
        }
        finally
        {
            socket.setSoTimeout(READ_TIMEOUT_MS);
        }
    }

    /** Closes the TCP connection without an end of the answer, and without one of TLS. */
    @Override
    public void close()
    {
        synchronized (this)
        {
            isClosed = true;
            notifyAll();
        }
        try
        {
            raw.close();
        }
        catch (final IOException ignored)
        {
            // Gone either way.
        }
    }
}
