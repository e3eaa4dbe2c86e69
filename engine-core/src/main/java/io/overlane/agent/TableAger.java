package io.overlane.agent;

import io.overlane.fdb.Fdb;
import io.overlane.remote.RemoteTable;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Removes learned FDB entries that no frame has come from for too long (Linux {@code vxlan_cleanup}; only receipt
 * keeps an entry, as since 6.15). Runs on the thread that writes the tables.
 */
public final class TableAger
{
    /** An entry outlives its age by this much at most. */
    public static final long SCAN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final Fdb fdb;
    private final RemoteTable remotes;
    private final NanoClock clock;
    private final long fdbAgeMs;
    private long nextScanNs;

    /**
     * @param fdb      to age.
     * @param remotes  whose references its entries hold.
     * @param clock    of the engine.
     * @param fdbAgeNs age at which a learned entry goes; 0: never.
     */
    public TableAger(final Fdb fdb, final RemoteTable remotes, final NanoClock clock, final long fdbAgeNs)
    {
        this.fdb = fdb;
        this.remotes = remotes;
        this.clock = clock;
        fdbAgeMs = TimeUnit.NANOSECONDS.toMillis(fdbAgeNs);
        nextScanNs = clock.nanoTime() + SCAN_INTERVAL_NS;
    }

    /**
     * @return entries removed; 0 between scans.
     */
    int age()
    {
        if (fdbAgeMs == 0)
        {
            return 0;
        }
        final long nowNs = clock.nanoTime();
        if (nowNs - nextScanNs < 0)
        {
            return 0;
        }
        nextScanNs = nowNs + SCAN_INTERVAL_NS;
        return fdb.age(TimeUnit.NANOSECONDS.toMillis(nowNs), fdbAgeMs, remotes::release);
    }
}
