// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfMap;

/** The counters of a segment or remote in the kernel, and how much they grew between two readings. One thread. */
final class Counters
{
    private static final int COUNT = Layout.TRAFFIC_SIZE / Long.BYTES;

    private final long[] last = new long[COUNT];
    private final long[] growth = new long[COUNT];

    /** Receives growth: frames and bytes of encap, then of decap. */
    @FunctionalInterface
    interface Report
    {
        void accept(int number, long encapFrames, long encapBytes, long decapFrames, long decapBytes);
    }

    /** Read the sums of all CPUs; false if they did not grow. */
    boolean read(final BpfMap map, final int index) throws BpfException
    {
        map.key().putInt(0, index);
        map.get();
        boolean isNews = false;
        for (int i = 0; i < COUNT; i++)
        {
            long sum = 0;
            for (int cpu = 0; cpu < map.value().capacity(); cpu += Layout.TRAFFIC_SIZE)
            {
                sum += map.value().getLong(cpu + i * Long.BYTES);
            }
            growth[i] = sum - last[i];
            last[i] = sum;
            isNews |= growth[i] != 0;
        }
        return isNews;
    }

    void report(final int number, final Report to)
    {
        to.accept(number, growth[0], growth[1], growth[2], growth[3]);
    }
}
