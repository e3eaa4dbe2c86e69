// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Raw results of {@code run-lab.sh}: lines of underlay, variant, round, measure, metric and value, separated by tabs.
 * Facts about a run have the underlay {@code meta}.
 */
final class LabResults
{
    /** The variant that all others are compared with. */
    static final String KERNEL = "kernel";

    private static final String META = "meta";
    private static final int FIELDS = 6;

    private final Map<String, List<Double>> values = new LinkedHashMap<>();
    private final Map<String, Set<String>> variants = new LinkedHashMap<>();
    private final Map<String, Set<String>> facts = new LinkedHashMap<>();

    /**
     * @param files of one run, or of several runs for one report.
     * @return all of them together.
     * @throws IOException if one cannot be read.
     * @throws IllegalArgumentException if a line is not such a result.
     */
    static LabResults read(final List<Path> files) throws IOException
    {
        final LabResults results = new LabResults();
        for (final Path file : files)
        {
            for (final String line : Files.readAllLines(file))
            {
                results.add(line);
            }
        }
        return results;
    }

    private void add(final String line)
    {
        final String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS)
        {
            throw new IllegalArgumentException("not a result: '" + line + "'");
        }
        if (META.equals(fields[0]))
        {
            facts.computeIfAbsent(fields[4], name -> new LinkedHashSet<>()).add(fields[5]);
            return;
        }
        variants.computeIfAbsent(fields[0], name -> new LinkedHashSet<>()).add(fields[1]);
        final double value = Double.parseDouble(fields[5].replace("nan", "NaN"));
        if (!Double.isNaN(value))
        {
            values.computeIfAbsent(key(fields[0], fields[1], fields[3], fields[4]), name -> new ArrayList<>())
                .add(value);
        }
    }

    /** @return the variants that were measured on an underlay, in order. */
    Set<String> variants(final String underlay)
    {
        return variants.getOrDefault(underlay, Set.of());
    }

    /** @return a fact about the run, or about all runs. */
    String fact(final String name)
    {
        return String.join("; ", facts.getOrDefault(name, Set.of("unknown")));
    }

    /** @return number of rounds with a value. */
    int count(final String underlay, final String variant, final String measure, final String metric)
    {
        return values.getOrDefault(key(underlay, variant, measure, metric), List.of()).size();
    }

    /** @return the median of the rounds; NaN if there is no value. */
    double median(final String underlay, final String variant, final String measure, final String metric)
    {
        final double[] sorted = sorted(underlay, variant, measure, metric);
        final int half = sorted.length / 2;
        if (sorted.length == 0)
        {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** @return the median divided by the kernel's; NaN if one of them is missing. */
    double ratio(final String underlay, final String variant, final String measure, final String metric)
    {
        return median(underlay, variant, measure, metric) / median(underlay, KERNEL, measure, metric);
    }

    /** @return the smallest value of a round; NaN if there is none. */
    double least(final String underlay, final String variant, final String measure, final String metric)
    {
        final double[] sorted = sorted(underlay, variant, measure, metric);
        return sorted.length == 0 ? Double.NaN : sorted[0];
    }

    /** @return the largest value of a round; NaN if there is none. */
    double greatest(final String underlay, final String variant, final String measure, final String metric)
    {
        final double[] sorted = sorted(underlay, variant, measure, metric);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length - 1];
    }

    private double[] sorted(final String underlay, final String variant, final String measure, final String metric)
    {
        final double[] sorted = values.getOrDefault(key(underlay, variant, measure, metric), List.of()).stream()
            .mapToDouble(Double::doubleValue)
            .toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static String key(final String... parts)
    {
        return String.join("\t", parts);
    }
}
