package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one thread sees of the table. */
class OffHeapTableTest
{
    private static final long SEED = 7;

    private final OffHeapTable pairs = new OffHeapTable(2, 100, SEED);
    private final OffHeapTable triples = new OffHeapTable(3, 100, SEED);

    @Test
    void shouldTellKeysApartByEveryWord()
    {
        assertTrue(triples.put(1, 2, 3, 10));
        assertTrue(triples.put(1, 2, 4, 11));
        assertTrue(triples.put(1, 5, 3, 12));
        assertTrue(triples.put(6, 2, 3, 13));
        assertEquals(10, triples.get(1, 2, 3));
        assertEquals(11, triples.get(1, 2, 4));
        assertEquals(12, triples.get(1, 5, 3));
        assertEquals(13, triples.get(6, 2, 3));
        assertEquals(OffHeapTable.MISSING, triples.get(6, 5, 4));

        pairs.put(1, 2, 20);
        pairs.put(2, 1, 21);
        assertEquals(20, pairs.get(1, 2));
        assertEquals(21, pairs.get(2, 1));
        assertEquals(OffHeapTable.MISSING, pairs.get(1, 1));
    }

    @Test
    void shouldNotTakeAnUnusedSlotForTheKeyOfZeros()
    {
        assertEquals(OffHeapTable.MISSING, pairs.get(0, 0));
        assertEquals(OffHeapTable.MISSING, triples.get(0, 0, 0));
        pairs.put(0, 0, -5);
        triples.put(0, 0, 0, -6);
        assertEquals(-5, pairs.get(0, 0));
        assertEquals(-6, triples.get(0, 0, 0));
    }

    @Test
    void shouldReplaceAValueAndKeepItsStamp()
    {
        pairs.put(1, 2, 20);
        pairs.stampAt(pairs.find(1, 2), 99);
        pairs.put(1, 2, 21);
        assertEquals(21, pairs.get(1, 2));
        assertEquals(99, pairs.stamp(1, 2));
        assertEquals(1, pairs.size());
    }

    @Test
    void shouldForgetTheStampOfARemovedEntry()
    {
        triples.put(1, 2, 3, 20);
        triples.stampAt(triples.find(1, 2, 3), 99);
        assertEquals(99, triples.stamp(1, 2, 3));
        assertEquals(20, triples.remove(1, 2, 3));
        assertEquals(0, triples.stamp(1, 2, 3));
        triples.put(1, 2, 3, 21);
        assertEquals(0, triples.stamp(1, 2, 3));
    }

    @Test
    void shouldRemoveOnce()
    {
        pairs.put(1, 2, 20);
        assertEquals(20, pairs.remove(1, 2));
        assertEquals(OffHeapTable.MISSING, pairs.get(1, 2));
        assertEquals(OffHeapTable.NO_SLOT, pairs.find(1, 2));
        assertEquals(OffHeapTable.MISSING, pairs.remove(1, 2));
        assertEquals(0, pairs.size());
    }

    @Test
    void shouldAddAndRemoveAtZero()
    {
        assertEquals(OffHeapTable.MISSING, pairs.add(1, 2, 5));
        assertEquals(0, pairs.size());
        pairs.put(1, 2, 1);
        assertEquals(3, pairs.add(1, 2, 2));
        assertEquals(3, pairs.get(1, 2));
        assertEquals(OffHeapTable.MISSING, pairs.add(1, 2, -3));
        assertEquals(0, pairs.size());
        triples.put(1, 2, 3, 1);
        assertEquals(-1, triples.add(1, 2, 3, -2));
    }

    @Test
    void shouldRefuseANewKeyWhenFullAndStillReplaceAnOldOne()
    {
        for (int i = 0; i < 100; i++)
        {
            assertTrue(pairs.put(i, i, 1));
        }
        assertFalse(pairs.put(100, 100, 1));
        assertTrue(pairs.put(50, 50, 2));
        assertEquals(100, pairs.size());
        pairs.remove(3, 3);
        assertTrue(pairs.put(100, 100, 1));
        assertFalse(pairs.put(3, 3, 1), "a tombstone is no way around the limit");
    }

    @Test
    void shouldKeepEveryEntryAndStampThroughRebuilds()
    {
        for (int i = 0; i < 99; i++)
        {
            pairs.put(i, -i, i + 1);
            pairs.stampAt(pairs.find(i, -i), 1000 + i);
        }
        for (int i = 0; i < 10_000; i++)
        {
            assertTrue(pairs.put(1_000_000 + i, 0, 1));
            assertEquals(1, pairs.remove(1_000_000 + i, 0));
        }
        assertTrue(pairs.generation() > 10, "rebuilds: " + pairs.generation());
        assertEquals(99, pairs.size());
        for (int i = 0; i < 99; i++)
        {
            assertEquals(i + 1, pairs.get(i, -i));
            assertEquals(1000 + i, pairs.stamp(i, -i));
        }
    }

    @Test
    void shouldRebuildSeldomEvenWhenFull()
    {
        final OffHeapTable table = new OffHeapTable(2, 1024, SEED);
        for (int i = 0; i < 1024; i++)
        {
            table.put(0, i, 1);
        }
        for (int i = 0; i < 10_000; i++)
        {
            table.remove(0, i);
            assertTrue(table.put(0, 1024 + i, 1));
        }
        assertTrue(table.generation() <= 10_000 / (table.slots() / 8) + 1, "rebuilds: " + table.generation());
    }

    @Test
    void shouldWalkInTheSameOrderForTheSameSeed()
    {
        final OffHeapTable same = new OffHeapTable(2, 100, SEED);
        final OffHeapTable other = new OffHeapTable(2, 100, SEED + 1);
        for (int i = 1; i <= 50; i++)
        {
            pairs.put(i, i, i);
            same.put(i, i, i);
            other.put(i, i, i);
        }
        assertEquals(50, walk(pairs).size());
        assertEquals(walk(pairs), walk(same));
        assertFalse(walk(pairs).equals(walk(other)));
    }

    @Test
    void shouldLetTheConsumerRemoveWhileWalking()
    {
        for (int i = 1; i <= 50; i++)
        {
            triples.put(i, i, i, i);
        }
        triples.forEach((k0, k1, k2, value, stamp) -> triples.remove(k0, k1, k2));
        assertEquals(0, triples.size());
        assertTrue(walk(triples).isEmpty());
    }

    @Test
    void shouldSpreadKeysThatDifferLittle()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            final OffHeapTable hash2 = new OffHeapTable(2, 1, seed);
            final OffHeapTable hash3 = new OffHeapTable(3, 1, seed);
            for (int shift = 0; shift < 40; shift += 5)
            {
                final int[] byLowWord = new int[4096];
                final int[] byHighWord = new int[4096];
                final int[] byThirdWord = new int[4096];
                for (long i = 0; i < 4096; i++)
                {
                    byLowWord[hash2.hash(1, i << shift, 0) & 4095]++;
                    byHighWord[hash2.hash(i << shift, 1, 0) & 4095]++;
                    byThirdWord[hash3.hash(0, 0xFFFF, i << shift) & 4095]++;
                }
                assertSpread(byLowWord);
                assertSpread(byHighWord);
                assertSpread(byThirdWord);
            }
        }
    }

    @Test
    void shouldRefuseWhatItCannotHold()
    {
        assertThrows(IllegalArgumentException.class, () -> new OffHeapTable(1, 10));
        assertThrows(IllegalArgumentException.class, () -> new OffHeapTable(4, 10));
        assertThrows(IllegalArgumentException.class, () -> new OffHeapTable(2, 0));
        assertThrows(IllegalArgumentException.class, () -> new OffHeapTable(2, (1 << 24) + 1));
        assertThrows(IllegalArgumentException.class, () -> new OffHeapTable(3, (1 << 23) + 1));
        assertThrows(IllegalArgumentException.class, () -> pairs.put(1, 2, OffHeapTable.MISSING));
        assertThrows(IllegalArgumentException.class, () -> pairs.put(1, 2, OffHeapTable.TOMBSTONE));
        assertThrows(IllegalArgumentException.class, () -> pairs.get(1, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> triples.get(1, 2));
        assertEquals(0, pairs.size());
    }

    /** A fair hash puts 4096 keys into 4096 slots with about 2590 slots hit and seldom more than 8 in one. */
    private static void assertSpread(final int[] counts)
    {
        int used = 0;
        int most = 0;
        for (final int count : counts)
        {
            used += count > 0 ? 1 : 0;
            most = Math.max(most, count);
        }
        assertTrue(used > 2450, "slots hit: " + used);
        assertTrue(most <= 12, "keys in one slot: " + most);
    }

    private static List<Long> walk(final OffHeapTable table)
    {
        final List<Long> values = new ArrayList<>();
        table.forEach((k0, k1, k2, value, stamp) -> values.add(value));
        return values;
    }
}
