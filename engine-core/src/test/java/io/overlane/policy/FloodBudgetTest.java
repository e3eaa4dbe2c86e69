// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.status.DropReason;
import org.junit.jupiter.api.Test;

/** What may be flooded. */
class FloodBudgetTest
{
    /** A super-frame of 65,000 one-byte segments to 40,000 remotes is more copies than an int holds. */
    @Test
    void shouldRefuseMoreCopiesThanAnIntHolds()
    {
        final FloodBudget budget = new FloodBudget(0, 0, 1000);
        assertEquals(DropReason.FLOOD_COPIES_LIMIT, budget.take(65_000, 40_000, 0));
        assertEquals(DropReason.NONE, budget.take(10, 100, 0));
        assertEquals(DropReason.FLOOD_COPIES_LIMIT, budget.take(1, 1, 0));
    }
}
