package io.overlane.agent;

import io.overlane.fdb.Fdb;
import io.overlane.remote.RemoteTable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.agrona.concurrent.NanoClock;

/**
 * Removes learned FDB entries that no frame has come from for too long (Linux {@code vxlan_cleanup}; only receipt
 * keeps an entry, as since 6.15). Runs on the thread that writes the tables.
 */
public final class TableAger
{
    /** The whole table is looked at once in this time: an entry outlives its age by about this much at most. */
    public static final long SCAN_NS = TimeUnit.SECONDS.toNanos(1);

    /** The work of one duty cycle is bounded; a scan that fell behind goes on in the next. */
    private static final int PARTS_PER_CYCLE = 16;

    private final Fdb fdb;
    private final IntConsumer onRelease;
    private final NanoClock clock;
    private final long fdbAgeMs;
    private final long partNs;
    private long nextPartNs;

    /**
     * @param fdb      to age.
     * @param remotes  whose references its entries hold.
     * @param clock    of the engine.
     * @param fdbAgeNs age at which a learned entry goes; 0: never.
     */
    public TableAger(final Fdb fdb, final RemoteTable remotes, final NanoClock clock, final long fdbAgeNs)
    {
        this.fdb = fdb;
        onRelease = remotes::release;
        this.clock = clock;
        fdbAgeMs = TimeUnit.NANOSECONDS.toMillis(fdbAgeNs);
        partNs = SCAN_NS / (4L * fdb.maxEntries() / Fdb.SLOTS_PER_AGE + 1);
        nextPartNs = clock.nanoTime() + partNs;
    }

    /**
     * Look at the next part of the table if it is time. Writer only.
     *
     * @return entries removed.
     */
    public int age()
    {
        if (fdbAgeMs == 0 || fdb.learned() == 0)
        {
            return 0;
        }
        final long nowNs = clock.nanoTime();
        if (nowNs - nextPartNs > SCAN_NS)
        {
            nextPartNs = nowNs - SCAN_NS;
        }
        int removed = 0;
        for (int i = 0; i < PARTS_PER_CYCLE && nowNs - nextPartNs >= 0; i++)
        {
            nextPartNs += partNs;
            removed += fdb.age(TimeUnit.NANOSECONDS.toMillis(nowNs), fdbAgeMs, onRelease);
        }
        return removed;
    }
}
