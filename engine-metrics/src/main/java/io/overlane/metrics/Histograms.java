// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import io.overlane.status.Distribution;
import org.HdrHistogram.Histogram;

/** Distributions of an engine as HdrHistograms. */
public final class Histograms
{
    private static final int SIGNIFICANT_DIGITS = 3;

    private Histograms()
    {
    }

    /**
     * @param distribution of an {@code EngineSnapshot}.
     * @return a new histogram with three significant digits and the same counts. Each value above 127 is the middle of
     *         its bucket, and thereby at most 1/128 off; values beyond the last bucket count as its lowest.
     */
    public static Histogram hdr(final Distribution distribution)
    {
        final Histogram histogram = new Histogram(SIGNIFICANT_DIGITS);
        distribution.forEach((lowest, highest, count) -> histogram.recordValueWithCount(
            highest == Long.MAX_VALUE ? lowest : lowest + (highest - lowest) / 2, count));
        return histogram;
    }
}
