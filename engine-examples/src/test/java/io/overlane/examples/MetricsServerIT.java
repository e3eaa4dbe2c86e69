// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.JarExample;
import io.overlane.examples.lab.LabProcess;
import io.overlane.testdata.FreePorts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example with a web server, as a user starts it. */
@Timeout(120)
class MetricsServerIT
{
    private static String get(final String url) throws Exception
    {
        final HttpResponse<String> response = HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), url);
        return response.body();
    }

    @Test
    void shouldServeMetricsAPageHealthAndJson() throws Exception
    {
        try (LabProcess process = LabProcess.start(
            JarExample.command(MetricsServer.class, "127.0.0.1:" + FreePorts.take(1), "127.0.0.2", "0")))
        {
            final String url = process.awaitLine("http://", 60);
            assertTrue(get(url).contains("<title>Overlane</title>"));
            assertTrue(get(url + "metrics").contains("\noverlane_running{"));
            assertEquals("ok\n", get(url + "healthz"));
            assertTrue(get(url + "api/segment").startsWith("[{\"vni\":1,"));
        }
    }
}
