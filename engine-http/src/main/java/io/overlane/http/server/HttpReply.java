// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer, whole in memory.
 *
 * @param status  of HTTP, such as 200.
 * @param type    of the content.
 * @param content bytes; the receiver must not change them.
 * @param headers further ones, with their values.
 */
public record HttpReply(int status, String type, byte[] content, Map<String, String> headers)
{
    /** Type of plain text. */
    public static final String TEXT = "text/plain; charset=utf-8";

    /**
     * @param status of HTTP.
     * @param type   of the content.
     * @param text   the content.
     * @return the reply.
     */
    public static HttpReply of(final int status, final String type, final String text)
    {
        return new HttpReply(status, type, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /**
     * @param status of HTTP.
     * @param line   for a person, without its end.
     * @return a reply of plain text.
     */
    public static HttpReply line(final int status, final String line)
    {
        return of(status, TEXT, line + "\n");
    }

    /**
     * @param name  of a header.
     * @param value of it.
     * @return this reply with one header more.
     */
    public HttpReply with(final String name, final String value)
    {
        final Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpReply(status, type, content, more);
    }
}
