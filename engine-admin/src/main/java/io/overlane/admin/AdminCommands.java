// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The commands by name, which is one word or two, such as {@code ping} and {@code fdb show}. They are added before the
 * server starts; {@code help} is always among them.
 */
public final class AdminCommands
{
    private static final int MOST_WORDS = 2;

    private final Map<String, Entry> entries = new TreeMap<>();

    /** A command and its description. */
    private record Entry(String syntax, String description, boolean isReading, AdminCommand command)
    {
    }

    /**
     * A command as {@code help} shows it.
     *
     * @param name        one word or two.
     * @param syntax      of the words after the name; empty if there are none.
     * @param description a phrase.
     * @param isReading   true if it changes nothing.
     */
    public record Description(String name, String syntax, String description, boolean isReading)
    {
    }

    /** Commands with {@code help} only. */
    public AdminCommands()
    {
        addReading("help", "", "list the commands", words -> help());
    }

    /**
     * Add a command that may change something.
     *
     * @param name        one word or two.
     * @param syntax      of the words after the name.
     * @param description a phrase for {@code help}.
     * @param command     to run.
     * @return this.
     * @throws IllegalArgumentException if the name is taken.
     */
    public AdminCommands add(
        final String name, final String syntax, final String description, final AdminCommand command)
    {
        return add(name, new Entry(syntax, description, false, command));
    }

    /**
     * Add a command that changes nothing, so that everybody who may read may run it. A server of HTTP offers these
     * commands and no others. The parameters are those of {@link #add(String, String, String, AdminCommand)}.
     */
    public AdminCommands addReading(
        final String name, final String syntax, final String description, final AdminCommand command)
    {
        return add(name, new Entry(syntax, description, true, command));
    }

    private AdminCommands add(final String name, final Entry entry)
    {
        if (entries.putIfAbsent(name, entry) != null)
        {
            throw new IllegalArgumentException("two commands are named '" + name + "'");
        }
        return this;
    }

    /** @return the commands, in order of their names. */
    public List<Description> list()
    {
        return entries.entrySet().stream()
            .map(one -> new Description(
                one.getKey(), one.getValue().syntax, one.getValue().description, one.getValue().isReading))
            .toList();
    }

    /**
     * Run a request.
     *
     * @param words of the request.
     * @return the answer.
     * @throws AdminException if there is none; a usage error names the command's syntax.
     */
    public Answer run(final List<String> words) throws AdminException
    {
        for (int i = Math.min(MOST_WORDS, words.size()); i > 0; i--)
        {
            final String name = String.join(" ", words.subList(0, i));
            final Entry entry = entries.get(name);
            if (entry != null)
            {
                return run(name, entry, words.subList(i, words.size()));
            }
        }
        throw AdminException.usage(words.isEmpty() ? "no command; 'help' lists them" : unknown(words));
    }

    private static Answer run(final String name, final Entry entry, final List<String> words) throws AdminException
    {
        if (entry.syntax.isEmpty() && !words.isEmpty())
        {
            throw AdminException.usage("unexpected '" + words.get(0) + "' (usage: " + name + ")");
        }
        try
        {
            return entry.command.run(words);
        }
        catch (final AdminException ex)
        {
            if (ex.status() != AdminStatus.USAGE || entry.syntax.isEmpty())
            {
                throw ex;
            }
            throw AdminException.usage(ex.getMessage() + " (usage: " + name + " " + entry.syntax + ")");
        }
    }

    private String unknown(final List<String> words)
    {
        final List<String> seconds = new ArrayList<>();
        for (final String name : entries.keySet())
        {
            if (name.startsWith(words.get(0) + " "))
            {
                seconds.add(name.substring(words.get(0).length() + 1));
            }
        }
        if (seconds.isEmpty())
        {
            return "unknown command '" + words.get(0) + "' (there are " + String.join(", ", firstWords()) + ")";
        }
        final String which = String.join(", ", seconds);
        return words.size() == 1 ?
            "a word is missing after '" + words.get(0) + "' (" + which + ")" :
            "unknown command '" + words.get(0) + " " + words.get(1) + "' (there are " + which + ")";
    }

    private List<String> firstWords()
    {
        return entries.keySet().stream().map(name -> name.split(" ")[0]).distinct().toList();
    }

    private Answer help()
    {
        final Table table = new Table("command", "syntax", "description");
        final StringBuilder text = new StringBuilder();
        entries.forEach((name, entry) ->
        {
            table.row(name, entry.syntax, entry.description);
            text.append((name + " " + entry.syntax).strip()).append("\n    ").append(entry.description).append('\n');
        });
        return new Answer(text.toString(), table.json());
    }

    static List<String> words(final String line)
    {
        return line.isBlank() ? List.of() : Arrays.asList(line.strip().split("\\s+"));
    }
}
