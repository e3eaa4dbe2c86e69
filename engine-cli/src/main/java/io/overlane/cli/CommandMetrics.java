// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.overlane.engine.OverlayEngine;
import io.overlane.metrics.EngineMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Prometheus' view of engines that come and go, and of the JVM. */
final class CommandMetrics implements AutoCloseable
{
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Map<OverlayEngine, EngineMetrics> bound = new HashMap<>();
    private final Supplier<Map<String, OverlayEngine>> engines;

    CommandMetrics(final Supplier<Map<String, OverlayEngine>> engines)
    {
        this.engines = engines;
        new JvmMemoryMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** The text of a scrape. */
    synchronized String text()
    {
        final Map<String, OverlayEngine> present = engines.get();
        bound.entrySet().removeIf(entry ->
        {
            final boolean isGone = !present.containsValue(entry.getKey());
            if (isGone)
            {
                entry.getValue().close();
            }
            return isGone;
        });
        present.forEach((name, engine) -> bound.computeIfAbsent(engine, added ->
        {
            final EngineMetrics metrics = new EngineMetrics(added, name);
            metrics.bindTo(registry);
            return metrics;
        }));
        return registry.scrape();
    }

    @Override
    public synchronized void close()
    {
        bound.values().forEach(EngineMetrics::close);
        bound.clear();
        collections.close();
        registry.close();
    }
}
