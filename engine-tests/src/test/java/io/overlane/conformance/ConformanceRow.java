// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the conformance list.
 *
 * @param number  1 for the first.
 * @param section it stands in.
 * @param input   what is done.
 * @param linux   what Linux does then.
 * @param leftOut why the row has no test; empty if it has one.
 */
record ConformanceRow(int number, String section, String input, String linux, String leftOut)
{
    private static final String SECTION = "== ";
    private static final int LEFT_OUT = 3;

    /** All of them, in order. */
    static List<ConformanceRow> all()
    {
        final List<ConformanceRow> rows = new ArrayList<>();
        String section = "";
        for (final String line : lines())
        {
            if (line.startsWith(SECTION))
            {
                section = line.substring(SECTION.length());
            }
            else if (!line.isBlank() && !line.startsWith("#"))
            {
                final String[] fields = line.split(" \\| ");
                if (fields.length < LEFT_OUT || fields.length > LEFT_OUT + 1)
                {
                    throw new IllegalStateException("not 'number | input | Linux' or one field more: " + line);
                }
                final String leftOut = fields.length > LEFT_OUT ? fields[LEFT_OUT] : "";
                rows.add(new ConformanceRow(Integer.parseInt(fields[0]), section, fields[1], fields[2], leftOut));
            }
        }
        return rows;
    }

    private static List<String> lines()
    {
        try (InputStream in = ConformanceRow.class.getResourceAsStream("/conformance-rows.txt"))
        {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
