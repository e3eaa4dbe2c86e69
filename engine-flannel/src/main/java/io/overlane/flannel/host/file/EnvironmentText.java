// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses assignments as a shell would source them: quotes, backslashes, comments, {@code export}, several assignments
 * on one line, and variables that the text itself or the caller has set. It runs no command.
 */
final class EnvironmentText
{
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=");
    private static final Pattern VARIABLE =
        Pattern.compile("\\$(?:\\{([A-Za-z_][A-Za-z0-9_]*)\\}|([A-Za-z_][A-Za-z0-9_]*))");

    private final String text;
    private final Map<String, String> known;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> statement = new LinkedHashMap<>();
    private boolean isCommand;
    private int at;

    private EnvironmentText(final String text, final Map<String, String> known)
    {
        this.text = text;
        this.known = known;
    }

    /** The values by name. A statement that is more than assignments is ignored; of several values the last counts. */
    static Map<String, String> parse(final String text)
    {
        return parse(text, Map.of());
    }

    /**
     * @param known variables that the text may use.
     * @return the values that the text sets, by name.
     */
    static Map<String, String> parse(final String text, final Map<String, String> known)
    {
        return new EnvironmentText(text, known).parse();
    }

    private Map<String, String> parse()
    {
        while (at < text.length())
        {
            final char next = text.charAt(at);
            if (next == '\n' || next == '\r' || next == ';')
            {
                endStatement();
                at++;
            }
            else if (next == ' ' || next == '\t')
            {
                at++;
            }
            else if (next == '#')
            {
                final int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            }
            else
            {
                readWord();
            }
        }
        endStatement();
        return values;
    }

    private void endStatement()
    {
        if (!isCommand)
        {
            values.putAll(statement);
        }
        statement.clear();
        isCommand = false;
    }

    private void readWord()
    {
        final Matcher assignment = ASSIGNMENT.matcher(text).region(at, text.length());
        if (assignment.lookingAt())
        {
            at = assignment.end();
            statement.put(assignment.group(1), readValue());
        }
        else
        {
            final boolean isFirst = statement.isEmpty() && !isCommand;
            isCommand |= !(readValue().equals("export") && isFirst);
        }
    }

    /** Up to the blank, line or semicolon that ends the word. */
    private String readValue()
    {
        final StringBuilder value = new StringBuilder();
        char quote = 0;
        for (; at < text.length(); at++)
        {
            final char next = text.charAt(at);
            if (quote == 0 && " \t\r\n;".indexOf(next) >= 0)
            {
                break;
            }
            if (next == quote)
            {
                quote = 0;
            }
            else if (quote == 0 && (next == '"' || next == '\''))
            {
                quote = next;
            }
            else if (next == '\\' && quote != '\'' && at + 1 < text.length())
            {
                at++;
                value.append(escaped(quote, text.charAt(at)));
            }
            else if (next == '$' && quote != '\'')
            {
                value.append(readVariable());
            }
            else
            {
                value.append(next);
            }
        }
        return value.toString();
    }

    /** Between double quotes a backslash stands for itself, except before a few characters. */
    private static String escaped(final char quote, final char next)
    {
        return next == '\n' ? "" : quote == '"' && "\"\\$`".indexOf(next) < 0 ? "\\" + next : String.valueOf(next);
    }

    /** Leaves the position at the last character of the name. */
    private String readVariable()
    {
        final Matcher variable = VARIABLE.matcher(text).region(at, text.length());
        if (!variable.lookingAt())
        {
            return "$";
        }
        at = variable.end() - 1;
        final String name = variable.group(1) == null ? variable.group(2) : variable.group(1);
        return statement.getOrDefault(name, values.getOrDefault(name, known.getOrDefault(name, "")));
    }
}
