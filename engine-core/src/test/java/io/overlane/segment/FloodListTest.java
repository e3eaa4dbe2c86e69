package io.overlane.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A list that readers see before or after a change, never between. */
class FloodListTest
{
    private final FloodList list = new FloodList();

    @Test
    void shouldKeepEachRemoteOnceInOrder()
    {
        assertTrue(list.add(3));
        assertTrue(list.add(1));
        assertFalse(list.add(3));
        assertTrue(list.add(2));

        assertArrayEquals(new int[]{3, 1, 2}, list.remotes());
    }

    @Test
    void shouldRemoveFirstMiddleAndLast()
    {
        for (int i = 0; i < 5; i++)
        {
            list.add(i);
        }
        assertTrue(list.remove(0));
        assertTrue(list.remove(4));
        assertTrue(list.remove(2));
        assertFalse(list.remove(2));
        assertArrayEquals(new int[]{1, 3}, list.remotes());

        list.remove(1);
        list.remove(3);
        assertEquals(0, list.remotes().length);
        assertFalse(list.remove(7));
    }

    @Test
    void shouldNotChangeTheListAReaderHolds()
    {
        list.add(1);
        list.add(2);
        final int[] held = list.remotes();
        list.remove(1);
        list.add(5);

        assertArrayEquals(new int[]{1, 2}, held);
    }
}
