package io.overlane.flannel.etcd;

import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Requests to whichever endpoint answers, beginning with the one that did last. A request may reach etcd twice when an
 * answer is lost; callers' writes are conditional, so the second time fails.
 */
final class EtcdHttp
{
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final List<URI> endpoints;
    private final Duration timeout;
    private final Path certificate;
    private final HttpClient client;
    private final Consumer<String> notices;
    private volatile int preferred;

    EtcdHttp(final EtcdOptions options, final Consumer<String> notices)
    {
        this.endpoints = options.endpoints();
        this.timeout = options.requestTimeout();
        this.certificate = options.certFile();
        this.notices = notices;
        final HttpClient.Builder builder = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT.compareTo(timeout) < 0 ? CONNECT_TIMEOUT : timeout);
        if (options.caFile() != null || options.certFile() != null)
        {
            builder.sslContext(PemTls.context(options.caFile(), options.certFile(), options.keyFile()));
        }
        this.client = builder.build();
    }

    /** One attempt at one endpoint. */
    @FunctionalInterface
    interface Attempt<T>
    {
        T at(URI endpoint) throws IOException;
    }

    Duration timeout()
    {
        return timeout;
    }

    /** @return how long a watch may say nothing before its endpoint is asked after: connections die silently. */
    Duration silence()
    {
        return timeout.multipliedBy(2);
    }

    /**
     * Ask for one answer.
     *
     * @param request whose URI is a path, for each endpoint to be completed.
     * @param wait    for the answer of one endpoint.
     * @return the first answer that is not the server's own trouble (status 500 and up).
     */
    EtcdReply send(final HttpRequest request, final Duration wait)
    {
        return anywhere(endpoint -> exchange(endpoint, request, wait));
    }

    /**
     * Ask for a stream of lines.
     *
     * @param request whose URI is a path.
     * @return the stream, its first line there.
     */
    LineStream stream(final HttpRequest request)
    {
        return anywhere(endpoint -> LineStream.open(client, endpoint, at(endpoint, request), timeout));
    }

    /**
     * Ask the endpoint that answered last for something that may take any time.
     *
     * @param request whose URI is a path.
     * @return the answer to come.
     */
    Pending begin(final HttpRequest request)
    {
        final URI endpoint = endpoints.get(preferred);
        return new Pending(endpoint,
            client.sendAsync(at(endpoint, request), HttpResponse.BodyHandlers.ofString()));
    }

    /**
     * An answer to come.
     *
     * @param endpoint it will come from.
     * @param future   to wait for.
     */
    record Pending(URI endpoint, CompletableFuture<HttpResponse<String>> future)
    {
        boolean isDone(final Duration wait)
        {
            try
            {
                future.get(wait.toNanos(), TimeUnit.NANOSECONDS);
                return true;
            }
            catch (final TimeoutException ex)
            {
                return false;
            }
            catch (final ExecutionException ex)
            {
                return true;
            }
            catch (final InterruptedException ex)
            {
                throw interrupted(ex);
            }
        }

        EtcdReply reply() throws IOException
        {
            return EtcdHttp.reply(endpoint, EtcdHttp.get(future, Duration.ZERO));
        }

        void cancel()
        {
            future.cancel(true);
        }
    }

    /** Try each endpoint; one whose kept connection had gone stale is tried again at once. */
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
                catch (final IOException ex)
                {
                    final boolean stale = again == 0 && isStale(ex);
                    if (!stale)
                    {
                        problems.append(problems.length() == 0 ? "" : "; ")
                            .append(endpoints.get(index)).append(": ").append(line(ex));
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

    /** An answer from this endpoint or none. */
    EtcdReply exchange(final URI endpoint, final HttpRequest request, final Duration wait) throws IOException
    {
        final CompletableFuture<HttpResponse<String>> future =
            client.sendAsync(at(endpoint, request), HttpResponse.BodyHandlers.ofString());
        return reply(endpoint, get(future, wait));
    }

    private static EtcdReply reply(final URI endpoint, final HttpResponse<String> response) throws IOException
    {
        requireWorking(response.statusCode(), response.body());
        return new EtcdReply(endpoint, response.statusCode(), response.headers(), response.body());
    }

    /** A server in trouble of its own, without a leader for one, is no answer: another may do better. */
    static void requireWorking(final int status, final String body) throws IOException
    {
        if (status >= 500)
        {
            throw new IOException("status " + status + ": " + oneLine(body));
        }
    }

    static <T> T get(final CompletableFuture<T> future, final Duration wait) throws IOException
    {
        try
        {
            return future.get(wait.toNanos(), TimeUnit.NANOSECONDS);
        }
        catch (final TimeoutException ex)
        {
            future.cancel(true);
            throw silent(wait);
        }
        catch (final InterruptedException ex)
        {
            future.cancel(true);
            throw interrupted(ex);
        }
        catch (final ExecutionException ex)
        {
            throw ex.getCause() instanceof IOException io ? io : new IOException(ex.getCause());
        }
    }

    static IOException silent(final Duration wait)
    {
        return new SilentEndpointException("no answer in " + wait.toMillis() + " ms");
    }

    static RegistryException interrupted(final InterruptedException ex)
    {
        return new RegistryException(Kind.UNREACHABLE, "interrupted while waiting for etcd", ex);
    }

    private static HttpRequest at(final URI endpoint, final HttpRequest request)
    {
        final String path = request.uri().getRawPath() +
            (request.uri().getRawQuery() == null ? "" : "?" + request.uri().getRawQuery());
        return HttpRequest.newBuilder(request, (name, value) -> true).uri(endpoint.resolve(path)).build();
    }

    private static boolean isStale(final IOException ex)
    {
        return !(ex instanceof ConnectException || ex instanceof HttpConnectTimeoutException ||
            ex instanceof SSLException || ex instanceof SilentEndpointException);
    }

    private String line(final IOException ex)
    {
        if (ex instanceof HttpConnectTimeoutException)
        {
            return "no connection in time";
        }
        if (ex instanceof ConnectException)
        {
            return "cannot connect" + (ex.getMessage() == null ? "" : " (" + ex.getMessage() + ")");
        }
        if (ex instanceof SSLException failure)
        {
            return TlsTrouble.line(failure, certificate);
        }
        return oneLine(ex.getMessage() == null ? ex.toString() : ex.getMessage());
    }

    static String oneLine(final String text)
    {
        final String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }

    /** An endpoint took the request and said nothing. */
    private static final class SilentEndpointException extends IOException
    {
        private static final long serialVersionUID = 1L;

        SilentEndpointException(final String message)
        {
            super(message);
        }
    }
}
