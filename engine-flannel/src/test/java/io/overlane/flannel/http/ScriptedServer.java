// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server on a plain socket of 127.0.0.1 that reads requests and sends whatever bytes a test wants. */
public final class ScriptedServer implements AutoCloseable
{
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

    private final ServerSocket server;
    private final Script script;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    /** What to do about a request. */
    @FunctionalInterface
    public interface Script
    {
        /**
         * @param request head and body as they came.
         * @param client  to answer to.
         * @return whether the connection stays open for another request.
         * @throws IOException if the client is gone.
         */
        boolean answer(String request, Socket client) throws IOException;
    }

    /**
     * @param script called for each request, on a thread for each connection.
     */
    public ScriptedServer(final Script script)
    {
        this.script = script;
        try
        {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        start(this::accept);
    }

    /**
     * @param answer to every request, byte for byte.
     * @return a server that sends it and keeps the connection.
     */
    public static ScriptedServer answering(final String answer)
    {
        return new ScriptedServer((request, client) -> send(client, answer));
    }

    /**
     * @param status of HTTP and its reason.
     * @param body   of the answer.
     * @return an answer with the length of its body.
     */
    public static String answer(final String status, final String body)
    {
        return "HTTP/1.1 " + status + "\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length +
            "\r\n\r\n" + body;
    }

    /**
     * @param client to send to.
     * @param text   to send.
     * @return true.
     * @throws IOException if the client is gone.
     */
    public static boolean send(final Socket client, final String text) throws IOException
    {
        final OutputStream out = client.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        return true;
    }

    /** @return {@code http://HOST:PORT}. */
    public String endpoint()
    {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** @return how many connections were made. */
    public int accepted()
    {
        return accepted.get();
    }

    private static void start(final Runnable task)
    {
        final Thread thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept()
    {
        while (!server.isClosed())
        {
            try
            {
                final Socket client = server.accept();
                client.setTcpNoDelay(true);
                accepted.incrementAndGet();
                sockets.add(client);
                start(() -> serve(client));
            }
            catch (final IOException ignored)
            {
                // Closed.
            }
        }
    }

    private void serve(final Socket client)
    {
        try (client)
        {
            String request = request(client.getInputStream());
            while (request != null && script.answer(request, client))
            {
                request = request(client.getInputStream());
            }
        }
        catch (final IOException ignored)
        {
            // The client went away.
        }
    }

    private static String request(final InputStream in) throws IOException
    {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n"))
        {
            final int next = in.read();
            if (next < 0)
            {
                return null;
            }
            bytes.write(next);
            text = bytes.toString(StandardCharsets.ISO_8859_1);
        }
        final Matcher length = LENGTH.matcher(text);
        bytes.writeBytes(in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Closes every connection too. */
    @Override
    public void close()
    {
        try
        {
            server.close();
            for (final Socket socket : sockets)
            {
                socket.close();
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
