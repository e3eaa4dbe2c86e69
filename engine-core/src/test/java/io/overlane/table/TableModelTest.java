// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations against each table and against a {@link HashMap}; both must agree after each. */
@Tag("both-accesses")
class TableModelTest
{
    private static final int OPERATIONS = 200_000;
    private static final int MAX_ENTRIES = 60;

    @ParameterizedTest
    @ValueSource(longs = {3, 4})
    void shouldAgreeWithAHashMapOnTriples(final long seed)
    {
        final SplittableRandom random = new SplittableRandom(seed);
        final OffHeapTable table = new OffHeapTable(MAX_ENTRIES, seed);
        final Map<List<Long>, Long> model = new HashMap<>();
        for (int i = 0; i < OPERATIONS; i++)
        {
            final long k0 = random.nextInt(3);
            final long k1 = random.nextInt(20);
            final long k2 = random.nextInt(3);
            final List<Long> key = List.of(k0, k1, k2);
            final long value = random.nextInt(1, 1000);
            switch (random.nextInt(4))
            {
                case 0 -> assertEquals(put(model, key, value), table.put(k0, k1, k2, value));
                case 1 -> assertEquals(remove(model, key), table.remove(k0, k1, k2));
                case 2 ->
                {
                    final long delta = -random.nextInt(0, 500);
                    final Long sum = model.computeIfPresent(key, (k, v) -> v + delta == 0 ? null : v + delta);
                    assertEquals(sum == null ? 0 : sum, table.add(k0, k1, k2, delta));
                }
                default -> assertEquals(model.getOrDefault(key, 0L), table.get(k0, k1, k2));
            }
            assertEquals(model.size(), table.size());
        }
        final Map<List<Long>, Long> walked = new HashMap<>();
        table.forEach((k0, k1, k2, value) -> walked.put(List.of(k0, k1, k2), value));
        assertEquals(model, walked);
        assertTrue(table.generation() > 10, "rebuilds: " + table.generation());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldAgreeWithAHashMapOnCompactKeys(final long seed)
    {
        final SplittableRandom random = new SplittableRandom(seed);
        final CompactTable table = new CompactTable(MAX_ENTRIES, seed);
        final Map<List<Long>, Long> model = new HashMap<>();
        for (int i = 0; i < OPERATIONS; i++)
        {
            final int k0 = random.nextInt(3) << 15 | random.nextInt(3) << 22;
            final long k1 = (long)random.nextInt(5) << 45 | random.nextInt(4);
            final List<Long> key = List.of((long)k0, k1);
            final long value = random.nextLong(1, CompactTable.MAX_VALUE + 1);
            switch (random.nextInt(3))
            {
                case 0 -> assertEquals(put(model, key, value), table.put(k0, k1, value) != CompactTable.NO_SLOT);
                case 1 -> assertEquals(remove(model, key), table.removeAt(table.find(k0, k1)));
                default -> assertEquals(model.getOrDefault(key, 0L), table.get(k0, k1));
            }
            assertEquals(model.size(), table.size());
        }
        final Map<List<Long>, Long> walked = new HashMap<>();
        table.forEach((k0, k1, value, slot) -> walked.put(List.of((long)k0, k1), value));
        assertEquals(model, walked);
    }

    private static boolean put(final Map<List<Long>, Long> model, final List<Long> key, final long value)
    {
        final boolean fits = model.containsKey(key) || model.size() < MAX_ENTRIES;
        if (fits)
        {
            model.put(key, value);
        }
        return fits;
    }

    private static long remove(final Map<List<Long>, Long> model, final List<Long> key)
    {
        final Long removed = model.remove(key);
        return removed == null ? 0 : removed;
    }
}
