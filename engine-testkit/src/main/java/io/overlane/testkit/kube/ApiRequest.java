// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A request as it was read.
 *
 * @param target  path and query as they were sent.
 * @param path    decoded.
 * @param query   decoded; of a parameter that came more than once the last value.
 * @param headers by their names in lower case.
 */
record ApiRequest(
    String method, String target, String path, Map<String, String> query, Map<String, String> headers, String body)
{
    static ApiRequest of(
        final String method, final String target, final Map<String, String> headers, final String body)
    {
        final URI uri = URI.create(target);
        final Map<String, String> query = new HashMap<>();
        final String rawQuery = uri.getRawQuery();
        for (final String parameter : (rawQuery == null ? "" : rawQuery).split("&"))
        {
            final String[] parts = parameter.split("=", 2);
            query.put(decode(parts[0]), parts.length == 1 ? "" : decode(parts[1]));
        }
        return new ApiRequest(method, target, uri.getPath(), query, headers, body);
    }

    private static String decode(final String text)
    {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** @return the value of a parameter, empty if there is none. */
    String parameter(final String name)
    {
        return query.getOrDefault(name, "");
    }

    /** Go's spellings of true. */
    boolean isSet(final String name)
    {
        final String value = parameter(name).toLowerCase(Locale.ROOT);
        return value.equals("true") || value.equals("1");
    }

    /** @return the value of a header, empty if there is none. */
    String header(final String name)
    {
        return headers.getOrDefault(name, "");
    }

    @Override
    public String toString()
    {
        return method + " " + target;
    }
}
