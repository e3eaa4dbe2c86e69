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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Medians, parts of the kernel's figure, and what of them is shown. */
final class LabResultsTest
{
    private static final String FACT = "meta\t-\t0\trun\tcpu\tTwo & a half <cores>\n";

    @TempDir
    private Path directory;

    @Test
    void shouldTakeTheMedianOfRoundsAndItsPartOfTheKernels() throws IOException
    {
        final LabResults results = read(
            "veth\tkernel\t1\ttcp1\tgbps\t10\n" +
            "veth\tengine\t1\ttcp1\tgbps\t9\n" +
            "veth\tkernel\t2\ttcp1\tgbps\t30\n" +
            "veth\tengine\t2\ttcp1\tgbps\t5\n" +
            "veth\tengine\t3\ttcp1\tgbps\t6\n");

        assertEquals(20, results.median("veth", "kernel", "tcp1", "gbps"));
        assertEquals(6, results.median("veth", "engine", "tcp1", "gbps"));
        assertEquals(0.3, results.ratio("veth", "engine", "tcp1", "gbps"), 1e-9);
        assertEquals(5, results.least("veth", "engine", "tcp1", "gbps"));
        assertEquals(9, results.greatest("veth", "engine", "tcp1", "gbps"));
    }

    @Test
    void shouldHaveNoFigureWhereNothingWasMeasured() throws IOException
    {
        final LabResults results = read("veth\tengine\t1\tidle\tp50_ms\tnan\n");

        assertTrue(Double.isNaN(results.median("veth", "engine", "idle", "p50_ms")));
        assertTrue(Double.isNaN(results.ratio("veth", "engine", "tcp1", "gbps")));
        assertEquals(0, results.count("veth", "engine", "idle", "p50_ms"));
    }

    @Test
    void shouldRefuseALineThatIsNoResult()
    {
        assertThrows(IllegalArgumentException.class, () -> read("veth\tengine\t1\n"));
    }

    @Test
    void shouldReportOnlyWhatWasMeasured() throws IOException
    {
        final String report = new LabTables(read(
            "veth\tkernel\t1\tflood\tkpps\t400\n" +
            "veth\tengine\t1\tflood\tkpps\t300\n")).markdown();

        assertTrue(report.contains("| engine | 300 (0.75) |"), report);
        assertFalse(report.contains("TCP stream, Gb/s |"), report);
        assertFalse(report.contains("like a wire"), report);
    }

    @Test
    void shouldNameTheHighestRateUnderOnePercentThatTheSenderReached() throws IOException
    {
        final String report = new LabTables(read(
            paced("kernel", 250, 250, 0.5) + paced("kernel", 300, 288, 0.9) +
            paced("engine", 250, 250, 0.9) + paced("engine", 300, 299, 1.0))).markdown();

        assertTrue(report.contains("| kernel vxlan | 0.5 % | 0.9 % | 288 kpps |"), report);
        assertTrue(report.contains("| engine | 0.9 % | 1.0 % | 250 kpps |"), report);
    }

    @Test
    void shouldDrawBarsToScaleAndEscapeWords() throws IOException
    {
        final String chart = new LabChart(read(
            "veth\tkernel\t1\ttcp1\tgbps\t10\n" +
            "veth\tengine\t1\ttcp1\tgbps\t5\n")).svg();

        assertTrue(chart.contains("width=\"428\""), chart);
        assertTrue(chart.contains("width=\"214\""), chart);
        assertTrue(chart.contains("Two &amp; a half &lt;cores&gt;"), chart);
    }

    private static String paced(final String variant, final int pace, final int offered, final double loss)
    {
        final String prefix = "veth\t" + variant + "\t1\tpaced" + pace + "\t";
        return prefix + "offered_kpps\t" + offered + "\n" + prefix + "loss_percent\t" + loss + "\n";
    }

    private LabResults read(final String lines) throws IOException
    {
        return LabResults.read(List.of(Files.writeString(directory.resolve("raw.tsv"), FACT + lines)));
    }
}
