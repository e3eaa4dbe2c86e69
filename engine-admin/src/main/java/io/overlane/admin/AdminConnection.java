// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * One client: reads a line, runs it, writes the answer as the client takes it, and waits a moment for the client to
 * close, because closing with unread bytes could cost the client its answer. Never blocks.
 */
final class AdminConnection
{
    /** Control characters of C0 and C1, and those that change the direction of text; line ends are kept. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\n]]");

    /** Stands for the length of an answer that goes on until the connection is closed. */
    static final String STREAM = "*";

    private final SocketChannel channel;
    private final SelectionKey key;
    private final AdminCommands commands;
    private final long patienceNs;
    private final ByteBuffer request = ByteBuffer.allocate(AdminServer.MAX_REQUEST_LENGTH);
    private @Nullable ByteBuffer answer;
    /** Gets the channel behind the answer. */
    private @Nullable Consumer<WritableByteChannel> stream;
    private boolean isGivenAway;
    private long deadlineNs;

    /**
     * @param channel    not blocking.
     * @param key        of the channel, for reading.
     * @param commands   to run.
     * @param patienceNs how long the client may send or take nothing.
     */
    AdminConnection(
        final SocketChannel channel, final SelectionKey key, final AdminCommands commands, final long patienceNs)
    {
        this.channel = channel;
        this.key = key;
        this.commands = commands;
        this.patienceNs = patienceNs;
        deadlineNs = System.nanoTime() + patienceNs;
    }

    /** When the client counts as too slow; each step of its answer moves it on. */
    long deadlineNs()
    {
        return deadlineNs;
    }

    /**
     * The channel is ready.
     *
     * @param nowNs {@link System#nanoTime()}.
     * @return false if the connection is done and must be closed.
     * @throws IOException if the client is gone.
     */
    boolean onReady(final long nowNs) throws IOException
    {
        if (answer == null)
        {
            if (!read())
            {
                return false;
            }
        }
        else if (!answer.hasRemaining())
        {
            request.clear();
            return channel.read(request) >= 0;
        }
        return answer == null || write(answer, nowNs);
    }

    void close()
    {
        key.cancel();
        if (!isGivenAway)
        {
            CloseHelper.quietClose(channel);
        }
    }

    private boolean read() throws IOException
    {
        final int from = request.position();
        final boolean isEnd = channel.read(request) < 0;
        for (int i = from; i < request.position(); i++)
        {
            if (request.get(i) == '\n')
            {
                answer = answer(i);
                return true;
            }
        }
        if (isEnd)
        {
            // Half closed: a request without line end is accepted; an empty one is not.
            answer = answer(request.position());
            return request.position() > 0;
        }
        if (!request.hasRemaining())
        {
            answer = encode(AdminStatus.USAGE, "the request is longer than " + request.capacity() + " bytes\n");
        }
        return true;
    }

    private boolean write(final ByteBuffer answer, final long nowNs) throws IOException
    {
        if (channel.write(answer) > 0)
        {
            deadlineNs = nowNs + patienceNs;
        }
        if (answer.hasRemaining())
        {
            key.interestOps(SelectionKey.OP_WRITE);
            return true;
        }
        if (stream != null)
        {
            isGivenAway = true;
            stream.accept(new ClientChannel(channel));
            return false;
        }
        channel.shutdownOutput();
        key.interestOps(SelectionKey.OP_READ);
        deadlineNs = nowNs + AdminServer.LINGER_NS;
        return true;
    }

    private ByteBuffer answer(final int length)
    {
        final String line;
        try
        {
            line = StandardCharsets.UTF_8.newDecoder().decode(request.duplicate().position(0).limit(length)).toString();
        }
        catch (final CharacterCodingException ex)
        {
            return encode(AdminStatus.USAGE, "the request is not text in UTF-8\n");
        }
        final List<String> words = AdminCommands.words(line);
        final boolean isJson = !words.isEmpty() && "-j".equals(words.get(0));
        try
        {
            final Answer result = commands.run(isJson ? words.subList(1, words.size()) : words);
            if (result.stream() != null)
            {
                stream = result.stream();
                return ByteBuffer.wrap((AdminStatus.OK + " " + STREAM + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            return encode(AdminStatus.OK, isJson ? result.jsonText() + "\n" : harmless(result.text()));
        }
        catch (final AdminException ex)
        {
            return encode(ex.status(), printable(String.valueOf(ex.getMessage())) + "\n");
        }
        catch (final RuntimeException ex)
        {
            return encode(AdminStatus.REFUSED, printable(ex.toString()) + "\n");
        }
    }

    /** One line without control characters, whatever the request contained. */
    private static String printable(final String message)
    {
        return harmless(message).replace('\n', '?');
    }

    /** Remove control characters: names and texts in an answer may come from others, such as a cluster's registry. */
    private static String harmless(final String text)
    {
        return CONTROL.matcher(text).replaceAll("?");
    }

    private static ByteBuffer encode(final AdminStatus status, final String body)
    {
        final byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        final byte[] head = (status + " " + bytes.length + "\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + bytes.length).put(head).put(bytes).flip();
    }
}
