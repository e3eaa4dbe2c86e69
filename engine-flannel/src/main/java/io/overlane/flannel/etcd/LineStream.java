package io.overlane.flannel.etcd;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An HTTP answer that goes on for as long as both sides want, read line by line by one thread. */
final class LineStream implements AutoCloseable, Flow.Subscriber<String>
{
    /** Lines that may wait here; what is behind them waits in the socket. */
    private static final int READ_AHEAD = 16;

    private final URI endpoint;
    private final LinkedBlockingQueue<Object> lines = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private CompletableFuture<HttpResponse<Void>> response;
    private volatile int status;
    private String first;
    private volatile boolean closed;

    private LineStream(final URI endpoint)
    {
        this.endpoint = endpoint;
    }

    static LineStream open(
        final HttpClient client, final URI endpoint, final HttpRequest request, final Duration timeout)
        throws IOException
    {
        final LineStream stream = new LineStream(endpoint);
        stream.response = client.sendAsync(request, info ->
        {
            stream.status = info.statusCode();
            return HttpResponse.BodySubscribers.fromLineSubscriber(stream);
        });
        stream.response.whenComplete((answer, ex) -> stream.lines.add(ex == null ? new IOException("ended") : ex));
        boolean opened = false;
        try
        {
            stream.first = stream.next(timeout);
            if (stream.first == null)
            {
                throw EtcdHttp.silent(timeout);
            }
            EtcdHttp.requireWorking(stream.status, stream.first);
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
    }

    /** @return who sends this. */
    URI endpoint()
    {
        return endpoint;
    }

    /** @return the status of HTTP. */
    int status()
    {
        return status;
    }

    /** @return the first line, to be looked at before it is read. */
    String first()
    {
        return first;
    }

    /**
     * @param wait for it.
     * @return the next line, null if there was none in time.
     * @throws IOException when the stream ended.
     */
    String next(final Duration wait) throws IOException
    {
        if (first != null)
        {
            final String line = first;
            first = null;
            return line;
        }
        try
        {
            final Object next = lines.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
            if (next instanceof Throwable ended)
            {
                lines.add(ended);
                final Throwable cause = ended instanceof CompletionException ? ended.getCause() : ended;
                throw cause instanceof IOException io ? io : new IOException(cause);
            }
            if (next != null)
            {
                subscribed.join().request(1);
            }
            return (String)next;
        }
        catch (final InterruptedException ex)
        {
            throw EtcdHttp.interrupted(ex);
        }
    }

    @Override
    public void onSubscribe(final Flow.Subscription subscription)
    {
        subscribed.complete(subscription);
        subscription.request(READ_AHEAD);
        if (closed)
        {
            subscription.cancel();
        }
    }

    @Override
    public void onNext(final String line)
    {
        lines.add(line);
    }

    @Override
    public void onError(final Throwable ex)
    {
        lines.add(ex);
    }

    @Override
    public void onComplete()
    {
        lines.add(new IOException("ended"));
    }

    /** Also breaks the connection, so that etcd lets go of the stream. */
    @Override
    public void close()
    {
        closed = true;
        response.cancel(true);
        if (subscribed.isDone())
        {
            subscribed.join().cancel();
        }
    }
}
