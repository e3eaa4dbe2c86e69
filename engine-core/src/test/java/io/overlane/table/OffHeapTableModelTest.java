package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random operations against the table and against a {@link HashMap}; both must agree after each. */
class OffHeapTableModelTest
{
    private static final int OPERATIONS = 200_000;
    private static final int MAX_ENTRIES = 60;

    @ParameterizedTest
    @CsvSource({"2, 1", "2, 2", "3, 3", "3, 4"})
    void shouldAgreeWithAHashMap(final int keyWords, final long seed)
    {
        final SplittableRandom random = new SplittableRandom(seed);
        final OffHeapTable table = new OffHeapTable(keyWords, MAX_ENTRIES, seed);
        final Map<List<Long>, Long> model = new HashMap<>();
        for (int i = 0; i < OPERATIONS; i++)
        {
            final long k0 = random.nextInt(3);
            final long k1 = random.nextInt(20);
            final long k2 = keyWords == 3 ? random.nextInt(3) : 0;
            final List<Long> key = List.of(k0, k1, k2);
            final long value = random.nextInt(1, 1000);
            switch (random.nextInt(4))
            {
                case 0 ->
                {
                    final boolean fits = model.containsKey(key) || model.size() < MAX_ENTRIES;
                    final boolean put =
                        keyWords == 2 ? table.put(k0, k1, value) : table.put(k0, k1, k2, value);
                    assertEquals(fits, put);
                    if (fits)
                    {
                        model.put(key, value);
                    }
                }
                case 1 ->
                {
                    final Long removed = model.remove(key);
                    assertEquals(
                        removed == null ? 0 : removed,
                        keyWords == 2 ? table.remove(k0, k1) : table.remove(k0, k1, k2));
                }
                case 2 ->
                {
                    final long delta = -random.nextInt(0, 500);
                    final Long sum = model.computeIfPresent(key, (k, v) -> v + delta == 0 ? null : v + delta);
                    assertEquals(
                        sum == null ? 0 : sum,
                        keyWords == 2 ? table.add(k0, k1, delta) : table.add(k0, k1, k2, delta));
                }
                default -> assertEquals(
                    model.getOrDefault(key, 0L),
                    keyWords == 2 ? table.get(k0, k1) : table.get(k0, k1, k2));
            }
            assertEquals(model.size(), table.size());
        }
        final Map<List<Long>, Long> walked = new HashMap<>();
        table.forEach((k0, k1, k2, value, stamp) -> walked.put(List.of(k0, k1, k2), value));
        assertEquals(model, walked);
        assertTrue(keyWords == 2 || table.generation() > 10, "rebuilds: " + table.generation());
    }
}
