// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import java.util.Arrays;

/**
 * Counts by number, and which number has the highest: a heap that knows where everyone is. Grows by doubling when it
 * meets a higher number; a change costs the logarithm of how many have a count at all.
 */
final class Ranking
{
    static final int NONE = -1;

    private static final int INITIAL = 16;

    private int[] counts = new int[INITIAL];
    /** Where in the heap; only for those with a count. */
    private int[] places = new int[INITIAL];
    private int[] heap = new int[INITIAL];
    private int size;

    int count(final int number)
    {
        return number < counts.length ? counts[number] : 0;
    }

    /** Who has the highest count, or {@link #NONE}. */
    int first()
    {
        return size == 0 ? NONE : heap[0];
    }

    /** How many have a count. */
    int size()
    {
        return size;
    }

    /** One of those that have a count; all of them for 0…size-1, until one changes. */
    int at(final int place)
    {
        return heap[place];
    }

    void increment(final int number)
    {
        if (number >= counts.length)
        {
            grow(number);
        }
        if (counts[number]++ == 0)
        {
            place(number, size++);
        }
        int place = places[number];
        while (place > 0 && counts[heap[(place - 1) / 2]] < counts[number])
        {
            final int above = (place - 1) / 2;
            place(heap[above], place);
            place = above;
        }
        place(number, place);
    }

    void decrement(final int number)
    {
        int place = places[number];
        int sinking = number;
        if (--counts[number] == 0)
        {
            // It has the lowest count there is, and so nothing but the last can be wrong in its place.
            sinking = heap[--size];
            if (sinking == number)
            {
                return;
            }
            while (place > 0 && counts[heap[(place - 1) / 2]] < counts[sinking])
            {
                final int above = (place - 1) / 2;
                place(heap[above], place);
                place = above;
            }
        }
        int below = greaterBelow(place);
        while (below < size && counts[heap[below]] > counts[sinking])
        {
            place(heap[below], place);
            place = below;
            below = greaterBelow(place);
        }
        place(sinking, place);
    }

    private int greaterBelow(final int place)
    {
        final int left = 2 * place + 1;
        return left + 1 < size && counts[heap[left + 1]] > counts[heap[left]] ? left + 1 : left;
    }

    private void place(final int number, final int place)
    {
        heap[place] = number;
        places[number] = place;
    }

    private void grow(final int number)
    {
        final int length = Math.max(number + 1, 2 * counts.length);
        counts = Arrays.copyOf(counts, length);
        places = Arrays.copyOf(places, length);
        heap = Arrays.copyOf(heap, length);
    }
}
