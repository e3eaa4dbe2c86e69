// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fdb.Fdb;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Removes learned FDB entries that no frame has come from for too long (Linux {@code vxlan_cleanup}; only receipt
 * keeps an entry, as since 6.15). Runs on the thread that writes the tables.
 */
final class TableAger
{
    /**
     * Old entries are looked for so often: an entry outlives its age by about this much at most. The work of one duty
     * cycle is bounded; what it leaves goes on in the next.
     */
    public static final long SCAN_NS = TimeUnit.SECONDS.toNanos(1);

    private final Fdb fdb;
    private final NanoClock clock;
    private final long fdbAgeMs;
    private long nextPassNs;

    /**
     * @param fdb      to age.
     * @param clock    of the engine.
     * @param fdbAgeNs age at which a learned entry goes whose segment says nothing else; 0: never.
     */
    TableAger(final Fdb fdb, final NanoClock clock, final long fdbAgeNs)
    {
        this.fdb = fdb;
        this.clock = clock;
        fdbAgeMs = TimeUnit.NANOSECONDS.toMillis(fdbAgeNs);
        nextPassNs = clock.nanoTime() + SCAN_NS;
    }

    /**
     * Look for old entries if it is time. Writer only.
     *
     * @return entries removed.
     */
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
