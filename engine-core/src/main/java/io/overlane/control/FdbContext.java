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
    /** Room for a large flannel cluster or a few hundred busy bridges; 8 MiB of memory. */
    public static final int DEFAULT_MAX_ENTRIES = 65_536;

    /** The most entries a table can have. */
    public static final int MAX_ENTRIES = CompactTable.MAX_ENTRIES;

    /** As Linux: 300 seconds. */
    public static final long DEFAULT_AGE_NS = TimeUnit.SECONDS.toNanos(300);

    /** A station that is carried around a building moves once; a loop moves it thousands of times a second. */
    public static final int DEFAULT_MAX_MOVES = 10;

    /** Time in which a MAC may move so often. */
    public static final long DEFAULT_MOVE_WINDOW_NS = TimeUnit.SECONDS.toNanos(10);

    /** Time for which a MAC that moved more often stays where it is. */
    public static final long DEFAULT_PIN_NS = TimeUnit.SECONDS.toNanos(30);

    /** More than stand behind any one remote that means well; a thread learns so many in some milliseconds. */
    public static final int DEFAULT_LEARNS_PER_SECOND = 10_000;

    private static final long MIN_AGE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private int maxEntries = DEFAULT_MAX_ENTRIES;
    private long ageNs = DEFAULT_AGE_NS;
    private int learnsPerSecond = DEFAULT_LEARNS_PER_SECOND;
    private int maxMoves = DEFAULT_MAX_MOVES;
    private long moveWindowNs = DEFAULT_MOVE_WINDOW_NS;
    private long pinNs = DEFAULT_PIN_NS;
    private long seed = new SecureRandom().nextLong();

    /** @return entries of every kind, of all segments together. */
    public int maxEntries()
    {
        return maxEntries;
    }

    /**
     * @param maxEntries entries of every kind, of all segments together; about 128 bytes of memory each. A configured
     *                   entry finds room as long as there are learned ones, which make it.
     * @return this.
     */
    public FdbContext maxEntries(final int maxEntries)
    {
        this.maxEntries = Setting.inRange("maxEntries", maxEntries, 1, MAX_ENTRIES);
        return this;
    }

    /** @return age at which a learned entry goes, in nanoseconds; 0: never. */
    public long ageNs()
    {
        return ageNs;
    }

    /**
     * @param ageNs age at which a learned entry goes whose segment has no age of its own, in nanoseconds; 0: never.
     * @return this.
     */
    public FdbContext ageNs(final long ageNs)
    {
        this.ageNs = checkAge("ageNs", ageNs);
        return this;
    }

    /** @return MACs that each thread learns of each remote in a second; 0: no limit. */
    public int learnsPerSecond()
    {
        return learnsPerSecond;
    }

    /**
     * @param learnsPerSecond MACs, new or moved, that each thread learns of each remote in a second, and of all it does
     *                        not know together; frames of more are delivered all the same. 0: no limit, as Linux.
     * @return this.
     */
    public FdbContext learnsPerSecond(final int learnsPerSecond)
    {
        this.learnsPerSecond = Setting.atLeast("learnsPerSecond", learnsPerSecond, 0);
        return this;
    }

    /** @return moves of one MAC within {@link #moveWindowNs()} before it is pinned; 0: no limit. */
    public int maxMoves()
    {
        return maxMoves;
    }

    /**
     * @param maxMoves moves of one MAC within {@link #moveWindowNs()} before it is pinned; 0: no limit, as Linux.
     * @return this.
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

    /**
     * @param moveWindowNs time in which moves are counted, in nanoseconds.
     * @return this.
     */
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

    /**
     * @param pinNs time for which a MAC stays pinned, in nanoseconds.
     * @return this.
     */
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

    /**
     * @param seed of the hash: the same seed and calls give the same order of walking. Default: another every time.
     * @return this.
     */
    public FdbContext seed(final long seed)
    {
        this.seed = seed;
        return this;
    }

    /**
     * Refuse an age that entries cannot have: ages are kept in milliseconds.
     *
     * @param name  of the setting.
     * @param ageNs at which a learned entry goes, in nanoseconds; 0: never.
     * @return the age.
     * @throws IllegalArgumentException if it is negative, or less than a millisecond and not 0.
     */
    public static long checkAge(final String name, final long ageNs)
    {
        if (ageNs != 0 && ageNs < MIN_AGE_NS)
        {
            throw new IllegalArgumentException(name + "=" + ageNs + " < " + MIN_AGE_NS + " (0: never)");
        }
        return ageNs;
    }
}
