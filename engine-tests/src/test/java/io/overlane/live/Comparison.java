// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the lanes did in each mode. */
final class Comparison
{
    private static final int SHOWN = 400;
    private static final int SHOWN_BEFORE = 100;

    private final Map<Mode, Map<String, String>> outcomes = new EnumMap<>(Mode.class);
    private final Map<Mode, List<String>> carried = new EnumMap<>(Mode.class);
    private final List<String> wrong = new ArrayList<>();

    Comparison()
    {
        for (final Mode mode : Mode.values())
        {
            outcomes.put(mode, new LinkedHashMap<>());
            carried.put(mode, new ArrayList<>());
        }
    }

    /** Write down the outcome of a step. */
    void put(final Lane lane, final String step, final String outcome)
    {
        write(lane, step, outcome);
        if (lane.carried() > 0)
        {
            carried.get(lane.mode()).add(step);
        }
    }

    /** Write down all counters; this is the last step of a lane. */
    void putCounters(final Lane lane, final String of) throws IOException
    {
        write(lane, of + ", counters", lane.counters().toString());
    }

    private void write(final Lane lane, final String step, final String outcome)
    {
        assertNull(outcomes.get(lane.mode()).put(step, outcome), () -> "there are two of " + step);
    }

    /** The kernel must have carried as many frames in the step that was put last. */
    void expectCarried(final Lane lane, final String step, final long frames)
    {
        if (lane.carried() != frames)
        {
            wrong.add(
                lane.mode() + ", " + step + "\n the kernel carried " + lane.carried() + " frames, not " + frames);
        }
    }

    /** The outcome of each step, and the counters, must be the same in all modes. */
    void assertSame()
    {
        final Map<String, String> off = outcomes.get(Mode.OFF);
        final List<String> differences = new ArrayList<>(wrong);
        outcomes.forEach((mode, on) ->
        {
            assertEquals(List.copyOf(off.keySet()), List.copyOf(on.keySet()));
            off.forEach((step, outcome) ->
            {
                if (!outcome.equals(on.get(step)))
                {
                    differences.add(mode + ", " + difference(step, outcome, on.get(step)));
                }
            });
        });
        assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
    }

    /** From a little before the first difference. */
    private static String difference(final String step, final String without, final String with)
    {
        final int from = Math.max(
            0, Arrays.mismatch(without.toCharArray(), with.toCharArray()) - SHOWN_BEFORE);
        return step + ", from character " + from + "\n without: " + part(without, from) + "\n with:    " +
            part(with, from);
    }

    private static String part(final String outcome, final int from)
    {
        return outcome.substring(from, Math.min(outcome.length(), from + SHOWN));
    }

    /** In each mode of the fast path, the kernel must have carried frames in so many steps. */
    void assertCarried(final int steps)
    {
        assertCarried(steps, steps);
    }

    void assertCarried(final int least, final int most)
    {
        carried.forEach((mode, steps) -> assertTrue(
            mode == Mode.OFF || steps.size() >= least && steps.size() <= most,
            () -> mode + ", " + steps.size() + " steps:\n" + String.join("\n", steps)));
    }
}
