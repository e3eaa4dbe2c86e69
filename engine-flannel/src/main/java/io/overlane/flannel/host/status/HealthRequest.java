// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.status;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;

/**
 * One HTTP/1 request and its answer; then the sending side is closed. The client closes the connection: if we did
 * first, it could lose the answer. Never blocks, as an answer fits into the socket's buffer.
 */
final class HealthRequest
{
    /** Longest request in bytes; a kubelet's has about 150. */
    private static final int MAX_LENGTH = 8192;

    private final SocketChannel channel;
    private final BooleanSupplier isReady;
    private final long deadlineNs;
    private final ByteBuffer request = ByteBuffer.allocate(MAX_LENGTH);
    private boolean isAnswered;

    HealthRequest(final SocketChannel channel, final BooleanSupplier isReady, final long deadlineNs)
    {
        this.channel = channel;
        this.isReady = isReady;
        this.deadlineNs = deadlineNs;
    }

    /** When the request ends, whatever the client does. */
    long deadlineNs()
    {
        return deadlineNs;
    }

    boolean isOpen()
    {
        return channel.isOpen();
    }

    void close()
    {
        CloseHelper.quietClose(channel);
    }

    /** The socket is readable or at its end. */
    void onReady()
    {
        try
        {
            if (isAnswered)
            {
                request.clear();
            }
            if (channel.read(request) < 0)
            {
                close();
            }
            else if (!isAnswered)
            {
                answer();
            }
        }
        catch (final IOException ex)
        {
            close();
        }
    }

    private void answer() throws IOException
    {
        final String text = new String(request.array(), 0, request.position(), StandardCharsets.ISO_8859_1);
        final boolean isWhole = text.contains("\r\n\r\n");
        if (isWhole || !request.hasRemaining())
        {
            isAnswered = true;
            channel.write(ByteBuffer.wrap(
                (isWhole ? answer(text) : reply("400 Bad Request", "too long", true))
                    .getBytes(StandardCharsets.US_ASCII)));
            channel.shutdownOutput();
        }
    }

    private String answer(final String text)
    {
        final String[] words = text.substring(0, text.indexOf("\r\n")).split(" ");
        if (words.length != 3 || !words[2].startsWith("HTTP/1."))
        {
            return reply("400 Bad Request", "not a request", true);
        }
        final boolean hasBody = !"HEAD".equals(words[0]);
        return switch (words[1].replaceFirst("[?#].*", ""))
        {
            case "/healthz" -> reply("200 OK", "flanneld is running", hasBody);
            case "/readyz" -> isReady.getAsBoolean() ?
                reply("200 OK", "flanneld is ready", hasBody) :
                reply("503 Service Unavailable", "flanneld is not ready yet", hasBody);
            default -> reply("404 Not Found", "not found", hasBody);
        };
    }

    private static String reply(final String status, final String body, final boolean hasBody)
    {
        return "HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
            body.length() + "\r\nConnection: close\r\n\r\n" + (hasBody ? body : "");
    }
}
