// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.address.Printable;
import io.overlane.flannel.http.HttpClient;
import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.http.HttpReply;
import io.overlane.flannel.http.HttpRequest;
import io.overlane.flannel.http.PemTls;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to the endpoint that answered last, and to the others if it fails. If an answer is lost, a request may
 * reach etcd twice; callers' writes are conditional, so the second one fails.
 */
final class EtcdHttp
{
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final List<URI> endpoints;
    private final Duration timeout;
    private final @Nullable String certificate;
    private final HttpClient client;
    private final Consumer<String> notices;
    private volatile int preferred;

    EtcdHttp(final EtcdOptions options, final Consumer<String> notices)
    {
        this.endpoints = options.servers();
        this.timeout = options.requestTimeout();
        this.certificate = options.certFile() == null ? null : options.certFile().toString();
        this.notices = Printable.lines(notices);
        this.client = new HttpClient(
            options.caFile() == null && options.certFile() == null ?
                null : PemTls.context(options.caFile(), options.certFile(), options.keyFile()),
            CONNECT_TIMEOUT.compareTo(timeout) < 0 ? CONNECT_TIMEOUT : timeout);
    }

    /** One attempt at one endpoint. */
    @FunctionalInterface
    interface Attempt<T>
    {
        T at(URI endpoint) throws IOException, InterruptedException;
    }

    Duration timeout()
    {
        return timeout;
    }

    /** @return how long a watch may be silent before its endpoint is checked: connections can die silently. */
    Duration silence()
    {
        return timeout.multipliedBy(2);
    }

    /**
     * Send a request and wait for one answer.
     *
     * @param request whose URI is a path; each endpoint completes it.
     * @return the first answer that is not a failure of the server (status 500 and up).
     */
    Reply send(final HttpRequest request, final Duration wait)
    {
        return anywhere(endpoint -> exchange(endpoint, request, wait));
    }

    /**
     * Request a stream of lines.
     *
     * @param request whose URI is a path.
     * @return the stream; its first line has arrived.
     */
    LineStream stream(final HttpRequest request)
    {
        return anywhere(endpoint -> LineStream.open(endpoint, client.open(request.at(endpoint)), timeout));
    }

    /**
     * Send a request that may take any time to the endpoint that answered last.
     *
     * @param request whose URI is a path.
     * @return the stream, before any answer.
     */
    LineStream begin(final HttpRequest request)
    {
        final URI endpoint = endpoints.get(preferred);
        return LineStream.begin(endpoint, client.open(request.at(endpoint)));
    }

    /** Try each endpoint in turn; if a kept connection was stale, try its endpoint again at once. */
    private <T> T anywhere(final Attempt<T> attempt)
    {
        final int first = preferred;
        final StringBuilder problems = new StringBuilder();
        boolean refused = true;
        for (int i = 0; i < endpoints.size(); i++)
        {
            final int index = (first + i) % endpoints.size();
            for (int again = 0; again < 2; again++)
            {
                try
                {
                    final T answer = attempt.at(endpoints.get(index));
                    moveTo(first, index, problems);
                    return answer;
                }
                catch (final InterruptedException ex)
                {
                    throw interrupted(ex);
                }
                catch (final IOException ex)
                {
                    final boolean stale = again == 0 && HttpFailure.isStale(ex);
                    if (!stale)
                    {
                        problems.append(problems.length() == 0 ? "" : "; ")
                            .append(endpoints.get(index)).append(": ")
                            .append(HttpFailure.line(ex, "etcd", certificate));
                        refused &= ex instanceof SSLException;
                        break;
                    }
                }
            }
        }
        throw new RegistryException(refused ? Kind.REFUSED : Kind.UNREACHABLE, "etcd: " + problems);
    }

    private void moveTo(final int from, final int to, final CharSequence problems)
    {
        if (from != to && preferred != to)
        {
            preferred = to;
            notices.accept("etcd: using " + endpoints.get(to) + " now (" + problems + ")");
        }
    }

    /** Send to this endpoint only. */
    Reply exchange(final URI endpoint, final HttpRequest request, final Duration wait)
        throws IOException, InterruptedException
    {
        final HttpReply reply = client.send(request.at(endpoint), wait);
        requireWorking(reply.status(), reply.body());
        return new Reply(endpoint, reply.status(), reply.headers(), reply.body());
    }

    /** A failure of the server itself, such as a missing leader, is no answer: another endpoint may succeed. */
    static void requireWorking(final int status, final String body) throws IOException
    {
        if (status >= 500)
        {
            throw new IOException("status " + status + ": " + HttpFailure.oneLine(body));
        }
    }

    static RegistryException interrupted(final InterruptedException ex)
    {
        return new RegistryException(Kind.UNREACHABLE, "interrupted while waiting for etcd", ex);
    }

    /** The answer of an endpoint. */
    record Reply(URI endpoint, int status, Map<String, String> headers, String body)
    {
    }
}
