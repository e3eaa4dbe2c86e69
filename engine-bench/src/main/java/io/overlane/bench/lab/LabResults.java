// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Raw results of {@code run-lab.sh}: lines of underlay, variant, round, attempt, measure, metric and value, separated
 * by tabs. Facts about a run have the underlay {@code meta}. Of the attempts at a measurement, the first that the
 * {@link DiscardRule} keeps counts.
 */
final class LabResults
{
    /** The variant that all others are compared with. */
    static final String KERNEL = "kernel";

    private static final String META = "meta";
    private static final int FIELDS = 7;

    /** Values of the rounds, by underlay, variant, measure and metric. */
    private final Map<String, Map<String, Double>> values = new LinkedHashMap<>();
    private final Map<String, Set<String>> variants = new LinkedHashMap<>();
    private final Map<String, Set<String>> facts = new LinkedHashMap<>();
    private int measurements;
    private int disturbed;
    private int leftOut;

    /** One measure of one variant in one round. */
    private record Measurement(String underlay, String variant, String round, String measure)
    {
    }

    /**
     * @param files of one run, or of several runs for one report.
     * @param limit in percent, for the {@link DiscardRule}; empty for the limit of each run.
     * @return all of them together.
     * @throws IOException if one cannot be read.
     * @throws IllegalArgumentException if a line is not such a result.
     */
    static LabResults read(final List<Path> files, final OptionalDouble limit) throws IOException
    {
        final LabResults results = new LabResults();
        for (int i = 0; i < files.size(); i++)
        {
            results.addRun(String.valueOf(i), Files.readAllLines(files.get(i)), limit);
        }
        return results;
    }

    private void addRun(final String run, final List<String> lines, final OptionalDouble limit)
    {
        final Map<Measurement, Map<String, Map<String, Double>>> attempts = new LinkedHashMap<>();
        double limitPercent = limit.orElse(100);
        for (final String line : lines)
        {
            final String[] fields = line.split("\t", -1);
            if (fields.length != FIELDS)
            {
                throw new IllegalArgumentException("not a result: '" + line + "'");
            }
            if (META.equals(fields[0]))
            {
                if ("disturbed".equals(fields[5]) && limit.isEmpty())
                {
                    limitPercent = Double.parseDouble(fields[6]);
                }
                facts.computeIfAbsent(fields[5], name -> new LinkedHashSet<>()).add(fields[6]);
                continue;
            }
            variants.computeIfAbsent(fields[0], name -> new LinkedHashSet<>()).add(fields[1]);
            attempts
                .computeIfAbsent(new Measurement(fields[0], fields[1], run + "/" + fields[2], fields[4]),
                    measurement -> new LinkedHashMap<>())
                .computeIfAbsent(fields[3], attempt -> new LinkedHashMap<>())
                .put(fields[5], Double.parseDouble(fields[6].replace("nan", "NaN")));
        }
        final DiscardRule rule = new DiscardRule(limitPercent);
        attempts.forEach((measurement, taken) -> choose(measurement, new ArrayList<>(taken.values()), rule));
        if (limit.isPresent())
        {
            facts.put("disturbed", Set.of(String.valueOf(limitPercent)));
        }
    }

    private void choose(
        final Measurement measurement, final List<Map<String, Double>> attempts, final DiscardRule rule)
    {
        if (attempts.get(0).containsKey(DiscardRule.OTHERS))
        {
            measurements++;
        }
        for (final Map<String, Double> metrics : attempts)
        {
            if (rule.keeps(metrics))
            {
                metrics.forEach((metric, value) -> add(measurement, metric, value));
                return;
            }
            disturbed++;
        }
        leftOut++;
    }

    private void add(final Measurement of, final String metric, final double value)
    {
        if (!Double.isNaN(value))
        {
            values.computeIfAbsent(key(of.underlay, of.variant, of.measure, metric), name -> new LinkedHashMap<>())
                .put(of.round, value);
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
        return String.join("; ", facts(name, "unknown"));
    }

    /** @return a fact about each of the runs; the given one if there is none. */
    Set<String> facts(final String name, final String missing)
    {
        return facts.getOrDefault(name, Set.of(missing));
    }

    /** @return names of the variants that are tunnels of others. */
    Set<String> yardsticks()
    {
        return facts.getOrDefault("yardstick", Set.of());
    }

    /** @return whether anything was measured under this name. */
    boolean hasMeasure(final String measure)
    {
        return values.keySet().stream().anyMatch(key -> key.split("\t")[2].equals(measure));
    }

    /** @return what the report calls a variant; with its JDK if there are several. */
    String title(final String variant)
    {
        final long jdks = variants.values().stream()
            .flatMap(Set::stream)
            .map(Variant::jdk)
            .filter(jdk -> !jdk.isEmpty())
            .distinct()
            .count();
        return Variant.title(variant, jdks > 1);
    }

    /** @return number of measurements that the rule decided on. */
    int measurements()
    {
        return measurements;
    }

    /** @return number of attempts at these that were discarded. */
    int disturbed()
    {
        return disturbed;
    }

    /** @return number of measurements without an attempt that counts. */
    int leftOut()
    {
        return leftOut;
    }

    /** @return the value over the rounds. */
    Estimate estimate(final String underlay, final String variant, final String measure, final String metric)
    {
        return Estimate.of(rounds(underlay, variant, measure, metric).values());
    }

    /** @return the value of each round divided by that of another variant in the same round. */
    Estimate ratio(
        final String underlay, final String variant, final String base, final String measure, final String metric)
    {
        final Map<String, Double> bases = rounds(underlay, base, measure, metric);
        final List<Double> ratios = new ArrayList<>();
        rounds(underlay, variant, measure, metric).forEach((round, value) ->
        {
            final double divisor = bases.getOrDefault(round, 0.0);
            if (divisor > 0)
            {
                ratios.add(value / divisor);
            }
        });
        return Estimate.of(ratios);
    }

    private Map<String, Double> rounds(
        final String underlay, final String variant, final String measure, final String metric)
    {
        return values.getOrDefault(key(underlay, variant, measure, metric), Map.of());
    }

    private static String key(final String... parts)
    {
        return String.join("\t", parts);
    }
}
