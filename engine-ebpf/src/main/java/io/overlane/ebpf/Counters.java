// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.status.Volume;

/** The counters of a segment or remote in the kernel, and how much they grew between two readings. One thread. */
final class Counters
{
    private static final int COUNT = Layout.TRAFFIC_SIZE / Long.BYTES;

    private final long[] last = new long[COUNT];
    private final long[] growth = new long[COUNT];
    /** What {@link #restart()} left out. */
    private final long[] start = new long[COUNT];

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

    /** Count from 0 again, from what was read last. */
    void restart()
    {
        System.arraycopy(last, 0, start, 0, COUNT);
    }

    /** All frames from ports that were read. */
    Volume encap()
    {
        return new Volume(last[0] - start[0], last[1] - start[1]);
    }

    /** All frames from remotes that were read. */
    Volume decap()
    {
        return new Volume(last[2] - start[2], last[3] - start[3]);
    }

    void report(final int number, final Report to)
    {
        to.accept(number, growth[0], growth[1], growth[2], growth[3]);
    }
}
