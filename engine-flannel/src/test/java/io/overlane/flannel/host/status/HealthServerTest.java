// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

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
        try (HealthServer server = new HealthServer(LOOPBACK, 0, ready::get, error -> {}))
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
    void shouldSayWhereItCannotListen() throws IOException
    {
        try (HealthServer server = new HealthServer(LOOPBACK, 0, ready::get, error -> {}))
        {
            final int port = server.port();
            final IOException ex =
                assertThrows(IOException.class, () -> new HealthServer(LOOPBACK, port, ready::get, error -> {}));
            assertTrue(ex.getMessage().startsWith("health checks: cannot listen on 127.0.0.1 port " + port + ": "),
                ex.getMessage());
        }
    }
}
