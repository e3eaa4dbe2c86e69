// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What one thread sees of the table. */
@Tag("both-accesses")
class OffHeapTableTest
{
    private static final long SEED = 7;

    private final OffHeapTable table = new OffHeapTable(100, SEED);

    @Test
    void shouldTellKeysApartByEveryWord()
    {
        assertTrue(table.put(1, 2, 3, 10));
        assertTrue(table.put(1, 2, 4, 11));
        assertTrue(table.put(1, 5, 3, 12));
        assertTrue(table.put(6, 2, 3, 13));
        assertEquals(10, table.get(1, 2, 3));
        assertEquals(11, table.get(1, 2, 4));
        assertEquals(12, table.get(1, 5, 3));
        assertEquals(13, table.get(6, 2, 3));
        assertEquals(OffHeapTable.MISSING, table.get(6, 5, 4));
    }

    @Test
    void shouldNotTakeAnUnusedSlotForTheKeyOfZeros()
    {
        assertEquals(OffHeapTable.MISSING, table.get(0, 0, 0));
        table.put(0, 0, 0, -6);
        assertEquals(-6, table.get(0, 0, 0));
    }

    @Test
    void shouldReplaceAValue()
    {
        table.put(3, 1, 2, 20);
        table.put(3, 1, 2, 21);
        assertEquals(21, table.get(3, 1, 2));
        assertEquals(1, table.size());
    }

    @Test
    void shouldRemoveOnce()
    {
        table.put(3, 1, 2, 20);
        assertEquals(20, table.remove(3, 1, 2));
        assertEquals(OffHeapTable.MISSING, table.get(3, 1, 2));
        assertEquals(OffHeapTable.MISSING, table.remove(3, 1, 2));
        assertEquals(0, table.size());
    }

    @Test
    void shouldAddAndRemoveAtZero()
    {
        assertEquals(OffHeapTable.MISSING, table.add(3, 1, 2, 5));
        assertEquals(0, table.size());
        table.put(3, 1, 2, 1);
        assertEquals(3, table.add(3, 1, 2, 2));
        assertEquals(3, table.get(3, 1, 2));
        assertEquals(OffHeapTable.MISSING, table.add(3, 1, 2, -3));
        assertEquals(0, table.size());
        table.put(1, 2, 3, 1);
        assertEquals(-1, table.add(1, 2, 3, -2));
    }

    @Test
    void shouldRefuseANewKeyWhenFullAndStillReplaceAnOldOne()
    {
        for (int i = 0; i < 100; i++)
        {
            assertTrue(table.put(3, i, i, 1));
        }
        assertFalse(table.put(3, 100, 100, 1));
        assertTrue(table.put(3, 50, 50, 2));
        assertEquals(100, table.size());
        table.remove(3, 3, 3);
        assertTrue(table.put(3, 100, 100, 1));
        assertFalse(table.put(3, 3, 3, 1), "a tombstone is no way around the limit");
    }

    @Test
    void shouldKeepEveryEntryThroughRebuilds()
    {
        for (int i = 0; i < 99; i++)
        {
            table.put(3, i, -i, i + 1);
        }
        for (int i = 0; i < 10_000; i++)
        {
            assertTrue(table.put(3, 1_000_000 + i, 0, 1));
            assertEquals(1, table.remove(3, 1_000_000 + i, 0));
        }
        assertTrue(table.generation() > 10, "rebuilds: " + table.generation());
        assertEquals(99, table.size());
        for (int i = 0; i < 99; i++)
        {
            assertEquals(i + 1, table.get(3, i, -i));
        }
    }

    @Test
    void shouldRebuildSeldomEvenWhenFull()
    {
        final OffHeapTable large = new OffHeapTable(1024, SEED);
        for (int i = 0; i < 1024; i++)
        {
            large.put(3, 0, i, 1);
        }
        for (int i = 0; i < 10_000; i++)
        {
            large.remove(3, 0, i);
            assertTrue(large.put(3, 0, 1024 + i, 1));
        }
        assertTrue(large.generation() <= 10_000 / (large.slots() / 8) + 1, "rebuilds: " + large.generation());
    }

    @Test
    void shouldWalkInTheSameOrderForTheSameSeed()
    {
        final OffHeapTable same = new OffHeapTable(100, SEED);
        final OffHeapTable other = new OffHeapTable(100, SEED + 1);
        for (int i = 1; i <= 50; i++)
        {
            table.put(3, i, i, i);
            same.put(3, i, i, i);
            other.put(3, i, i, i);
        }
        assertEquals(50, walk(table).size());
        assertEquals(walk(table), walk(same));
        assertFalse(walk(table).equals(walk(other)));
    }

    @Test
    void shouldLetTheConsumerRemoveWhileWalking()
    {
        for (int i = 1; i <= 50; i++)
        {
            table.put(i, i, i, i);
        }
        table.forEach((k0, k1, k2, value) -> table.remove(k0, k1, k2));
        assertEquals(0, table.size());
        assertTrue(walk(table).isEmpty());
    }

    @Test
    void shouldSpreadKeysThatDifferLittle()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            final OffHeapTable hash = new OffHeapTable(1, seed);
            for (int shift = 0; shift < 40; shift += 5)
            {
                final int[] byFirst = new int[Spread.KEYS];
                final int[] bySecond = new int[Spread.KEYS];
                final int[] byThird = new int[Spread.KEYS];
                for (long i = 0; i < Spread.KEYS; i++)
                {
                    byFirst[hash.hash(i << shift, 1, 0) & Spread.KEYS - 1]++;
                    bySecond[hash.hash(1, i << shift, 0) & Spread.KEYS - 1]++;
                    byThird[hash.hash(0, 0xFFFF, i << shift) & Spread.KEYS - 1]++;
                }
                Spread.assertFair(byFirst);
                Spread.assertFair(bySecond);
                Spread.assertFair(byThird);
            }
        }
    }

    @Test
    void shouldRefuseWhatItCannotHold()
    {
        assertThrows(IllegalArgumentException.class, () -> new OffHeapTable(0, SEED));
        assertThrows(IllegalArgumentException.class, () -> new OffHeapTable((1 << 24) + 1, SEED));
        assertThrows(IllegalArgumentException.class, () -> table.put(1, 2, 3, OffHeapTable.MISSING));
        assertThrows(IllegalArgumentException.class, () -> table.put(1, 2, 3, OffHeapTable.TOMBSTONE));
        assertEquals(0, table.size());
    }

    private static List<Long> walk(final OffHeapTable table)
    {
        final List<Long> values = new ArrayList<>();
        table.forEach((k0, k1, k2, value) -> values.add(value));
        return values;
    }
}
