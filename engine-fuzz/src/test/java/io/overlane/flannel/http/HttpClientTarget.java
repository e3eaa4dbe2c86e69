// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import io.overlane.fuzz.ScriptedServer;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;

/** What a server answers to a request, byte for byte, until it closes: as one answer, and as a stream of lines. */
public final class HttpClientTarget implements FuzzTarget
{
    private static final int MAX_LENGTH = 1 << 16;
    private static final Duration WAIT = Duration.ofSeconds(20);

    private final ScriptedServer server;
    private final HttpClient client = new HttpClient(null, Duration.ofSeconds(5), MAX_LENGTH);
    private volatile byte[] answer = {};

    public HttpClientTarget() throws IOException
    {
        server = new ScriptedServer(this::answer);
    }

    private boolean answer(final String request, final OutputStream out) throws IOException
    {
        out.write(answer);
        return false;
    }

    @Override
    public void accept(final byte[] input) throws Exception
    {
        answer = input;
        final HttpRequest request = HttpRequest.of("GET", server.url() + "/x");
        try
        {
            final HttpReply reply = client.send(request, WAIT);
            assertTrue(reply.body().length() <= MAX_LENGTH, "the limit of an answer");
        }
        catch (final IOException ex)
        {
            check(ex);
        }
        try (HttpStream stream = client.open(request))
        {
            for (String line = stream.next(WAIT); line != null; line = stream.next(WAIT))
            {
                assertTrue(line.length() <= MAX_LENGTH + (8 << 10), "the limit of a line");
                assertNotNull(stream.head());
                assertFalse(line.contains("\n"));
            }
            throw new AssertionError("the server has closed, and the stream does not end");
        }
        catch (final IOException ex)
        {
            check(ex);
        }
        client.forget();
    }

    /** An exception that is no {@code IOException} is carried by one, but nobody expects it. */
    private static void check(final IOException ex)
    {
        final Throwable cause = ex.getCause();
        final boolean isCarried = cause != null && cause.toString().equals(ex.getMessage());
        if (isCarried || String.valueOf(ex.getMessage()).startsWith("no answer in"))
        {
            throw new AssertionError("not the answer's fault", ex);
        }
    }

    @Override
    public void close() throws IOException
    {
        server.close();
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n3;x=y\r\nab\n\r\n0\r\nT: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
            "HTTP/1.0 404 Not Found\r\n\r\nno length",
            "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc");
    }
}
