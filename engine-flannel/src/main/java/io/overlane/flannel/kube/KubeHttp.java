// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.HttpClient;
import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.http.HttpReply;
import io.overlane.flannel.http.HttpRequest;
import io.overlane.flannel.http.HttpStream;
import io.overlane.flannel.http.Pem;
import io.overlane.flannel.http.PemTls;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to the API server. Token, certificates and key are read from their files for each request, because
 * other programs replace them while the node runs. Thread-safe.
 */
final class KubeHttp
{
    private final KubeAccess access;
    private final KubeTimes times;
    private final KubePace pace;
    private List<@Nullable Pem> pems = List.of();
    private @Nullable HttpClient client;
    private @Nullable String lastToken;

    KubeHttp(final KubeAccess access, final KubeTimes times, final KubePace pace)
    {
        this.access = access;
        this.times = times;
        this.pace = pace;
    }

    KubeTimes times()
    {
        return times;
    }

    /** A watch was silent, so the way to the server may be dead, and with it the connections that were kept. */
    synchronized void forget()
    {
        if (client != null)
        {
            client.forget();
        }
    }

    /** One attempt to get an answer. */
    @FunctionalInterface
    private interface Attempt<T>
    {
        T send(HttpClient by, HttpRequest request) throws IOException, InterruptedException;
    }

    /**
     * Send a request.
     *
     * @param what    it does, for messages.
     * @param request whose URI is a path.
     * @return the body of a successful answer.
     */
    String send(final String what, final HttpRequest request)
    {
        return carryOut(what, request, (by, whole) ->
        {
            final HttpReply reply = by.send(whole, times.answer());
            if (reply.status() != HttpURLConnection.HTTP_OK)
            {
                throw new NotOkException(reply.status(), reply.headers().get("Retry-After"), reply.body());
            }
            return reply.body();
        });
    }

    /**
     * Request a stream of lines.
     *
     * @param what    it does, for messages.
     * @param request whose URI is a path.
     * @param filter  of lines.
     * @return the stream, whose head has arrived and says that it is successful.
     */
    HttpStream open(final String what, final HttpRequest request, final HttpStream.LineFilter filter)
    {
        return carryOut(what, request, (by, whole) ->
        {
            final HttpStream stream = by.open(whole, filter);
            boolean opened = false;
            try
            {
                final HttpReply head = stream.awaitHead(times.answer());
                if (head == null)
                {
                    throw new SocketTimeoutException("no answer in " + times.answer().toMillis() + " ms");
                }
                if (head.status() != HttpURLConnection.HTTP_OK)
                {
                    throw new NotOkException(head.status(), head.headers().get("Retry-After"), rest(stream));
                }
                opened = true;
                return stream;
            }
            finally
            {
                if (!opened)
                {
                    stream.close();
                }
            }
        });
    }

    private String rest(final HttpStream stream) throws IOException, InterruptedException
    {
        final StringBuilder body = new StringBuilder();
        try
        {
            for (String line = stream.next(times.answer()); line != null; line = stream.next(times.answer()))
            {
                body.append(line).append('\n');
            }
        }
        catch (final EOFException ex)
        {
            return body.toString();
        }
        return body.toString();
    }

    /** A connection that was kept for too long and a token that was replaced just now are worth a second attempt. */
    private <T> T carryOut(final String what, final HttpRequest path, final Attempt<T> attempt)
    {
        pace.requireOpen();
        for (int again = 0; true; again++)
        {
            final String token = token();
            try
            {
                final T answer = attempt.send(client(), whole(path, token));
                pace.succeeded();
                return answer;
            }
            catch (final InterruptedException ex)
            {
                throw new RegistryException(Kind.UNREACHABLE, "interrupted while waiting for the API server", ex);
            }
            catch (final NotOkException ex)
            {
                final boolean hasExpired = ex.status.code() == HttpURLConnection.HTTP_UNAUTHORIZED;
                if (again > 0 || !hasExpired || Objects.equals(token, token()))
                {
                    throw refused(what, ex.status);
                }
            }
            catch (final IOException ex)
            {
                if (again > 0 || !HttpFailure.isStale(ex))
                {
                    throw unreachable(what, ex);
                }
            }
        }
    }

    private RegistryException refused(final String what, final KubeStatus status)
    {
        final RegistryException failure = status.failure(what);
        if (status.isTrouble())
        {
            failed(failure, status.retrySeconds());
        }
        else
        {
            pace.succeeded();
        }
        return failure;
    }

    private RegistryException unreachable(final String what, final IOException cause)
    {
        final RegistryException failure = new RegistryException(
            cause instanceof SSLException ? Kind.REFUSED : Kind.UNREACHABLE,
            "API server " + access.server() + ": " + what + ": " + HttpFailure.line(cause, "the API server",
                access.certificate() == null ? null : access.certificate().name()), cause);
        failed(failure, 0);
        return failure;
    }

    /** A watch ended just after it had begun. */
    RegistryException broken(final String why, final IOException cause)
    {
        final RegistryException failure = new RegistryException(
            Kind.UNREACHABLE, "API server " + access.server() + ": watch broke: " + why, cause);
        failed(failure, 0);
        return failure;
    }

    private void failed(final RegistryException failure, final long retrySeconds)
    {
        pace.failed(String.valueOf(failure.getMessage()), retrySeconds);
    }

    private HttpRequest whole(final HttpRequest path, final @Nullable String token)
    {
        final HttpRequest request = new HttpRequest(
            path.method(), URI.create(access.server() + path.uri().toString()), path.headers(), path.body())
            .withHeader("Accept", "application/json")
            .withHeader("User-Agent", "overlane");
        if (token != null)
        {
            return request.withHeader("Authorization", "Bearer " + token);
        }
        return access.basic() == null ? request : request.withHeader("Authorization", "Basic " +
            Base64.getEncoder().encodeToString(access.basic().getBytes(StandardCharsets.UTF_8)));
    }

    /** While the file is being replaced, the last token holds. */
    private synchronized @Nullable String token()
    {
        final FileText source = access.token();
        if (source == null)
        {
            return null;
        }
        try
        {
            final String token = source.read().strip();
            if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7F))
            {
                throw new IllegalArgumentException(source.name() + ": no token in it");
            }
            lastToken = token;
        }
        catch (final IllegalArgumentException ex)
        {
            if (lastToken == null)
            {
                throw new RegistryException(Kind.REFUSED, String.valueOf(ex.getMessage()), ex);
            }
        }
        return lastToken;
    }

    /** A client whose TLS settings have the certificates that the files have now. */
    private synchronized HttpClient client()
    {
        if (client == null || isChanged())
        {
            forget();
            client = open();
        }
        return client;
    }

    private boolean isChanged()
    {
        try
        {
            return !pems.equals(readPems());
        }
        catch (final IllegalArgumentException ex)
        {
            // While a file is being replaced, the last certificates hold.
            return false;
        }
    }

    private HttpClient open()
    {
        try
        {
            pems = readPems();
            final Pem ca = pems.get(0);
            final Pem certificate = pems.get(1);
            final Pem key = pems.get(2);
            return new HttpClient(
                access.trustsAny() ? PemTls.trustingAny(certificate, key) :
                ca == null && certificate == null ? null : PemTls.context(ca, certificate, key), times.connect());
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RegistryException(Kind.REFUSED, String.valueOf(ex.getMessage()), ex);
        }
    }

    private List<@Nullable Pem> readPems()
    {
        return Arrays.asList(
            FileText.pem(access.authorities()), FileText.pem(access.certificate()), FileText.pem(access.key()));
    }

    /** An answer that is not successful. */
    private static final class NotOkException extends IOException
    {
        private static final long serialVersionUID = 1L;

        private final transient KubeStatus status;

        NotOkException(final int code, final @Nullable String retryAfter, final String body)
        {
            super("status " + code);
            final KubeStatus said = KubeStatus.of(code, body);
            final long seconds = retryAfter != null && retryAfter.matches("\\d{1,6}") ? Long.parseLong(retryAfter) : 0;
            status = new KubeStatus(code, said.message(), said.isBehind(), Math.max(seconds, said.retrySeconds()));
        }
    }
}
