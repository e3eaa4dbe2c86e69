// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Draws parts of the kernel's figures as horizontal bars with their confidence intervals, as SVG, with one panel for
 * each question, and without a style sheet or script.
 */
final class LabChart
{
    private static final int WIDTH = 900;
    private static final int LABEL_WIDTH = 210;
    private static final int BARS_LEFT = 236;
    private static final int BARS_WIDTH = 420;
    private static final int PART_RIGHT = 806;
    private static final int FIGURE_RIGHT = 884;
    private static final int BAR_HEIGHT = 14;
    private static final int BAR_STEP = 20;
    private static final int TITLE_HEIGHT = 30;
    private static final int MARGIN = 16;
    private static final int WHISKER = 4;
    private static final String INK = "#222222";
    private static final String FAINT = "#666666";

    private static final List<Panel> PANELS = List.of(
        new Panel("veth", "tcp1", "gbps", "%.1f Gb/s", "One TCP stream"),
        new Panel("veth", "tcp4", "gbps", "%.1f Gb/s", "Four TCP streams"),
        new Panel("veth", "flood", "kpps", "%.0f kpps", "Flood of 64-byte UDP, received"),
        new Panel("veth", "tcp1", "busy_s_per_gb", "%.2f s/GB", "CPU of the whole machine; less is better"),
        new Panel("veth", "back-to-back", "p50_ms", "%.3f ms", "Round trip, back to back; less is better"),
        new Panel("wire-gro", "tcp1", "gbps", "%.1f Gb/s", "Wire, receive coalescing on: one TCP stream"),
        new Panel("wire", "tcp1", "gbps", "%.1f Gb/s", "Wire, receive coalescing off: one TCP stream"));

    /** What the kernel is compared with at first; the tables have the others too. */
    private static final Set<String> VARIANTS =
        Set.of("engine", "fast-path", "xdp", "fast-path-kernel", "kernel-fast-path", "xdp-kernel", "kernel-xdp");

    private final LabResults results;
    private final StringBuilder body = new StringBuilder();

    LabChart(final LabResults results)
    {
        this.results = results;
    }

    /** One question: a metric of a measure, the format of its figure and its title. */
    private record Panel(String underlay, String measure, String metric, String format, String title)
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
        text(MARGIN, y + 12, "start", FAINT, String.format(Locale.ROOT,
            "Parts of the kernel's figure in the same round: medians of %s rounds. Thin lines: 95 %% confidence.",
            results.fact("rounds")), "");
        text(MARGIN, y + 30, "start", FAINT, String.format(Locale.ROOT,
            "Figures at the right are medians. %s; %s.", results.fact("cpu"), results.fact("date")), "");
        final int height = y + 30 + MARGIN;
        return String.format(Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" " +
            "font-family=\"sans-serif\" font-size=\"13\">%n" +
            "<rect width=\"%1$d\" height=\"%2$d\" fill=\"#ffffff\"/>%n%3$s</svg>%n",
            WIDTH, height, body);
    }

    private int draw(final Panel panel, final int top)
    {
        final List<String> variants = results.variants(panel.underlay).stream()
            .filter(variant -> isShown(Variant.base(variant)) && part(panel, variant).count() > 0)
            .toList();
        if (variants.isEmpty())
        {
            return top;
        }
        final double greatest = Math.max(1, variants.stream().map(variant -> part(panel, variant))
            .mapToDouble(part -> part.hasInterval() ? part.high() : part.median()).max().orElseThrow());
        text(MARGIN, top + 15, "start", INK, panel.title, " font-weight=\"bold\"");
        final int bottom = top + TITLE_HEIGHT + variants.size() * BAR_STEP;
        int y = top + TITLE_HEIGHT;
        for (final String variant : variants)
        {
            bar(panel, variant, y, greatest);
            y += BAR_STEP;
        }
        final int one = BARS_LEFT + length(1, greatest);
        line(one, top + 24, one, bottom - 2, "#b03a2e", 1.5);
        text(FIGURE_RIGHT, top + 15, "end", "#b03a2e", "kernel " + figure(panel, LabResults.KERNEL), "");
        return bottom + MARGIN;
    }

    private boolean isShown(final String base)
    {
        return VARIANTS.contains(base) || results.yardsticks().contains(base);
    }

    private void bar(final Panel panel, final String variant, final int y, final double greatest)
    {
        final Estimate part = part(panel, variant);
        final int middle = y + BAR_HEIGHT / 2;
        final int baseline = middle + 5;
        text(MARGIN + LABEL_WIDTH, baseline, "end", INK, results.title(variant), "");
        body.append(String.format(Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n",
            BARS_LEFT, y, Math.max(1, length(part.median(), greatest)), BAR_HEIGHT, colour(variant)));
        if (part.hasInterval())
        {
            final int low = BARS_LEFT + length(part.low(), greatest);
            final int high = BARS_LEFT + length(part.high(), greatest);
            line(low, middle, high, middle, INK, 1);
            line(low, middle - WHISKER, low, middle + WHISKER, INK, 1);
            line(high, middle - WHISKER, high, middle + WHISKER, INK, 1);
        }
        text(PART_RIGHT, baseline, "end", INK, LabTables.describe(part), "");
        text(FIGURE_RIGHT, baseline, "end", FAINT, figure(panel, variant), "");
    }

    private static int length(final double part, final double greatest)
    {
        return (int)Math.round(BARS_WIDTH * part / greatest);
    }

    private Estimate part(final Panel panel, final String variant)
    {
        return results.ratio(panel.underlay, variant, LabResults.KERNEL, panel.measure, panel.metric);
    }

    private String figure(final Panel panel, final String variant)
    {
        final double median = results.estimate(panel.underlay, variant, panel.measure, panel.metric).median();
        return String.format(Locale.ROOT, panel.format, median);
    }

    private String colour(final String variant)
    {
        final String base = Variant.base(variant);
        if (results.yardsticks().contains(base))
        {
            return "#d9b648";
        }
        if (base.contains("fast-path") || base.contains("xdp"))
        {
            return "#3f9d6b";
        }
        return "#4a86c5";
    }

    private void line(
        final int x1, final int y1, final int x2, final int y2, final String colour, final double width)
    {
        body.append(String.format(Locale.ROOT,
            "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"%.1f\"/>%n",
            x1, y1, x2, y2, colour, width));
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
