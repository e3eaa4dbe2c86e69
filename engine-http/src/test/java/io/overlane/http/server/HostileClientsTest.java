// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are slow, many, or send too much; others are served meanwhile. */
@Timeout(120)
@Tag("tunnel")
class HostileClientsTest
{
    private static final int BIG = 1 << 20;
    private static final String REQUEST = "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final List<RawClient> clients = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException
    {
        server = HttpServer.open(HttpServerTest.ANY_PORT, HostileClientsTest::reply, Set.of(), errors::add);
    }

    @AfterEach
    void stop()
    {
        CloseHelper.quietCloseAll(clients);
        server.close();
        assertEquals(List.of(), errors);
    }

    private static HttpReply reply(final HttpQuestion question)
    {
        return question.path().equals("/big") ?
            new HttpReply(200, HttpReply.TEXT, new byte[BIG], Map.of()) :
            HttpReply.line(200, "hello");
    }

    private RawClient connect() throws IOException
    {
        final RawClient client = new RawClient(server.address());
        clients.add(client);
        return client;
    }

    private void assertServesOthers() throws IOException
    {
        final String answer = RawClient.get(server.address(), "/");
        assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("hello\n"), answer);
    }

    private static long threads()
    {
        return Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("overlane-http")).count();
    }

    @Test
    void shouldServeOthersWhileManyConnectAndSendNothing() throws IOException
    {
        for (int i = 0; i < 10 * HttpServer.MAX_CLIENTS; i++)
        {
            final RawClient client = connect();
            if (i % 2 == 0)
            {
                client.send("GET / HT");
            }
            if (i % 40 == 39)
            {
                assertServesOthers();
            }
        }
        assertTrue(threads() <= HttpServer.MAX_CLIENTS + 1, "threads: " + threads());
        clients.get(0).readAllOrReset();
    }

    @Test
    void shouldCloseClientThatSendsItsRequestByteByByte() throws Exception
    {
        final RawClient client = connect();
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
        while (client.trySend("a"))
        {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertServesOthers();
    }

    @Test
    void shouldServeOthersAndGiveUpClientsThatNeverReadTheirAnswers() throws IOException
    {
        for (int i = 0; i < HttpServer.MAX_CLIENTS - 1; i++)
        {
            connect().send(REQUEST);
        }
        assertServesOthers();
        for (final RawClient client : clients)
        {
            while (client.trySend(REQUEST))
            {
                // Fill the receive buffers of the server too, until it gives up.
            }
        }
        assertServesOthers();
    }

    @Test
    void shouldRefuseRequestLinesAndHeadersThatAreTooLong() throws IOException
    {
        for (final String request : List.of(
            "GET /" + "x".repeat(BIG) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(BIG) + "\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n" + "X: x\r\n".repeat(100_000) + "\r\n",
            "x".repeat(BIG)))
        {
            final RawClient client = connect();
            final CompletableFuture<Boolean> sending = CompletableFuture.supplyAsync(() -> client.trySend(request));
            client.readAllOrReset();
            sending.join();
            assertServesOthers();
        }
        assertTrue(answerTo("GET /" + "x".repeat(5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n").startsWith(
            "HTTP/1.1 4"));
        assertTrue(answerTo("GET / HTTP/1.1\r\nHost: localhost\r\n" + "X: x\r\n".repeat(100) + "\r\n").startsWith(
            "HTTP/1.1 4"));
    }

    @Test
    void shouldRefuseBodiesWithoutReadingThem() throws IOException
    {
        final String body = "x".repeat(100_000);
        for (final String kind : List.of(
            "Content-Length: 9999999999\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n"))
        {
            final RawClient client = connect();
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + kind + body);
            final CompletableFuture<Void> endless = CompletableFuture.runAsync(() ->
            {
                while (client.trySend(body))
                {
                    // Until the server gives up.
                }
            });
            assertServesOthers();
            endless.join();
        }
        assertTrue(answerTo("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde").startsWith(
            "HTTP/1.1 413 "));
    }

    private String answerTo(final String request) throws IOException
    {
        return RawClient.ask(server.address(), request);
    }

    @Test
    void shouldRestLongerThanItWorks() throws Exception
    {
        final List<Long> starts = new CopyOnWriteArrayList<>();
        final List<Long> ends = new CopyOnWriteArrayList<>();
        try (HttpServer busy = HttpServer.open(HttpServerTest.ANY_PORT, question ->
        {
            starts.add(System.nanoTime());
            final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(10);
            while (untilNs - System.nanoTime() > 0)
            {
                Thread.onSpinWait();
            }
            ends.add(System.nanoTime());
            return HttpReply.line(200, "done");
        }, Set.of(), errors::add))
        {
            final List<CompletableFuture<Void>> askers = new ArrayList<>();
            for (int i = 0; i < 8; i++)
            {
                final RawClient client = new RawClient(busy.address());
                clients.add(client);
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                askers.add(CompletableFuture.runAsync(client::readAllOrReset));
            }
            askers.forEach(CompletableFuture::join);
        }
        assertEquals(8, starts.size());
        for (int i = 1; i < starts.size(); i++)
        {
            final long restNs = starts.get(i) - ends.get(i - 1);
            assertTrue(restNs >= 4 * (ends.get(i - 1) - starts.get(i - 1)) || restNs >= 250_000_000L,
                "rested " + restNs + " ns before page " + i);
        }
    }
}
