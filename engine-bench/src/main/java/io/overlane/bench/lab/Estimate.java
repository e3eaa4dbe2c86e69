// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.Collection;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * A median of rounds, and an interval that contains the true median with a confidence of 95 % or more. The interval is
 * between two order statistics: it needs no assumption on the distribution of the values, only that rounds are
 * independent.
 *
 * @param count  number of values.
 * @param median NaN without values.
 * @param low    lower end of the interval; NaN with fewer than {@link #FEWEST_VALUES} values.
 * @param high   upper end of the interval; NaN as well.
 * @param least  smallest value; NaN without values.
 * @param greatest largest value; NaN without values.
 */
record Estimate(int count, double median, double low, double high, double least, double greatest)
{
    /** Greatest chance that the interval misses the median. */
    private static final double MISS = 0.05;

    /** With five values, even the interval from the least to the greatest misses the median in 6 of 100 cases. */
    static final int FEWEST_VALUES = 6;

    /** @return the estimate from the values of some rounds, in any order. */
    static Estimate of(final Collection<Double> values)
    {
        final double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        final int count = sorted.length;
        if (count == 0)
        {
            return new Estimate(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }
        final double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
        final int outside = outside(count);
        return outside == 0 ?
            new Estimate(count, median, Double.NaN, Double.NaN, sorted[0], sorted[count - 1]) :
            new Estimate(count, median, sorted[outside - 1], sorted[count - outside], sorted[0], sorted[count - 1]);
    }

    /**
     * The median is below the k-th smallest value if fewer than k values are below the median. The number of values
     * below it has a binomial distribution with probability 1/2.
     *
     * @return the greatest k for which the interval from the k-th smallest to the k-th largest value is sure enough; 0
     *         if there is none.
     */
    private static int outside(final int count)
    {
        final BinomialDistribution below = BinomialDistribution.of(count, 0.5);
        int k = 0;
        while (2 * below.cumulativeProbability(k) <= MISS)
        {
            k++;
        }
        return k;
    }

    /** @return whether there is an interval. */
    boolean hasInterval()
    {
        return !Double.isNaN(low);
    }
}
