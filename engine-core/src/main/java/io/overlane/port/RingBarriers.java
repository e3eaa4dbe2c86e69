// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import java.util.Arrays;

/** The parts of a ring that no claim may touch, in order; the last is the end of the ring. Never changes. */
final class RingBarriers
{
    /** Begin and end of each part, in bytes from the start of the ring. */
    private final int[] parts;
    private final int capacity;

    private RingBarriers(final int[] parts, final int capacity)
    {
        this.parts = parts;
        this.capacity = capacity;
    }

    /** Only the end of the ring. */
    static RingBarriers of(final int capacity)
    {
        return new RingBarriers(new int[]{capacity, capacity}, capacity);
    }

    /** These and one more part. */
    RingBarriers with(final int begin, final int end)
    {
        final int at = at(begin);
        final int[] after = Arrays.copyOf(parts, parts.length + 2);
        System.arraycopy(parts, at, after, at + 2, parts.length - at);
        after[at] = begin;
        after[at + 1] = end;
        return new RingBarriers(after, capacity);
    }

    /** These without the part that begins there, if there is one. */
    RingBarriers without(final int begin)
    {
        final int at = at(begin);
        if (parts[at] != begin || begin == capacity)
        {
            return this;
        }
        final int[] after = Arrays.copyOf(parts, parts.length - 2);
        System.arraycopy(parts, at + 2, after, at, after.length - at);
        return new RingBarriers(after, capacity);
    }

    /** Which part is the first that does not begin before an index of the ring. */
    int at(final int index)
    {
        int at = 0;
        while (parts[at] < index)
        {
            at += 2;
        }
        return at;
    }

    int begin(final int at)
    {
        return parts[at];
    }

    int end(final int at)
    {
        return parts[at + 1];
    }

    /** The first position from the tail on where a record touches no part. */
    long place(final long tail, final int recordLength)
    {
        long start = tail;
        do
        {
            final int from = (int)start & (capacity - 1);
            final int at = at(from);
            if (from + recordLength <= parts[at])
            {
                return start;
            }
            start += parts[at + 1] - from;
        }
        while (start - tail <= capacity);
        return start;
    }
}
