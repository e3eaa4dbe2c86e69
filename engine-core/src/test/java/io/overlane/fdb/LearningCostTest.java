// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.overlane.control.FdbContext;
import io.overlane.status.TableCounters;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Learning at any rate leaves no garbage, and no call has much to do. */
class LearningCostTest
{
    private static final int VNI = 1;
    private static final int REMOTES = 16;
    private static final int ENTRIES = 2048;

    private final TableCounters counters = new TableCounters();
    private final Fdb fdb = new Fdb(new FdbContext().maxEntries(ENTRIES).maxMoves(0), remote -> {}, counters);
    private long random = 3;

    @Test
    void shouldAllocateNothingWhileStationsComeMoveAndGo()
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final long id = Thread.currentThread().getId();
        churn(0);
        // The compiler may still allocate on this thread's account while it replaces frames: the best of a few.
        long least = Long.MAX_VALUE;
        for (int i = 1; i <= 5 && least > 0; i++)
        {
            final long before = threads.getThreadAllocatedBytes(id);
            final long between = threads.getThreadAllocatedBytes(id);
            churn(i * 1_000_000L);
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - between - (between - before));
        }
        assertEquals(0, least, "bytes");
        assertMore(TableCounters.Event.EVICTED, 100_000);
        assertMore(TableCounters.Event.MOVED, 100_000);
        assertMore(TableCounters.Event.AGED, 1_000);
    }

    @Test
    void shouldAgeAMillionEntriesInSmallSteps()
    {
        final int entries = 1_000_000;
        final Fdb large = new Fdb(new FdbContext().maxEntries(entries), remote -> {}, counters);
        for (int i = 0; i < entries; i++)
        {
            large.learn(VNI, i, i % 1000, i / 1000);
        }
        assertEquals(0, large.age(2_000, 10_000), "one look at the oldest of each remote");
        int calls = 1;
        while (!large.isAgePassDone())
        {
            large.age(2_000, 10_000);
            calls++;
        }
        assertEquals(1000 / Fdb.STEPS_PER_AGE + 1, calls);

        calls = 0;
        while (large.size() > 0)
        {
            assertTrue(large.age(20_000, 10_000) <= Fdb.STEPS_PER_AGE);
            calls++;
        }
        assertTrue(calls <= entries / Fdb.STEPS_PER_AGE + 1, "calls: " + calls);
    }

    /** Ever new stations of one remote, and some of all remotes that move about. */
    private void churn(final long startMs)
    {
        for (int i = 0; i < 400_000; i++)
        {
            random = random * 6364136223846793005L + 1442695040888963407L;
            final boolean isKnown = (random >>> 33 & 1) == 0;
            final long mac = isKnown ? random >>> 40 & 0x3FF : random >>> 20;
            fdb.learn(VNI, mac, isKnown ? (int)(random >>> 36) & REMOTES - 1 : 1, startMs + i);
            if ((i & 0xFF) == 0)
            {
                fdb.age(startMs + i, 5_000);
            }
        }
    }

    private void assertMore(final TableCounters.Event event, final long least)
    {
        assertTrue(counters.get(event) > least, event + ": " + counters.get(event));
    }
}
