// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testdata.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are read whole. */
class HttpClientTest
{
    static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(200);

    /** As the JSON gateway of etcd 3.4 sends every error. */
    static final String WITH_TRAILER = """
        HTTP/1.1 400 Bad Request\r
        Content-Type: application/json\r
        Trailer: Grpc-Trailer-Content-Type\r
        Date: Sat, 28 Nov 2026 10:00:00 GMT\r
        Transfer-Encoding: chunked\r
        \r
        19\r
        {"error":"née","code":3}\r
        0\r
        Grpc-Trailer-Content-Type: application/grpc\r
        \r
        """;
    private static final String WITH_TRAILER_BODY = "{\"error\":\"née\",\"code\":3}";
    private static final String WITH_LENGTH = ScriptedServer.answer("200 OK", "twelve bytes");

    private final HttpClient client = new HttpClient(null, Duration.ofSeconds(20), 1000);

    private HttpReply get(final ScriptedServer server, final Duration wait) throws Exception
    {
        return client.send(HttpRequest.of("GET", server.endpoint() + "/path?a=b%26c"), wait);
    }

    @Test
    void shouldReadAnErrorThatEndsInATrailerAndUseTheConnectionAgain() throws Exception
    {
        try (ScriptedServer server = ScriptedServer.answering(WITH_TRAILER))
        {
            for (int i = 0; i < 3; i++)
            {
                final HttpReply reply = get(server, LONG);
                assertEquals(400, reply.status());
                assertEquals(WITH_TRAILER_BODY, reply.body());
                assertEquals("application/json", reply.headers().get("content-type"));
                assertFalse(reply.headers().containsKey("Grpc-Trailer-Content-Type"));
            }
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void shouldSendMethodPathHeadersAndBody() throws Exception
    {
        final CompletableFuture<String> seen = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            seen.complete(request);
            return ScriptedServer.send(socket, "HTTP/1.1 204 No Content\r\n\r\n");
        }))
        {
            final HttpRequest request = HttpRequest.of("PUT", "http://nowhere/a%26b?c=%20d")
                .withHeader("Authorization", "token").withBody("text/plain", "née").at(uri(server));
            assertEquals(new HttpReply(204, Map.of(), ""), client.send(request, LONG));
            final List<String> lines = seen.get().lines().toList();
            assertEquals("PUT /a%26b?c=%20d HTTP/1.1", lines.get(0));
            assertTrue(lines.contains("Host: " + server.endpoint().substring("http://".length())), seen.get());
            assertTrue(lines.contains("Authorization: token"), seen.get());
            assertTrue(lines.contains("Content-Type: text/plain"), seen.get());
            assertTrue(lines.contains("Content-Length: 4"), seen.get());
            assertFalse(seen.get().toLowerCase(Locale.ROOT).contains("expect"), seen.get());
            assertEquals("née", lines.get(lines.size() - 1));
        }
    }

    @Test
    void shouldSayThatAnAnswerOfANegativeVersionIsNotHttp() throws Exception
    {
        try (ScriptedServer server = ScriptedServer.answering("HTTP/-1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        {
            final String message = assertThrows(IOException.class, () -> get(server, LONG)).getMessage();
            assertTrue(message.startsWith("the answer is not HTTP: "), message);
        }
    }

    private static URI uri(final ScriptedServer server)
    {
        return URI.create(server.endpoint());
    }

    @Test
    void shouldReadAnAnswerThatIsSplitAnywhere() throws Exception
    {
        for (final String answer : List.of(WITH_TRAILER, WITH_LENGTH, "HTTP/1.1 100 Continue\r\n\r\n" + WITH_LENGTH))
        {
            final byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            final String body = answer.equals(WITH_TRAILER) ? WITH_TRAILER_BODY : "twelve bytes";
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
                    assertEquals(body, get(server, LONG).body());
                }
                assertEquals(1, server.accepted());
            }
        }
    }

    @Test
    void shouldReadAnAnswerThatComesByteByByte() throws Exception
    {
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            for (final byte octet : WITH_TRAILER.getBytes(StandardCharsets.UTF_8))
            {
                socket.getOutputStream().write(octet);
            }
            return true;
        }))
        {
            assertEquals(WITH_TRAILER_BODY, get(server, LONG).body());
        }
    }

    @Test
    void shouldTakeNoHalfAnswerForAnAnswer()
    {
        for (final String answer : List.of(WITH_TRAILER, WITH_LENGTH))
        {
            final byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            final int[] length = {0};
            try (ScriptedServer server = new ScriptedServer((request, socket) ->
            {
                socket.getOutputStream().write(bytes, 0, length[0]);
                return false;
            }))
            {
                // What is missing behind the last chunk's length takes nothing from the answer.
                final int whole = answer.equals(WITH_TRAILER) ?
                    bytes.length - "\r\nGrpc-Trailer-Content-Type: application/grpc\r\n\r\n".length() : bytes.length;
                for (; length[0] < whole; length[0]++)
                {
                    final IOException ex = assertThrows(
                        IOException.class, () -> get(server, LONG), () -> length[0] + " bytes");
                    assertFalse(ex instanceof SocketTimeoutException, () -> length[0] + ": " + ex);
                }
            }
        }
    }

    @Test
    void shouldGiveUpAServerThatNeverAnswers() throws Exception
    {
        final CountDownLatch gone = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, socket) -> awaitEnd(socket, gone)))
        {
            final SocketTimeoutException ex = assertThrows(SocketTimeoutException.class, () -> get(server, SHORT));
            assertEquals("no answer in 200 ms", ex.getMessage());
            assertTrue(gone.await(60, TimeUnit.SECONDS), "the connection stayed open");
        }
    }

    private static boolean awaitEnd(final Socket socket, final CountDownLatch gone) throws IOException
    {
        try
        {
            socket.getInputStream().read();
        }
        finally
        {
            gone.countDown();
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "HTTP/1.1 2"})
    void shouldGiveUpAServerThatAnswersForEver(final String beginning)
    {
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            ScriptedServer.send(socket, beginning);
            while (!socket.isClosed())
            {
                ScriptedServer.send(socket, "0");
                Thread.onSpinWait();
            }
            return false;
        }))
        {
            // In time, or for its length.
            assertThrows(IOException.class, () -> get(server, SHORT));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"})
    void shouldRefuseAnAnswerThatIsTooLong(final String head)
    {
        try (ScriptedServer server =
            ScriptedServer.answering("HTTP/1.1 200 OK\r\n" + head + "x".repeat(1001)))
        {
            final IOException ex = assertThrows(IOException.class, () -> get(server, LONG));
            assertEquals("the answer is longer than 1000 bytes", ex.getMessage());
        }
    }

    @Test
    void shouldReadAnAnswerOfTheGreatestLength() throws Exception
    {
        try (ScriptedServer server = ScriptedServer.answering(ScriptedServer.answer("200 OK", "x".repeat(1000))))
        {
            assertEquals(1000, get(server, LONG).body().length());
            assertEquals(1000, get(server, LONG).body().length());
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void shouldRefuseWhatIsNotHttp()
    {
        for (final String answer : List.of("SSH-2.0-OpenSSH_9.6\r\n", "\u0000\u0001\u0002\r\n\r\n",
            "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nends with the connection"))
        {
            try (ScriptedServer server = new ScriptedServer((request, socket) ->
                !ScriptedServer.send(socket, answer)))
            {
                assertThrows(IOException.class, () -> get(server, LONG), answer);
            }
        }
    }

    @Test
    void shouldFollowNoRedirect() throws Exception
    {
        try (ScriptedServer elsewhere = ScriptedServer.answering(WITH_LENGTH);
            ScriptedServer server = ScriptedServer.answering("HTTP/1.1 307 Temporary Redirect\r\nLocation: " +
                elsewhere.endpoint() + "/\r\nContent-Length: 0\r\n\r\n"))
        {
            assertEquals(307, get(server, LONG).status());
            assertEquals(0, elsewhere.accepted());
        }
    }

    @Test
    void shouldUseNoProxy() throws Exception
    {
        final Map<String, String> settings = Map.of("http.proxyHost", "127.0.0.1", "http.proxyPort", "1",
            "http.nonProxyHosts", "", "socksProxyHost", "127.0.0.1", "socksProxyPort", "1");
        try (ScriptedServer server = ScriptedServer.answering(WITH_LENGTH))
        {
            settings.forEach(System::setProperty);
            assertEquals("twelve bytes", get(server, LONG).body());
        }
        finally
        {
            settings.keySet().forEach(System::clearProperty);
        }
    }

    @Test
    void shouldNotUseAConnectionThatTheServerClosed() throws Exception
    {
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
            !ScriptedServer.send(socket, WITH_LENGTH)))
        {
            for (int i = 1; i <= 20; i++)
            {
                final HttpReply reply = getOnceMoreIfStale(server);
                assertEquals("twelve bytes", reply.body());
                assertEquals(i, server.accepted());
            }
        }
    }

    /** The server's end may arrive just after the connection was looked at. */
    private HttpReply getOnceMoreIfStale(final ScriptedServer server) throws Exception
    {
        try
        {
            return get(server, LONG);
        }
        catch (final IOException ex)
        {
            return get(server, LONG);
        }
    }

    @Test
    void shouldNotTakeWhatCameUnaskedForAnAnswer() throws Exception
    {
        final CountDownLatch sent = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            ScriptedServer.send(socket, WITH_LENGTH + ScriptedServer.answer("408 Request Timeout", ""));
            sent.countDown();
            return true;
        }))
        {
            assertEquals(200, get(server, LONG).status());
            assertTrue(sent.await(60, TimeUnit.SECONDS));
            assertEquals(200, get(server, LONG).status());
            assertEquals(2, server.accepted());
        }
    }

    @Test
    void shouldSayThatThereIsNoConnection()
    {
        assertThrows(ConnectException.class, () -> client.send(
            HttpRequest.of("GET", "http://127.0.0.1:" + FreePorts.take(1) + "/"), LONG));
        final ConnectException ex = assertThrows(ConnectException.class,
            () -> client.send(HttpRequest.of("GET", "http://no-such-host.invalid/"), LONG));
        assertEquals("the name no-such-host.invalid has no address", ex.getMessage());
    }

    @Test
    void shouldNotTakeAServerThatDiesWhileTlsIsSetUpForOneThatObjects() throws Exception
    {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))
        {
            final CompletableFuture<Void> died = CompletableFuture.runAsync(() -> readSomethingAndDie(server));
            final HttpRequest request = HttpRequest.of("GET", "https://127.0.0.1:" + server.getLocalPort() + "/");
            assertThrows(ConnectException.class, () -> client.send(request, LONG));
            died.get(60, TimeUnit.SECONDS);
        }
    }

    private static void readSomethingAndDie(final ServerSocket server)
    {
        try (Socket socket = server.accept())
        {
            // All of the client's first record, so that the connection ends without a reset.
            socket.getInputStream().read(new byte[1 << 16]);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void shouldGiveUpWhenInterrupted() throws Exception
    {
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch gone = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((request, socket) ->
        {
            asked.countDown();
            return awaitEnd(socket, gone);
        }))
        {
            final CompletableFuture<Throwable> failure = new CompletableFuture<>();
            final Thread caller = new Thread(() -> failure.complete(assertThrows(
                InterruptedException.class, () -> get(server, LONG))));
            caller.start();
            assertTrue(asked.await(60, TimeUnit.SECONDS));
            caller.interrupt();
            assertEquals(InterruptedException.class, failure.get(60, TimeUnit.SECONDS).getClass());
            assertTrue(gone.await(60, TimeUnit.SECONDS), "the connection stayed open");
        }
    }
}
