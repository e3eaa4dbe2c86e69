// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Watches for {@code run-lab.sh} whether somebody else uses the machine. {@code LabWatch PID PERCENT SECONDS} reads
 * lines:
 * <ul>
 * <li>{@code begin}: waits until the machine is quiet, for the given time at most, and answers {@code begin}.</li>
 * <li>{@code busy}: between these, answers {@link MachineSample#busyTicks()}.</li>
 * <li>{@code end}: answers {@code kept} or {@code disturbed}, and metrics of the time since.</li>
 * </ul>
 * The lab is the process PID and its descendants.
 */
public final class LabWatch
{
    private static final Path PROC = Path.of("/proc");
    /** Sixty clock ticks of two CPUs: enough to tell one percent from five. */
    private static final long LOOK_MS = 300;

    private final DiscardRule rule;
    private final long patienceNs;
    private final long ownPid;

    LabWatch(final long ownPid, final DiscardRule rule, final long patienceNs)
    {
        this.ownPid = ownPid;
        this.rule = rule;
        this.patienceNs = patienceNs;
    }

    /**
     * @throws IOException          if the counters of the machine cannot be read.
     * @throws InterruptedException never.
     */
    public static void main(final String[] args) throws IOException, InterruptedException
    {
        if (args.length != 3)
        {
            System.err.println("usage: LabWatch PID PERCENT SECONDS");
            System.exit(2);
        }
        final LabWatch watch = new LabWatch(Long.parseLong(args[0]),
            new DiscardRule(Double.parseDouble(args[1])), TimeUnit.SECONDS.toNanos(Long.parseLong(args[2])));
        watch.answer(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
    }

    void answer(final BufferedReader lines, final PrintStream answers) throws IOException, InterruptedException
    {
        while ("begin".equals(lines.readLine()))
        {
            final MachineUse before = awaitQuiet();
            final MachineSample begin = MachineSample.read(PROC, ownPid);
            answers.println("begin");
            String question = lines.readLine();
            while ("busy".equals(question))
            {
                answers.println(MachineSample.read(PROC, ownPid).busyTicks());
                question = lines.readLine();
            }
            if (!"end".equals(question))
            {
                return;
            }
            final MachineUse during = MachineUse.between(begin, MachineSample.read(PROC, ownPid));
            answers.println((rule.keeps(before, during) ? "kept " : "disturbed ") + during.metrics(before));
        }
    }

    private MachineUse awaitQuiet() throws IOException, InterruptedException
    {
        final long began = System.nanoTime();
        MachineSample last = MachineSample.read(PROC, ownPid);
        while (true)
        {
            Thread.sleep(LOOK_MS);
            final MachineSample now = MachineSample.read(PROC, ownPid);
            final MachineUse use = MachineUse.between(last, now);
            if (rule.isQuiet(use) || now.timeNs() - began >= patienceNs)
            {
                return use;
            }
            last = now;
        }
    }
}
