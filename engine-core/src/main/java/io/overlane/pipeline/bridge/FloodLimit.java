// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.bridge;

import io.overlane.limit.RateLimit;
import io.overlane.policy.FloodBudget;
import io.overlane.status.DropReason;
import org.agrona.concurrent.NanoClock;

/**
 * Keeps one port from flooding more than it and its segment may: a storm, or a loop through a bridge behind it, costs
 * each remote a copy.
 */
final class FloodLimit
{
    private final FloodBudget budget;
    private final NanoClock clock;
    private final RateLimit ofPort;

    /**
     * @param budget of the port's segment.
     * @param clock  of the engine.
     */
    FloodLimit(final FloodBudget budget, final NanoClock clock)
    {
        this.budget = budget;
        this.clock = clock;
        ofPort = new RateLimit(budget.portFrames());
    }

    /**
     * @param frames to flood; a super-frame is as many as it has segments.
     * @param copies of each.
     * @return {@link DropReason#NONE} if they may be.
     */
    DropReason take(final int frames, final int copies)
    {
        final long nowNs = clock.nanoTime();
        if (!ofPort.take(frames, nowNs))
        {
            return DropReason.PORT_FLOOD_LIMIT;
        }
        return budget.take(frames, copies, nowNs);
    }
}
