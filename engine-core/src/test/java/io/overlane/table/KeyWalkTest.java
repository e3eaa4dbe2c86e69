// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Walkers against a writer at full rate. The first part of every key is computed from the second, so a key made of two
 * shows; entries that stay must be met by every walk, once. The table is small, so that slots change hands all the
 * time, and there are more threads than most machines have cores for: what is torn shows when a walker is stopped
 * between two looks.
 */
@Tag("both-accesses")
class KeyWalkTest
{
    private static final int WALKS = 3_000_000;
    private static final int WALKERS = 4;
    private static final int STAYING = 2;
    private static final int PASSING = 60;
    private static final int MAX_ENTRIES = 6;

    private final CompactTable table = new CompactTable(MAX_ENTRIES, 5);
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void shouldMeetEveryEntryThatStaysOnceAndNoneThatNeverWas() throws InterruptedException, ExecutionException
    {
        for (int key = 0; key < STAYING; key++)
        {
            table.put(k0(key), key, 1);
        }
        final ExecutorService threads = Executors.newFixedThreadPool(WALKERS);
        try
        {
            final List<Future<Long>> walkers = new ArrayList<>();
            for (int i = 0; i < WALKERS; i++)
            {
                walkers.add(threads.submit(this::walk));
            }
            int changes = 0;
            final SplittableRandom random = new SplittableRandom(3);
            while (!done.get())
            {
                final int key = STAYING + random.nextInt(PASSING);
                if (random.nextInt(3) == 0)
                {
                    table.put(k0(key), key, 7);
                }
                else
                {
                    table.removeAt(table.find(k0(key), key));
                    final int staying = random.nextInt(STAYING);
                    table.put(k0(staying), staying, 1 + random.nextInt(9));
                }
                changes++;
            }
            for (final Future<Long> walker : walkers)
            {
                assertTrue(walker.get() > 0, "no passing entry was met");
            }
            assertTrue(changes > 1000, "the writer stood still");
        }
        finally
        {
            threads.shutdownNow();
        }
    }

    private long walk()
    {
        try
        {
            long passing = 0;
            final int[] met = new int[STAYING + PASSING];
            for (int i = 0; i < WALKS / WALKERS; i++)
            {
                Arrays.fill(met, 0);
                table.forEachKey((k0, k1) ->
                {
                    assertTrue(k1 < met.length, () -> "never was: " + k1);
                    assertEquals(k0((int)k1), k0, "torn");
                    met[(int)k1]++;
                });
                for (int key = 0; key < met.length; key++)
                {
                    if (key < STAYING)
                    {
                        assertEquals(1, met[key], "an entry that stays");
                    }
                    else
                    {
                        passing += met[key];
                    }
                }
            }
            return passing;
        }
        finally
        {
            done.set(true);
        }
    }

    private static int k0(final int key)
    {
        return key * 0x9E3779 & 0xFF_FFFF;
    }
}
