// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rates of each line, and their course over the last minute. */
final class TopRates
{
    /** Rounds that are kept. */
    static final int HISTORY = 60;

    private final Map<String, List<Double>> histories = new HashMap<>();
    private Map<String, TopSample.Line> before = Map.of();
    private @Nullable TopSample last;

    /**
     * Rates of one line in one round.
     *
     * @param line       its counters.
     * @param bits       sent per second.
     * @param bitsBack   received per second.
     * @param frames     sent or dropped per second.
     * @param framesBack received per second.
     * @param history    of all bits, for drops of frames, the oldest first.
     */
    record Row(
        TopSample.Line line, double bits, double bitsBack, double frames, double framesBack, List<Double> history)
    {
        double allBits()
        {
            return bits + bitsBack;
        }

        double allFrames()
        {
            return frames + framesBack;
        }
    }

    /**
     * @param sample the counters now. If one is less than before, the program was started anew, and all begins again.
     * @return a row for each of its lines.
     */
    List<Row> rows(final TopSample sample)
    {
        final Map<String, TopSample.Line> now = new HashMap<>();
        sample.lines().forEach(line -> now.put(key(line), line));
        final TopSample.Line all = before.get(key(sample.lines().get(0)));
        if (all != null && isLess(sample.lines().get(0), all))
        {
            forget();
        }
        final double seconds = last == null ? 0 : (sample.timeNs() - last.timeNs()) / 1e9;
        histories.keySet().retainAll(now.keySet());
        final List<Row> rows = new ArrayList<>();
        for (final TopSample.Line line : sample.lines())
        {
            rows.add(row(line, before.get(key(line)), seconds));
        }
        before = now;
        last = sample;
        return rows;
    }

    /** The program has gone. */
    void forget()
    {
        histories.clear();
        before = Map.of();
        last = null;
    }

    private Row row(final TopSample.Line line, final TopSample.@Nullable Line old, final double seconds)
    {
        // A line that is new had nothing before, if this is not the first round.
        final boolean isKnown = seconds > 0;
        final TopSample.Line from = old != null && !isLess(line, old) ? old :
            new TopSample.Line(line.kind(), line.name(), 0, 0, 0, 0);
        final double bits = isKnown ? (line.bytes() - from.bytes()) * 8 / seconds : 0;
        final double bitsBack = isKnown ? (line.bytesBack() - from.bytesBack()) * 8 / seconds : 0;
        final double frames = isKnown ? (line.frames() - from.frames()) / seconds : 0;
        final double framesBack = isKnown ? (line.framesBack() - from.framesBack()) / seconds : 0;
        final List<Double> history = histories.computeIfAbsent(key(line), key -> new ArrayList<>());
        if (isKnown)
        {
            history.add(line.kind() == TopSample.Kind.DROP ? frames : bits + bitsBack);
        }
        if (history.size() > HISTORY)
        {
            history.remove(0);
        }
        return new Row(line, bits, bitsBack, frames, framesBack, List.copyOf(history));
    }

    private static boolean isLess(final TopSample.Line line, final TopSample.Line old)
    {
        return line.frames() < old.frames() || line.framesBack() < old.framesBack();
    }

    private static String key(final TopSample.Line line)
    {
        return line.kind() + " " + line.name();
    }
}
