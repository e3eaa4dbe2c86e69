// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes the tables of the report: parts of the kernel's figures with intervals, medians, costs. */
final class LabTables
{
    /** The underlay that most is measured on. */
    static final String VETH = "veth";

    private static final double BEARABLE_LOSS_PERCENT = 1;
    private static final int[] PACES_KPPS = {100, 150, 200, 250, 300};

    private final LabResults results;
    private final StringBuilder text = new StringBuilder();
    private boolean lacksIntervals;

    LabTables(final LabResults results)
    {
        this.results = results;
    }

    /** @return sections of tables, one for each underlay that was measured. */
    String markdown()
    {
        if (!results.variants(VETH).isEmpty())
        {
            text.append("## An underlay that carries super-frames\n\n")
                .append("An unchanged veth pair, which leaves segmentation and checksums to the receiver.\n\n");
            throughput(VETH);
            cost(VETH);
            latency();
            cold();
            results.yardsticks().forEach(this::besideYardstick);
            paced();
            losses();
            jvm();
        }
        wire("wire-gro", "with receive coalescing", " `gro` on, as a network card's driver has it.");
        wire("wire", "without receive coalescing", "");
        return text.toString();
    }

    /** @return whether a part in the tables has too few rounds for an interval. */
    boolean lacksIntervals()
    {
        return lacksIntervals;
    }

    private void wire(final String underlay, final String title, final String remark)
    {
        if (!results.variants(underlay).isEmpty())
        {
            text.append("## An underlay like a wire, ").append(title).append("\n\n")
                .append("Segmentation and checksums in software before the veth (`tso`, `tx-udp-segmentation`, ")
                .append("`tx-checksum` off).").append(remark).append("\n\n");
            throughput(underlay);
            cost(underlay);
        }
    }

    private void table(
        final String underlay, final MarkdownTable table, final Function<String, List<String>> figures)
    {
        for (final String variant : results.variants(underlay))
        {
            final List<String> cells = new ArrayList<>(List.of(results.title(variant)));
            cells.addAll(figures.apply(variant));
            table.row(cells);
        }
        text.append(table.markdown());
    }

    private void throughput(final String underlay)
    {
        table(underlay, new MarkdownTable(
            "part of the kernel's", "1 TCP stream", "1 TCP stream, IPv6 inside", "4 TCP streams",
            "64-byte UDP flood, received"),
            variant -> List.of(
                part(underlay, variant, "tcp1", "gbps"),
                part(underlay, variant, "tcp6", "gbps"),
                part(underlay, variant, "tcp4", "gbps"),
                part(underlay, variant, "flood", "kpps")));
        table(underlay, new MarkdownTable(
            "median (least...greatest)", "1 TCP stream, Gb/s", "1 TCP stream, IPv6 inside, Gb/s",
            "4 TCP streams, Gb/s", "64-byte UDP flood, kpps received"),
            variant -> List.of(
                range(underlay, variant, "tcp1", "gbps"),
                range(underlay, variant, "tcp6", "gbps"),
                range(underlay, variant, "tcp4", "gbps"),
                range(underlay, variant, "flood", "kpps")));
    }

    private void cost(final String underlay)
    {
        table(underlay, new MarkdownTable(
            "CPU", "1 TCP stream: tunnels, s/GB", "machine, s/GB", "part of the kernel's",
            "4 TCP streams: tunnels, s/GB", "machine, s/GB",
            "flood: tunnels, µs/packet", "machine, µs/packet", "part of the kernel's"),
            variant -> List.of(
                median("%.3f", underlay, variant, "tcp1", "tunnel_s_per_gb"),
                median("%.2f", underlay, variant, "tcp1", "busy_s_per_gb"),
                part(underlay, variant, "tcp1", "busy_s_per_gb"),
                median("%.3f", underlay, variant, "tcp4", "tunnel_s_per_gb"),
                median("%.2f", underlay, variant, "tcp4", "busy_s_per_gb"),
                median("%.2f", underlay, variant, "flood", "tunnel_us_per_packet"),
                median("%.2f", underlay, variant, "flood", "busy_us_per_packet"),
                part(underlay, variant, "flood", "busy_us_per_packet")));
    }

    private void latency()
    {
        table(VETH, new MarkdownTable(
            "round trip, ms: p50 / p99 / p99.9", "back to back", "p50, part of the kernel's", "one every 2 ms",
            "one every 2 ms under half load", "half load, Gb/s"),
            variant -> List.of(
                percentiles(variant, "back-to-back"),
                part(VETH, variant, "back-to-back", "p50_ms"),
                percentiles(variant, "idle"),
                percentiles(variant, "half-load"),
                median("%.1f", VETH, variant, "half-load", "load_gbps")));
    }

    private void cold()
    {
        table(VETH, new MarkdownTable(
            "from the first second, cold", "1 TCP stream, Gb/s", "part of the kernel's", "tunnels, s/GB",
            "64-byte UDP flood, kpps received", "part of the kernel's", "tunnels, µs/packet"),
            variant -> List.of(
                median("%.1f", VETH, variant, "cold-tcp1", "gbps"),
                part(VETH, variant, "cold-tcp1", "gbps"),
                median("%.3f", VETH, variant, "cold-tcp1", "tunnel_s_per_gb"),
                median("%.0f", VETH, variant, "cold-flood", "kpps"),
                part(VETH, variant, "cold-flood", "kpps"),
                median("%.2f", VETH, variant, "cold-flood", "tunnel_us_per_packet")));
    }

    private void besideYardstick(final String yardstick)
    {
        final MarkdownTable table = new MarkdownTable(
            "part of " + yardstick + "'s", "1 TCP stream", "4 TCP streams", "64-byte UDP flood, received",
            "1 TCP stream: tunnels, s/GB", "flood: tunnels, µs/packet", "cold: 1 TCP stream",
            "cold: flood, received");
        for (final String variant : results.variants(VETH))
        {
            if (Set.of("engine", "small").contains(Variant.base(variant)))
            {
                table.row(List.of(results.title(variant),
                    ratio(VETH, variant, yardstick, "tcp1", "gbps"),
                    ratio(VETH, variant, yardstick, "tcp4", "gbps"),
                    ratio(VETH, variant, yardstick, "flood", "kpps"),
                    ratio(VETH, variant, yardstick, "tcp1", "tunnel_s_per_gb"),
                    ratio(VETH, variant, yardstick, "flood", "tunnel_us_per_packet"),
                    ratio(VETH, variant, yardstick, "cold-tcp1", "gbps"),
                    ratio(VETH, variant, yardstick, "cold-flood", "kpps")));
            }
        }
        text.append(table.markdown());
    }

    private void paced()
    {
        table(VETH, new MarkdownTable(
            "64-byte UDP, paced: loss at", "100 kpps", "150 kpps", "200 kpps", "250 kpps", "300 kpps",
            "highest under 1 %", "µs of tunnel a packet at 200 kpps"),
            variant -> Stream.concat(
                IntStream.of(PACES_KPPS).mapToObj(pace -> figure("%.1f %%", paced(variant, pace, "loss_percent"))),
                Stream.of(highestPace(variant), figure("%.2f", paced(variant, 200, "tunnel_us_per_packet")))).toList());
    }

    /** If the sender does not reach a rate, the rate that it reached counts. */
    private String highestPace(final String variant)
    {
        double highest = Double.NaN;
        boolean measured = false;
        for (final int pace : PACES_KPPS)
        {
            final double loss = paced(variant, pace, "loss_percent");
            measured |= !Double.isNaN(loss);
            if (loss < BEARABLE_LOSS_PERCENT)
            {
                highest = Math.min(pace, paced(variant, pace, "offered_kpps"));
            }
        }
        return Double.isNaN(highest) ? measured ? "none" : "" : figure("%.0f kpps", highest);
    }

    private double paced(final String variant, final int pace, final String metric)
    {
        return results.estimate(VETH, variant, "paced" + pace, metric).median();
    }

    private void losses()
    {
        table(VETH, new MarkdownTable(
            "where packets are lost", "200 kpps: before the tunnel", "in its socket", "in the receiver's socket",
            "flood: before the tunnel", "in its socket", "in the receiver's socket"),
            variant -> Stream.of("paced200", "flood").flatMap(measure -> losses(variant, measure)).toList());
    }

    private Stream<String> losses(final String variant, final String measure)
    {
        final double tunnel = results.estimate(VETH, variant, measure, "tunnel_drop_percent").median();
        final double sockets = results.estimate(VETH, variant, measure, "socket_drop_percent").median();
        return DoubleStream.of(
            results.estimate(VETH, variant, measure, "device_drop_percent").median(),
            tunnel,
            Math.max(0, sockets - tunnel))
            .mapToObj(percent -> figure("%.1f %%", percent));
    }

    private void jvm()
    {
        table(VETH, new MarkdownTable(
            "memory", "GC pauses, at worst", "allocated, KiB", "resident, MiB"),
            variant -> List.of(
                figure("%.0f", results.estimate(VETH, variant, "jvm", "gc_pauses").greatest()),
                figure("%.0f", results.estimate(VETH, variant, "jvm", "allocated_kb").greatest()),
                median("%.0f", VETH, variant, "jvm", "rss_mb")));
    }

    private String part(final String underlay, final String variant, final String measure, final String metric)
    {
        return LabResults.KERNEL.equals(variant) ? "" :
            ratio(underlay, variant, LabResults.KERNEL, measure, metric);
    }

    private String ratio(
        final String underlay, final String variant, final String base, final String measure, final String metric)
    {
        final Estimate ratio = results.ratio(underlay, variant, base, measure, metric);
        lacksIntervals |= ratio.count() > 0 && !ratio.hasInterval();
        return describe(ratio);
    }

    /** @return a part and its interval; empty if there is none. */
    static String describe(final Estimate part)
    {
        final String format = part.median() < 5 ? "%.2f" : "%.1f";
        final String interval = " (" + format + "..." + format + ")";
        return figure(format, part.median()) +
            (part.hasInterval() ? String.format(Locale.ROOT, interval, part.low(), part.high()) : "");
    }

    private String median(
        final String format, final String underlay, final String variant, final String measure, final String metric)
    {
        return figure(format, results.estimate(underlay, variant, measure, metric).median());
    }

    private String range(final String underlay, final String variant, final String measure, final String metric)
    {
        final Estimate estimate = results.estimate(underlay, variant, measure, metric);
        final String format = estimate.greatest() < 100 ? "%.1f" : "%.0f";
        return figure(format, estimate.median()) + (estimate.count() < 2 ? "" :
            " (" + figure(format, estimate.least()) + "..." + figure(format, estimate.greatest()) + ")");
    }

    private String percentiles(final String variant, final String measure)
    {
        final String p50 = median("%.3f", VETH, variant, measure, "p50_ms");
        return p50.isEmpty() ? "" : p50 +
            median(" / %.3f", VETH, variant, measure, "p99_ms") +
            median(" / %.3f", VETH, variant, measure, "p999_ms");
    }

    private static String figure(final String format, final double value)
    {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }
}
