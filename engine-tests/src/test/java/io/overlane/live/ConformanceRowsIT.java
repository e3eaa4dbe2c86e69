// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rows of the conformance list, without and with the fast path, through a real TAP and a real cable. */
class ConformanceRowsIT extends OnAWire
{
    @Test
    void shouldDoTheSameWithTheFastPath() throws IOException
    {
        final Comparison comparison = new Comparison();
        for (final LiveRow row : LiveRows.all())
        {
            for (final Mode mode : Mode.values())
            {
                row.run(wire, mode, comparison);
            }
        }
        comparison.assertSame();
    }

    @Test
    void shouldHaveEachRowOrAReason()
    {
        final TreeSet<Integer> rows = new TreeSet<>(LiveRows.notLive().keySet());
        LiveRows.all().forEach(row -> rows.addAll(row.rows()));
        assertEquals(IntStream.rangeClosed(1, LiveRows.LAST).boxed().toList(), List.copyOf(rows));
    }
}
