// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server of HTTP on the loopback address that answers each request as a test says, whatever is asked. */
public final class ScriptedServer implements AutoCloseable
{
    private final ServerSocket socket;
    private final Answers answers;
    private final ExecutorService threads = Executors.newCachedThreadPool(task ->
    {
        final Thread thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        return thread;
    });

    /** Writes answers. */
    @FunctionalInterface
    public interface Answers
    {
        /**
         * @param request its first line.
         * @param out     for the answer.
         * @return false if the connection ends with this answer.
         * @throws IOException if the client has gone.
         */
        boolean answer(String request, OutputStream out) throws IOException;
    }

    /** @param answers called by the threads of the connections. */
    public ScriptedServer(final Answers answers) throws IOException
    {
        this.answers = answers;
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** @return URL of the server, without a slash at its end. */
    public String url()
    {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    private void accept()
    {
        while (!socket.isClosed())
        {
            try
            {
                final Socket client = socket.accept();
                threads.execute(() -> serve(client));
            }
            catch (final IOException ex)
            {
                // Closed.
            }
        }
    }

    private void serve(final Socket client)
    {
        try (client)
        {
            client.setTcpNoDelay(true);
            final InputStream in = new BufferedInputStream(client.getInputStream());
            final OutputStream out = client.getOutputStream();
            boolean goesOn = true;
            while (goesOn)
            {
                final String request = readRequest(in);
                goesOn = request != null && answers.answer(request, out);
                out.flush();
            }
            client.shutdownOutput();
        }
        catch (final IOException ex)
        {
            // The client had enough.
        }
    }

    /** Reads one request with its body, and returns its first line; null at the end. */
    private static String readRequest(final InputStream in) throws IOException
    {
        final String first = line(in);
        int length = 0;
        for (String line = first; line != null && !line.isEmpty(); line = line(in))
        {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
            {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return first;
    }

    private static String line(final InputStream in) throws IOException
    {
        final StringBuilder line = new StringBuilder();
        int next = in.read();
        while (next >= 0 && next != '\n')
        {
            line.append((char)next);
            next = in.read();
        }
        return next < 0 ? null : line.toString().stripTrailing();
    }

    /** Write a whole answer in JSON. */
    public static void writeJson(final OutputStream out, final int status, final String headers, final String body)
        throws IOException
    {
        final byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        out.write(("HTTP/1.1 " + status + " x\r\nContent-Type: application/json\r\n" + headers + "Content-Length: " +
            bytes.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes);
    }

    @Override
    public void close() throws IOException
    {
        socket.close();
        threads.shutdownNow();
    }
}
