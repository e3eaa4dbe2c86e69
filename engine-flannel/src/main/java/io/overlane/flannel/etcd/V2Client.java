package io.overlane.flannel.etcd;

import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** Calls of etcd's version 2: its keys API. */
final class V2Client
{
    private static final int TEST_FAILED = 101;
    private static final int KEY_EXISTS = 105;
    private static final int INDEX_CLEARED = 401;

    private final EtcdHttp http;
    private final String prefix;
    private final String authorization;

    V2Client(final EtcdHttp http, final EtcdOptions options)
    {
        this.http = http;
        this.prefix = options.prefix();
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
     * @param key   below the prefix.
     * @param query of the request.
     * @return what is there; the caller asks {@link V2Answer#notFound}.
     */
    V2Answer get(final String key, final String query)
    {
        final V2Answer answer = answer(http.send(request(key, query).GET().build(), http.timeout()));
        return answer.notFound() ? answer : checked(key, answer);
    }

    /**
     * @param key  below the prefix.
     * @param form what to put and under which condition.
     * @return the node that was written; fails with {@code CONFLICT} if the condition did not hold.
     */
    JsonObject put(final String key, final String form)
    {
        final HttpRequest request = request(key, null)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .PUT(HttpRequest.BodyPublishers.ofString(form)).build();
        return checked(key, answer(http.send(request, http.timeout()))).node();
    }

    /**
     * @param key   below the prefix.
     * @param query the condition.
     */
    void delete(final String key, final String query)
    {
        checked(key, answer(http.send(request(key, query).DELETE().build(), http.timeout())));
    }

    /**
     * Wait for one change.
     *
     * @param key   below the prefix, with everything under it.
     * @param index the first that counts.
     * @return the wait.
     */
    Poll poll(final String key, final long index)
    {
        final HttpRequest request = request(key, "wait=true&recursive=true&waitIndex=" + index).GET().build();
        return new Poll(key, http.begin(request));
    }

    /** A request that is answered when something happens. */
    final class Poll
    {
        private final String key;
        private final EtcdHttp.Pending pending;

        private Poll(final String key, final EtcdHttp.Pending pending)
        {
            this.key = key;
            this.pending = pending;
        }

        /** @return the change; null if there was none in time, and etcd still answers. */
        V2Answer await(final Duration wait)
        {
            try
            {
                if (!pending.isDone(wait))
                {
                    http.exchange(pending.endpoint(), request("/config", null).GET().build(), http.timeout());
                    return null;
                }
                final EtcdReply reply = pending.reply();
                return reply.body().isBlank() ? new V2Answer(JsonObject.parse("{}"), 0) : checked(key, answer(reply));
            }
            catch (final IOException ex)
            {
                throw new RegistryException(Kind.UNREACHABLE,
                    "etcd: " + pending.endpoint() + ": watch broke: " + ex.getMessage(), ex);
            }
        }

        void cancel()
        {
            pending.cancel();
        }
    }

    private HttpRequest.Builder request(final String key, final String query)
    {
        // The '&' of a dual-stack key is escaped lest anything on the way takes it for a query's.
        final HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
            "http://etcd/v2/keys" + name(key).replace("&", "%26") + (query == null ? "" : "?" + query)));
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private V2Answer answer(final EtcdReply reply)
    {
        try
        {
            final JsonObject body = JsonObject.parse(reply.body());
            return new V2Answer(
                body, reply.headers().firstValueAsLong("X-Etcd-Index").orElse(body.integer("index", 0)));
        }
        catch (final IllegalArgumentException ex)
        {
            if (reply.status() == HttpURLConnection.HTTP_NOT_FOUND)
            {
                throw new RegistryException(Kind.REFUSED, "etcd: " + reply.endpoint() +
                    " does not speak version 2: it needs an etcd up to 3.5, started with --enable-v2", ex);
            }
            throw new RegistryException(Kind.MALFORMED,
                "etcd: " + reply.endpoint() + " answered " + reply.status() + " to a version 2 request: " +
                EtcdHttp.oneLine(reply.body()), ex);
        }
    }

    private V2Answer checked(final String key, final V2Answer answer)
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
}
