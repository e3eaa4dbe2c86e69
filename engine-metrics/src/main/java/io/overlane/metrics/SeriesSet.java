// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meters of rows of one kind, which come and go: remotes, for example. The first rows that come have meters of
 * their own. When there are too many, further rows are summed up until one goes. One thread at a time.
 */
final class SeriesSet
{
    static final String OTHER = "other";

    private final MeterRegistry registry;
    private final Tags common;
    private final int maxRows;
    private final Tags otherTags;
    private final List<Measure> measures;
    private final Runnable refresh;
    private final Map<Tags, Row> rows = new HashMap<>();
    /** The last values of rows that have no meters. */
    private final Map<Tags, double[]> hidden = new HashMap<>();
    private @Nullable Row other;

    /**
     * One meter of each row.
     *
     * @param name    of the meter.
     * @param unit    of its values, null for a plain number.
     * @param tags    besides those of the row.
     * @param isGauge true if the value may shrink; the sum of the rows without meters has no such meters.
     */
    record Measure(String name, @Nullable String unit, String description, Tags tags, boolean isGauge)
    {
    }

    /** The present values of a row, which its meters read. */
    private static final class Row
    {
        private volatile double[] values;
        private final List<Meter> meters = new ArrayList<>();

        private Row(final double[] values)
        {
            this.values = values;
        }
    }

    /**
     * @param common  tags of all rows.
     * @param keys    of the tags that tell rows apart.
     * @param refresh is called before a value is read; may call {@link #update}.
     */
    SeriesSet(
        final MeterRegistry registry,
        final Tags common,
        final int maxRows,
        final List<String> keys,
        final List<Measure> measures,
        final Runnable refresh)
    {
        this.registry = registry;
        this.common = common;
        this.maxRows = maxRows;
        otherTags = Tags.of(keys.stream().flatMap(key -> List.of(key, OTHER).stream()).toArray(String[]::new));
        this.measures = measures;
        this.refresh = refresh;
    }

    /** Number of rows without meters. */
    int hidden()
    {
        return hidden.size();
    }

    /** @param now the present rows by their tags, each with a value for each measure. */
    void update(final Map<Tags, double[]> now)
    {
        for (final Iterator<Map.Entry<Tags, Row>> i = rows.entrySet().iterator(); i.hasNext();)
        {
            final Map.Entry<Tags, Row> row = i.next();
            if (!now.containsKey(row.getKey()))
            {
                remove(row.getValue());
                i.remove();
            }
        }
        hidden.keySet().retainAll(now.keySet());
        now.forEach((tags, values) ->
        {
            final Row row = rows.get(tags);
            if (row != null)
            {
                row.values = values;
            }
            else if (rows.size() < maxRows)
            {
                hidden.remove(tags);
                rows.put(tags, add(tags, values, true));
            }
            else
            {
                addToOther(hidden.put(tags, values), values);
            }
        });
    }

    void close()
    {
        rows.values().forEach(this::remove);
        rows.clear();
        if (other != null)
        {
            remove(other);
            other = null;
        }
    }

    /** The sum only grows, also when a row of it goes or gets meters. */
    private void addToOther(final double @Nullable [] before, final double[] values)
    {
        if (other == null)
        {
            other = add(otherTags, new double[values.length], false);
        }
        final double[] sums = other.values.clone();
        for (int i = 0; i < values.length; i++)
        {
            // A value that shrank began anew.
            final double from = before == null || before[i] > values[i] ? 0 : before[i];
            sums[i] += values[i] - from;
        }
        other.values = sums;
    }

    private Row add(final Tags tags, final double[] values, final boolean withGauges)
    {
        final Row row = new Row(values);
        for (int i = 0; i < measures.size(); i++)
        {
            final Measure measure = measures.get(i);
            if (withGauges || !measure.isGauge)
            {
                row.meters.add(register(measure, i, common.and(tags).and(measure.tags), row));
            }
        }
        return row;
    }

    private Meter register(final Measure measure, final int index, final Tags tags, final Row row)
    {
        if (measure.isGauge)
        {
            return Gauge.builder(measure.name, row, read -> value(row, index))
                .tags(tags).baseUnit(measure.unit).description(measure.description).register(registry);
        }
        return FunctionCounter.builder(measure.name, row, read -> value(row, index))
            .tags(tags).baseUnit(measure.unit).description(measure.description).register(registry);
    }

    private double value(final Row row, final int index)
    {
        refresh.run();
        return row.values[index];
    }

    private void remove(final Row row)
    {
        row.meters.forEach(registry::remove);
    }
}
