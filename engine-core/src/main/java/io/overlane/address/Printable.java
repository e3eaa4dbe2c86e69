// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes text from outside, such as a registry, a file or the network, safe for a message: it cannot start a line of its
 * own, control a terminal, hide other text by its direction, or fill a disk.
 */
public final class Printable
{
    /** In characters; longer than any message of our own. */
    static final int MAX_LENGTH = 1000;

    private Printable()
    {
    }

    /** @return the same text if it is safe, else cut, and with {@code ?} for each unsafe character; null for null. */
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

    /** @return a consumer that passes lines, made safe, to another. */
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
