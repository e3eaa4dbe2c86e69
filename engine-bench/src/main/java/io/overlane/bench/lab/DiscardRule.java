// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.Map;

/**
 * Decides which measurements do not count: those during which other processes and the hypervisor together used more
 * than a limit, and those right before which anything but the lab did.
 *
 * @param limitPercent of the time of all CPUs; 100 to keep everything.
 */
record DiscardRule(double limitPercent)
{
    /** Metric of a measurement: use by anything but the lab, right before it. */
    static final String BEFORE = "foreign_before_percent";
    /** Metric of a measurement: use by other processes, during it. */
    static final String OTHERS = "others_percent";
    /** Metric of a measurement: use by the hypervisor, during it. */
    static final String STEAL = "steal_percent";

    /** @return whether a measurement may begin after this. */
    boolean isQuiet(final MachineUse before)
    {
        return before.foreign() <= limitPercent;
    }

    /** @return whether a measurement counts. */
    boolean keeps(final MachineUse before, final MachineUse during)
    {
        return keeps(before.foreign(), during.others(), during.steal());
    }

    /**
     * @param metrics of a measurement; without the metrics of this rule, it counts.
     * @return whether it counts.
     */
    boolean keeps(final Map<String, Double> metrics)
    {
        return keeps(metrics.getOrDefault(BEFORE, 0.0), metrics.getOrDefault(OTHERS, 0.0),
            metrics.getOrDefault(STEAL, 0.0));
    }

    private boolean keeps(final double before, final double others, final double steal)
    {
        return before <= limitPercent && others + steal <= limitPercent;
    }
}
