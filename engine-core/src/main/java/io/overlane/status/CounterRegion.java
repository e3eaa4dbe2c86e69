// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.memory.MemoryBuffer;
import io.overlane.table.Words;
import java.nio.charset.StandardCharsets;
import org.agrona.BitUtil;
import org.agrona.concurrent.status.ConcurrentCountersManager;
import org.agrona.concurrent.status.CountersReader;

/** Counters with labels in Agrona's layout, so that any Agrona tool can list them. */
final class CounterRegion
{
    final MemoryBuffer values;
    /** The same memory. */
    final Words words;
    private final ConcurrentCountersManager manager;

    /** @param counters at most. */
    CounterRegion(final int counters)
    {
        values = MemoryBuffer.allocate(counters * CountersReader.COUNTER_LENGTH, 2 * BitUtil.CACHE_LINE_LENGTH);
        words = new Words(values);
        manager = new ConcurrentCountersManager(
            MemoryBuffer.allocate(counters * CountersReader.METADATA_LENGTH, 2 * BitUtil.CACHE_LINE_LENGTH),
            values,
            StandardCharsets.US_ASCII);
    }

    /** A new counter, at 0. Any thread. */
    Counter counter(final String label)
    {
        return new Counter(this, manager.allocate(label));
    }

    /** Give the number of a counter back. Any thread. */
    void free(final int id)
    {
        manager.free(id);
    }

    CountersReader reader()
    {
        return manager;
    }
}
