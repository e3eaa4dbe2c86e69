// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Counts values in {@link LogBuckets} off the heap. One thread records; any thread reads. */
final class LogHistogram
{
    private static final VarHandle COUNT =
        MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer counts =
        ByteBuffer.allocateDirect((LogBuckets.COUNT + 1) * Long.BYTES).alignedSlice(Long.BYTES);

    /**
     * @param value to record.
     * @param times number of times that the value occurred.
     */
    void record(final long value, final long times)
    {
        final int offset = LogBuckets.index(value) * Long.BYTES;
        COUNT.setRelease(counts, offset, (long)COUNT.get(counts, offset) + times);
    }

    /** Add the counts to others. Any thread. */
    void addTo(final long[] sums)
    {
        for (int i = 0; i < LogBuckets.COUNT; i++)
        {
            sums[i] += (long)COUNT.getAcquire(counts, i * Long.BYTES);
        }
    }
}
