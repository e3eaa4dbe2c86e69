// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Suggests a known word for an unknown one. */
public final class Suggestion
{
    private Suggestion()
    {
    }

    /**
     * @param word  that is unknown.
     * @param known words.
     * @return a remark in brackets with the nearest word, or with all if none is near; begins with a space.
     */
    public static String of(final String word, final Collection<String> known)
    {
        return nearest(word, known)
            .map(nearest -> " (did you mean " + nearest + "?)")
            .orElseGet(() -> " (there are " + String.join(", ", known.stream().sorted().toList()) + ")");
    }

    /**
     * @param word  that is unknown.
     * @param known words.
     * @return the nearest, if one is near.
     */
    public static Optional<String> nearest(final String word, final Collection<String> known)
    {
        return known.stream()
            .min(Comparator.comparingInt((String other) -> distance(word, other)).thenComparing(other -> other))
            .filter(other -> distance(word, other) <= 1 + Math.max(word.length(), other.length()) / 4);
    }

    /** Number of letters to add, drop, change, or swap with the next (optimal string alignment). */
    static int distance(final String a, final String b)
    {
        final int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++)
        {
            for (int j = 0; j <= b.length(); j++)
            {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(final int[][] cost, final String a, final String b, final int i, final int j)
    {
        final int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        final int least = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        final boolean isSwap =
            i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return isSwap ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }
}
