// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.http.HttpRequest;
import io.overlane.flannel.json.JsonBuilder;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls of etcd's version 3 through its JSON gateway (etcd 3.4 and later): each call is a POST; keys and values are in
 * base64, 64-bit numbers in quotes, and members that are zero or false are left out.
 */
final class V3Client
{
    /** gRPC status codes in the gateway's errors. */
    private static final int OUT_OF_RANGE = 11;
    private static final int NOT_FOUND = 5;

    /** Cancelled, unknown, deadline exceeded, internal, unavailable: the server shuts down or has lost its leader. */
    private static final Set<Long> TROUBLES = Set.of(1L, 2L, 4L, 13L, 14L);

    private final EtcdHttp http;
    private final @Nullable String user;
    private final @Nullable String password;
    private volatile @Nullable String token;

    V3Client(final EtcdHttp http, final EtcdOptions options)
    {
        this.http = http;
        this.user = options.username();
        this.password = options.password();
    }

    Duration silence()
    {
        return http.silence();
    }

    static String base64(final String text)
    {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @param path of the call, for example {@code /v3/kv/range}. */
    JsonObject call(final String path, final String body)
    {
        return authenticated(() -> parse(path, http.send(request(path, body, true), http.timeout())));
    }

    /** @return the messages of a watch that etcd has accepted, one per line. */
    LineStream stream(final String path, final String body)
    {
        return authenticated(() ->
        {
            final LineStream stream = http.stream(request(path, body, true));
            try
            {
                V3Changes.requireRunning(
                    parse(path, stream.head().status(), Objects.requireNonNull(stream.first())).object("result"));
                return stream;
            }
            catch (final RegistryException ex)
            {
                stream.close();
                throw ex;
            }
        });
    }

    /**
     * Call one endpoint and no other.
     *
     * @throws RegistryException if it does not answer.
     */
    void ping(final URI endpoint, final String path, final String body)
    {
        try
        {
            http.exchange(endpoint, request(path, body, true), http.timeout());
        }
        catch (final InterruptedException ex)
        {
            throw EtcdHttp.interrupted(ex);
        }
        catch (final IOException ex)
        {
            throw new RegistryException(Kind.UNREACHABLE, "etcd: " + endpoint + ": " + ex.getMessage(), ex);
        }
    }

    private interface Call<T>
    {
        T now();
    }

    /** Tokens expire: after five idle minutes, when etcd restarts, and when users change. */
    private <T> T authenticated(final Call<T> call)
    {
        if (user == null)
        {
            return call.now();
        }
        final String used = authenticate(null);
        try
        {
            return call.now();
        }
        catch (final RegistryException ex)
        {
            if (!isStaleToken(String.valueOf(ex.getMessage())))
            {
                throw ex;
            }
            authenticate(used);
            return call.now();
        }
    }

    /**
     * "user name is empty" is etcd's answer to a request without token after authentication was enabled. Before 3.5, a
     * watch gets "permission denied" for every reason.
     */
    private static boolean isStaleToken(final String message)
    {
        return message.contains("invalid auth token") ||
            message.contains("revision of auth store is old") ||
            message.contains("user name is empty") ||
            message.startsWith(V3Changes.ENDED) && message.contains("permission denied");
    }

    private synchronized String authenticate(final @Nullable String stale)
    {
        if (token == null || token.equals(stale))
        {
            final String path = "/v3/auth/authenticate";
            final String body =
                new JsonBuilder().begin().text("name", user).text("password", password).end().toString();
            token = token(path, http.send(request(path, body, false), http.timeout()));
        }
        return token;
    }

    /** @return an empty token if authentication is not enabled in etcd: then every client may read and write. */
    private static String token(final String path, final EtcdHttp.Reply reply)
    {
        try
        {
            return parse(path, reply).text("token", "");
        }
        catch (final RegistryException ex)
        {
            if (String.valueOf(ex.getMessage()).contains("authentication is not enabled"))
            {
                return "";
            }
            throw ex;
        }
    }

    private HttpRequest request(final String path, final String body, final boolean withToken)
    {
        final HttpRequest request = HttpRequest.of("POST", "http://etcd" + path)
            .withBody("application/json", body)
            // Without this header, a member that lost its leader would keep a watch open without events.
            .withHeader("Grpc-Metadata-hasleader", "true");
        final String known = token;
        return withToken && known != null && !known.isEmpty() ? request.withHeader("Authorization", known) : request;
    }

    private static JsonObject parse(final String path, final EtcdHttp.Reply reply)
    {
        return parse(path, reply.status(), reply.body());
    }

    static JsonObject parse(final String path, final int status, final String body)
    {
        final JsonObject answer = JsonObject.parse(body, ex -> status == HttpURLConnection.HTTP_NOT_FOUND ?
            new RegistryException(Kind.REFUSED, "etcd: " + path +
                " does not exist: etcd 3.4 or later is needed, with its JSON gateway enabled", ex) :
            new RegistryException(Kind.MALFORMED, "etcd: " + path + ": " + ex.getMessage(), ex));
        if (status >= HttpURLConnection.HTTP_BAD_REQUEST || answer.has("error"))
        {
            throw failure(path, answer);
        }
        return answer;
    }

    /** Older gateways add {@code error} to a failure, newer ones do not; in a stream it is an object. */
    private static RegistryException failure(final String path, final JsonObject answer)
    {
        final JsonObject error =
            String.valueOf(answer.raw("error")).startsWith("{") ? answer.object("error") : answer;
        final long code = error.integer("code", error.integer("grpc_code", 0));
        final String message = error.text("message", "unknown error");
        final String line = "etcd: " + path + ": " + HttpFailure.oneLine(message);
        if (TROUBLES.contains(code))
        {
            return new RegistryException(Kind.UNREACHABLE, line);
        }
        return new RegistryException(
            code == OUT_OF_RANGE ? Kind.COMPACTED : code == NOT_FOUND ? Kind.NOT_FOUND : Kind.REFUSED, line);
    }
}
