// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends whatever bytes a test wants, so that no library mends them. */
public final class RawClient implements AutoCloseable
{
    private final Socket socket;

    /**
     * @param server to connect to.
     */
    public RawClient(final InetSocketAddress server) throws IOException
    {
        socket = new Socket(server.getAddress(), server.getPort());
    }

    /** Send a request with the usual header, and read the answer until the server closes. */
    public static String get(final InetSocketAddress server, final String target) throws IOException
    {
        return ask(server, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    }

    static String ask(final InetSocketAddress server, final String request) throws IOException
    {
        try (RawClient client = new RawClient(server))
        {
            client.send(request);
            return client.readAll();
        }
    }

    void send(final String text) throws IOException
    {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    void endSending() throws IOException
    {
        socket.shutdownOutput();
    }

    String readAll() throws IOException
    {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Waits until the server has closed; a reset counts too. */
    void readAllOrReset()
    {
        try
        {
            readAll();
        }
        catch (final IOException ex)
        {
            // A reset.
        }
    }

    /** False if the server has closed already. */
    boolean trySend(final String text)
    {
        try
        {
            send(text);
            return true;
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    @Override
    public void close() throws IOException
    {
        socket.close();
    }
}
