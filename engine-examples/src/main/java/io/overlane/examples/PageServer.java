// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.http.HttpContext;
import io.overlane.http.OverlaneHttp;
import io.overlane.metrics.EngineMetrics;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.InetSocketAddress;

/** An engine with a page for people, metrics for Prometheus, health and JSON over HTTP. */
public final class PageServer
{
    private PageServer()
    {
    }

    /**
     * Serve until the process is killed.
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
        new EngineMetrics(engine).bindTo(registry);
        final OverlaneHttp http = OverlaneHttp.start(new HttpContext(engine)
            .address(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[3])))
            .metrics(registry::scrape));
        System.out.println(http.url());
    }
}
