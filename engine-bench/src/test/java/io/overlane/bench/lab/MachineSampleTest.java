// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who used the machine, by files like those of /proc, and whether a measurement counts then. */
final class MachineSampleTest
{
    private static final long LAB = 100;

    @TempDir
    private Path proc;

    @Test
    void shouldTellTheLabsProcessesFromOthersAndFromTheKernels() throws IOException
    {
        final MachineUse use = useOf(() ->
        {
            cpu(40, 0, 50, 10);
            process(LAB, 1, 0, 20, 0);
            process(102, 101, 0, 10, 0);
            process(7, 1, 0, 11, 4);
            process(8, 2, 0x0020_8040, 30, 0);
        });

        assertEquals(50, use.idle(), 1e-9);
        assertEquals(10, use.steal(), 1e-9);
        assertEquals(15, use.others(), 1e-9);
        assertEquals(20, use.foreign(), 1e-9, "what is neither idle nor the lab's");
    }

    @Test
    void shouldLeaveOthersAndTheHypervisorOutOfTheWork() throws IOException
    {
        cpu(0, 100, 50, 10);
        process(LAB, 1, 0, 20, 0);
        process(7, 1, 0, 11, 4);

        assertEquals(1100 - 15, sample().busyTicks());
    }

    @Test
    void shouldCountAnotherProcessThatHasEndedByItsParent() throws IOException
    {
        process(9, 7, 0, 3, 0);
        final MachineUse use = useOf(() ->
        {
            cpu(100, 0, 0, 0);
            delete(9);
            process(7, 1, 0, 0, 3 + 6);
        });

        assertEquals(6, use.others(), 1e-9);
    }

    @Test
    void shouldReadNamesWithSpacesAndBrackets() throws IOException
    {
        final MachineUse use = useOf(() ->
        {
            cpu(100, 0, 0, 0);
            write("7/stat", stat(7, "a) R 1 (b", 1, 0, 12, 0));
        });

        assertEquals(12, use.others(), 1e-9);
    }

    @Test
    void shouldReadPressureAndLoad() throws IOException
    {
        write("pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=4711\nfull avg10=0.00 total=12\n");

        final MachineSample sample = sample();

        assertEquals(4711, sample.waitingUs());
        assertEquals(1.5, sample.load());
    }

    @Test
    void shouldDiscardWhatOthersAndTheHypervisorDisturbTogether()
    {
        final DiscardRule rule = new DiscardRule(5);

        assertTrue(rule.keeps(use(0, 0, 5), use(3, 2, 95)), "at the limit; the lab itself is foreign to nobody");
        assertFalse(rule.keeps(use(0, 0, 0), use(3, 2.1, 0)));
        assertFalse(rule.keeps(use(0, 0, 5.1), use(0, 0, 0)), "not quiet before");
        assertTrue(new DiscardRule(100).keeps(use(50, 50, 100), use(50, 50, 100)));
    }

    @Test
    void shouldDecideBySavedMetricsAsItDidAtFirst()
    {
        final DiscardRule rule = new DiscardRule(5);

        assertTrue(rule.keeps(Map.of("gbps", 9.0)), "measured without a watch");
        assertTrue(rule.keeps(saved(use(0, 0, 4), use(2, 3, 90))));
        assertFalse(rule.keeps(saved(use(0, 0, 4), use(3, 3, 90))));
        assertFalse(rule.keeps(saved(use(0, 0, 6), use(0, 0, 90))));
    }

    @Test
    void shouldReadTheRealProc() throws IOException
    {
        final MachineSample sample = MachineSample.read(Path.of("/proc"), ProcessHandle.current().pid());

        assertTrue(sample.ownTicks() > 0 && sample.ownTicks() < sample.totalTicks(), sample.toString());
        assertTrue(sample.idleTicks() < sample.totalTicks(), sample.toString());
    }

    private static Map<String, Double> saved(final MachineUse before, final MachineUse during)
    {
        final Map<String, Double> metrics = new HashMap<>();
        for (final String metric : during.metrics(before).split(" "))
        {
            metrics.put(metric.split("=")[0], Double.parseDouble(metric.split("=")[1]));
        }
        return metrics;
    }

    private static MachineUse use(final double others, final double steal, final double foreign)
    {
        return new MachineUse(50, steal, others, foreign, 0, 0);
    }

    /** Files that change between two samples. */
    private interface Change
    {
        void apply() throws IOException;
    }

    private MachineUse useOf(final Change change) throws IOException
    {
        cpu(0, 0, 0, 0);
        process(LAB, 1, 0, 0, 0);
        process(101, LAB, 0, 0, 0);
        process(102, 101, 0, 0, 0);
        process(7, 1, 0, 0, 0);
        process(8, 2, 0x0020_8040, 0, 0);
        final MachineSample begin = sample();
        change.apply();
        return MachineUse.between(begin, sample());
    }

    private MachineSample sample() throws IOException
    {
        if (!Files.exists(proc.resolve("stat")))
        {
            cpu(0, 0, 0, 0);
        }
        write("loadavg", "1.50 1.00 0.50 1/200 300\n");
        return MachineSample.read(proc, LAB);
    }

    private void cpu(final long user, final long nice, final long idle, final long steal) throws IOException
    {
        write("stat", "cpu  " + (1000 + user) + " " + nice + " 0 " + idle + " 0 0 0 " + steal + " 0 0\ncpu0 1 2 3\n");
    }

    private void process(
        final long pid, final long parent, final long flags, final long ticks, final long childrensTicks)
        throws IOException
    {
        write(pid + "/stat", stat(pid, "name", parent, flags, ticks, childrensTicks));
    }

    private static String stat(
        final long pid,
        final String name,
        final long parent,
        final long flags,
        final long ticks,
        final long childrensTicks)
    {
        return pid + " (" + name + ") S " + parent + " 1 1 0 -1 " + flags + " 0 0 0 0 " + ticks + " 0 " +
            childrensTicks + " 0 20 0 1 0 100\n";
    }

    private void write(final String file, final String text) throws IOException
    {
        Files.createDirectories(proc.resolve(file).getParent());
        Files.writeString(proc.resolve(file), text);
    }

    private void delete(final long pid) throws IOException
    {
        Files.delete(proc.resolve(pid + "/stat"));
        Files.delete(proc.resolve(String.valueOf(pid)));
    }
}
