// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.json;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.jspecify.annotations.Nullable;

/** Writes compact JSON, member by member. */
public final class JsonBuilder
{
    private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

    private final StringBuilder out = new StringBuilder();

    /** @return this, inside a new object. */
    public JsonBuilder begin()
    {
        separate();
        out.append('{');
        return this;
    }

    /** @return this, inside the new object. */
    public JsonBuilder begin(final String name)
    {
        return name(name).begin();
    }

    /** @return this, after the object. */
    public JsonBuilder end()
    {
        out.append('}');
        return this;
    }

    /** @param value its text; null is written as {@code null}. */
    public JsonBuilder text(final String name, final @Nullable String value)
    {
        return value == null ? raw(name, "null") : name(name).quoted(value);
    }

    public JsonBuilder number(final String name, final long value)
    {
        return raw(name, Long.toString(value));
    }

    public JsonBuilder raw(final String name, final String json)
    {
        name(name);
        out.append(json);
        return this;
    }

    @Override
    public String toString()
    {
        return out.toString();
    }

    void copy(final JsonToken token, final String text)
    {
        switch (token)
        {
            case END_OBJECT, END_ARRAY -> out.append(text);
            case FIELD_NAME -> name(text);
            case VALUE_STRING ->
            {
                separate();
                quoted(text);
            }
            default ->
            {
                separate();
                out.append(text);
            }
        }
    }

    private JsonBuilder name(final String name)
    {
        separate();
        quoted(name);
        out.append(':');
        return this;
    }

    private JsonBuilder quoted(final String text)
    {
        out.append('"');
        ENCODER.quoteAsString(text, out);
        out.append('"');
        return this;
    }

    private void separate()
    {
        final char last = out.length() == 0 ? '{' : out.charAt(out.length() - 1);
        if (last != '{' && last != '[' && last != ':')
        {
            out.append(',');
        }
    }
}
