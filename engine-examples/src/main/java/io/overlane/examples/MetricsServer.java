// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.metrics.EngineMetrics;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** An engine whose numbers Prometheus reads from a web server of the JDK. */
public final class MetricsServer
{
    private MetricsServer()
    {
    }

    /**
     * Serve {@code /metrics} until the process is killed.
     *
     * @param args local IP, UDP port, remote IP, HTTP port on the loopback address.
     * @throws IOException if a port cannot be bound.
     */
    public static void main(final String[] args) throws IOException
    {
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse(args[0]), Integer.parseInt(args[1]))))
            .segment(new SegmentContext(1).port(new RingPort("app", 1450, 256)).flood(Vtep.parse(args[2], 8472)))
            .latency(true));

        final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new EngineMetrics(engine, "example").bindTo(registry);

        final HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[3])), 16);
        server.createContext("/metrics", exchange ->
        {
            final byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
        server.start();
        System.out.println("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
    }
}
