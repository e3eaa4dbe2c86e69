// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;

/** What became of entries of the tables. The thread that writes them records; any thread reads. */
public final class TableCounters
{
    private static final String[] LABELS =
    {
        "fdb.learned", "fdb.moved", "fdb.aged", "fdb.evicted", "fdb.pinned", "fdb.no-room", "fdb.learn-limited",
        "fdb.no-remote"
    };

    private final AtomicCounter[] cells = new AtomicCounter[LABELS.length];

    /** Counters of an owner who shows them to nobody else. */
    public TableCounters()
    {
        final UnsafeBuffer values = new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            LABELS.length * CountersReader.COUNTER_LENGTH, 2 * BitUtil.CACHE_LINE_LENGTH));
        for (int i = 0; i < cells.length; i++)
        {
            cells[i] = new AtomicCounter(values, i);
        }
    }

    /**
     * @param manager where the counters are allocated.
     */
    TableCounters(final CountersManager manager)
    {
        for (int i = 0; i < cells.length; i++)
        {
            cells[i] = manager.newCounter(LABELS[i]);
        }
    }

    /** A MAC was learned that had no entry. */
    public void onLearned()
    {
        cells[0].getAndAddPlain(1);
    }

    /** A MAC moved. */
    public void onMoved()
    {
        cells[1].getAndAddPlain(1);
    }

    /** An entry was not confirmed for too long. */
    public void onAged()
    {
        cells[2].getAndAddPlain(1);
    }

    /** A learned entry made room. */
    public void onEvicted()
    {
        cells[3].getAndAddPlain(1);
    }

    /** A MAC that had moved too often did not move. */
    public void onPinned()
    {
        cells[4].getAndAddPlain(1);
    }

    /** A MAC was not learned for want of room. */
    public void onNoRoom()
    {
        cells[5].getAndAddPlain(1);
    }

    /** MACs were not learned because their remote brought too many in too short a time; any thread. */
    public void onLearnLimited()
    {
        cells[6].increment();
    }

    /** A MAC was not learned because there are too many remotes that are only learned. */
    public void onNoRemote()
    {
        cells[7].getAndAddPlain(1);
    }

    /** @return MACs learned that had no entry. */
    public long learned()
    {
        return cells[0].get();
    }

    /** @return moves of MACs. */
    public long moved()
    {
        return cells[1].get();
    }

    /** @return entries that no frame confirmed for too long. */
    public long aged()
    {
        return cells[2].get();
    }

    /** @return learned entries that made room. */
    public long evicted()
    {
        return cells[3].get();
    }

    /** @return moves not made of MACs that had moved too often. */
    public long pinned()
    {
        return cells[4].get();
    }

    /** @return MACs not learned for want of room. */
    public long noRoom()
    {
        return cells[5].get();
    }

    /** @return MACs not learned because their remote brought too many in too short a time. */
    public long learnLimited()
    {
        return cells[6].get();
    }

    /** @return MACs not learned because there are too many remotes that are only learned. */
    public long noRemote()
    {
        return cells[7].get();
    }
}
