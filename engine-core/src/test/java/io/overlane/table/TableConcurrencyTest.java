// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Readers against a writer at full rate, bounded by the writer's operations. The upper part of every value is computed
 * from its key, so a value read for another key shows; the lower part counts up with each change, so an old one shows.
 * Permanent entries must be found by every lookup, whatever is put, removed or rebuilt around them.
 */
@Tag("both-accesses")
class TableConcurrencyTest
{
    private static final int WRITES = 1_500_000;
    private static final int READERS = 3;
    private static final int PERMANENT = 200;
    private static final int PASSING = 3000;
    private static final int MAX_ENTRIES = 512;
    private static final int VERSION_BITS = 21;

    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void shouldNeverShowReadersATornOldOrMissingEntryOfAnOffHeapTable() throws Exception
    {
        final OffHeapTable table = new OffHeapTable(MAX_ENTRIES, 11);
        check(new Triples(table));
        assertTrue(table.generation() > 100, "rebuilds: " + table.generation());
    }

    @Test
    void shouldNeverShowReadersATornOldOrMissingEntryOfACompactTable() throws Exception
    {
        check(new Compact(new CompactTable(MAX_ENTRIES, 11)));
    }

    /** A walk that is torn or repeated by a rebuild shows a wrong value, or a permanent entry not exactly once. */
    @Test
    void shouldVisitEntriesOfAnOffHeapTableWhileItIsRebuilt() throws Exception
    {
        final OffHeapTable table = new OffHeapTable(MAX_ENTRIES, 11);
        final Triples keys = new Triples(table);
        for (int key = 0; key < PERMANENT; key++)
        {
            assertTrue(keys.put(key, value(key, 1)));
        }
        final ExecutorService reader = Executors.newSingleThreadExecutor();
        try
        {
            final Future<Long> walks = reader.submit(() -> walk(table));
            try
            {
                write(keys);
            }
            finally
            {
                done.set(true);
            }
            assertTrue(walks.get() > 0, "no walk");
        }
        finally
        {
            reader.shutdownNow();
        }
        assertTrue(table.generation() > 100, "rebuilds: " + table.generation());
    }

    private long walk(final OffHeapTable table)
    {
        long walks = 0;
        while (!done.get())
        {
            final int[] met = new int[PERMANENT + PASSING];
            table.forEach((k0, k1, k2, value) ->
            {
                final int key = (int)(k1 << 2 | k0);
                assertEquals(key % 5, k2, "a key of two");
                assertEquals(value(key, 0) >>> VERSION_BITS, value >>> VERSION_BITS, "value of another key");
                met[key]++;
            });
            for (int key = 0; key < met.length; key++)
            {
                assertTrue(met[key] == 1 || met[key] == 0 && key >= PERMANENT, "met " + met[key] + " times");
            }
            walks++;
        }
        return walks;
    }

    private void check(final Keys table) throws Exception
    {
        for (int key = 0; key < PERMANENT; key++)
        {
            assertTrue(table.put(key, value(key, 1)));
        }
        final CyclicBarrier start = new CyclicBarrier(READERS + 1);
        final ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try
        {
            final List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++)
            {
                final int seed = i;
                readers.add(threads.submit(() -> read(table, seed, start)));
            }
            start.await();
            try
            {
                write(table);
            }
            finally
            {
                done.set(true);
            }
            for (final Future<Long> reader : readers)
            {
                assertTrue(reader.get() > 0, "a reader found none of the passing entries");
            }
        }
        finally
        {
            threads.shutdownNow();
        }
    }

    private static void write(final Keys table)
    {
        final SplittableRandom random = new SplittableRandom(3);
        for (int version = 2; version < WRITES; version++)
        {
            final int choice = random.nextInt(4);
            if (choice == 0)
            {
                final int key = random.nextInt(PERMANENT);
                table.put(key, value(key, version));
            }
            else
            {
                final int key = PERMANENT + random.nextInt(PASSING);
                if (choice == 1)
                {
                    table.put(key, value(key, version));
                }
                else
                {
                    table.remove(key);
                }
            }
        }
    }

    private long read(final Keys table, final int seed, final CyclicBarrier start) throws Exception
    {
        final SplittableRandom random = new SplittableRandom(seed);
        final long[] seen = new long[PERMANENT + PASSING];
        long passing = 0;
        start.await();
        while (!done.get())
        {
            for (int i = 0; i < 1000; i++)
            {
                final int key = random.nextInt(2) == 0 ? random.nextInt(PERMANENT) : random.nextInt(seen.length);
                final long value = table.get(key);
                if (value != 0)
                {
                    assertEquals(value(key, 0) >>> VERSION_BITS, value >>> VERSION_BITS, "value of another key");
                    assertTrue(value >= seen[key], "value older than one seen before");
                    seen[key] = value;
                    passing += key < PERMANENT ? 0 : 1;
                }
                else
                {
                    assertTrue(key >= PERMANENT, "permanent entry missing");
                }
            }
        }
        return passing;
    }

    private static long value(final int key, final int version)
    {
        return ((key + 1) * 0x9E37_79B9_7F4A_7C15L >>> 53) << VERSION_BITS | version;
    }

    /** A table with its keys numbered. */
    private interface Keys
    {
        long get(int key);

        boolean put(int key, long value);

        void remove(int key);
    }

    /** Few different first words, the zero among them, so that keys agree in one word and differ in another. */
    private record Triples(OffHeapTable table) implements Keys
    {
        @Override
        public long get(final int key)
        {
            return table.get(key & 3, key >> 2, key % 5);
        }

        @Override
        public boolean put(final int key, final long value)
        {
            return table.put(key & 3, key >> 2, key % 5, value);
        }

        @Override
        public void remove(final int key)
        {
            table.remove(key & 3, key >> 2, key % 5);
        }
    }

    /** Keys that differ in the upper bits of the first part alone, which lie apart from the rest, zero among them. */
    private record Compact(CompactTable table) implements Keys
    {
        @Override
        public long get(final int key)
        {
            return table.get(k0(key), k1(key));
        }

        @Override
        public boolean put(final int key, final long value)
        {
            return table.put(k0(key), k1(key), value) != CompactTable.NO_SLOT;
        }

        @Override
        public void remove(final int key)
        {
            table.removeAt(table.find(k0(key), k1(key)));
        }

        static int k0(final int key)
        {
            return (key & 7) << 16;
        }

        static long k1(final int key)
        {
            return key >> 3;
        }
    }
}
