// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One number, or all numbers from one to another.
 *
 * @param from the smallest.
 * @param to   the largest.
 */
public record NumberRange(int from, int to)
{
    private static final Pattern FORM = Pattern.compile("(\\d{1,8})(?:-(\\d{1,8}))?");

    /**
     * @param text FROM or FROM-TO.
     * @return true if it has two numbers.
     */
    public static boolean isRange(final String text)
    {
        final Matcher numbers = FORM.matcher(text);
        return numbers.matches() && numbers.group(2) != null;
    }

    /**
     * @param what the numbers are, for messages.
     * @param text FROM or FROM-TO.
     * @return the range.
     * @throws IllegalArgumentException if it is something else, or empty.
     */
    public static NumberRange parse(final String what, final String text)
    {
        final Matcher numbers = FORM.matcher(text);
        BridgePlanner.require(numbers.matches(), what + " " + text + ": not a number, nor two joined by a hyphen");
        final int from = Integer.parseInt(numbers.group(1));
        final int to = numbers.group(2) == null ? from : Integer.parseInt(numbers.group(2));
        BridgePlanner.require(from <= to, what + " " + text + ": the second number is smaller than the first");
        return new NumberRange(from, to);
    }

    /** @return how many numbers it has. */
    public int size()
    {
        return to - from + 1;
    }
}
