// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares the kernel's and the engine's result of a case, aspect by aspect. Each difference must be a
 * {@link KernelDifference} with exactly these values, and each listed difference must occur.
 */
public final class KernelComparison
{
    /** The fate of a frame. If it differs, aspects that only one side has are not compared. */
    public static final String FATE = "fate";

    private static final String ABSENT = "(none)";

    private KernelComparison()
    {
    }

    /** @return a line for each unexpected result; empty if all is as expected. */
    public static List<String> problems(
        final KernelCase of,
        final Map<String, String> kernel,
        final Map<String, String> engine,
        final Set<String> unseen)
    {
        final boolean isFateSame = Objects.equals(kernel.get(FATE), engine.get(FATE));
        final Set<String> aspects = new TreeSet<>(kernel.keySet());
        aspects.addAll(engine.keySet());
        final List<String> problems = new ArrayList<>();
        for (final String aspect : aspects)
        {
            final boolean isBoth = kernel.containsKey(aspect) && engine.containsKey(aspect);
            if (!unseen.contains(aspect) && (isFateSame || isBoth))
            {
                final String problem = problem(
                    of,
                    aspect,
                    kernel.getOrDefault(aspect, ABSENT),
                    engine.getOrDefault(aspect, ABSENT));
                if (problem != null)
                {
                    problems.add(of + ": " + problem);
                }
            }
        }
        for (final KernelDifference difference : KernelDifferences.of(of))
        {
            if (!unseen.contains(difference.aspect()) && !aspects.contains(difference.aspect()))
            {
                problems.add(of + ": listed, but there is no " + difference.aspect() + " to compare: " + difference);
            }
        }
        return problems;
    }

    private static @Nullable String problem(
        final KernelCase of, final String aspect, final String kernel, final String engine)
    {
        final List<KernelDifference> listed = KernelDifferences.of(of).stream()
            .filter(difference -> difference.aspect().equals(aspect))
            .toList();
        final String values = aspect + ": Linux " + kernel + ", engine " + engine;
        if (listed.size() > 1)
        {
            return "listed twice, " + values;
        }
        if (listed.isEmpty())
        {
            return kernel.equals(engine) ? null : values;
        }
        final KernelDifference difference = listed.get(0);
        if (kernel.equals(engine))
        {
            return "listed as a difference, but there is none, " + values;
        }
        return difference.kernel().equals(kernel) && difference.engine().equals(engine) ? null :
            values + "; listed as: Linux " + difference.kernel() + ", engine " + difference.engine();
    }
}
