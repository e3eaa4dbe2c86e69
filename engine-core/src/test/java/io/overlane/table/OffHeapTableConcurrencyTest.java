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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Readers against a writer at full rate, bounded by the writer's operations. The upper half of every value is computed
 * from its key, so a value read for another key shows; the lower half counts up with each change, so an old one shows.
 * Permanent entries must be found by every lookup, whatever is put, removed or rebuilt around them.
 */
class OffHeapTableConcurrencyTest
{
    private static final int WRITES = 1_500_000;
    private static final int READERS = 3;
    private static final int PERMANENT = 200;
    private static final int PASSING = 3000;
    private static final int MAX_ENTRIES = 512;

    private final AtomicBoolean done = new AtomicBoolean();

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void shouldNeverShowReadersATornOldOrMissingEntry(final int keyWords) throws Exception
    {
        final OffHeapTable table = new OffHeapTable(keyWords, MAX_ENTRIES, 11);
        for (int key = 0; key < PERMANENT; key++)
        {
            assertTrue(put(table, keyWords, key, value(key, 1)));
            table.stampAt(slot(table, keyWords, key), stamp(key));
        }
        final CyclicBarrier start = new CyclicBarrier(READERS + 1);
        final ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try
        {
            final List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++)
            {
                final int seed = i;
                readers.add(threads.submit(() -> read(table, keyWords, seed, start)));
            }
            start.await();
            try
            {
                write(table, keyWords);
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
        assertTrue(table.generation() > 100, "rebuilds: " + table.generation());
    }

    private static void write(final OffHeapTable table, final int keyWords)
    {
        final SplittableRandom random = new SplittableRandom(3);
        for (int version = 2; version < WRITES; version++)
        {
            final int choice = random.nextInt(4);
            if (choice == 0)
            {
                final int key = random.nextInt(PERMANENT);
                put(table, keyWords, key, value(key, version));
            }
            else
            {
                final int key = PERMANENT + random.nextInt(PASSING);
                if (choice == 1)
                {
                    put(table, keyWords, key, value(key, version));
                }
                else
                {
                    table.removeAt(slot(table, keyWords, key));
                }
            }
        }
    }

    private long read(final OffHeapTable table, final int keyWords, final int seed, final CyclicBarrier start)
        throws Exception
    {
        final SplittableRandom random = new SplittableRandom(seed);
        final int[] seen = new int[PERMANENT + PASSING];
        long passing = 0;
        start.await();
        while (!done.get())
        {
            for (int i = 0; i < 1000; i++)
            {
                final int key = random.nextInt(2) == 0 ? random.nextInt(PERMANENT) : random.nextInt(seen.length);
                final long value = keyWords == 2 ? table.get(k0(key), k1(key)) : table.get(k0(key), k1(key), k2(key));
                if (key < PERMANENT)
                {
                    assertTrue(value != OffHeapTable.MISSING, "permanent entry missing");
                    final long stamp =
                        keyWords == 2 ? table.stamp(k0(key), k1(key)) : table.stamp(k0(key), k1(key), k2(key));
                    assertEquals(stamp(key), stamp);
                }
                if (value != OffHeapTable.MISSING)
                {
                    assertEquals(value(key, 0) >>> 32, value >>> 32, "value of another key");
                    assertTrue((int)value >= seen[key], "value older than one seen before");
                    seen[key] = (int)value;
                    passing += key < PERMANENT ? 0 : 1;
                }
            }
        }
        return passing;
    }

    private static boolean put(final OffHeapTable table, final int keyWords, final int key, final long value)
    {
        return keyWords == 2 ?
            table.put(k0(key), k1(key), value) :
            table.put(k0(key), k1(key), k2(key), value);
    }

    private static int slot(final OffHeapTable table, final int keyWords, final int key)
    {
        return keyWords == 2 ? table.find(k0(key), k1(key)) : table.find(k0(key), k1(key), k2(key));
    }

    /** Few different first words, the zero among them, so that keys agree in one word and differ in another. */
    private static long k0(final int key)
    {
        return key & 3;
    }

    private static long k1(final int key)
    {
        return key >> 2;
    }

    private static long k2(final int key)
    {
        return key % 5;
    }

    private static long value(final int key, final int version)
    {
        return (key + 1) * 0x9E37_79B9_7F4A_7C15L & 0xFFFF_FFFF_0000_0000L | version;
    }

    private static long stamp(final int key)
    {
        return ~value(key, 0);
    }
}
