// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * Makes text that others wrote, in a registry, in a file, on the network, fit for a message: it starts no line of its
 * own, does nothing to a terminal, hides nothing by its direction, and fills no disk.
 */
public final class Printable
{
    /** Of characters; a line of our own is shorter. */
    static final int MAX_LENGTH = 1000;

    private Printable()
    {
    }

    /**
     * @param text of any length, with any character.
     * @return the same where it is harmless, else with {@code ?} for each character that is not, and cut.
     */
    public static @Nullable String line(final @Nullable String text)
    {
        if (text == null || text.length() <= MAX_LENGTH && text.chars().allMatch(Printable::isHarmless))
        {
            return text;
        }
        final StringBuilder line = new StringBuilder(MAX_LENGTH + 1);
        for (int i = 0; i < Math.min(text.length(), MAX_LENGTH); i++)
        {
            line.append(isHarmless(text.charAt(i)) ? text.charAt(i) : '?');
        }
        return text.length() > MAX_LENGTH ? line.append('…').toString() : line.toString();
    }

    /**
     * @param lines takes one line at a time.
     * @return the same, for lines with any character in them.
     */
    public static Consumer<String> lines(final Consumer<String> lines)
    {
        return line -> lines.accept(line(line));
    }

    private static boolean isHarmless(final int character)
    {
        return switch (Character.getType(character))
        {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                Character.SURROGATE -> false;
            default -> true;
        };
    }
}
