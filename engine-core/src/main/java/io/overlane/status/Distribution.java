// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How often each value was recorded, at one moment. Values up to 127 are exact; larger ones are known to 1/64, because
 * values of similar size share a bucket. Immutable.
 */
public final class Distribution
{
    /** Nothing was recorded. */
    public static final Distribution EMPTY = new Distribution(new long[0]);

    private final long[] counts;
    private final long count;

    /** Receives one bucket. */
    @FunctionalInterface
    public interface BucketConsumer
    {
        /**
         * @param lowest  value of the bucket.
         * @param highest value of the bucket; {@link Long#MAX_VALUE} in the last bucket, which has no limit.
         * @param count   values recorded in it, 1 or more.
         */
        void onBucket(long lowest, long highest, long count);
    }

    /** @param counts by {@link LogBuckets}; not copied. */
    Distribution(final long[] counts)
    {
        this.counts = counts;
        long sum = 0;
        for (final long each : counts)
        {
            sum += each;
        }
        count = sum;
    }

    /** @return number of values recorded. */
    public long count()
    {
        return count;
    }

    /**
     * @param percent of the values are at most the result, 0…100.
     * @return the highest value of the bucket with that percentile, of the last bucket the lowest; 0 without values.
     */
    public long percentile(final double percent)
    {
        final long rank = Math.max(1, (long)Math.ceil(count * percent / 100));
        long sum = 0;
        for (int i = 0; i < counts.length; i++)
        {
            sum += counts[i];
            if (sum >= rank)
            {
                return i == LogBuckets.COUNT - 1 ? LogBuckets.lowest(i) : LogBuckets.highest(i);
            }
        }
        return 0;
    }

    /**
     * @param earlier of the same numbers.
     * @return what was recorded since then.
     */
    public Distribution since(final Distribution earlier)
    {
        final long[] difference = counts.clone();
        for (int i = 0; i < Math.min(counts.length, earlier.counts.length); i++)
        {
            difference[i] = Math.max(0, counts[i] - earlier.counts[i]);
        }
        return new Distribution(difference);
    }

    /** @return the sum of all values, each taken as the middle of its bucket. */
    public double sum()
    {
        double sum = 0;
        for (int i = 0; i < counts.length; i++)
        {
            final double width = i == LogBuckets.COUNT - 1 ? 0 : LogBuckets.highest(i) - LogBuckets.lowest(i);
            sum += counts[i] * (LogBuckets.lowest(i) + width / 2);
        }
        return sum;
    }

    /** @return the mean of all values; 0 without values. */
    public double mean()
    {
        return count == 0 ? 0 : sum() / count;
    }

    /**
     * Visit each bucket that has values, in ascending order.
     *
     * @param consumer called on this thread.
     */
    public void forEach(final BucketConsumer consumer)
    {
        for (int i = 0; i < counts.length; i++)
        {
            if (counts[i] > 0)
            {
                consumer.onBucket(LogBuckets.lowest(i), LogBuckets.highest(i), counts[i]);
            }
        }
    }

    @Override
    public boolean equals(final @Nullable Object other)
    {
        return other instanceof Distribution distribution && Arrays.equals(counts, distribution.counts);
    }

    @Override
    public int hashCode()
    {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString()
    {
        return count + " values, median " + percentile(50) + ", 99th percentile " + percentile(99);
    }
}
