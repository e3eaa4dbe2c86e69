// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a kubelet asks. */
class HealthServerTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    private final AtomicBoolean ready = new AtomicBoolean();
    private final HttpClient client = HttpClient.newHttpClient();

    private String get(final HealthServer server, final String path) throws IOException, InterruptedException
    {
        final URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        final HttpResponse<String> response =
            client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    @Test
    void shouldAnswerAsFlanneldDoes() throws IOException, InterruptedException
    {
        try (HealthServer server = new HealthServer(LOOPBACK, 0, ready::get))
        {
            assertEquals("200 flanneld is running", get(server, "/healthz"));
            assertEquals("503 flanneld is not ready yet", get(server, "/readyz"));
            ready.set(true);
            assertEquals("200 flanneld is ready", get(server, "/readyz?verbose"));
            assertEquals("404 not found", get(server, "/"));
            assertEquals("404 not found", get(server, "/readyzz"));
        }
    }

    @Test
    @Timeout(60)
    void shouldAnswerWhileOthersSendHalfARequestOrNothing() throws IOException, InterruptedException
    {
        final List<Socket> silent = new ArrayList<>();
        try (HealthServer server = new HealthServer(LOOPBACK, 0, ready::get))
        {
            for (int i = 0; i < 2 * HealthServer.MAX_CLIENTS; i++)
            {
                final Socket socket = new Socket(LOOPBACK.toInetAddress(), server.port());
                silent.add(socket);
                if (i % 2 == 0)
                {
                    socket.getOutputStream().write("GET /heal".getBytes(StandardCharsets.US_ASCII));
                }
            }
            assertEquals("200 flanneld is running", get(server, "/healthz"));
            assertEquals(-1, silent.get(1).getInputStream().read(), "made room");
        }
        finally
        {
            CloseHelper.quietCloseAll(silent);
        }
    }

    @Test
    void shouldRefuseWhatIsNoRequest() throws IOException
    {
        try (HealthServer server = new HealthServer(LOOPBACK, 0, ready::get))
        {
            assertTrue(ask(server, "x\r\n\r\n").startsWith("HTTP/1.1 400 "));
            assertTrue(ask(server, "x".repeat(8192)).startsWith("HTTP/1.1 400 "));
            final String head = ask(server, "HEAD /healthz HTTP/1.0\r\n\r\n");
            assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n") && head.endsWith("\r\n\r\n"), head);
        }
    }

    private static String ask(final HealthServer server, final String request) throws IOException
    {
        try (Socket socket = new Socket(LOOPBACK.toInetAddress(), server.port()))
        {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void shouldSayWhereItCannotListen() throws IOException
    {
        try (HealthServer server = new HealthServer(LOOPBACK, 0, ready::get))
        {
            final int port = server.port();
            final IOException ex =
                assertThrows(IOException.class, () -> new HealthServer(LOOPBACK, port, ready::get));
            assertTrue(ex.getMessage().startsWith("cannot answer health checks on 127.0.0.1 port " + port + ": "),
                ex.getMessage());
        }
    }
}
