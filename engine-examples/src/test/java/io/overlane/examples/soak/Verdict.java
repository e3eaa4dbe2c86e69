// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The verdict on all minutes. No packet may be lost outside of faults unless the kernel dropped it, none may be damaged
 * or come twice, every event must end as it should, no drop may be unexpected, and the bridge of host 1, which runs
 * from the first minute to the last, must not grow.
 *
 * <p>Growth is the slope of the straight line with the least squared distances to the last two thirds of the minutes,
 * times their duration: what was added in that time.
 *
 * @param problems none if the soak passed; one line each.
 * @param growths  a line for each resource.
 */
record Verdict(List<String> problems, List<String> growths)
{
    /** Below this number of minutes the JVM still compiles and loads classes, and growth says nothing. */
    static final int FEWEST_MINUTES = 15;

    /** Memory may grow by this share of its mean in the last two thirds, whether they last forty minutes or a day. */
    static final double MEMORY_SHARE = 0.05;

    /** A thread of the compiler or of the HTTP server may come or go; a leak leaves one for each event. */
    static final double FEW = 2;

    static Verdict of(final List<Minute> minutes)
    {
        final List<String> problems = new ArrayList<>();
        final List<String> growths = new ArrayList<>();
        if (minutes.isEmpty())
        {
            problems.add("no minute was completed");
        }
        minutes.forEach(minute -> judge(minute, problems));
        if (minutes.size() < FEWEST_MINUTES)
        {
            growths.add("growth is judged from " + FEWEST_MINUTES + " minutes on");
        }
        else
        {
            final List<Minute> last = minutes.subList(minutes.size() / 3, minutes.size());
            if (last.stream().mapToLong(minute -> minute.usages().get(0).pid()).distinct().count() > 1)
            {
                problems.add("bridge 1 ended and was started again");
            }
            grow("RSS", "KiB", last, Usage::rssKiB, MEMORY_SHARE, problems, growths);
            grow("off-heap memory", "KiB", last, usage -> usage.directKiB() + usage.nonHeapKiB(), MEMORY_SHARE,
                problems, growths);
            grow("descriptors", "", last, Usage::descriptors, 0, problems, growths);
            grow("threads", "", last, Usage::threads, 0, problems, growths);
        }
        return new Verdict(problems, growths);
    }

    private static void judge(final Minute minute, final List<String> problems)
    {
        final String start = "minute " + minute.number() + ": ";
        if (minute.unexplainedLosses() > 0)
        {
            problems.add(start + minute.packets().lost() + " packets were lost outside of faults, of which the " +
                "kernel dropped " + minute.kernelDrops());
        }
        if (minute.packets().twice() > 0)
        {
            problems.add(start + minute.packets().twice() + " packets came twice outside of faults");
        }
        if (minute.damaged() > 0)
        {
            problems.add(start + minute.damaged() + " packets were damaged");
        }
        minute.unexpected().forEach((reason, count) ->
            problems.add(start + count + " unexpected drops at host " + reason));
        minute.failures().forEach(failure -> problems.add(start + failure));
    }

    /**
     * Judge one resource of bridge 1.
     *
     * @param share of the mean by which it may grow; 0: it may grow by less than {@link #FEW}.
     */
    private static void grow(
        final String name,
        final String unit,
        final List<Minute> minutes,
        final ToDoubleFunction<Usage> value,
        final double share,
        final List<String> problems,
        final List<String> growths)
    {
        final double[] values = minutes.stream().mapToDouble(minute -> value.applyAsDouble(minute.usages().get(0)))
            .toArray();
        double mean = 0;
        for (final double each : values)
        {
            mean += each / values.length;
        }
        final double growth = slope(values) * (values.length - 1);
        final double bound = share == 0 ? FEW : share * mean;
        final String line = String.format(Locale.ROOT, "%s of bridge 1: %+.1f%s in the last %d minutes, mean %.0f, " +
            "bound %.1f", name, growth, unit.isEmpty() ? "" : " " + unit, values.length, mean, bound);
        growths.add(line);
        if (growth >= bound)
        {
            problems.add(line);
        }
    }

    /** The slope of the regression line through values at 0, 1, 2 and so on. */
    static double slope(final double[] values)
    {
        final double meanX = (values.length - 1) / 2.0;
        double meanY = 0;
        for (final double value : values)
        {
            meanY += value / values.length;
        }
        double products = 0;
        double squares = 0;
        for (int i = 0; i < values.length; i++)
        {
            products += (i - meanX) * (values[i] - meanY);
            squares += (i - meanX) * (i - meanX);
        }
        return squares == 0 ? 0 : products / squares;
    }

    boolean isPassed()
    {
        return problems.isEmpty();
    }
}
