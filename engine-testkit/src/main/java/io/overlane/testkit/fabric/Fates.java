// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import java.util.Arrays;

/** Counts fates of frames and of copies of flooded frames, by direction, outcome and reason. */
final class Fates
{
    private static final int REASON_BITS = 7;
    private static final int OUTCOME_BITS = 2;
    private static final int COPY = 1 << REASON_BITS + OUTCOME_BITS;
    private static final int DECAP = COPY << 1;
    private static final int KEYS = DECAP << 1;
    private static final int REASONS = 1 << REASON_BITS;

    private final int[] counts = new int[KEYS];
    private int[] used = new int[16];
    private int size;

    void add(
        final Fate.Direction direction,
        final boolean isCopy,
        final Fate.Outcome outcome,
        final DropReason reason,
        final int frames)
    {
        final int key = (direction == Fate.Direction.DECAP ? DECAP : 0) | (isCopy ? COPY : 0) |
            outcome.ordinal() << REASON_BITS | reason.ordinal();
        if (counts[key] == 0)
        {
            used = size == used.length ? Arrays.copyOf(used, 2 * size) : used;
            used[size++] = key;
        }
        counts[key] += frames;
    }

    void clear()
    {
        for (int i = 0; i < size; i++)
        {
            counts[used[i]] = 0;
        }
        size = 0;
    }

    boolean isSameAs(final Fates other)
    {
        return size == other.size && contains(other);
    }

    private boolean contains(final Fates other)
    {
        for (int i = 0; i < other.size; i++)
        {
            if (counts[other.used[i]] != other.counts[other.used[i]])
            {
                return false;
            }
        }
        return true;
    }

    /** Add the fates of frames, without those of copies, to the sums of an engine. */
    void addTo(final Sums sums)
    {
        for (int i = 0; i < size; i++)
        {
            final int key = used[i];
            if ((key & COPY) == 0)
            {
                sums.add(direction(key), outcome(key), DropReason.get(key & REASONS - 1), counts[key]);
            }
        }
    }

    /** Mix all counts into a hash; the order in which the fates came has no influence. */
    long hash()
    {
        long hash = 0;
        for (int i = 0; i < size; i++)
        {
            hash += (used[i] + 1L) * 0x9E37_79B9_7F4A_7C15L * counts[used[i]];
        }
        return hash;
    }

    private static Fate.Direction direction(final int key)
    {
        return (key & DECAP) == 0 ? Fate.Direction.ENCAP : Fate.Direction.DECAP;
    }

    private static Fate.Outcome outcome(final int key)
    {
        return Fate.Outcome.values()[key >> REASON_BITS & (1 << OUTCOME_BITS) - 1];
    }

    @Override
    public String toString()
    {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++)
        {
            final int key = used[i];
            text.append(text.length() == 0 ? "" : ", ")
                .append(counts[key]).append(' ').append(direction(key)).append((key & COPY) == 0 ? " " : " copy ")
                .append(outcome(key)).append(' ').append(DropReason.get(key & REASONS - 1).label());
        }
        return text.length() == 0 ? "none" : text.toString();
    }
}
