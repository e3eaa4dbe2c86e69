// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.http.HttpReply;
import io.overlane.flannel.http.HttpRequest;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Calls of etcd's keys API, version 2. */
final class V2Client
{
    private static final int TEST_FAILED = 101;
    private static final int KEY_EXISTS = 105;
    private static final int INDEX_CLEARED = 401;

    private final EtcdHttp http;
    private final String prefix;
    private final @Nullable String authorization;

    V2Client(final EtcdHttp http, final EtcdOptions options)
    {
        this.http = http;
        this.prefix = options.prefix().startsWith("/") ? options.prefix() : "/" + options.prefix();
        this.authorization = options.username() == null ? null : "Basic " + Base64.getEncoder()
            .encodeToString((options.username() + ":" + options.password()).getBytes(StandardCharsets.UTF_8));
    }

    Duration silence()
    {
        return http.silence();
    }

    String name(final String key)
    {
        return prefix + key;
    }

    static String encoded(final String text)
    {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /**
     * @param key below the prefix.
     * @return the answer; the caller checks {@link Answer#notFound}.
     */
    Answer get(final String key, final String query)
    {
        final Answer answer = answer(http.send(request("GET", key, query), http.timeout()));
        return answer.notFound() ? answer : checked(key, answer);
    }

    /**
     * @param key below the prefix.
     * @return the written node; fails with {@code CONFLICT} if the condition did not hold.
     */
    JsonObject put(final String key, final String form)
    {
        final HttpRequest request =
            request("PUT", key, null).withBody("application/x-www-form-urlencoded", form);
        return checked(key, answer(http.send(request, http.timeout()))).node();
    }

    void delete(final String key, final String query)
    {
        checked(key, answer(http.send(request("DELETE", key, query), http.timeout())));
    }

    /**
     * Wait for one change.
     *
     * @param key   below the prefix; changes of keys under it count too.
     * @param index of the first change.
     * @return the pending request.
     */
    Poll poll(final String key, final long index)
    {
        return new Poll(key, http.begin(request("GET", key, "wait=true&recursive=true&waitIndex=" + index)));
    }

    /** A request that is answered when something happens. */
    final class Poll
    {
        private final String key;
        private final LineStream pending;

        private Poll(final String key, final LineStream pending)
        {
            this.key = key;
            this.pending = pending;
        }

        /** @return the change; null if none came in time and etcd still responds. */
        @Nullable Answer await(final Duration wait)
        {
            try
            {
                final String line = pending.next(wait);
                if (line == null)
                {
                    http.exchange(pending.endpoint(), request("GET", "/config", null), http.timeout());
                    return null;
                }
                awaitEnd();
                final HttpReply head = pending.head();
                EtcdHttp.requireWorking(head.status(), line);
                return checked(key, answer(
                    new EtcdHttp.Reply(pending.endpoint(), head.status(), head.headers(), line)));
            }
            catch (final EOFException ex)
            {
                // etcd ended the poll without a change.
                return new Answer(JsonObject.parse("{}"), 0, "");
            }
            catch (final InterruptedException ex)
            {
                throw EtcdHttp.interrupted(ex);
            }
            catch (final IOException ex)
            {
                throw new RegistryException(Kind.UNREACHABLE,
                    "etcd: " + pending.endpoint() + ": watch broke: " + ex.getMessage(), ex);
            }
        }

        /** Read to the end of the answer, so that the connection can serve the next request. */
        private void awaitEnd() throws IOException, InterruptedException
        {
            try
            {
                pending.next(http.timeout());
            }
            catch (final EOFException ex)
            {
                return;
            }
            finally
            {
                pending.close();
            }
        }

        void cancel()
        {
            pending.close();
        }
    }

    private HttpRequest request(final String method, final String key, final @Nullable String query)
    {
        // The '&' of a dual-stack key is escaped, so that no proxy takes it for part of a query.
        final HttpRequest request = HttpRequest.of(method,
            "http://etcd/v2/keys" + name(key).replace("&", "%26") + (query == null ? "" : "?" + query));
        return authorization == null ? request : request.withHeader("Authorization", authorization);
    }

    private Answer answer(final EtcdHttp.Reply reply)
    {
        final JsonObject body = JsonObject.parse(reply.body(), ex -> notUnderstood(reply, ex));
        final String index = reply.headers().get("X-Etcd-Index");
        try
        {
            return new Answer(body, index == null ? body.integer("index", 0) : Long.parseLong(index),
                reply.headers().getOrDefault("X-Etcd-Cluster-Id", ""));
        }
        catch (final NumberFormatException ex)
        {
            throw notUnderstood(reply, ex);
        }
    }

    private static RegistryException notUnderstood(final EtcdHttp.Reply reply, final IllegalArgumentException cause)
    {
        return reply.status() == HttpURLConnection.HTTP_NOT_FOUND ?
            new RegistryException(Kind.REFUSED, "etcd: " + reply.endpoint() +
                " does not support version 2: use an etcd up to 3.5, started with --enable-v2", cause) :
            new RegistryException(Kind.MALFORMED, "etcd: " + reply.endpoint() + " answered " + reply.status() +
                " to a version 2 request: " + cause.getMessage(), cause);
    }

    private Answer checked(final String key, final Answer answer)
    {
        final JsonObject body = answer.body();
        final int code = (int)body.integer("errorCode", 0);
        if (code == 0 && !body.has("message"))
        {
            return answer;
        }
        final Kind kind = switch (code)
        {
            case TEST_FAILED, KEY_EXISTS -> Kind.CONFLICT;
            case INDEX_CLEARED -> Kind.COMPACTED;
            default -> answer.notFound() ? Kind.CONFLICT : Kind.REFUSED;
        };
        throw new RegistryException(kind, "etcd: " + name(key) + ": " + body.text("message", "") +
            " (" + body.text("cause", "") + ")");
    }

    /**
     * An answer of version 2.
     *
     * @param body    of the answer.
     * @param index   of the store, from the header or the error.
     * @param cluster that answered, from the header; empty if there is none.
     */
    record Answer(JsonObject body, long index, String cluster)
    {
        private static final int KEY_NOT_FOUND = 100;

        boolean notFound()
        {
            return body.integer("errorCode", 0) == KEY_NOT_FOUND;
        }

        JsonObject node()
        {
            return body.object("node");
        }
    }
}
