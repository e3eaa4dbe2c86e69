// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.util.Map;

/** A request fails; the client gets a {@code Status} object. */
final class ApiFailure extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    private final transient Map<String, Object> details;
    private final int code;
    private final String reason;

    ApiFailure(final int code, final String reason, final String message)
    {
        this(code, reason, message, Map.of());
    }

    private ApiFailure(final int code, final String reason, final String message, final Map<String, Object> details)
    {
        super(message);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    static ApiFailure ofNode(final int code, final String reason, final String name, final String message)
    {
        return new ApiFailure(code, reason, message, ApiAnswer.object("name", name, "kind", "nodes"));
    }

    /** The past that a client asks for was compacted. */
    static ApiFailure expired(final long wanted, final long oldest)
    {
        return new ApiFailure(410, "Expired", "too old resource version: " + wanted + " (" + oldest + ")");
    }

    String status()
    {
        final Map<String, Object> status = ApiAnswer.object("kind", "Status", "apiVersion", "v1", "metadata", Map.of(),
            "status", "Failure", "message", getMessage(), "reason", reason);
        if (!details.isEmpty())
        {
            status.put("details", details);
        }
        status.put("code", code);
        return ApiAnswer.write(status);
    }

    ApiAnswer answer()
    {
        return new ApiAnswer(code, ApiAnswer.JSON_TYPE, Map.of(), status());
    }
}
