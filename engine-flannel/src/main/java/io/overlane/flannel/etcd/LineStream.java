// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.http.HttpReply;
import io.overlane.flannel.http.HttpStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;

/** An answer of an endpoint that goes on for as long as both sides want, read line by line by one thread. */
final class LineStream implements AutoCloseable
{
    private final URI endpoint;
    private final HttpStream http;
    private String first;

    private LineStream(final URI endpoint, final HttpStream http)
    {
        this.endpoint = endpoint;
        this.http = http;
    }

    /** @return the stream, whatever will come of it. */
    static LineStream begin(final URI endpoint, final HttpStream http)
    {
        return new LineStream(endpoint, http);
    }

    /** @return the stream, its first line there. */
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

    /** @return who sends this. */
    URI endpoint()
    {
        return endpoint;
    }

    /** @return the status and headers of HTTP, once there is a line. */
    HttpReply head()
    {
        return http.head();
    }

    /** @return the first line, to be looked at before it is read. */
    String first()
    {
        return first;
    }

    /**
     * @param wait for it.
     * @return the next line, null if there was none in time.
     * @throws java.io.EOFException when the stream ended.
     * @throws IOException          when it broke.
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

    /** Also breaks the connection, so that etcd lets go of the stream. */
    @Override
    public void close()
    {
        http.close();
    }
}
