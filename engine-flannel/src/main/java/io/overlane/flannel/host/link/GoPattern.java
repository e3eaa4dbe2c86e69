// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads flannel's patterns, which are Go's. Java's are nearly the same, but Java does not know the classes of POSIX
 * such as {@code [[:alnum:]]}, which it would take for a set of the letters.
 */
public final class GoPattern
{
    private static final Map<String, String> CLASSES = Map.ofEntries(
        Map.entry("alnum", "p{Alnum}"),
        Map.entry("alpha", "p{Alpha}"),
        Map.entry("ascii", "p{ASCII}"),
        Map.entry("blank", "p{Blank}"),
        Map.entry("cntrl", "p{Cntrl}"),
        Map.entry("digit", "p{Digit}"),
        Map.entry("graph", "p{Graph}"),
        Map.entry("lower", "p{Lower}"),
        Map.entry("print", "p{Print}"),
        Map.entry("punct", "p{Punct}"),
        Map.entry("space", "p{Space}"),
        Map.entry("upper", "p{Upper}"),
        Map.entry("word", "w"),
        Map.entry("xdigit", "p{XDigit}"));

    private static final Pattern CLASS = Pattern.compile("\\[:(\\^?)(" + String.join("|", CLASSES.keySet()) + "):]");

    private GoPattern()
    {
    }

    /** @throws java.util.regex.PatternSyntaxException if it is no pattern. */
    public static Pattern compile(final String text)
    {
        return Pattern.compile(CLASS.matcher(text).replaceAll(posix ->
        {
            final String java = Objects.requireNonNull(CLASSES.get(posix.group(2)));
            return Matcher.quoteReplacement("\\" + (posix.group(1).isEmpty() ? java :
                Character.toUpperCase(java.charAt(0)) + java.substring(1)));
        }));
    }
}
