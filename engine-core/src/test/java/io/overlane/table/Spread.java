// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** How evenly a hash spreads 4096 keys. */
final class Spread
{
    static final int KEYS = 4096;

    private Spread()
    {
    }

    /** A fair hash puts 4096 keys into 4096 places with about 2590 places hit and seldom more than 8 in one. */
    static void assertFair(final int[] counts)
    {
        int used = 0;
        int most = 0;
        for (final int count : counts)
        {
            used += count > 0 ? 1 : 0;
            most = Math.max(most, count);
        }
        assertTrue(used > 2450, "places hit: " + used);
        assertTrue(most <= 12, "keys in one place: " + most);
    }
}
