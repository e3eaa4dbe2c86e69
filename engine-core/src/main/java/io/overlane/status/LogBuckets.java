// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

/**
 * Buckets for values of any size with a bounded relative error, as those of an HdrHistogram: values below 128 have a
 * bucket each, and every power of two above is divided into 64 buckets of equal width.
 */
final class LogBuckets
{
    private static final int SUB_BITS = 6;
    private static final int SUB_COUNT = 1 << SUB_BITS;

    /** The last power of two that is divided: in nanoseconds, 2^36 is more than a minute. */
    private static final int MAX_BITS = 36;

    /** Number of buckets; values of 2^36 and more share the last. */
    static final int COUNT = (MAX_BITS - SUB_BITS + 1) * SUB_COUNT + 1;

    private LogBuckets()
    {
    }

    /** The bucket of a value; negative values count as 0. */
    static int index(final long value)
    {
        if (value < 2 * SUB_COUNT)
        {
            return (int)Math.max(0, value);
        }
        if (value >= 1L << MAX_BITS)
        {
            return COUNT - 1;
        }
        final int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SUB_BITS;
        return shift * SUB_COUNT + (int)(value >>> shift);
    }

    static long lowest(final int index)
    {
        if (index < 2 * SUB_COUNT)
        {
            return index;
        }
        final int shift = index / SUB_COUNT - 1;
        return (long)(index % SUB_COUNT + SUB_COUNT) << shift;
    }

    static long highest(final int index)
    {
        return index == COUNT - 1 ? Long.MAX_VALUE : lowest(index + 1) - 1;
    }
}
