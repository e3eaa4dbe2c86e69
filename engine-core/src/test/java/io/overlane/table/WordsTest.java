// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.memory.MemoryBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory as words. */
@Tag("both-accesses")
class WordsTest
{
    private final MemoryBuffer memory = MemoryBuffer.allocate(3 * Long.BYTES, Long.BYTES);
    private final Words words = new Words(memory);

    @Test
    void shouldCheckEachIndex()
    {
        assertEquals(3, words.length());
        words.put(0, 11);
        words.putRelease(2, -7);
        assertEquals(11, words.getAcquire(0));
        assertEquals(0, words.get(1));
        assertEquals(-7, memory.getLong(2 * Long.BYTES));
        for (final int index : new int[]{-1, 3, Integer.MIN_VALUE, Integer.MAX_VALUE})
        {
            assertThrows(IndexOutOfBoundsException.class, () -> words.get(index));
            assertThrows(IndexOutOfBoundsException.class, () -> words.getAcquire(index));
            assertThrows(IndexOutOfBoundsException.class, () -> words.put(index, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> words.putRelease(index, 1));
        }
    }

    @Test
    void shouldReadTheSameWordsByTheirPlaces()
    {
        for (int i = 0; i < words.length(); i++)
        {
            words.put(i, 100 + i);
        }
        assertEquals(100, words.at(words.firstPlace()));
        assertEquals(101, words.atAcquire(words.firstPlace() + Words.STEP));
        assertEquals(102, words.at(words.firstPlace() + 2L * Words.STEP));
    }
}
