// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One request and its answer on one connection. One thread runs it; any other may abandon it. */
final class HttpExchange
{
    private final HttpClient client;
    private final HttpRequest request;
    private @Nullable HttpConnection connection;
    private boolean abandoned;

    HttpExchange(final HttpClient client, final HttpRequest request)
    {
        this.client = client;
        this.request = request;
    }

    /** Reads an answer. */
    @FunctionalInterface
    interface Reader<T>
    {
        T read(HttpConnection.Answer answer) throws IOException;
    }

    /**
     * Send the request and read the answer.
     *
     * @param reader of the answer; it reads the body to its end.
     * @return the reader's result.
     */
    <T> T run(final Reader<T> reader) throws IOException
    {
        final HttpConnection used = client.connection(request.uri());
        hold(used);
        boolean reusable = false;
        try
        {
            final T result = reader.read(used.ask(request));
            reusable = used.isReusable();
            return result;
        }
        catch (final IOException ex)
        {
            client.forget(used.origin());
            throw ex;
        }
        finally
        {
            if (release() && reusable)
            {
                client.keep(used);
            }
            else
            {
                used.close();
            }
        }
    }

    private synchronized void hold(final HttpConnection taken) throws IOException
    {
        connection = taken;
        if (abandoned)
        {
            taken.close();
            throw new IOException("given up");
        }
    }

    /** @return false if the exchange was abandoned, which closed the connection. */
    private synchronized boolean release()
    {
        connection = null;
        return !abandoned;
    }

    /** Close the connection, which ends the exchange at any point. No effect after the exchange. */
    synchronized void abandon()
    {
        abandoned = true;
        if (connection != null)
        {
            connection.close();
        }
    }
}
