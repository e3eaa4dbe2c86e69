// SPDX-License-Identifier: Apache-2.0
package io.overlane.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The events that a limit allows, on clocks that begin at any time. */
class RateLimitTest
{
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - 100, Long.MIN_VALUE + 1, 1L << 62})
    void shouldGiveASecondsWorthAtOnceAndThenAsMuchASecond(final long start)
    {
        final RateLimit limit = new RateLimit(100);
        final RateLimit limits = new RateLimit(100, 100, 3);
        int taken = 0;
        int takenOfOne = 0;
        for (long now = 0; now <= 3 * SECOND; now += SECOND / 1000)
        {
            taken += limit.take(1, start + now) ? 1 : 0;
            takenOfOne += limits.take(1, 1, start + now) ? 1 : 0;
        }
        assertEquals(400, taken);
        assertEquals(400, takenOfOne);
        assertTrue(limits.take(2, 1, start + 3 * SECOND), "each has its own");
    }

    @Test
    void shouldNotSaveUpMoreThanASecond()
    {
        final RateLimit limit = new RateLimit(10);
        assertTrue(limit.take(10, 0));
        assertFalse(limit.take(1, 1));
        assertTrue(limit.take(10, 1000 * SECOND));
        assertFalse(limit.take(1, 1000 * SECOND));
        assertFalse(limit.take(11, 2000 * SECOND), "never so many");
        assertTrue(limit.take(10, 2000 * SECOND), "a refusal costs nothing");
    }

    @Test
    void shouldRefuseMoreThanAnyNumberHolds()
    {
        final RateLimit limit = new RateLimit(1);
        assertFalse(limit.take(1L << 34, 0));
        assertFalse(limit.take(1L << 40, 0));
        assertFalse(limit.take(Long.MAX_VALUE, 0));
        assertTrue(limit.take(1, 0));
    }

    @Test
    void shouldNotLimitWithZero()
    {
        final RateLimit limits = new RateLimit(0, 0, 3);
        for (int i = 0; i < 1_000_000; i++)
        {
            assertTrue(limits.take(2, 1, 0));
        }
        assertTrue(new RateLimit(0).take(Long.MAX_VALUE, 0));
    }

    @Test
    void shouldRefuseLimitsOutOfRange()
    {
        assertThrows(IllegalArgumentException.class, () -> new RateLimit(-1));
        assertThrows(IllegalArgumentException.class, () -> new RateLimit(1_000_000_001));
        assertThrows(IllegalArgumentException.class, () -> new RateLimit(10, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new RateLimit(10, 11, 1));
    }
}
