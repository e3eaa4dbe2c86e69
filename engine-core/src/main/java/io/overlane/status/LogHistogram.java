// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.memory.MemoryBuffer;
import io.overlane.table.Words;

/** Counts values in {@link LogBuckets} off the heap. One thread records; any thread reads. */
final class LogHistogram
{
    private final Words counts = new Words(MemoryBuffer.allocate(LogBuckets.COUNT * Long.BYTES, Long.BYTES));

    /**
     * @param value to record.
     * @param times number of times that the value occurred.
     */
    void record(final long value, final long times)
    {
        final int index = LogBuckets.index(value);
        counts.putRelease(index, counts.get(index) + times);
    }

    /** Add the counts to others. Any thread. */
    void addTo(final long[] sums)
    {
        for (int i = 0; i < LogBuckets.COUNT; i++)
        {
            sums[i] += counts.getAcquire(i);
        }
    }
}
