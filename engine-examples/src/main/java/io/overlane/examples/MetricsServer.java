// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
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

/** An engine with metrics for Prometheus, a page for people, health and JSON over HTTP. */
public final class MetricsServer
{
    private MetricsServer()
    {
    }

    /** Serves on the loopback address until the process is killed. */
    public static void main(final String[] args) throws IOException
    {
        if (args.length < 3)
        {
            System.err.println("usage: MetricsServer LOCAL[:PORT] PEER[:PORT] HTTP-PORT");
            System.exit(1);
        }
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472))))
            .segment(new SegmentContext(1).port(new RingPort("app", 1450, 256)).flood(Vtep.parse(args[1], 8472)))
            .latency(true));

        // Another web server can serve what registry.scrape() answers.
        final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new EngineMetrics(engine).bindTo(registry);
        final OverlaneHttp http = OverlaneHttp.start(new HttpContext(engine)
            .address(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[2])))
            .metrics(registry::scrape));
        System.out.println(http.url());
    }
}
