// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows with named columns. For people: one aligned line each under a heading, with {@code -} for missing values. For
 * programs: a list of objects.
 */
public final class Table
{
    private final List<String> columns;
    private final List<Object[]> rows = new ArrayList<>();
    private int shown;

    /**
     * @param columns names in order; lower case with {@code _}, as members of a JSON object.
     */
    public Table(final String... columns)
    {
        this.columns = List.of(columns);
        shown = columns.length;
    }

    /**
     * @param shown number of columns in {@link #text()}; the others are for programs only. Default: all.
     * @return this.
     */
    public Table show(final int shown)
    {
        this.shown = shown;
        return this;
    }

    /**
     * @param values one for each column, or null: text, whole numbers, booleans or collections of those.
     * @return this.
     */
    public Table row(final @Nullable Object... values)
    {
        if (values.length != columns.size())
        {
            throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
        }
        rows.add(values.clone());
        return this;
    }

    /** @return true if there is no row. */
    public boolean isEmpty()
    {
        return rows.isEmpty();
    }

    /** @return the table as an answer. */
    public Answer answer()
    {
        return new Answer(text(), json());
    }

    /** @return the rows for programs. */
    public List<Map<String, Object>> json()
    {
        final List<Map<String, Object>> list = new ArrayList<>(rows.size());
        for (final Object[] row : rows)
        {
            final Map<String, Object> members = new LinkedHashMap<>();
            for (int i = 0; i < row.length; i++)
            {
                members.put(columns.get(i), row[i]);
            }
            list.add(members);
        }
        return list;
    }

    /** @return the rows for people; empty if there are none. */
    public String text()
    {
        if (rows.isEmpty())
        {
            return "";
        }
        final int[] widths = new int[shown];
        final boolean[] isNumber = new boolean[columns.size()];
        for (int i = 0; i < widths.length; i++)
        {
            widths[i] = columns.get(i).length();
            for (final Object[] row : rows)
            {
                widths[i] = Math.max(widths[i], show(row[i]).length());
                isNumber[i] |= row[i] instanceof Number;
            }
        }
        final StringBuilder text = new StringBuilder();
        append(text, columns.toArray(), widths, isNumber, true);
        rows.forEach(row -> append(text, row, widths, isNumber, false));
        return text.toString();
    }

    private static void append(
        final StringBuilder text,
        final Object[] row,
        final int[] widths,
        final boolean[] isNumber,
        final boolean isHeading)
    {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++)
        {
            final String cell = isHeading ? show(row[i]).toUpperCase(Locale.ROOT) : show(row[i]);
            final String blanks = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? "" : "  ").append(isNumber[i] ? blanks + cell : cell + blanks);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static String show(final @Nullable Object value)
    {
        if (value == null)
        {
            return "-";
        }
        if (value instanceof Collection<?> several)
        {
            return several.isEmpty() ? "-" : several.stream().map(Table::show).collect(Collectors.joining(","));
        }
        return value instanceof Boolean yes ? yes ? "yes" : "no" : value.toString();
    }
}
