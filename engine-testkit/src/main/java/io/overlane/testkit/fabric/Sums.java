// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The fates of all frames of one engine since its start, as the model predicts them. */
final class Sums
{
    private static final int DELIVERED = 0;
    private static final int ANSWERED = 1;
    private static final int REASONS = 2;

    private final long[][] sums = new long[2][REASONS + 128];

    void add(final Fate.Direction direction, final Fate.Outcome outcome, final DropReason reason, final int frames)
    {
        final int index = switch (outcome)
        {
            case DELIVERED -> DELIVERED;
            case ANSWERED -> ANSWERED;
            case DROPPED -> REASONS + reason.ordinal();
        };
        sums[direction.ordinal()][index] += frames;
    }

    /** Compare with the counters of the engine. The answer names each difference. */
    List<String> differences(final Fate.Direction direction, final PathCounters counters)
    {
        final List<String> differences = new ArrayList<>();
        final long[] expected = sums[direction.ordinal()];
        compare(differences, direction, "delivered", expected[DELIVERED], counters.delivered());
        compare(differences, direction, "answered", expected[ANSWERED], counters.answered());
        long dropped = 0;
        for (int i = 1; i < DropReason.count(); i++)
        {
            final DropReason reason = DropReason.get(i);
            compare(differences, direction, reason.label(), expected[REASONS + i], counters.dropped(reason));
            dropped += counters.dropped(reason);
        }
        compare(differences, direction, "in = delivered + answered + dropped",
            counters.delivered() + counters.answered() + dropped, counters.framesIn());
        return differences;
    }

    /** Add the drops to sums by label. */
    void addDropsTo(final Map<String, Long> drops)
    {
        for (final long[] path : sums)
        {
            for (int i = 1; i < DropReason.count(); i++)
            {
                if (path[REASONS + i] > 0)
                {
                    drops.merge(DropReason.get(i).label(), path[REASONS + i], Long::sum);
                }
            }
        }
    }

    private static void compare(
        final List<String> differences,
        final Fate.Direction direction,
        final String name,
        final long expected,
        final long found)
    {
        if (expected != found)
        {
            differences.add(direction + " " + name + ": expected " + expected + ", found " + found);
        }
    }
}
