// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.overlane.address.MacAddress;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What Prometheus gets, read line by line as its text format 0.0.4 says. */
class PrometheusTest
{
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary)");
    private static final Pattern HELP = Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \\S.*");
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern SAMPLE = Pattern.compile(
        "(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\\{" + LABEL + "(," + LABEL + ")*})? " +
        "(?<value>[+-]?(?:[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|Inf)|NaN)");

    @Test
    void shouldWriteWhatPrometheusReads()
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            harness.launch(new SegmentContext(7).fdb(M, EngineHarness.A));
            harness.attach(EngineHarness.A);
            final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            harness.transmit(FrameSpec.ipv4Udp().destinationMac(M.value()).bytes());
            harness.transmit(FrameSpec.ipv4Udp().bytes());
            new EngineMetrics(harness.engine(), "a \"quoted\" \\ name").bindTo(registry);

            final Map<String, Double> samples = parse(registry.scrape());
            final String engine = "engine=\"a \\\"quoted\\\" \\\\ name\"";
            assertEquals(1, samples.get(
                "overlane_frames_total{direction=\"encap\"," + engine + ",fate=\"delivered\"}"));
            assertEquals(1, samples.get(
                "overlane_drops_total{direction=\"encap\"," + engine + ",reason=\"no-destination\"}"));
            assertEquals(FrameSpec.ipv4Udp().bytes().length, samples.get(
                "overlane_remote_traffic_bytes_total{direction=\"encap\"," + engine +
                    ",remote=\"192.0.2.10:8472\",vni=\"none\"}"));
            assertEquals(1, samples.get("overlane_running{" + engine + "}"));
            assertNotNull(samples.get("overlane_latency_seconds_count{direction=\"decap\"," + engine + "}"));
        }
    }

    /** Each family has one TYPE and one HELP in front of its samples, and no sample comes twice. */
    private static Map<String, Double> parse(final String text)
    {
        assertTrue(text.endsWith("\n"));
        final Map<String, Double> samples = new HashMap<>();
        final Set<String> families = new HashSet<>();
        String family = "";
        String help = "";
        for (final String line : text.split("\n"))
        {
            final Matcher type = TYPE.matcher(line);
            final Matcher helpLine = HELP.matcher(line);
            if (helpLine.matches())
            {
                help = helpLine.group(1);
            }
            else if (type.matches())
            {
                family = type.group(1);
                assertEquals(family, help, "HELP comes first");
                assertTrue(families.add(family), () -> "twice: " + line);
            }
            else
            {
                final Matcher sample = SAMPLE.matcher(line);
                assertTrue(sample.matches(), () -> "not a sample: " + line);
                final String name = sample.group("name");
                assertTrue(
                    name.equals(family) || name.equals(family + "_count") || name.equals(family + "_sum"),
                    () -> "outside its family: " + line);
                assertEquals(
                    null,
                    samples.put(line.substring(0, line.lastIndexOf(' ')), Double.valueOf(sample.group("value"))),
                    () -> "twice: " + line);
            }
        }
        return samples;
    }
}
