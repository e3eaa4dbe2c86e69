// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.collections.IntHashSet;
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

    @Test
    void shouldChangeManyInOneStep()
    {
        final FloodList list = new FloodList();
        list.add(1);
        list.add(2);
        list.add(3);
        final int[] before = list.remotes();
        final IntHashSet removed = new IntHashSet();
        removed.add(1);
        removed.add(9);
        final IntHashSet added = new IntHashSet();
        added.add(3);
        added.add(4);
        list.change(removed, added);

        assertArrayEquals(new int[]{2, 3, 4}, list.remotes());
        assertArrayEquals(new int[]{1, 2, 3}, before, "who reads the old list is not disturbed");
    }
}
