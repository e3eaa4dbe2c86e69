// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.List;
import java.util.Locale;

/** Draws horizontal bars as SVG, with one panel for each question, and without a style sheet or script. */
final class LabChart
{
    private static final int WIDTH = 760;
    private static final int LABEL_WIDTH = 190;
    private static final int VALUE_WIDTH = 110;
    private static final int BAR_HEIGHT = 18;
    private static final int BAR_STEP = 24;
    private static final int TITLE_HEIGHT = 34;
    private static final int MARGIN = 16;

    private static final List<Panel> PANELS = List.of(
        new Panel("veth", "tcp1", "gbps", "1 TCP stream, Gb/s"),
        new Panel("veth", "tcp4", "gbps", "4 TCP streams, Gb/s"),
        new Panel("veth", "flood", "kpps", "64-byte UDP flood, thousand packets received a second"),
        new Panel("wire-gro", "tcp1", "gbps", "1 TCP stream over a wire without offloads, GRO on, Gb/s"),
        new Panel("wire", "tcp1", "gbps", "1 TCP stream over a wire without offloads, GRO off, Gb/s"));

    private final LabResults results;
    private final StringBuilder body = new StringBuilder();

    LabChart(final LabResults results)
    {
        this.results = results;
    }

    /** One question: a metric of a measure, and its title. */
    private record Panel(String underlay, String measure, String metric, String title)
    {
    }

    /** @return the picture; it carries its own light background. */
    String svg()
    {
        int y = MARGIN;
        for (final Panel panel : PANELS)
        {
            y = draw(panel, y);
        }
        text(MARGIN, y + 14, "start", "#555555", String.format(Locale.ROOT,
            "Medians of %s rounds; in brackets: part of the kernel's. %s",
            results.fact("repeats"), results.fact("cpu")), "");
        final int height = y + 14 + MARGIN;
        return String.format(Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" " +
            "font-family=\"sans-serif\" font-size=\"13\">%n" +
            "<rect width=\"%1$d\" height=\"%2$d\" fill=\"#ffffff\"/>%n%3$s</svg>%n",
            WIDTH, height, body);
    }

    private int draw(final Panel panel, final int top)
    {
        final List<String> variants = results.variants(panel.underlay).stream()
            .filter(variant -> !Double.isNaN(median(panel, variant)))
            .toList();
        if (variants.isEmpty())
        {
            return top;
        }
        final double greatest = variants.stream().mapToDouble(variant -> median(panel, variant)).max().orElseThrow();
        text(MARGIN, top + 16, "start", "#111111", panel.title, " font-weight=\"bold\"");
        int y = top + TITLE_HEIGHT - BAR_STEP / 4;
        for (final String variant : variants)
        {
            bar(panel, variant, y, greatest);
            y += BAR_STEP;
        }
        return y + MARGIN;
    }

    private void bar(final Panel panel, final String variant, final int y, final double greatest)
    {
        final double value = median(panel, variant);
        final double ratio = results.ratio(panel.underlay, variant, panel.measure, panel.metric);
        final int left = MARGIN + LABEL_WIDTH;
        final int baseline = y + BAR_HEIGHT - 5;
        final int length =
            Math.max(1, (int)Math.round((WIDTH - left - VALUE_WIDTH - MARGIN) * value / Math.max(greatest, 1e-9)));
        text(left - 8, baseline, "end", "#111111", Variant.title(variant), "");
        body.append(String.format(Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n",
            left, y, length, BAR_HEIGHT, colour(variant)));
        final String figure = String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
        text(left + length + 6, baseline, "start", "#111111",
            Double.isNaN(ratio) ? figure : figure + String.format(Locale.ROOT, " (%.2f)", ratio), "");
    }

    private double median(final Panel panel, final String variant)
    {
        return results.median(panel.underlay, variant, panel.measure, panel.metric);
    }

    private static String colour(final String variant)
    {
        switch (variant)
        {
            case LabResults.KERNEL:
                return "#8c8c8c";

            case "engine":
                return "#1f6fb2";

            case "yardstick":
                return "#c9a227";

            default:
                return "#7fb2dc";
        }
    }

    private void text(
        final int x, final int y, final String anchor, final String colour, final String words, final String more)
    {
        final String escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        body.append(String.format(Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\"%s>%s</text>%n",
            x, y, anchor, colour, more, escaped));
    }
}
