// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.policy.FloodBudget;

/**
 * How many frames may be flooded in a second; 0 is no limit.
 *
 * @param port    from the device.
 * @param segment from all ports of the segment.
 * @param copies  to remotes.
 */
public record FloodRates(int port, int segment, int copies)
{
    public static final FloodRates NONE = new FloodRates(0, 0, 0);

    /**
     * @param text {@code port=N,segment=N,copies=N}, in any order, one at least; or {@code none}.
     * @return the rates.
     * @throws IllegalArgumentException if it is something else.
     */
    public static FloodRates parse(final String text)
    {
        final FloodBudget budget = FloodBudget.parse(text);
        return new FloodRates(budget.portFrames(), budget.segmentFrames(), budget.copies());
    }

    /** A budget of its own for each segment. */
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
