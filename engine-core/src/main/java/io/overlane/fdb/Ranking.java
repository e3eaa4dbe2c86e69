// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import java.util.Arrays;

/**
 * Counts by number, and the number with the highest count: a heap that knows the place of each number. Grows by
 * doubling for higher numbers; a change takes the logarithm of the numbers that have a count.
 */
final class Ranking
{
    static final int NONE = -1;

    private static final int INITIAL = 16;

    private int[] counts = new int[INITIAL];
    /** Place of a number in the heap; only for numbers with a count. */
    private int[] places = new int[INITIAL];
    private int[] heap = new int[INITIAL];
    private int size;

    int count(final int number)
    {
        return number < counts.length ? counts[number] : 0;
    }

    /** The number with the highest count, or {@link #NONE}. */
    int first()
    {
        return size == 0 ? NONE : heap[0];
    }

    /** How many numbers have a count. */
    int size()
    {
        return size;
    }

    /** A number that has a count; 0…size-1 give all of them, until a count changes. */
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
            // Its count was the lowest, so that only the last number of the heap can take its place.
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
