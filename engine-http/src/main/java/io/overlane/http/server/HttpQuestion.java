// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request for a page.
 *
 * @param path  starts with a slash; not decoded.
 * @param words of the query, decoded: {@code ?vni=42&learned} is {@code vni, 42, learned}.
 */
public record HttpQuestion(String path, List<String> words)
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
        for (final String part : mark < 0 ? new String[0] : target.substring(mark + 1).split("&"))
        {
            for (final String word : part.split("=", 2))
            {
                if (!word.isEmpty())
                {
                    words.add(URLDecoder.decode(word, StandardCharsets.UTF_8));
                }
            }
        }
        return new HttpQuestion(mark < 0 ? target : target.substring(0, mark), List.copyOf(words));
    }

    /**
     * @param key   of a number in the query.
     * @param value its new value.
     * @return the target with this value, and with all other words.
     */
    public String nextPage(final String key, final int value)
    {
        final List<String> parts = new ArrayList<>();
        for (int i = 0; i < words.size(); i++)
        {
            if (key.equals(words.get(i)))
            {
                i++;
            }
            else
            {
                parts.add(URLEncoder.encode(words.get(i), StandardCharsets.UTF_8));
            }
        }
        parts.add(key + "=" + value);
        return path + "?" + String.join("&", parts);
    }
}
