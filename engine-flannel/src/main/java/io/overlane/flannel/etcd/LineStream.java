// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.http.HttpReply;
import io.overlane.flannel.http.HttpStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An answer of an endpoint without a fixed end, read line by line by one thread. */
final class LineStream implements AutoCloseable
{
    private final URI endpoint;
    private final HttpStream http;
    private @Nullable String first;

    private LineStream(final URI endpoint, final HttpStream http)
    {
        this.endpoint = endpoint;
        this.http = http;
    }

    /** @return the stream, before any answer. */
    static LineStream begin(final URI endpoint, final HttpStream http)
    {
        return new LineStream(endpoint, http);
    }

    /** @return the stream; its first line has arrived. */
    static LineStream open(final URI endpoint, final HttpStream http, final Duration timeout)
        throws IOException, InterruptedException
    {
        final LineStream stream = new LineStream(endpoint, http);
        boolean opened = false;
        try
        {
            stream.first = stream.next(timeout);
            if (stream.first == null)
            {
                throw new SocketTimeoutException("no answer in " + timeout.toMillis() + " ms");
            }
            EtcdHttp.requireWorking(stream.head().status(), stream.first);
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

    URI endpoint()
    {
        return endpoint;
    }

    /** @return status and headers, available after the first line. */
    HttpReply head()
    {
        return Objects.requireNonNull(http.head());
    }

    /** @return the first line, without consuming it. */
    @Nullable String first()
    {
        return first;
    }

    /**
     * @return the next line, null if none came in time.
     * @throws java.io.EOFException when the stream ended.
     * @throws IOException when the connection broke.
     */
    String next(final Duration wait) throws IOException, InterruptedException
    {
        if (first != null)
        {
            final String line = first;
            first = null;
            return line;
        }
        return http.next(wait);
    }

    /** Closes the connection, so that etcd ends the stream too. */
    @Override
    public void close()
    {
        http.close();
    }
}
