// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws rows as lines of text that fit a terminal. */
final class TopScreen
{
    /** Heights of a sparkline, from nothing to the most. */
    static final String BLOCKS = " ▁▂▃▄▅▆▇█";
    /** The same where the terminal has no such characters. */
    static final String PLAIN = " .:-=+*#@";

    private static final List<String> UNITS = List.of("", "k", "M", "G", "T");
    /** Greater numbers would be rounded to 1000, and to 100.0. */
    private static final double MOST_SHOWN = 999.5;
    private static final double MOST_WITH_FRACTION = 99.95;

    private static final int LEAST_WIDTH = 20;
    private static final int NAME_WIDTH = 24;
    private static final int MOST_NAME_WIDTH = 60;
    private static final int NUMBER_WIDTH = 11;
    /** Rows of drops beside many segments and remotes. */
    private static final int DROP_ROWS = 8;

    private final String heights;

    TopScreen(final String heights)
    {
        this.heights = heights;
    }

    /**
     * @param title  of the screen.
     * @param rows   of all kinds, in no order.
     * @param order  of the rows.
     * @param width  of the terminal, in columns.
     * @param height of the terminal, in lines; {@link Integer#MAX_VALUE} for all rows.
     * @return at most so many lines, each at most so wide.
     */
    List<String> draw(
        final String title, final List<TopRates.Row> rows, final TopOrder order, final int width, final int height)
    {
        final List<String> lines = new ArrayList<>();
        lines.add(title);
        final List<TopRates.Row> drops = of(rows, TopSample.Kind.DROP, TopOrder.FRAMES);
        final List<TopRates.Row> segments = of(rows, TopSample.Kind.SEGMENT, order);
        final List<TopRates.Row> remotes = of(rows, TopSample.Kind.REMOTE, order);
        addTraffic(lines, "", of(rows, TopSample.Kind.PATH, order), 1, width);
        // Two lines are used; each part needs an empty line and a heading.
        final int room = Math.max(0, height == Integer.MAX_VALUE ? height : height - lines.size() - 6);
        final int dropRows = Math.min(drops.size(), Math.min(room, Math.max(DROP_ROWS,
            room - segments.size() - remotes.size())));
        final int left = room - dropRows;
        final int segmentRows = Math.min(segments.size(), Math.max((left + 1) / 2, left - remotes.size()));
        final int remoteRows = Math.min(remotes.size(), left - segmentRows);
        addTraffic(lines, "segments", segments, segmentRows, width);
        addTraffic(lines, "remotes", remotes, remoteRows, width);
        addDrops(lines, drops, dropRows, width);
        return lines.stream().limit(height).map(line -> cut(line, width)).toList();
    }

    private static List<TopRates.Row> of(
        final List<TopRates.Row> rows, final TopSample.Kind kind, final TopOrder order)
    {
        return rows.stream().filter(row -> row.line().kind() == kind).sorted(order.comparator()).toList();
    }

    private void addTraffic(
        final List<String> lines, final String title, final List<TopRates.Row> rows, final int shown, final int width)
    {
        if (rows.isEmpty())
        {
            return;
        }
        if (!title.isEmpty())
        {
            lines.add("");
        }
        final int name = nameWidth(rows, shown);
        lines.add(line(
            width, name, count(title, shown, rows), List.of("sent", "received", "frames out", "frames in"), ""));
        for (final TopRates.Row row : rows.subList(0, shown))
        {
            lines.add(line(width, name, row.line().name(), List.of(
                bits(row.bits()), bits(row.bitsBack()), number(row.frames()), number(row.framesBack())),
                sparkline(row.history())));
        }
    }

    private void addDrops(
        final List<String> lines, final List<TopRates.Row> rows, final int shown, final int width)
    {
        if (rows.isEmpty())
        {
            return;
        }
        lines.add("");
        final int name = nameWidth(rows, shown);
        lines.add(line(width, name, count("drops", shown, rows), List.of("frames/s", "all"), ""));
        for (final TopRates.Row row : rows.subList(0, shown))
        {
            lines.add(line(width, name, row.line().name(),
                List.of(number(row.frames()), number((double)row.line().frames())), sparkline(row.history())));
        }
    }

    private static String count(final String title, final int shown, final List<TopRates.Row> rows)
    {
        return shown == rows.size() ? title : title + " (" + shown + " of " + rows.size() + ")";
    }

    private static int nameWidth(final List<TopRates.Row> rows, final int shown)
    {
        return rows.subList(0, shown).stream()
            .mapToInt(row -> Math.min(MOST_NAME_WIDTH, row.line().name().length()))
            .reduce(NAME_WIDTH, Math::max);
    }

    /** Numbers that do not fit are left out, the last one first; a long name loses its end before that. */
    private static String line(
        final int width, final int nameWidth, final String name, final List<String> numbers, final String history)
    {
        final int room = Math.max(LEAST_WIDTH, width);
        final int forNumbers = numbers.size() * NUMBER_WIDTH;
        final int shownName = Math.max(Math.min(NAME_WIDTH, room / 2), Math.min(nameWidth, room - forNumbers));
        final StringBuilder line = new StringBuilder(pad(cut(name, shownName), shownName));
        for (final String number : numbers)
        {
            if (line.length() + NUMBER_WIDTH <= room)
            {
                line.append(" ".repeat(Math.max(0, NUMBER_WIDTH - number.length()))).append(number);
            }
        }
        final int left = room - line.length() - 2;
        if (left > 0 && !history.isEmpty())
        {
            line.append("  ").append(history.substring(Math.max(0, history.length() - left)));
        }
        return line.toString().stripTrailing();
    }

    private String sparkline(final List<Double> history)
    {
        final double top = history.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        final StringBuilder line = new StringBuilder();
        for (final double value : history)
        {
            final int height = top == 0 ? 0 : (int)Math.ceil(value / top * (heights.length() - 1));
            line.append(heights.charAt(height));
        }
        return line.toString();
    }

    private static String bits(final double value)
    {
        return scaled(value) + "b/s";
    }

    private static String number(final double value)
    {
        return scaled(value).stripTrailing();
    }

    private static String scaled(final double value)
    {
        double scaled = value;
        int unit = 0;
        while (scaled >= MOST_SHOWN && unit < UNITS.size() - 1)
        {
            scaled /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || scaled >= MOST_WITH_FRACTION ? "%.0f " : "%.1f ", scaled) +
            UNITS.get(unit);
    }

    private static String pad(final String text, final int width)
    {
        return text + " ".repeat(width - text.length());
    }

    private static String cut(final String text, final int width)
    {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width));
    }
}
