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
class CompactTableTest
{
    private static final long SEED = 7;
    private static final int K0_MAX = 0xFF_FFFF;
    private static final long K1_MAX = 0xFFFF_FFFF_FFFFL;

    private final CompactTable table = new CompactTable(100, SEED);

    @Test
    void shouldTellKeysApartByEveryBit()
    {
        table.put(0, 0, 1);
        for (int bit = 0; bit < 24; bit++)
        {
            table.put(1 << bit, 0, 100 + bit);
        }
        for (int bit = 0; bit < 48; bit++)
        {
            table.put(0, 1L << bit, 200 + bit);
        }
        assertEquals(1, table.get(0, 0));
        for (int bit = 0; bit < 24; bit++)
        {
            assertEquals(100 + bit, table.get(1 << bit, 0));
        }
        for (int bit = 0; bit < 48; bit++)
        {
            assertEquals(200 + bit, table.get(0, 1L << bit));
        }
        assertEquals(CompactTable.MISSING, table.get(3, 0));
        assertEquals(CompactTable.MISSING, table.get(1 << 23, 1));
    }

    @Test
    void shouldKeepTheLargestKeyAndValueApartFromEachOther()
    {
        table.put(K0_MAX, K1_MAX, CompactTable.MAX_VALUE);
        table.put(K0_MAX, 0, 1);
        table.put(0, K1_MAX, CompactTable.MAX_VALUE);
        assertEquals(CompactTable.MAX_VALUE, table.get(K0_MAX, K1_MAX));
        assertEquals(1, table.get(K0_MAX, 0));
        assertEquals(CompactTable.MAX_VALUE, table.get(0, K1_MAX));
        table.valueAt(table.find(K0_MAX, K1_MAX), 2);
        assertEquals(2, table.get(K0_MAX, K1_MAX));
    }

    @Test
    void shouldNotTakeAnUnusedSlotForTheKeyOfZeros()
    {
        assertEquals(CompactTable.MISSING, table.get(0, 0));
        assertEquals(CompactTable.NO_SLOT, table.find(0, 0));
        table.put(0, 0, 5);
        assertEquals(5, table.get(0, 0));
    }

    @Test
    void shouldFindKeysThatDifferOnlyInTheirUpperBitsInOneCrowdedLine()
    {
        final CompactTable small = new CompactTable(6, SEED);
        for (int i = 0; i < 6; i++)
        {
            small.put(i << 16, 9, i + 1);
        }
        for (int i = 0; i < 6; i++)
        {
            assertEquals(i + 1, small.get(i << 16, 9));
        }
        assertEquals(CompactTable.MISSING, small.get(6 << 16, 9));
    }

    @Test
    void shouldReplaceAValueInItsSlot()
    {
        final int slot = table.put(0x12_3456, 2, 20);
        assertEquals(slot, table.put(0x12_3456, 2, 21));
        assertEquals(21, table.get(0x12_3456, 2));
        assertEquals(1, table.size());
        assertEquals(0x12_3456, table.k0At(slot));
        assertEquals(2, table.k1At(slot));
    }

    @Test
    void shouldRemoveOnce()
    {
        final int slot = table.put(1, 2, 20);
        assertEquals(20, table.removeAt(slot));
        assertEquals(CompactTable.MISSING, table.get(1, 2));
        assertEquals(CompactTable.NO_SLOT, table.find(1, 2));
        assertEquals(CompactTable.MISSING, table.removeAt(slot));
        assertEquals(CompactTable.MISSING, table.removeAt(CompactTable.NO_SLOT));
        assertEquals(0, table.size());
    }

    @Test
    void shouldRefuseANewKeyWhenFullAndStillReplaceAnOldOne()
    {
        for (int i = 0; i < 100; i++)
        {
            assertTrue(table.put(i, i, 1) >= 0);
        }
        assertEquals(CompactTable.NO_SLOT, table.put(100, 100, 1));
        assertTrue(table.put(50, 50, 2) >= 0);
        assertEquals(100, table.size());
        table.removeAt(table.find(3, 3));
        assertTrue(table.put(100, 100, 1) >= 0);
        assertEquals(CompactTable.NO_SLOT, table.put(3, 3, 1), "a tombstone is no way around the limit");
    }

    @Test
    void shouldKeepEveryEntryInItsSlotWhateverComesAndGoesAroundIt()
    {
        final int[] slots = new int[99];
        for (int i = 0; i < 99; i++)
        {
            slots[i] = table.put(i << 12, i, i + 1);
        }
        for (int i = 0; i < 100_000; i++)
        {
            assertEquals(1, table.removeAt(table.put(i, 1_000_000, 1)));
        }
        assertEquals(99, table.size());
        for (int i = 0; i < 99; i++)
        {
            assertEquals(i + 1, table.get(i << 12, i));
            assertEquals(slots[i], table.find(i << 12, i));
        }
    }

    @Test
    void shouldNeverNeedALongPutHoweverMuchHasComeAndGone()
    {
        final int entries = 1_000_000;
        final CompactTable large = new CompactTable(entries, SEED);
        for (int i = 0; i < entries; i++)
        {
            large.put(0, i, 1);
        }
        for (int i = 0; i < 3 * entries; i++)
        {
            large.removeAt(large.find(0, i));
            assertTrue(large.put(0, entries + i, 1) >= 0);
        }
        assertEquals(entries, large.size());
        assertTrue(large.longestPut() <= 8, "cache lines of the longest put: " + large.longestPut());
    }

    @Test
    void shouldLeaveNothingBehindOfWhatWasRemoved()
    {
        for (int round = 0; round < 50; round++)
        {
            for (int i = 0; i < 100; i++)
            {
                table.put(round, i, 1);
            }
            table.forEach((k0, k1, value, slot) -> table.removeAt(slot));
        }
        assertEquals(0, table.size());
        for (int line = 0; line < table.slots() / CompactTable.LINE_SLOTS; line++)
        {
            assertEquals(0, table.passedOver(line));
        }
    }

    @Test
    void shouldWalkInTheSameOrderForTheSameSeed()
    {
        final CompactTable same = new CompactTable(100, SEED);
        final CompactTable other = new CompactTable(100, SEED + 1);
        for (int i = 1; i <= 50; i++)
        {
            table.put(i << 10, i, i);
            same.put(i << 10, i, i);
            other.put(i << 10, i, i);
        }
        assertEquals(50, walk(table).size());
        assertEquals(walk(table), walk(same));
        assertFalse(walk(table).equals(walk(other)));
        table.forEach((k0, k1, value, slot) -> assertEquals(List.of(value << 10, value), List.of((long)k0, k1)));
    }

    @Test
    void shouldLetTheConsumerRemoveWhileWalking()
    {
        for (int i = 1; i <= 50; i++)
        {
            table.put(i, i, i);
        }
        table.forEach((k0, k1, value, slot) -> table.removeAt(slot));
        assertEquals(0, table.size());
        assertTrue(walk(table).isEmpty());
    }

    @Test
    void shouldFindNearlyEveryEntryOfAFullTableInItsHomeLine()
    {
        for (int entries = 3000; entries <= 48_000; entries *= 2)
        {
            final CompactTable full = new CompactTable(entries, SEED);
            for (int i = 0; i < entries; i++)
            {
                full.put(1, 0x0242_0000_0000L + i, 1);
            }
            final int[] away = new int[1];
            full.forEach((k0, k1, value, slot) ->
                away[0] += full.find(k0, k1) / CompactTable.LINE_SLOTS == full.hash(k0, k1) ? 0 : 1);
            assertTrue(away[0] < entries * 5 / 200, away[0] + " of " + entries);
        }
    }

    @Test
    void shouldSpreadKeysThatDifferLittle()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            // Made for so many entries that there are as many lines as keys.
            final CompactTable hash = new CompactTable(Spread.KEYS * 4 * 3 / 8, seed);
            assertEquals(Spread.KEYS * 4, hash.slots());
            for (int shift = 0; shift <= 36; shift += 4)
            {
                final int[] byK1 = new int[Spread.KEYS];
                final int[] byK0 = new int[Spread.KEYS];
                for (long i = 0; i < Spread.KEYS; i++)
                {
                    byK1[(int)hash.hash(1, i << shift)]++;
                    byK0[(int)hash.hash((int)i << Math.min(shift, 12), 1L << shift)]++;
                }
                Spread.assertFair(byK1);
                Spread.assertFair(byK0);
            }
        }
    }

    @Test
    void shouldRefuseWhatItCannotHold()
    {
        assertThrows(IllegalArgumentException.class, () -> new CompactTable(0, SEED));
        assertThrows(IllegalArgumentException.class, () -> new CompactTable((1 << 24) + 1, SEED));
        assertThrows(IllegalArgumentException.class, () -> table.put(1, 2, CompactTable.MISSING));
        assertThrows(IllegalArgumentException.class, () -> table.put(1, 2, CompactTable.MAX_VALUE + 1));
        assertThrows(IllegalArgumentException.class, () -> table.put(K0_MAX + 1, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> table.put(1, K1_MAX + 1, 1));
        assertEquals(0, table.size());
    }

    private static List<Long> walk(final CompactTable table)
    {
        final List<Long> values = new ArrayList<>();
        table.forEach((k0, k1, value, slot) -> values.add(value));
        return values;
    }
}
