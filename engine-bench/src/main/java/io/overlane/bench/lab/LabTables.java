// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes the report: the conditions, the method, and tables of medians. */
final class LabTables
{
    private static final String VETH = "veth";
    private static final double BEARABLE_LOSS_PERCENT = 1;
    private static final int[] PACES_KPPS = {100, 150, 200, 250, 300};

    private final LabResults results;
    private final StringBuilder text = new StringBuilder();

    LabTables(final LabResults results)
    {
        this.results = results;
    }

    /** @return the whole report. */
    String markdown()
    {
        text.append("# Performance beside the kernel\n\n![throughput](performance.svg)\n\n");
        conditions();
        if (!results.variants(VETH).isEmpty())
        {
            text.append("## An underlay that carries super-frames\n\n");
            text.append("An unchanged veth pair, which leaves segmentation and checksums to the receiver.\n\n");
            throughput(VETH);
            spread();
            paced();
            losses();
            latency();
            cost();
        }
        wire("wire", "without receive coalescing", "");
        wire("wire-gro", "with receive coalescing", " `gro` on, as a network card's driver has it.");
        method();
        return text.toString();
    }

    private void conditions()
    {
        text.append("Written by `").append(results.fact("command")).append("` on ").append(results.fact("date"))
            .append(".\n\n");
        fact("Machine", "cpu", "; both tunnels, the sender and the receiver of the traffic share them");
        fact("Kernel", "kernel", "");
        fact("JVM", "jdk", ", default options");
        fact("Traffic", "iperf3", "");
        fact("Load average before the start", "load_before", "");
        text.append("\nMedians of ").append(results.fact("repeats")).append(" rounds of ")
            .append(results.fact("seconds"))
            .append(" s, variant by variant and then the next round. In brackets: the fraction of the kernel's figure ")
            .append("in the same run. Compare these fractions, not figures of different runs.\n\n");
    }

    private void fact(final String title, final String name, final String remark)
    {
        text.append("- ").append(title).append(": ").append(results.fact(name)).append(remark).append(".\n");
    }

    private void table(
        final String underlay, final MarkdownTable table, final Function<String, List<String>> figures)
    {
        for (final String variant : results.variants(underlay))
        {
            final List<String> cells = new ArrayList<>(List.of(Variant.title(variant)));
            cells.addAll(figures.apply(variant));
            table.row(cells);
        }
        text.append(table.markdown());
    }

    private void throughput(final String underlay)
    {
        table(underlay, new MarkdownTable(
            "", "1 TCP stream, Gb/s", "1 TCP stream, IPv6 inside, Gb/s", "4 TCP streams, Gb/s",
            "64-byte UDP flood, kpps received"),
            variant -> List.of(
                beside(underlay, variant, "tcp1", "gbps"),
                beside(underlay, variant, "tcp6", "gbps"),
                beside(underlay, variant, "tcp4", "gbps"),
                beside(underlay, variant, "flood", "kpps")));
    }

    private void spread()
    {
        table(VETH, new MarkdownTable(
            "least...greatest round", "1 TCP stream, Gb/s", "4 TCP streams, Gb/s", "64-byte UDP flood, kpps received"),
            variant -> List.of(
                range(variant, "tcp1", "gbps"),
                range(variant, "tcp4", "gbps"),
                range(variant, "flood", "kpps")));
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

    private void losses()
    {
        table(VETH, new MarkdownTable(
            "where packets are lost", "200 kpps: before the tunnel", "in its socket", "in the receiver's socket",
            "flood: before the tunnel", "in its socket", "in the receiver's socket"),
            variant -> Stream.of("paced200", "flood").flatMap(measure -> losses(variant, measure)).toList());
    }

    private Stream<String> losses(final String variant, final String measure)
    {
        final double tunnel = results.median(VETH, variant, measure, "tunnel_drop_percent");
        final double sockets = results.median(VETH, variant, measure, "socket_drop_percent");
        return DoubleStream.of(
            results.median(VETH, variant, measure, "device_drop_percent"), tunnel, Math.max(0, sockets - tunnel))
            .mapToObj(percent -> figure("%.1f %%", percent));
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
        return results.median(VETH, variant, "paced" + pace, metric);
    }

    private void latency()
    {
        table(VETH, new MarkdownTable(
            "round trip, ms: p50 / p99 / p99.9", "one every 2 ms", "back to back", "one every 2 ms under half load",
            "half load, Gb/s"),
            variant -> List.of(
                percentiles(variant, "idle"),
                percentiles(variant, "back-to-back"),
                percentiles(variant, "half-load"),
                figure("%.1f", results.median(VETH, variant, "half-load", "load_gbps"))));
    }

    private void cost()
    {
        table(VETH, new MarkdownTable(
            "", "CPU of both tunnels, s/GB", "whole machine, s/GB", "both tunnels, µs/packet (flood)",
            "whole machine, µs/packet", "GC pauses, worst round", "allocated, KiB", "resident, MiB"),
            variant -> List.of(
                figure("%.2f", results.median(VETH, variant, "tcp1", "tunnel_s_per_gb")),
                figure("%.2f", results.median(VETH, variant, "tcp1", "busy_s_per_gb")),
                figure("%.2f", results.median(VETH, variant, "flood", "tunnel_us_per_packet")),
                figure("%.2f", results.median(VETH, variant, "flood", "busy_us_per_packet")),
                figure("%.0f", results.greatest(VETH, variant, "jvm", "gc_pauses")),
                figure("%.0f", results.greatest(VETH, variant, "jvm", "allocated_kb")),
                figure("%.0f", results.median(VETH, variant, "jvm", "rss_mb"))));
    }

    private void wire(final String underlay, final String title, final String remark)
    {
        if (!results.variants(underlay).isEmpty())
        {
            text.append("## An underlay like a wire, ").append(title).append("\n\n")
                .append("Segmentation and checksums in software before the veth (`tso`, `tx-udp-segmentation`, ")
                .append("`tx-checksum` off).").append(remark).append("\n\n");
            throughput(underlay);
        }
    }

    private void method()
    {
        text.append("## How\n\n")
            .append("Two network namespaces joined by a veth pair of MTU 1500; the engine is `tun-bridge` on both ")
            .append("sides, started anew for every round and warmed up for ").append(results.fact("warm_up"))
            .append(" seconds. ")
            .append("TCP and UDP by iperf3, round trips by ping (`-i 0.002`, `-A`): the kernel answers these in its ")
            .append("receive path, so a round trip through its tunnel wakes no process.\n\n")
            .append("- Tunnel CPU is user and system time of the tunnel's processes on both sides, JIT and GC ")
            .append("included. The kernel's tunnel has no process, so compare the figures of the whole machine.\n")
            .append("- In a flood, sender and tunnel compete for the CPU: the kernel's tunnel slows the sender down, ")
            .append("a TAP device does not. High loss is expected, and received packets count. Paced UDP is the ")
            .append("fairer comparison. The receiver is iperf3, with a socket of the kernel's default size.\n")
            .append("- GC pauses and allocation are the worst round of both engines together, from the end of the ")
            .append("warm-up to the end of the round; resident is the larger engine's, including the JVM.\n");
        if (results.variants(VETH).contains("yardstick"))
        {
            text.append("- Yardstick is another userspace tunnel, given by `--yardstick`, not of this project.\n");
        }
    }

    private String beside(final String underlay, final String variant, final String measure, final String metric)
    {
        final double median = results.median(underlay, variant, measure, metric);
        final double ratio = results.ratio(underlay, variant, measure, metric);
        final String format = median < 100 ? "%.1f" : "%.0f";
        return figure(format, median) + (Double.isNaN(ratio) ? "" : figure(" (%.2f)", ratio));
    }

    private String range(final String variant, final String measure, final String metric)
    {
        if (results.count(VETH, variant, measure, metric) < 2)
        {
            return "";
        }
        final double greatest = results.greatest(VETH, variant, measure, metric);
        final String format = greatest < 100 ? "%.1f" : "%.0f";
        return figure(format, results.least(VETH, variant, measure, metric)) + "..." + figure(format, greatest);
    }

    private String percentiles(final String variant, final String measure)
    {
        final double p50 = results.median(VETH, variant, measure, "p50_ms");
        return Double.isNaN(p50) ? "" : figure("%.3f", p50) +
            figure(" / %.3f", results.median(VETH, variant, measure, "p99_ms")) +
            figure(" / %.3f", results.median(VETH, variant, measure, "p999_ms"));
    }

    private static String figure(final String format, final double value)
    {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }
}
