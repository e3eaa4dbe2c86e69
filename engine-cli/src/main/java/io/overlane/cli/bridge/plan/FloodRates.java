// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.policy.FloodBudget;

/**
 * Limits of flooded frames per second; 0 for no limit.
 *
 * @param port    frames from the device.
 * @param segment frames from all ports of the segment.
 * @param copies  to remotes.
 */
public record FloodRates(int port, int segment, int copies)
{
    public static final FloodRates NONE = new FloodRates(0, 0, 0);

    /**
     * @param text {@code port=N,segment=N,copies=N}, in any order, at least one; or {@code none}.
     * @return the rates.
     * @throws IllegalArgumentException if it is something else.
     */
    public static FloodRates parse(final String text)
    {
        final FloodBudget budget = FloodBudget.parse(text);
        return new FloodRates(budget.portFrames(), budget.segmentFrames(), budget.copies());
    }

    /** Makes a budget, as each segment has its own. */
    FloodBudget budget()
    {
        return new FloodBudget(port, segment, copies);
    }

    @Override
    public String toString()
    {
        return budget().toString();
    }
}
