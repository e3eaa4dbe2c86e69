// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sends requests to a running program over its admin socket. */
public final class AdminClient
{
    private static final int CHUNK = 64 * 1024;
    private static final byte[] STREAM_HEAD =
        (AdminStatus.OK + " " + AdminConnection.STREAM + "\n").getBytes(StandardCharsets.US_ASCII);

    private AdminClient()
    {
    }

    /**
     * An answer as received.
     *
     * @param status of the request.
     * @param body   the answer, or one line that says why there is none; with line ends.
     */
    public record Reply(AdminStatus status, String body)
    {
    }

    /**
     * @param path      of the socket.
     * @param words     of the request, {@code -j} first for JSON; none may contain white space.
     * @param timeoutNs longest time without progress, in nanoseconds.
     * @return the answer.
     * @throws IOException if there is no answer; the message is one line and names the path.
     */
    public static Reply ask(final Path path, final List<String> words, final long timeoutNs) throws IOException
    {
        return ask(path, words, timeoutNs, OutputStream.nullOutputStream());
    }

    /**
     * Send a request whose answer may be a stream of bytes, such as {@code capture -}.
     *
     * @param path      of the socket.
     * @param words     of the request, {@code -j} first for JSON; none may contain white space.
     * @param timeoutNs longest time without progress, in nanoseconds; a stream may pause for any time.
     * @param stream    gets the bytes of a stream as they come.
     * @return the answer; after a stream, with an empty body.
     * @throws IOException if there is no answer; the message is one line and names the path. Also if the stream cannot
     *                     be written.
     */
    public static Reply ask(
        final Path path, final List<String> words, final long timeoutNs, final OutputStream stream) throws IOException
    {
        final String line = String.join(" ", words);
        if (!AdminCommands.words(line).equals(words))
        {
            throw new IllegalArgumentException("a word of a request must not be empty or contain white space");
        }
        final ByteBuffer request = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        if (request.remaining() > AdminServer.MAX_REQUEST_LENGTH)
        {
            throw new IllegalArgumentException(
                "the request is longer than " + AdminServer.MAX_REQUEST_LENGTH + " bytes");
        }
        try (SocketChannel channel = connect(path); Selector selector = Selector.open())
        {
            // A request fits into the socket's buffer, so one write sends all of it.
            channel.write(request);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            final byte[] answer = read(path, channel, selector, timeoutNs, stream);
            return answer.length == 0 ? new Reply(AdminStatus.OK, "") : parse(path, answer);
        }
    }

    private static SocketChannel connect(final Path path) throws IOException
    {
        try
        {
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }
        catch (final AccessDeniedException ex)
        {
            throw new IOException("no permission for admin socket " + path + ": only its user may open it", ex);
        }
        catch (final IOException ex)
        {
            throw new IOException("there is no admin socket " + path, ex);
        }
        final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try
        {
            channel.connect(UnixDomainSocketAddress.of(path));
            return channel;
        }
        catch (final IOException ex)
        {
            channel.close();
            throw new IOException(ex instanceof ConnectException && "Connection refused".equals(ex.getMessage()) ?
                "the program at admin socket " + path + " has ended" :
                "admin socket " + path + ": " + ex.getMessage(), ex);
        }
    }

    /** Returns the answer; empty if it was a stream. */
    private static byte[] read(
        final Path path,
        final SocketChannel channel,
        final Selector selector,
        final long timeoutNs,
        final OutputStream stream)
        throws IOException
    {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (true)
        {
            if (selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNs))) == 0)
            {
                throw new IOException("no answer from admin socket " + path);
            }
            selector.selectedKeys().clear();
            if (channel.read(chunk) < 0)
            {
                if (bytes.size() == 0)
                {
                    throw incomplete(path);
                }
                return bytes.toByteArray();
            }
            bytes.write(chunk.array(), 0, chunk.position());
            chunk.clear();
            if (bytes.size() <= CHUNK && startsWith(bytes.toByteArray(), STREAM_HEAD))
            {
                final byte[] first = bytes.toByteArray();
                stream.write(first, STREAM_HEAD.length, first.length - STREAM_HEAD.length);
                copy(channel, selector, chunk, stream);
                return new byte[0];
            }
        }
    }

    private static void copy(
        final SocketChannel channel, final Selector selector, final ByteBuffer chunk, final OutputStream stream)
        throws IOException
    {
        stream.flush();
        while (channel.read(chunk) >= 0)
        {
            final byte[] bytes = new byte[chunk.flip().remaining()];
            chunk.get(bytes).clear();
            stream.write(bytes);
            stream.flush();
            selector.select();
            selector.selectedKeys().clear();
        }
    }

    private static boolean startsWith(final byte[] bytes, final byte[] start)
    {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    private static IOException incomplete(final Path path)
    {
        return new IOException("incomplete answer from admin socket " + path);
    }

    private static Reply parse(final Path path, final byte[] bytes) throws IOException
    {
        final String text = new String(bytes, StandardCharsets.UTF_8);
        final int lineEnd = text.indexOf('\n');
        final String[] head = text.substring(0, Math.max(0, lineEnd)).split(" ");
        final AdminStatus status = AdminStatus.ofWord(head[0]);
        final String length = Integer.toString(bytes.length - lineEnd - 1);
        if (lineEnd < 0 || status == null || head.length != 2 || !head[1].equals(length))
        {
            throw incomplete(path);
        }
        return new Reply(status, text.substring(lineEnd + 1));
    }
}
