// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An answer without a fixed end. One thread reads its lines; any thread may close it. */
public final class HttpStream implements AutoCloseable
{
    /** Lines read ahead; the rest of the answer waits in the socket. */
    private static final int READ_AHEAD = 4;

    private final HttpExchange exchange;
    private final LineFilter filter;
    private final int maxLength;
    private final Semaphore room = new Semaphore(READ_AHEAD);
    private final CountDownLatch begun = new CountDownLatch(1);

    /** Lines, and after the last one the reason for the end. */
    private final LinkedBlockingQueue<Object> lines = new LinkedBlockingQueue<>();
    private volatile @Nullable HttpReply head;
    private volatile boolean closed;

    HttpStream(final HttpExchange exchange, final LineFilter filter, final int maxLength)
    {
        this.exchange = exchange;
        this.filter = filter;
        this.maxLength = maxLength;
    }

    /** Decides which lines of an answer are handed to the thread that calls {@link #next}. */
    @FunctionalInterface
    public interface LineFilter
    {
        /** Hands over every line. */
        LineFilter ALL = (line, length) -> true;

        /**
         * The thread that reads the answer calls it, for each line in order. It must not throw.
         *
         * @param line   without its end; only valid during the call.
         * @param length of the line in bytes.
         * @return false if the line is of no use.
         */
        boolean accepts(byte[] line, int length);
    }

    /** Read the answer; runs on a thread of the client. */
    void run()
    {
        IOException end;
        try
        {
            end = exchange.run(this::read);
        }
        catch (final IOException ex)
        {
            end = ex;
        }
        catch (final RuntimeException ex)
        {
            end = new IOException(ex);
        }
        lines.add(end);
        begun.countDown();
    }

    private IOException read(final HttpConnection.Answer answer) throws IOException
    {
        head = new HttpReply(answer.status(), answer.headers(), "");
        begun.countDown();
        final InputStream in = answer.body();
        final Line line = new Line();
        final byte[] buffer = new byte[HttpConnection.READ_SIZE];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer))
        {
            int from = 0;
            for (int i = 0; i < length; i++)
            {
                if (buffer[i] == '\n')
                {
                    line.write(buffer, from, i - from);
                    hand(line);
                    from = i + 1;
                }
            }
            line.write(buffer, from, length - from);
            if (line.size() > maxLength)
            {
                throw new IOException("a line of the answer is longer than " + maxLength + " bytes");
            }
        }
        if (line.size() > 0)
        {
            hand(line);
        }
        return new EOFException("the server ended its answer");
    }

    private void hand(final Line line) throws IOException
    {
        if (!line.isAccepted(filter))
        {
            line.reset();
            return;
        }
        room.acquireUninterruptibly();
        if (closed)
        {
            throw new IOException("closed");
        }
        lines.add(line.toString(StandardCharsets.UTF_8));
        line.reset();
    }

    /**
     * @return status and headers, with an empty body; null before the first line or the end of the answer, and if the
     *         answer ended without them.
     */
    public @Nullable HttpReply head()
    {
        return head;
    }

    /**
     * Wait for the head, for an answer that may have no line for a long time.
     *
     * @return status and headers, with an empty body; null if there was none in time.
     * @throws IOException if the answer ended without a head.
     * @throws InterruptedException if the caller was interrupted; the stream stays open.
     */
    public @Nullable HttpReply awaitHead(final Duration wait) throws IOException, InterruptedException
    {
        if (begun.await(wait.toNanos(), TimeUnit.NANOSECONDS) && head == null)
        {
            next(Duration.ZERO);
        }
        return head;
    }

    /**
     * @return the next line without its end, null if there was none in time.
     * @throws EOFException when the server ended its answer.
     * @throws InterruptedException if the caller was interrupted; the stream stays open.
     */
    public String next(final Duration wait) throws IOException, InterruptedException
    {
        final Object next = lines.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        if (next instanceof IOException end)
        {
            lines.add(end);
            throw end;
        }
        if (next != null)
        {
            room.release();
        }
        return (String)next;
    }

    /** The bytes of a line so far. */
    private static final class Line extends ByteArrayOutputStream
    {
        boolean isAccepted(final LineFilter filter)
        {
            return filter.accepts(buf, count);
        }
    }

    /** Close the connection at once, so that the server ends the answer too. */
    @Override
    public void close()
    {
        closed = true;
        exchange.abandon();
        // Wake the reading thread if it waits for room.
        room.release();
    }
}
