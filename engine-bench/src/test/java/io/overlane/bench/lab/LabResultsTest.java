// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of the kernel's figure in the same round, discarded attempts, and what of them is shown. */
final class LabResultsTest
{
    private static final String FACTS =
        "meta\t-\t0\t1\trun\tcpu\tTwo & a half <cores>\n" +
        "meta\t-\t0\t1\trun\tdisturbed\t5\n" +
        "meta\t-\t0\t1\trun\tcommand\trun-lab.sh --only kernel --wire\n";

    @TempDir
    private Path directory;

    @Test
    void shouldCompareWithTheKernelInTheSameRound() throws IOException
    {
        final LabResults results = read(
            tcp("kernel", 1, 10) + tcp("kernel", 2, 30) + tcp("kernel", 3, 10) +
            tcp("engine@17", 1, 9) + tcp("engine@17", 2, 15) + tcp("engine@17", 4, 100));

        assertEquals(10, results.estimate("veth", "kernel", "tcp1", "gbps").median());
        assertEquals(15, results.estimate("veth", "engine@17", "tcp1", "gbps").median());
        final Estimate part = results.ratio("veth", "engine@17", "kernel", "tcp1", "gbps");
        assertEquals(2, part.count());
        assertEquals(0.7, part.median(), 1e-9, "the median of 0.9 and 0.5");
    }

    @Test
    void shouldNotPairRoundsOfDifferentRuns() throws IOException
    {
        final Path first = directory.resolve("1.tsv");
        final Path second = directory.resolve("2.tsv");
        Files.writeString(first, tcp("kernel", 1, 10) + tcp("engine@17", 1, 5));
        Files.writeString(second, tcp("kernel", 1, 20) + tcp("engine@17", 1, 20));

        final LabResults results = LabResults.read(List.of(first, second), OptionalDouble.empty());

        assertEquals(0.75, results.ratio("veth", "engine@17", "kernel", "tcp1", "gbps").median(), 1e-9);
    }

    @Test
    void shouldTakeTheFirstUndisturbedAttemptAndCountTheOthers() throws IOException
    {
        final String raw =
            attempt("engine@17", 1, 3, 0, 6) + attempt("engine@17", 2, 9, 0, 5) +
            attempt("kernel", 1, 4, 6, 0) + attempt("kernel", 2, 5, 0, 80);
        final LabResults results = read(raw);

        assertEquals(9, results.estimate("veth", "engine@17", "tcp1", "gbps").median());
        assertEquals(0, results.estimate("veth", "kernel", "tcp1", "gbps").count());
        assertEquals(2, results.measurements());
        assertEquals(3, results.disturbed());
        assertEquals(1, results.leftOut());
        assertTrue(new LabText(results).markdown().contains(
            "Of 2 measurements, 1 were disturbed at each attempt and are left out; in all, 3 attempts "));

        final LabResults patient = LabResults.read(List.of(directory.resolve("raw.tsv")), OptionalDouble.of(100));
        assertEquals(4, patient.estimate("veth", "kernel", "tcp1", "gbps").median());
        assertEquals(0, patient.disturbed());
    }

    @Test
    void shouldHaveNoFigureWhereNothingWasMeasured() throws IOException
    {
        final LabResults results = read("veth\tengine@17\t1\t1\tidle\tp50_ms\tnan\n");

        assertTrue(Double.isNaN(results.estimate("veth", "engine@17", "idle", "p50_ms").median()));
        assertEquals(0, results.ratio("veth", "engine@17", "kernel", "tcp1", "gbps").count());
    }

    @Test
    void shouldRefuseALineThatIsNoResult()
    {
        assertThrows(IllegalArgumentException.class, () -> read("veth\tengine\t1\n"));
    }

    @Test
    void shouldReportOnlyWhatWasMeasured() throws IOException
    {
        final String report = report(
            "veth\tkernel\t1\t1\tflood\tkpps\t400\n" +
            "veth\tengine@17\t1\t1\tflood\tkpps\t300\n");

        assertTrue(report.contains("| engine | 0.75 |"), report);
        assertFalse(report.contains("1 TCP stream |"), report);
        assertFalse(report.contains("like a wire"), report);
        assertTrue(report.contains("Parts without an interval come from too few rounds"), report);
        assertTrue(report.contains("run-lab.sh \\\n    --only kernel \\\n    --wire\n"), report);
    }

    @Test
    void shouldReportIntervalsFromSixRoundsOn() throws IOException
    {
        final StringBuilder raw = new StringBuilder();
        for (int round = 1; round <= 6; round++)
        {
            raw.append(tcp("kernel", round, 10)).append(tcp("engine@17", round, 4 + round))
                .append(tcp("engine@25", round, 5)).append(tcp("limit", round, 20));
        }
        raw.append("meta\t-\t0\t1\trun\tyardstick\tlimit\n");
        final String report = report(raw.toString());

        assertTrue(report.contains("| engine, JDK 17 | 0.75 (0.50...1.00) |"), report);
        assertTrue(report.contains("| engine, JDK 25 | 0.50 (0.50...0.50) |"), report);
        assertTrue(report.contains("| part of limit's | 1 TCP stream |\n|---|--:|\n" +
            "| engine, JDK 17 | 0.38 (0.25...0.50) |"), report);
        assertFalse(report.contains("too few rounds"), report);
    }

    @Test
    void shouldNameTheHighestRateUnderOnePercentThatTheSenderReached() throws IOException
    {
        final String report = report(
            paced("kernel", 250, 250, 0.5) + paced("kernel", 300, 288, 0.9) +
            paced("engine@17", 250, 250, 0.9) + paced("engine@17", 300, 299, 1.0));

        assertTrue(report.contains("| kernel vxlan | 0.5 % | 0.9 % | 288 kpps |"), report);
        assertTrue(report.contains("| engine | 0.9 % | 1.0 % | 250 kpps |"), report);
    }

    @Test
    void shouldDrawBarsAndIntervalsToScaleAndEscapeWords() throws IOException
    {
        final StringBuilder raw = new StringBuilder();
        for (int round = 1; round <= 6; round++)
        {
            raw.append(tcp("kernel", round, 10)).append(tcp("fast-path@17", round, 14 + round))
                .append(tcp("engine@17", round, 5));
        }
        final String chart = new LabChart(read(raw.toString())).svg();

        // 420 wide for 2.0, the upper end of the interval of the fast path, whose median is 1.75.
        assertTrue(chart.contains("width=\"368\""), chart);
        assertTrue(chart.contains("width=\"105\""), chart);
        assertTrue(chart.contains("x1=\"551\"") && chart.contains("x2=\"656\""), chart);
        assertTrue(chart.contains("Two &amp; a half &lt;cores&gt;"), chart);
        assertTrue(chart.contains("kernel 10.0 Gb/s"), chart);
    }

    private static String tcp(final String variant, final int round, final double gbps)
    {
        return "veth\t" + variant + "\t" + round + "\t1\ttcp1\tgbps\t" + gbps + "\n";
    }

    private static String attempt(
        final String variant, final int attempt, final double gbps, final double before, final double others)
    {
        final String prefix = "veth\t" + variant + "\t1\t" + attempt + "\ttcp1\t";
        return prefix + "gbps\t" + gbps + "\n" + prefix + DiscardRule.BEFORE + "\t" + before + "\n" +
            prefix + DiscardRule.OTHERS + "\t" + others + "\n" + prefix + DiscardRule.STEAL + "\t0\n";
    }

    private static String paced(final String variant, final int pace, final int offered, final double loss)
    {
        final String prefix = "veth\t" + variant + "\t1\t1\tpaced" + pace + "\t";
        return prefix + "offered_kpps\t" + offered + "\n" + prefix + "loss_percent\t" + loss + "\n";
    }

    private String report(final String lines) throws IOException
    {
        return new LabText(read(lines)).markdown();
    }

    private LabResults read(final String lines) throws IOException
    {
        return LabResults.read(
            List.of(Files.writeString(directory.resolve("raw.tsv"), FACTS + lines)), OptionalDouble.empty());
    }
}
