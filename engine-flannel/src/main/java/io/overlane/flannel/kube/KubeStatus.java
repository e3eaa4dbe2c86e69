// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.json.JsonException;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.net.HttpURLConnection;

/**
 * Why the API server did not do what it was asked: a Status object.
 *
 * @param code         status of HTTP.
 * @param message      for people.
 * @param isBehind     true if the request named a revision that the server has not reached.
 * @param retrySeconds after which the server wants to be asked again; 0 if it did not say.
 */
record KubeStatus(int code, String message, boolean isBehind, long retrySeconds)
{
    static final int TOO_MANY_REQUESTS = 429;

    /** @return the status in an answer that was not successful; its body may be any text. */
    static KubeStatus of(final int code, final String body)
    {
        try
        {
            final KubeStatus status = of(JsonObject.parse(body));
            return new KubeStatus(code, status.message, status.isBehind, status.retrySeconds);
        }
        catch (final JsonException ex)
        {
            return new KubeStatus(code, body, false, 0);
        }
    }

    /** @throws JsonException if a member has the wrong type. */
    static KubeStatus of(final JsonObject status)
    {
        final JsonObject details = status.object("details");
        final boolean isBehind = details.objects("causes").stream()
            .anyMatch(cause -> cause.text("reason", "").equals("ResourceVersionTooLarge"));
        return new KubeStatus((int)status.integer("code", 0),
            status.text("message", status.text("reason", "no reason given")),
            isBehind, details.integer("retryAfterSeconds", 0));
    }

    /** @return true if the server has a problem, or too much to do: other requests would fail, too. */
    boolean isTrouble()
    {
        return !isBehind && (code == TOO_MANY_REQUESTS || code >= HttpURLConnection.HTTP_INTERNAL_ERROR);
    }

    /** @param what failed. */
    RegistryException failure(final String what)
    {
        return new RegistryException(
            kind(), "API server: " + what + ": status " + code + ": " + HttpFailure.oneLine(message));
    }

    private Kind kind()
    {
        if (isBehind)
        {
            return Kind.COMPACTED;
        }
        return switch (code)
        {
            case HttpURLConnection.HTTP_NOT_FOUND -> Kind.NOT_FOUND;
            case HttpURLConnection.HTTP_CONFLICT -> Kind.CONFLICT;
            case HttpURLConnection.HTTP_GONE -> Kind.COMPACTED;
            default -> isTrouble() ? Kind.UNREACHABLE : Kind.REFUSED;
        };
    }
}
