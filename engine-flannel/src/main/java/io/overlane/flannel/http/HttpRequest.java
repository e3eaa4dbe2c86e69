// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request.
 *
 * @param method  of HTTP, for example {@code GET}.
 * @param uri     whole URI; its authority names the server.
 * @param headers by name. The client itself adds {@code Host} and the headers that describe the body's length.
 * @param body    null for a request without one; sent in UTF-8.
 */
public record HttpRequest(String method, URI uri, Map<String, String> headers, @Nullable String body)
{
    /** Copies the headers. */
    public HttpRequest
    {
        headers = Map.copyOf(headers);
    }

    /** @return a request without headers and body. */
    public static HttpRequest of(final String method, final String uri)
    {
        return new HttpRequest(method, URI.create(uri), Map.of(), null);
    }

    /** @return the same request with the header. */
    public HttpRequest withHeader(final String name, final String value)
    {
        final Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpRequest(method, uri, more, body);
    }

    /** @return the same request with a body. */
    public HttpRequest withBody(final String type, final String text)
    {
        return new HttpRequest(method, uri, headers, text).withHeader("Content-Type", type);
    }

    /**
     * @param server whose scheme, host and port to use.
     * @return the same request to that server.
     */
    public HttpRequest at(final URI server)
    {
        final String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new HttpRequest(method, server.resolve(uri.getRawPath() + query), headers, body);
    }
}
