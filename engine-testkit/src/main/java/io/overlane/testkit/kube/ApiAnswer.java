// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer with its whole body. Failures are {@code Status} objects, as a real API server writes them.
 *
 * @param headers beside those that every answer has.
 */
record ApiAnswer(int status, String contentType, Map<String, String> headers, String body)
{
    static final String JSON_TYPE = "application/json";

    private static final JSON CODEC = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);

    static ApiAnswer ok(final String json)
    {
        return new ApiAnswer(200, JSON_TYPE, Map.of(), json);
    }

    static ApiAnswer text(final int status, final String text)
    {
        return new ApiAnswer(status, "text/plain; charset=utf-8", Map.of(), text);
    }

    /**
     * The failure that a real server reports with this status.
     *
     * @param retryAfterS of the header Retry-After; 0 for none.
     */
    static ApiAnswer fault(final int status, final int retryAfterS)
    {
        final Map<String, String> headers =
            retryAfterS == 0 ? Map.of() : Map.of("Retry-After", Integer.toString(retryAfterS));
        final ApiAnswer answer = switch (status)
        {
            case 401 -> unauthorized().answer();
            case 403 -> new ApiFailure(403, "Forbidden", "nodes is forbidden: User \"system:anonymous\" cannot do " +
                "this with resource \"nodes\" in API group \"\" at the cluster scope").answer();
            case 409 -> new ApiFailure(409, "Conflict", "Operation cannot be fulfilled on nodes: the object has been " +
                "modified; please apply your changes to the latest version and try again").answer();
            case 410 -> ApiFailure.expired(1, 2).answer();
            // Written before the request reaches what makes Status objects.
            case 429 -> text(429, "Too many requests, please try again later.\n");
            case 500 -> new ApiFailure(500, "InternalError", "Internal error occurred: etcdserver: request timed out")
                .answer();
            case 503 -> new ApiFailure(503, "ServiceUnavailable",
                "the server is currently unable to handle the request").answer();
            case 504 -> new ApiFailure(504, "Timeout", "Timeout: request did not complete within the allotted timeout")
                .answer();
            default -> text(status, phrase(status) + "\n");
        };
        return new ApiAnswer(answer.status, answer.contentType, headers, answer.body);
    }

    static ApiFailure unauthorized()
    {
        return new ApiFailure(401, "Unauthorized", "Unauthorized");
    }

    static String phrase(final int status)
    {
        return switch (status)
        {
            case 200 -> "OK";
            case 201 -> "Created";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 415 -> "Unsupported Media Type";
            case 422 -> "Unprocessable Entity";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status " + status;
        };
    }

    /** @return a map that keeps the order of its pairs. */
    static Map<String, Object> object(final @Nullable Object... pairs)
    {
        final Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2)
        {
            object.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return object;
    }

    /** @return the value as compact JSON. */
    static String write(final Object value)
    {
        try
        {
            return CODEC.asString(value);
        }
        catch (final IOException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    /** @return the object in a text; other values are a bad request. */
    static Map<String, Object> parse(final String json)
    {
        try
        {
            return CODEC.mapFrom(json);
        }
        catch (final IOException ex)
        {
            throw new ApiFailure(400, "BadRequest", "the request body is not a JSON object: " +
                List.of(String.valueOf(ex.getMessage()).split("\n")).get(0));
        }
    }
}
