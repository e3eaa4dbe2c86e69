// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.ArrayList;
import java.util.List;

/** A table whose first column is text and whose others are numbers. */
final class MarkdownTable
{
    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    MarkdownTable(final String... header)
    {
        this.header = List.of(header);
    }

    /** @param cells of one row; empty if there is no figure. */
    void row(final List<String> cells)
    {
        rows.add(cells);
    }

    /** @return the table without its empty columns; empty if no row has a figure. */
    String markdown()
    {
        final StringBuilder text = new StringBuilder();
        final List<Integer> columns = new ArrayList<>(List.of(0));
        for (int i = 1; i < header.size(); i++)
        {
            final int column = i;
            if (rows.stream().anyMatch(row -> !row.get(column).isEmpty()))
            {
                columns.add(column);
            }
        }
        if (columns.size() == 1)
        {
            return "";
        }
        append(text, columns, header);
        text.append("|---|").append("--:|".repeat(columns.size() - 1)).append('\n');
        for (final List<String> row : rows)
        {
            if (columns.stream().skip(1).anyMatch(column -> !row.get(column).isEmpty()))
            {
                append(text, columns, row);
            }
        }
        return text.append('\n').toString();
    }

    private static void append(final StringBuilder text, final List<Integer> columns, final List<String> cells)
    {
        text.append('|');
        for (final int column : columns)
        {
            text.append(' ').append(cells.get(column)).append(" |");
        }
        text.append('\n');
    }
}
