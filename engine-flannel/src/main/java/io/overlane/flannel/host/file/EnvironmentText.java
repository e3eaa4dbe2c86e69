// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import java.util.LinkedHashMap;
import java.util.Map;

/** Parses lines of {@code NAME=VALUE} as a shell would source them, without substitutions. */
final class EnvironmentText
{
    private EnvironmentText()
    {
    }

    /** The values by name. Other lines are ignored; of several with one name the last counts. */
    static Map<String, String> parse(final String text)
    {
        final Map<String, String> values = new LinkedHashMap<>();
        text.lines().map(String::strip).forEach(line ->
        {
            final String assignment = line.startsWith("export ") ? line.substring("export ".length()).strip() : line;
            final int equals = assignment.indexOf('=');
            if (equals > 0 && assignment.substring(0, equals).matches("[A-Za-z_][A-Za-z0-9_]*"))
            {
                values.put(assignment.substring(0, equals), unquote(assignment.substring(equals + 1)));
            }
        });
        return values;
    }

    private static String unquote(final String value)
    {
        final char quote = value.isEmpty() ? 0 : value.charAt(0);
        if (quote == '"' || quote == '\'')
        {
            final int end = value.indexOf(quote, 1);
            return end < 0 ? value : value.substring(1, end);
        }
        final int comment = value.indexOf(" #");
        return (comment < 0 ? value : value.substring(0, comment)).strip();
    }
}
