// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Orders of the rows; each has a key of the same first letter. */
enum TopOrder
{
    /** Both ways together. */
    TRAFFIC("traffic", Comparator.comparingDouble(TopRates.Row::allBits).reversed()),

    /** Bits sent. */
    SENT("sent", Comparator.comparingDouble(TopRates.Row::bits).reversed()),

    /** Bits received. */
    RECEIVED("received", Comparator.comparingDouble(TopRates.Row::bitsBack).reversed()),

    /** Frames both ways. */
    FRAMES("frames", Comparator.comparingDouble(TopRates.Row::allFrames).reversed()),

    /** By name, which is the order that rows come in. */
    NAME("name", (unusedRow, unusedOther) -> 0);

    private final String label;
    private final Comparator<TopRates.Row> comparator;

    TopOrder(final String label, final Comparator<TopRates.Row> comparator)
    {
        this.label = label;
        this.comparator = comparator;
    }

    /** The order for a key; null if the key is for none. */
    static @Nullable TopOrder ofKey(final int key)
    {
        for (final TopOrder order : values())
        {
            if (order.label.charAt(0) == key)
            {
                return order;
            }
        }
        return null;
    }

    /** Rows without traffic now follow by their totals, and equal ones by their names. */
    Comparator<TopRates.Row> comparator()
    {
        final Comparator<TopRates.Row> byName =
            Comparator.<TopRates.Row>comparingInt(row -> row.line().name().length())
                .thenComparing(row -> row.line().name());
        return this == NAME ? byName :
            comparator.thenComparing(Comparator.comparingDouble(TopRates.Row::allFrames).reversed())
                .thenComparing(Comparator.<TopRates.Row>comparingLong(
                    row -> row.line().frames() + row.line().framesBack()).reversed())
                .thenComparing(byName);
    }

    @Override
    public String toString()
    {
        return label;
    }
}
