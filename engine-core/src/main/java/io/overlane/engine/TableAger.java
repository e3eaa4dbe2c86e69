// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fdb.Fdb;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Removes learned FDB entries whose station has not sent for too long (Linux {@code vxlan_cleanup}; only a received
 * frame keeps an entry, as in Linux since 6.15). Runs on the thread that writes the tables.
 */
final class TableAger
{
    /**
     * Time between two passes, by which an entry may outlive its age. One duty cycle does a bounded part of a pass; the
     * next cycle goes on with it.
     */
    public static final long SCAN_NS = TimeUnit.SECONDS.toNanos(1);

    private final Fdb fdb;
    private final NanoClock clock;
    private final long fdbAgeMs;
    private long nextPassNs;

    /** {@code fdbAgeNs} is for segments without an age of their own; 0: never. */
    TableAger(final Fdb fdb, final NanoClock clock, final long fdbAgeNs)
    {
        this.fdb = fdb;
        this.clock = clock;
        fdbAgeMs = TimeUnit.NANOSECONDS.toMillis(fdbAgeNs);
        nextPassNs = clock.nanoTime() + SCAN_NS;
    }

    /** Remove old entries if it is time, and return the number of removed ones. */
    public int age()
    {
        if (fdb.ageing() == 0)
        {
            return 0;
        }
        final long nowNs = clock.nanoTime();
        if (nowNs - nextPassNs < 0)
        {
            return 0;
        }
        final int removed = fdb.age(TimeUnit.NANOSECONDS.toMillis(nowNs), fdbAgeMs);
        if (fdb.isAgePassDone())
        {
            nextPassNs = nowNs + SCAN_NS;
        }
        return removed;
    }
}
