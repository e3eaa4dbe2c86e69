// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Medians and their intervals; the ranks are those of printed tables of the sign test. */
final class EstimateTest
{
    @Test
    void shouldTakeTheMiddleOfOddAndEvenCounts()
    {
        assertEquals(3, Estimate.of(List.of(9.0, 1.0, 3.0)).median());
        assertEquals(2.5, Estimate.of(List.of(4.0, 1.0, 2.0, 3.0)).median());
        assertTrue(Double.isNaN(Estimate.of(List.of()).median()));
    }

    @Test
    void shouldHaveNoIntervalForFewerThanSixValues()
    {
        assertFalse(Estimate.of(upTo(Estimate.FEWEST_VALUES - 1)).hasInterval());
        assertTrue(Estimate.of(upTo(Estimate.FEWEST_VALUES)).hasInterval());
    }

    @Test
    void shouldUseTheOrderStatisticsOfTheSignTest()
    {
        assertInterval(1, 6, Estimate.of(upTo(6)));
        assertInterval(1, 8, Estimate.of(upTo(8)));
        assertInterval(2, 8, Estimate.of(upTo(9)));
        assertInterval(3, 10, Estimate.of(upTo(12)));
        assertInterval(6, 15, Estimate.of(upTo(20)));
    }

    /** The chance is at least 95 %, whatever the distribution is; 2,000 draws are right to about half a percent. */
    @Test
    void shouldContainTheTrueMedianAlsoIfValuesAreSkewed()
    {
        final Random random = new Random(15);
        int hits = 0;
        for (int i = 0; i < 2_000; i++)
        {
            final Estimate estimate = Estimate.of(DoubleStream.generate(() -> -Math.log(1 - random.nextDouble()))
                .limit(9).boxed().toList());
            if (estimate.low() <= Math.log(2) && Math.log(2) <= estimate.high())
            {
                hits++;
            }
        }
        assertTrue(hits > 0.94 * 2_000 && hits < 0.98 * 2_000, hits + " of 2000");
    }

    private static void assertInterval(final double low, final double high, final Estimate estimate)
    {
        assertEquals(low, estimate.low());
        assertEquals(high, estimate.high());
        assertEquals(1, estimate.least());
        assertEquals(estimate.count(), estimate.greatest());
    }

    /** From one to a number, shuffled. */
    private static List<Double> upTo(final int count)
    {
        final List<Double> values = new ArrayList<>();
        for (double value = 1; value <= count; value++)
        {
            values.add(value);
        }
        Collections.shuffle(values, new Random(1));
        return values;
    }
}
