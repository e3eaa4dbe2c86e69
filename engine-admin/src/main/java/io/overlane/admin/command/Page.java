// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import java.util.List;
import java.util.function.Function;

/**
 * The part of a long listing that a request asks for.
 *
 * @param from  number of the first row, from 0.
 * @param limit most rows; {@link #ALL} for all.
 */
record Page(int from, int limit)
{
    static final String FROM = "from";
    static final String LIMIT = "limit";

    /** For the syntax of a command; a server of HTTP sets a limit where it finds this. */
    static final String SYNTAX = "[from N] [limit N]";

    private static final int ALL = Integer.MAX_VALUE;
    private static final int MOST = 999_999_999;

    static Page of(final Words words) throws AdminException
    {
        final Integer from = words.optional(FROM, Words.number(FROM, 0, MOST));
        final Integer limit = words.optional(LIMIT, Words.number(LIMIT, 1, MOST));
        return new Page(from == null ? 0 : from, limit == null ? ALL : limit);
    }

    /** True if that many rows have all of the page and show whether another page follows. */
    boolean endsBefore(final int rows)
    {
        return limit != ALL && rows > from + limit;
    }

    /**
     * @param rows  all rows, or the first ones if {@link #endsBefore} is true for their number.
     * @param table makes a table of the rows of this page.
     */
    <T> Answer answer(final List<T> rows, final Function<List<T>, Table> table)
    {
        final int first = Math.min(from, rows.size());
        final int end = limit == ALL ? rows.size() : Math.min(rows.size(), first + limit);
        final Table shown = table.apply(rows.subList(first, end));
        return end == rows.size() ? shown.answer() :
            new Answer(shown.text() + "there are more: 'from " + end + "' shows the next ones\n", shown.json(), end);
    }
}
