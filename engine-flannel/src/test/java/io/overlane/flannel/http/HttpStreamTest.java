// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testdata.FreePorts;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Answers that go on. */
class HttpStreamTest
{
    private static final Duration LONG = HttpClientTest.LONG;
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final String HEAD =
        "HTTP/1.1 200 OK\r\nTrailer: Grpc-Trailer-Content-Type\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String END = "0\r\nGrpc-Trailer-Content-Type: application/grpc\r\n\r\n";

    private final HttpClient client = new HttpClient(null, Duration.ofSeconds(20), 1000);

    private HttpStream open(final ScriptedServer server)
    {
        return client.open(HttpRequest.of("GET", server.endpoint() + "/"));
    }

    private static String chunk(final String text)
    {
        return Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text + "\r\n";
    }

    @Test
    void shouldReadLinesWhereverTheyAreSplit() throws Exception
    {
        final byte[] bytes =
            (HEAD + chunk("one\ntw") + chunk("o\n\n") + chunk("né") + chunk("e\nlast") + END)
                .getBytes(StandardCharsets.UTF_8);
        final int[] split = {0};
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            socket.getOutputStream().write(bytes, 0, split[0]);
            socket.getOutputStream().flush();
            Thread.yield();
            socket.getOutputStream().write(bytes, split[0], bytes.length - split[0]);
            return true;
        }))
        {
            for (; split[0] < bytes.length; split[0]++)
            {
                try (HttpStream stream = open(server))
                {
                    for (final String line : new String[]{"one", "two", "", "née", "last"})
                    {
                        assertEquals(line, stream.next(LONG));
                    }
                    assertThrows(EOFException.class, () -> stream.next(LONG));
                    assertThrows(EOFException.class, () -> stream.next(LONG));
                    assertEquals(200, stream.head().status());
                }
            }
            assertEquals(1, server.accepted(), "a connection whose answer ended serves the next request");
        }
    }

    @Test
    void shouldGoOnAfterASilence() throws Exception
    {
        final CountDownLatch waited = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            ScriptedServer.send(socket, HEAD + chunk("one\nhal"));
            await(waited);
            return ScriptedServer.send(socket, chunk("f\n") + END);
        });
            HttpStream stream = open(server))
        {
            assertEquals("one", stream.next(LONG));
            assertNull(stream.next(SHORT));
            assertNull(stream.next(Duration.ZERO));
            waited.countDown();
            assertEquals("half", stream.next(LONG));
            assertThrows(EOFException.class, () -> stream.next(LONG));
        }
    }

    private static void await(final CountDownLatch latch)
    {
        try
        {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        }
        catch (final InterruptedException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void shouldTellABrokenAnswerFromOneThatEnded() throws Exception
    {
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
            !ScriptedServer.send(socket, HEAD + chunk("one\n")));
            HttpStream stream = open(server))
        {
            assertEquals("one", stream.next(LONG));
            final IOException ex = assertThrows(IOException.class, () -> stream.next(LONG));
            assertFalse(ex instanceof EOFException, ex.toString());
        }
    }

    @Test
    void shouldSayThatThereIsNoConnection() throws Exception
    {
        try (HttpStream stream =
            client.open(HttpRequest.of("GET", "http://127.0.0.1:" + FreePorts.take(1) + "/")))
        {
            assertThrows(ConnectException.class, () -> stream.next(LONG));
            assertNull(stream.head());
        }
    }

    @Test
    void shouldBreakTheConnectionWhenClosedWhileAnotherThreadWaits() throws Exception
    {
        final CountDownLatch gone = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            ScriptedServer.send(socket, HEAD + chunk("one\n"));
            try
            {
                socket.getInputStream().read();
            }
            finally
            {
                gone.countDown();
            }
            return false;
        }))
        {
            final HttpStream stream = open(server);
            assertEquals("one", stream.next(LONG));
            final CompletableFuture<Throwable> failure = new CompletableFuture<>();
            new Thread(() -> failure.complete(assertThrows(IOException.class, () -> stream.next(LONG)))).start();
            stream.close();
            assertTrue(gone.await(60, TimeUnit.SECONDS), "the connection stayed open");
            assertTrue(failure.get(60, TimeUnit.SECONDS) instanceof IOException);
            stream.close();
        }
    }

    @Test
    void shouldBreakTheConnectionWhenClosedWithLinesThatNobodyRead() throws Exception
    {
        final CountDownLatch gone = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            try
            {
                ScriptedServer.send(socket, HEAD);
                while (true)
                {
                    ScriptedServer.send(socket, chunk("line\n".repeat(1000)));
                }
            }
            finally
            {
                gone.countDown();
            }
        }))
        {
            final HttpStream stream = open(server);
            assertEquals("line", stream.next(LONG));
            stream.close();
            assertTrue(gone.await(60, TimeUnit.SECONDS), "the connection stayed open");
        }
    }

    @Test
    void shouldRefuseALineThatIsTooLong() throws Exception
    {
        try (ScriptedServer server = ScriptedServer.answering(HEAD + chunk("x".repeat(1001)));
            HttpStream stream = open(server))
        {
            final IOException ex = assertThrows(IOException.class, () -> stream.next(LONG));
            assertEquals("a line of the answer is longer than 1000 bytes", ex.getMessage());
        }
    }
}
