// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Buckets, and what can be read from them. */
class DistributionTest
{
    @Test
    void shouldHaveABucketForEachValueWithoutGaps()
    {
        assertEquals(0, LogBuckets.lowest(0));
        for (int i = 0; i < LogBuckets.COUNT - 1; i++)
        {
            assertEquals(i, LogBuckets.index(LogBuckets.lowest(i)));
            assertEquals(i, LogBuckets.index(LogBuckets.highest(i)));
            assertEquals(LogBuckets.highest(i) + 1, LogBuckets.lowest(i + 1));
        }
        assertEquals(1L << 36, LogBuckets.lowest(LogBuckets.COUNT - 1));
        assertEquals(LogBuckets.COUNT - 1, LogBuckets.index(Long.MAX_VALUE));
        assertEquals(0, LogBuckets.index(-1));
    }

    @Test
    void shouldKnowValuesToOneSixtyFourth()
    {
        for (int i = 0; i < LogBuckets.COUNT - 1; i++)
        {
            final long width = LogBuckets.highest(i) - LogBuckets.lowest(i);
            assertTrue(width * 64 <= LogBuckets.lowest(i), () -> "too wide");
        }
    }

    @Test
    void shouldFindThePercentilesOfASortedArray()
    {
        final Random random = new Random(7);
        final LogHistogram histogram = new LogHistogram();
        final long[] values = random.longs(10_000, 0, 1 << 20).toArray();
        for (final long value : values)
        {
            histogram.record(value, 1);
        }
        Arrays.sort(values);
        final Distribution distribution = distribution(histogram);
        assertEquals(values.length, distribution.count());
        for (final double percent : new double[]{0, 1, 50, 90, 99, 99.9, 100})
        {
            final long exact = values[(int)Math.max(1, Math.ceil(values.length * percent / 100)) - 1];
            final long found = distribution.percentile(percent);
            assertTrue(found >= exact && found - exact <= exact / 64, () -> percent + ": " + found + " for " + exact);
        }
        final double exactSum = Arrays.stream(values).sum();
        assertEquals(exactSum, distribution.sum(), exactSum / 128);
    }

    @Test
    void shouldCountAValueManyTimes()
    {
        final LogHistogram histogram = new LogHistogram();
        histogram.record(5, 3);
        histogram.record(1L << 40, 2);
        final Distribution distribution = distribution(histogram);
        final List<List<Long>> buckets = new ArrayList<>();
        distribution.forEach((lowest, highest, count) -> buckets.add(List.of(lowest, highest, count)));
        assertEquals(List.of(List.of(5L, 5L, 3L), List.of(1L << 36, Long.MAX_VALUE, 2L)), buckets);
        assertEquals(1L << 36, distribution.percentile(100));
        assertEquals(5, distribution.percentile(60));
    }

    @Test
    void shouldBeZeroWithoutValues()
    {
        assertEquals(0, Distribution.EMPTY.count());
        assertEquals(0, Distribution.EMPTY.percentile(99));
        assertEquals(0, Distribution.EMPTY.mean());
    }

    private static Distribution distribution(final LogHistogram histogram)
    {
        final long[] counts = new long[LogBuckets.COUNT];
        histogram.addTo(counts);
        return new Distribution(counts);
    }
}
