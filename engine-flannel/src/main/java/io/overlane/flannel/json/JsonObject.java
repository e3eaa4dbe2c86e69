// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose members are kept as text and parsed one at a time, by the rules of Go: names match in any case,
 * the last match wins, and a member that is absent or {@code null} leaves the default.
 */
public final class JsonObject
{
    private static final JsonFactory FACTORY = new JsonFactory();

    private final List<String> names = new ArrayList<>();

    /** Compact JSON texts; numbers keep their spelling. */
    private final List<String> values = new ArrayList<>();

    private final Function<JsonException, RuntimeException> failure;

    private JsonObject(final Function<JsonException, RuntimeException> failure)
    {
        this.failure = failure;
    }

    /**
     * @param json a JSON object; {@code null} is an empty one, as in Go. Text after it is an error.
     * @return its members.
     * @throws JsonException if it is anything else.
     */
    public static JsonObject parse(final String json)
    {
        return parse(json, ex -> ex);
    }

    /**
     * Like {@link #parse(String)}, but this object and all objects in it throw another exception.
     *
     * @param failure makes the exception from a {@link JsonException}.
     * @return its members.
     */
    public static JsonObject parse(final String json, final Function<JsonException, RuntimeException> failure)
    {
        try
        {
            return members(json, failure);
        }
        catch (final JsonException ex)
        {
            throw failure.apply(ex);
        }
    }

    private static JsonObject members(final String json, final Function<JsonException, RuntimeException> failure)
    {
        try (JsonParser parser = FACTORY.createParser(json))
        {
            final JsonObject object = new JsonObject(failure);
            final JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT)
            {
                while (parser.nextToken() == JsonToken.FIELD_NAME)
                {
                    object.names.add(parser.currentName());
                    parser.nextToken();
                    object.values.add(compact(parser));
                }
            }
            else if (first != JsonToken.VALUE_NULL)
            {
                throw new JsonException("not a JSON object: " + excerpt(json));
            }
            requireEnd(parser, json);
            return object;
        }
        catch (final IOException ex)
        {
            throw notJson(json, ex);
        }
    }

    /**
     * @param json any JSON value.
     * @return the same without white space outside strings.
     * @throws JsonException if it is not JSON.
     */
    public static String compact(final String json)
    {
        try (JsonParser parser = FACTORY.createParser(json))
        {
            if (parser.nextToken() == null)
            {
                throw new JsonException("not JSON: empty");
            }
            final String compact = compact(parser);
            requireEnd(parser, json);
            return compact;
        }
        catch (final IOException ex)
        {
            throw notJson(json, ex);
        }
    }

    /** @return its value as compact JSON, {@code "null"} included; null if there is no such member. */
    public @Nullable String raw(final String name)
    {
        for (int i = names.size() - 1; i >= 0; i--)
        {
            if (names.get(i).equalsIgnoreCase(name))
            {
                return values.get(i);
            }
        }
        return null;
    }

    /** @return true if it is present and not {@code null}. */
    public boolean has(final String name)
    {
        return given(name) != null;
    }

    /**
     * @param fallback for a member that is absent or {@code null}.
     * @return its value.
     * @throws JsonException if it is anything but {@code true} or {@code false}.
     */
    public boolean bool(final String name, final boolean fallback)
    {
        final String value = given(name);
        if (value == null)
        {
            return fallback;
        }
        if (value.equals("true") || value.equals("false"))
        {
            return value.equals("true");
        }
        throw mismatch(name, value, "true or false");
    }

    /**
     * @param fallback for a member that is absent or {@code null}.
     * @return its value.
     * @throws JsonException if it is not a string.
     */
    public String text(final String name, final String fallback)
    {
        final String value = given(name);
        if (value == null)
        {
            return fallback;
        }
        if (value.charAt(0) != '"')
        {
            throw mismatch(name, value, "a string");
        }
        return unquote(value);
    }

    /**
     * @param fallback for a member that is absent or {@code null}.
     * @return its value.
     * @throws JsonException if it is not a number, has a fraction or exponent, is in quotes, or does not fit.
     */
    public long integer(final String name, final long fallback)
    {
        final String value = given(name);
        return value == null ? fallback : integer(name, value, value);
    }

    /**
     * Like {@link #integer}, for a 64-bit number as Protocol Buffers write it, in quotes.
     *
     * @param fallback for a member that is absent or {@code null}; Protocol Buffers leave out a zero.
     * @return its value.
     * @throws JsonException if it is neither a number nor one in quotes.
     */
    public long int64(final String name, final long fallback)
    {
        final String value = given(name);
        return value == null ? fallback : integer(name, value, value.charAt(0) == '"' ? unquote(value) : value);
    }

    /**
     * @param name of a member that holds bytes in base64, as Protocol Buffers write them.
     * @return the bytes decoded as UTF-8; empty if the member is absent or {@code null}.
     * @throws JsonException if it is not base64.
     */
    public String base64(final String name)
    {
        final String value = text(name, "");
        try
        {
            return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
        }
        catch (final IllegalArgumentException ex)
        {
            throw mismatch(name, String.valueOf(raw(name)), "base64");
        }
    }

    /**
     * @return the object in it; empty if the member is absent or {@code null}.
     * @throws JsonException if it is not an object.
     */
    public JsonObject object(final String name)
    {
        final String value = given(name);
        if (value != null && value.charAt(0) != '{')
        {
            throw mismatch(name, value, "an object");
        }
        return parse(value == null ? "{}" : value, failure);
    }

    /**
     * @return the objects in its array; empty if the member is absent or {@code null}.
     * @throws JsonException if it is not an array of objects.
     */
    public List<JsonObject> objects(final String name)
    {
        final String value = given(name);
        if (value == null)
        {
            return List.of();
        }
        if (value.charAt(0) != '[')
        {
            throw mismatch(name, value, "an array");
        }
        final List<JsonObject> objects = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(value))
        {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY)
            {
                objects.add(parse(compact(parser), failure));
            }
        }
        catch (final IOException ex)
        {
            throw failure.apply(notJson(value, ex));
        }
        return objects;
    }

    private @Nullable String given(final String name)
    {
        final String value = raw(name);
        return "null".equals(value) ? null : value;
    }

    private long integer(final String name, final String value, final String digits)
    {
        try
        {
            return Long.parseLong(digits);
        }
        catch (final NumberFormatException ex)
        {
            throw mismatch(name, value, "a whole number");
        }
    }

    private static String unquote(final String value)
    {
        try (JsonParser parser = FACTORY.createParser(value))
        {
            parser.nextToken();
            return parser.getText();
        }
        catch (final IOException ex)
        {
            throw notJson(value, ex);
        }
    }

    /** The value at the parser's position, with everything in it. */
    private static String compact(final JsonParser parser) throws IOException
    {
        final JsonBuilder out = new JsonBuilder();
        int depth = 0;
        do
        {
            final JsonToken token = parser.currentToken();
            if (token == null)
            {
                throw new IOException("unexpected end");
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            out.copy(token, parser.getText());
        }
        while (depth > 0 && (parser.nextToken() != null || incomplete()));
        return out.toString();
    }

    private static boolean incomplete() throws IOException
    {
        throw new IOException("unexpected end");
    }

    private static void requireEnd(final JsonParser parser, final String json) throws IOException
    {
        if (parser.nextToken() != null)
        {
            throw new JsonException("more than one JSON value: " + excerpt(json));
        }
    }

    private RuntimeException mismatch(final String name, final String value, final String wanted)
    {
        return failure.apply(new JsonException(name + "=" + excerpt(value) + ": expected " + wanted));
    }

    private static JsonException notJson(final String json, final IOException cause)
    {
        return new JsonException("not JSON: " + excerpt(json), cause);
    }

    private static String excerpt(final String json)
    {
        final String line = json.replaceAll("\\s+", " ");
        return line.length() <= 80 ? line : line.substring(0, 80) + "…";
    }
}
