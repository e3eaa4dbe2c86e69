// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.fdb.Fdb;
import io.overlane.setting.Setting;
import io.overlane.table.CompactTable;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;

/** The limits and times of an {@link Fdb}. */
public final class FdbContext
{
    private static final long MIN_AGE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private int maxEntries = 65_536;
    private long ageNs = TimeUnit.SECONDS.toNanos(300);
    private int learnsPerSecond = 10_000;
    private int maxMoves = 10;
    private long moveWindowNs = TimeUnit.SECONDS.toNanos(10);
    private long pinNs = TimeUnit.SECONDS.toNanos(30);
    private long seed = new SecureRandom().nextLong();

    /** @return maximum number of entries of every kind, of all segments together. */
    public int maxEntries()
    {
        return maxEntries;
    }

    /**
     * @param maxEntries maximum number of entries of every kind, of all segments together; each takes about 128 bytes
     *                   of memory. A configured entry evicts a learned one if the table is full. Default 65,536: a
     *                   large flannel cluster or a few hundred busy bridges.
     */
    public FdbContext maxEntries(final int maxEntries)
    {
        this.maxEntries = Setting.inRange("maxEntries", maxEntries, 1, CompactTable.MAX_ENTRIES);
        return this;
    }

    /** @return age at which learned entries are removed, in nanoseconds; 0: never. */
    public long ageNs()
    {
        return ageNs;
    }

    /**
     * @param ageNs age at which learned entries are removed, in nanoseconds, if their segment has no age of its own; 0:
     *              never. Default 300 seconds, as in Linux.
     */
    public FdbContext ageNs(final long ageNs)
    {
        this.ageNs = checkAge("ageNs", ageNs);
        return this;
    }

    /** @return number of MACs that each thread learns per second from each remote; 0: no limit. */
    public int learnsPerSecond()
    {
        return learnsPerSecond;
    }

    /**
     * @param learnsPerSecond MACs, new or moved, that each thread learns per second from each remote, and from all
     *                        remotes together that it does not know yet; more frames are delivered, but not learned
     *                        from. 0: no limit, as in Linux. Default 10,000: a well-behaved remote has fewer MACs.
     */
    public FdbContext learnsPerSecond(final int learnsPerSecond)
    {
        this.learnsPerSecond = Setting.atLeast("learnsPerSecond", learnsPerSecond, 0);
        return this;
    }

    /** @return number of moves of one MAC within {@link #moveWindowNs()} before it is pinned; 0: no limit. */
    public int maxMoves()
    {
        return maxMoves;
    }

    /**
     * @param maxMoves moves of one MAC within {@link #moveWindowNs()} before it is pinned; 0: no limit, as in Linux.
     *                 Default 10: a station that is carried around moves seldom, a loop moves it thousands of times.
     */
    public FdbContext maxMoves(final int maxMoves)
    {
        this.maxMoves = Setting.atLeast("maxMoves", maxMoves, 0);
        return this;
    }

    /** @return time in which moves are counted, in nanoseconds. */
    public long moveWindowNs()
    {
        return moveWindowNs;
    }

    /** @param moveWindowNs time in which moves are counted, in nanoseconds. Default 10 seconds. */
    public FdbContext moveWindowNs(final long moveWindowNs)
    {
        this.moveWindowNs = Setting.atLeast("moveWindowNs", moveWindowNs, 0);
        return this;
    }

    /** @return time for which a MAC stays pinned, in nanoseconds. */
    public long pinNs()
    {
        return pinNs;
    }

    /** @param pinNs time for which a MAC stays pinned, in nanoseconds. Default 30 seconds. */
    public FdbContext pinNs(final long pinNs)
    {
        this.pinNs = Setting.atLeast("pinNs", pinNs, 0);
        return this;
    }

    /** @return seed of the hash. */
    public long seed()
    {
        return seed;
    }

    /** @param seed of the hash: the same seed and calls give the same order of walking. Default: another every time. */
    public FdbContext seed(final long seed)
    {
        this.seed = seed;
        return this;
    }

    /**
     * Refuse an age that entries cannot have, because the FDB keeps ages in milliseconds.
     *
     * @param ageNs age at which learned entries are removed, in nanoseconds; 0: never.
     * @return the age.
     * @throws IllegalArgumentException if it is negative, or less than a millisecond and not 0.
     */
    public static long checkAge(final String name, final long ageNs)
    {
        if (ageNs != 0 && ageNs < MIN_AGE_NS)
        {
            throw new IllegalArgumentException(
                name + "=" + ageNs + " < " + MIN_AGE_NS + ", a millisecond; 0 stands for never");
        }
        return ageNs;
    }
}
