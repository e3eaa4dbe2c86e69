// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer of several parts: members of one JSON object, and texts with an empty line between them. */
final class Sections
{
    private final Map<String, @Nullable Object> json = new LinkedHashMap<>();
    private final List<String> texts = new ArrayList<>();

    /** Adds a member that is not in the text. */
    Sections member(final String name, final @Nullable Object value)
    {
        json.put(name, value);
        return this;
    }

    /** Adds a text of whole lines that is not in the JSON. */
    Sections text(final String text)
    {
        texts.add(text);
        return this;
    }

    /** Adds a table to both; the text leaves out an empty one. */
    Sections table(final String name, final Table table)
    {
        json.put(name, table.json());
        if (!table.isEmpty())
        {
            texts.add(table.text());
        }
        return this;
    }

    Answer answer()
    {
        return new Answer(String.join("\n", texts), json);
    }
}
