// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.table.Words;
import org.agrona.concurrent.status.CountersReader;

/** One number of a {@link CounterRegion}. One thread counts, unless a method says otherwise; any thread reads. */
final class Counter
{
    private final CounterRegion region;
    private final int id;
    private final Words words;
    private final int index;
    /** The value, for the thread that counts: memory is only written. */
    private long own;

    Counter(final CounterRegion region, final int id)
    {
        this.region = region;
        this.id = id;
        words = region.words;
        index = CountersReader.counterOffset(id) / Long.BYTES;
    }

    void add(final long amount)
    {
        set(own + amount);
    }

    void set(final long value)
    {
        own = value;
        words.put(index, value);
    }

    /** Add one. Any thread, if all threads that count use this method only. */
    void increment()
    {
        region.values.getAndAddLong(CountersReader.counterOffset(id), 1);
    }

    /** The value, for the thread that counts. */
    long own()
    {
        return own;
    }

    long get()
    {
        return region.values.getLongVolatile(CountersReader.counterOffset(id));
    }

    /** Give the number back, for another counter. Only for the thread that creates counters. */
    void free()
    {
        region.free(id);
    }
}
