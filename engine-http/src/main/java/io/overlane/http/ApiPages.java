// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.AdminStatus;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.http.server.HttpQuestion;
import io.overlane.http.server.HttpReply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api}: the commands of the admin socket that change nothing. {@code fdb show vni 42} is {@code
 * /api/fdb?vni=42}. Long lists are cut into pages; the header {@code Link} has the address of the next one.
 */
final class ApiPages
{
    static final String ROOT = "/api";

    private static final String JSON = "application/json";
    private static final String HISTORY = ROOT + "/history";
    private static final String LIMIT = "limit";
    private static final int ROWS = 1000;
    private static final int MOST_ROWS = 5000;
    private static final int MOST_BYTES = 1 << 20;

    private final AdminCommands commands;
    private final EngineWatch watch;
    private final Map<String, AdminCommands.Description> pages = new LinkedHashMap<>();
    private final Answer index;

    ApiPages(final AdminCommands commands, final EngineWatch watch)
    {
        this.commands = commands;
        this.watch = watch;
        final Table table = new Table("path", "syntax", "description");
        for (final AdminCommands.Description command : commands.list())
        {
            if (command.isReading())
            {
                final String path = ROOT + "/" + command.name().replaceFirst(" show$", "").replace(' ', '/');
                pages.put(path, command);
                table.row(path, command.syntax(), command.description());
            }
        }
        table.row(HISTORY, "", "rates of the last minutes, the oldest first");
        index = table.answer();
    }

    /** The reply to a question below {@link #ROOT}; null if there is no such page. */
    @Nullable HttpReply reply(final HttpQuestion question)
    {
        if (ROOT.equals(question.path()))
        {
            return reply(200, index);
        }
        if (HISTORY.equals(question.path()))
        {
            return reply(200, new Answer("", watch.history()));
        }
        final AdminCommands.Description command = pages.get(question.path());
        if (command == null)
        {
            return null;
        }
        try
        {
            final List<String> words = words(command, question.words());
            final Answer answer = commands.run(words);
            final HttpReply reply = reply(200, answer);
            return answer.next() == 0 ? reply :
                reply.with("Link", "<" + question.nextPage("from", answer.next()) + ">; rel=\"next\"");
        }
        catch (final AdminException ex)
        {
            return reply(ex.status() == AdminStatus.USAGE ? 400 : 409, problem(String.valueOf(ex.getMessage())));
        }
    }

    private static List<String> words(final AdminCommands.Description command, final List<String> asked)
        throws AdminException
    {
        final List<String> words = new ArrayList<>(List.of(command.name().split(" ")));
        for (final String word : asked)
        {
            if (word.chars().anyMatch(Character::isWhitespace))
            {
                throw AdminException.usage("a word of a request must not contain white space");
            }
        }
        words.addAll(asked);
        if (command.syntax().contains("[" + LIMIT + " "))
        {
            final int at = asked.indexOf(LIMIT);
            if (at < 0)
            {
                words.addAll(List.of(LIMIT, Integer.toString(ROWS)));
            }
            else if (at + 1 < asked.size() && !isAtMost(asked.get(at + 1)))
            {
                throw AdminException.usage("limit " + asked.get(at + 1) + " is greater than " + MOST_ROWS);
            }
        }
        return words;
    }

    /** Text that is no number is left to the command. */
    private static boolean isAtMost(final String limit)
    {
        return !limit.matches("\\d+") || limit.length() < 6 && Integer.parseInt(limit) <= MOST_ROWS;
    }

    private static HttpReply reply(final int status, final Answer answer)
    {
        final byte[] json = (answer.jsonText() + "\n").getBytes(StandardCharsets.UTF_8);
        return json.length <= MOST_BYTES ? new HttpReply(status, JSON, json, Map.of()) :
            reply(507, problem("the answer is longer than " + MOST_BYTES + " bytes; 'ctl -j' shows all of it"));
    }

    private static Answer problem(final String message)
    {
        return new Answer("", Map.of("error", message));
    }
}
