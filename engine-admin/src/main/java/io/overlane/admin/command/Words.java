// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.admin.AdminException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The words of a request: single words, then pairs of a key and a value in any order. */
final class Words
{
    private static final Pattern ADDRESS_AND_PORT = Pattern.compile("(?:([0-9.]+)|\\[([^\\]]+)\\]):(\\d{1,5})");

    private final List<String> alone = new ArrayList<>();
    private final Map<String, String> pairs = new HashMap<>();
    private final Set<String> given = new LinkedHashSet<>();

    /** Parses a value. */
    @FunctionalInterface
    interface Parser<T> extends Function<String, T>
    {
    }

    /**
     * @param words of a request.
     * @param most  number of single words allowed.
     * @param keys  allowed.
     * @throws AdminException if there are further words, or a key twice or without a value.
     */
    Words(final List<String> words, final int most, final String... keys) throws AdminException
    {
        this(words, Set.of(), most, keys);
    }

    /**
     * @param words of a request.
     * @param flags words that are allowed at any position.
     * @param most  number of other single words allowed.
     * @param keys  allowed.
     * @throws AdminException if there are further words, or a flag or key twice, or a key without a value.
     */
    Words(final List<String> words, final Set<String> flags, final int most, final String... keys)
        throws AdminException
    {
        final List<String> known = List.of(keys);
        for (int i = 0; i < words.size(); i++)
        {
            final String word = words.get(i);
            if (known.contains(word))
            {
                if (i + 1 == words.size())
                {
                    throw AdminException.usage("the value of '" + word + "' is missing");
                }
                if (pairs.put(word, words.get(++i)) != null)
                {
                    throw AdminException.usage(word + " is given twice");
                }
            }
            else if (flags.contains(word))
            {
                if (!given.add(word))
                {
                    throw AdminException.usage(word + " is given twice");
                }
            }
            else if (alone.size() < most)
            {
                alone.add(word);
            }
            else
            {
                throw AdminException.usage("unexpected '" + word + "'");
            }
        }
    }

    /** The given flags, in their order. */
    Set<String> given()
    {
        return given;
    }

    boolean has(final String key)
    {
        return pairs.containsKey(key);
    }

    /** The parsed word at a position. */
    <T> T required(final int index, final String what, final Parser<T> parser) throws AdminException
    {
        if (index >= alone.size())
        {
            throw AdminException.usage(what + " is missing");
        }
        return parse(alone.get(index), parser);
    }

    /** The parsed value of a key, if it is given. */
    <T> @Nullable T optional(final String key, final Parser<T> parser) throws AdminException
    {
        final String value = pairs.get(key);
        return value == null ? null : parse(value, parser);
    }

    /** The parsed word at a position, if there is one. */
    <T> @Nullable T optional(final int index, final Parser<T> parser) throws AdminException
    {
        return index >= alone.size() ? null : parse(alone.get(index), parser);
    }

    /** The parsed value of a key. */
    <T> T required(final String key, final Parser<T> parser) throws AdminException
    {
        final T value = optional(key, parser);
        if (value == null)
        {
            throw AdminException.usage(key + " is missing");
        }
        return value;
    }

    /** Parses an address; the port has a key of its own. */
    static IpAddress address(final String text)
    {
        try
        {
            return IpAddress.parse(text);
        }
        catch (final IllegalArgumentException ex)
        {
            final Matcher pair = ADDRESS_AND_PORT.matcher(text);
            if (!pair.matches())
            {
                throw ex;
            }
            final String address = pair.group(1) == null ? pair.group(2) : pair.group(1);
            throw new IllegalArgumentException(
                ex.getMessage() + " (did you mean " + address + " port " + pair.group(3) + "?)", ex);
        }
    }

    static Parser<Integer> number(final String what, final int least, final int greatest)
    {
        return text ->
        {
            if (text.matches("\\d{1,9}"))
            {
                final int number = Integer.parseInt(text);
                if (number >= least && number <= greatest)
                {
                    return number;
                }
            }
            throw new IllegalArgumentException(
                "not a " + what + ": '" + text + "' (expected " + least + "…" + greatest + ")");
        };
    }

    private static <T> T parse(final String text, final Parser<T> parser) throws AdminException
    {
        try
        {
            return parser.apply(text);
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
    }
}
