// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A request for a page.
 *
 * @param path  starts with a slash; not decoded.
 * @param query behind the question mark; not decoded, empty if there is none.
 * @param words of the query, decoded: {@code ?vni=42&learned} is {@code vni, 42, learned}.
 */
public record HttpQuestion(String path, String query, List<String> words)
{
    /**
     * @param target of the request, such as {@code /api/fdb?vni=42}.
     * @return the question.
     * @throws IllegalArgumentException if it is no path with a query; the message is one line.
     */
    static HttpQuestion parse(final String target)
    {
        if (!target.startsWith("/"))
        {
            throw new IllegalArgumentException("the target of the request must start with '/'");
        }
        final int mark = target.indexOf('?');
        final List<String> words = new ArrayList<>();
        final String query = mark < 0 ? "" : target.substring(mark + 1);
        for (final String part : query.split("&"))
        {
            for (final String word : part.split("=", 2))
            {
                if (!word.isEmpty())
                {
                    words.add(URLDecoder.decode(word, StandardCharsets.UTF_8));
                }
            }
        }
        return new HttpQuestion(mark < 0 ? target : target.substring(0, mark), query, List.copyOf(words));
    }

    /**
     * @param key   of a number in the query.
     * @param value its new value.
     * @return the target with this value, and with all other words.
     */
    public String nextPage(final String key, final int value)
    {
        final String others = Arrays.stream(query.split("&"))
            .filter(part -> !part.isEmpty() && !part.startsWith(key + "="))
            .map(part -> part + "&")
            .collect(Collectors.joining());
        return path + "?" + others + key + "=" + value;
    }
}
