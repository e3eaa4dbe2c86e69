// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.Locale;

/**
 * Who used the machine between two samples, in percent of the time of all its CPUs.
 *
 * @param idle    nobody.
 * @param steal   the hypervisor.
 * @param others  processes that are not the lab's.
 * @param foreign everything but the lab's processes: others, the hypervisor, and the kernel. While the lab measures,
 *                the kernel works for it, and this says nothing.
 * @param waiting part of the time in which some task was ready and had no CPU.
 * @param load    average of the last minute, at the end.
 */
record MachineUse(double idle, double steal, double others, double foreign, double waiting, double load)
{
    /** @return the use between two moments. */
    static MachineUse between(final MachineSample begin, final MachineSample end)
    {
        final double total = Math.max(1, end.totalTicks() - begin.totalTicks());
        final double idle = end.idleTicks() - begin.idleTicks();
        final double own = end.ownTicks() - begin.ownTicks();
        return new MachineUse(
            percent(idle / total),
            percent((end.stealTicks() - begin.stealTicks()) / total),
            percent((end.othersTicks() - begin.othersTicks()) / total),
            percent((total - idle - own) / total),
            percent(1e3 * (end.waitingUs() - begin.waitingUs()) / Math.max(1, end.timeNs() - begin.timeNs())),
            end.load());
    }

    private static double percent(final double part)
    {
        return Math.min(100, Math.max(0, 100 * part));
    }

    /**
     * @param before the use right before a measurement.
     * @return metrics of the measurement that this is the use of, as {@code name=value}, with spaces between.
     */
    String metrics(final MachineUse before)
    {
        return String.format(Locale.ROOT,
            DiscardRule.BEFORE + "=%.1f " + DiscardRule.OTHERS + "=%.1f " + DiscardRule.STEAL + "=%.1f " +
            "idle_percent=%.1f waiting_percent=%.1f load=%.2f", before.foreign, others, steal, idle, waiting, load);
    }
}
