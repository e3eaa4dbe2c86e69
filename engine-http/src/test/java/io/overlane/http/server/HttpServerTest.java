// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ordinary requests and their answers. */
class HttpServerTest
{
    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final List<HttpQuestion> questions = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException
    {
        server = HttpServer.open(ANY_PORT, this::reply, Set.of("Node-1.example"), errors::add);
    }

    @AfterEach
    void stop()
    {
        server.close();
    }

    private HttpReply reply(final HttpQuestion question)
    {
        questions.add(question);
        if (question.path().equals("/broken"))
        {
            throw new IllegalStateException("as the test wants");
        }
        return question.path().equals("/") ? HttpReply.line(200, "hello").with("X-More", "yes") :
            HttpReply.line(404, "no such page");
    }

    private String ask(final String request) throws IOException
    {
        return RawClient.ask(server.address(), request);
    }

    @Test
    void shouldAnswerClientsThatKeepTheirConnection() throws Exception
    {
        final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        final URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + "/");
        for (int i = 0; i < 3; i++)
        {
            final HttpResponse<String> response =
                client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, response.statusCode());
            assertEquals("hello\n", response.body());
            assertEquals("yes", response.headers().firstValue("X-More").orElseThrow());
        }
    }

    @Test
    void shouldAnswerRequestsThatComeTogetherInTheirOrder() throws IOException
    {
        final String answer = ask(
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertTrue(answer.indexOf("HTTP/1.1 404 ") > answer.indexOf("hello"), answer);
    }

    @Test
    void shouldSendTheHeadAloneForHead() throws IOException
    {
        final String answer = ask("HEAD / HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertTrue(answer.contains("Content-Length: 6\r\n"), answer);
        assertTrue(answer.endsWith("\r\n\r\n"), answer);
    }

    @Test
    void shouldAnswerClientsThatEndTheirSendingSideAtOnce() throws IOException
    {
        for (int i = 0; i < 20; i++)
        {
            try (RawClient client = new RawClient(server.address()))
            {
                client.send("GET / HTTP/1.0\r\n\r\n");
                client.endSending();
                assertTrue(client.readAll().endsWith("hello\n"));
            }
        }
    }

    @Test
    void shouldCloseAfterOneAnswerToAnOldClient() throws IOException
    {
        final String answer = ask("GET / HTTP/1.0\r\n\r\n");
        assertTrue(answer.contains("Connection: close\r\n") && answer.endsWith("hello\n"), answer);
    }

    @Test
    void shouldSplitAndDecodeTheQuery() throws IOException
    {
        RawClient.get(server.address(), "/api/fdb?vni=42&learned&dst=fe80%3A%3A1&=&from=2&x=a=b");
        assertEquals(
            List.of("vni", "42", "learned", "dst", "fe80::1", "from", "2", "x", "a=b"), questions.get(0).words());
        assertEquals("/api/fdb?vni=42&learned&dst=fe80%3A%3A1&=&x=a=b&from=7", questions.get(0).nextPage("from", 7));
        assertTrue(ask("GET /?%zz HTTP/1.0\r\n\r\n").startsWith("HTTP/1.1 400 "));
    }

    @Test
    void shouldRefuseToChangeAnything() throws IOException
    {
        for (final String method : List.of("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"))
        {
            final String answer = ask(method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 405 "), method + " " + answer);
            assertTrue(answer.contains("Allow: GET, HEAD\r\n"), answer);
        }
        assertEquals(List.of(), questions);
    }

    @Test
    void shouldRefuseNamesThatAForeignPageCouldUse() throws IOException
    {
        for (final String name : List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "1"))
        {
            final String answer = ask("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 421 "), name + " " + answer);
        }
        assertEquals(List.of(), questions);
        for (final String name : List.of("localhost", "LOCALHOST:1", "192.0.2.1:80", "[fe80::1]", "node-1.example:1"))
        {
            final String answer = ask("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 200 "), name + " " + answer);
        }
    }

    @Test
    void shouldRefuseWhatIsNoRequest() throws IOException
    {
        assertTrue(ask("x\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(ask("GET / HTTP/-1.1\r\n\r\n").startsWith("HTTP/1.1 400 "), "a negative version");
        assertTrue(ask("GET / HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 400 "), "no host");
        assertTrue(ask("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(ask("GET * HTTP/1.0\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(ask("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n").startsWith("HTTP/1.1 505 "));
        assertEquals(List.of(), questions);
    }

    @Test
    void shouldGoOnAfterAPageThatFails() throws IOException
    {
        final String answer = RawClient.get(server.address(), "/broken");
        assertTrue(answer.startsWith("HTTP/1.1 500 "), answer);
        assertFalse(answer.contains("as the test wants"), answer);
        assertEquals("as the test wants", errors.get(0).getMessage());
        assertTrue(RawClient.get(server.address(), "/").startsWith("HTTP/1.1 200 "));
    }

    @Test
    void shouldCloseConnectionsAtItsEnd() throws IOException
    {
        final List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++)
        {
            clients.add(new RawClient(server.address()));
        }
        clients.get(0).send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        server.close();
        for (final RawClient client : clients)
        {
            client.readAllOrReset();
            client.close();
        }
        assertThrows(IOException.class, () -> new RawClient(server.address()));
    }

    @Test
    void shouldSayWhereItCannotListen()
    {
        final IOException ex = assertThrows(
            IOException.class, () -> HttpServer.open(server.address(), this::reply, Set.of(), errors::add));
        assertTrue(
            ex.getMessage().startsWith("cannot listen on 127.0.0.1 port " + server.address().getPort() + ": "),
            ex.getMessage());
    }
}
