// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON (RFC 8259). No reader is needed: requests are words. */
final class JsonText
{
    private final StringBuilder text = new StringBuilder();

    private JsonText()
    {
    }

    /**
     * @param value as {@link Answer#json()} describes it.
     * @return one line, without its end.
     */
    static String of(final Object value)
    {
        final JsonText json = new JsonText();
        json.write(value);
        return json.text.toString();
    }

    private void write(final @Nullable Object value)
    {
        if (value instanceof Map<?, ?> members)
        {
            write(members);
        }
        else if (value instanceof Collection<?> elements)
        {
            write(elements);
        }
        else if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Integer)
        {
            text.append(value);
        }
        else
        {
            quote(value.toString());
        }
    }

    private void write(final Map<?, ?> members)
    {
        char separator = '{';
        for (final Map.Entry<?, ?> member : members.entrySet())
        {
            text.append(separator);
            quote(member.getKey().toString());
            text.append(':');
            write(member.getValue());
            separator = ',';
        }
        text.append(members.isEmpty() ? "{}" : "}");
    }

    private void write(final Collection<?> elements)
    {
        char separator = '[';
        for (final Object element : elements)
        {
            text.append(separator);
            write(element);
            separator = ',';
        }
        text.append(elements.isEmpty() ? "[]" : "]");
    }

    private void quote(final String value)
    {
        text.append('"');
        for (int i = 0; i < value.length(); i++)
        {
            final char c = value.charAt(i);
            if (c == '"' || c == '\\')
            {
                text.append('\\').append(c);
            }
            else if (c < ' ' || c == 0x7F || Character.isSurrogate(c))
            {
                text.append(String.format("\\u%04x", (int)c));
            }
            else
            {
                text.append(c);
            }
        }
        text.append('"');
    }
}
