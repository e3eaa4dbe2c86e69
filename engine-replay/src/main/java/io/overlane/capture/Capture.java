// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.engine.OverlayEngine;
import io.overlane.fate.FateSubscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A running capture of an engine's packets to a pcapng file or channel: an interface for each port and for the
 * underlay, a record for each interface that a packet passed, with the same packet id, and a comment with the verdict.
 * Several captures of one engine may run at a time.
 *
 * <p>The engine's threads copy what is kept into a ring and never wait; a daemon thread of the capture writes. A record
 * that finds no room is counted as lost, see {@link CaptureStatistics#lost()}.
 *
 * <p>A capture ends when it is closed, when its engine ends, at its limits of time and length, and when it cannot be
 * written: then the error handler of its context gets one line, and the engine goes on.
 */
public final class Capture implements AutoCloseable
{
    /** How long the writing thread sleeps when there is nothing to write: a viewer does not notice it. */
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Packets between two looks at the time and the limits. */
    private static final int READ_LIMIT = 256;

    /** A disk may take a while for what is in the ring; a reader that takes nothing for a second is stuck. */
    private static final long FILE_LIMIT_MS = 10_000;
    private static final long CHANNEL_LIMIT_MS = 1_000;

    private final OverlayEngine engine;
    private final CaptureContext context;
    private final NanoClock clock;
    private final ManyToOneRingBuffer ring;
    private final int messageType = CaptureRings.nextType();
    private final CaptureInterfaces interfaces = new CaptureInterfaces();
    private final CaptureFiles files;
    private final CaptureWriter writer;
    private final Thread thread = new Thread(this::run, "overlane-capture");
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    private final MessageHandler handler = this::onMessage;

    @SuppressWarnings("NullAway.Init") // start() sets it before the thread starts.
    private FateSubscription subscription;
    private volatile boolean isEnding;
    private volatile long length;
    private volatile int begun = 1;
    private volatile @Nullable String end;

    private Capture(final OverlayEngine engine, final CaptureContext context) throws IOException
    {
        this.engine = engine;
        this.context = context;
        clock = engine.clock();
        files = CaptureFiles.open(context);
        ring = CaptureRings.take(context.ringLength());
        final Instant now = Instant.now();
        final long startNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        writer = new CaptureWriter(
            files,
            interfaces,
            engine.hasIpNetwork(),
            context.snapLength(),
            engine.local(),
            startNs - clock.nanoTime(),
            startNs);
    }

    /**
     * Start to capture, while frames flow.
     *
     * @param engine  that runs; the capture ends with it.
     * @param context where to write, and what; used up.
     * @return closing it ends the capture.
     * @throws IllegalArgumentException if the settings contradict each other.
     * @throws IllegalStateException    if the engine is closed.
     * @throws IOException              if the file exists or cannot be made; the message is one line and names it.
     */
    public static Capture start(final OverlayEngine engine, final CaptureContext context) throws IOException
    {
        context.conclude();
        final Capture capture = new Capture(engine, context);
        try
        {
            capture.subscription = engine.fates(new CaptureListener(
                capture.ring,
                capture.messageType,
                capture.interfaces,
                new CaptureFilter(context, engine.hasIpNetwork()),
                context,
                engine.hasIpNetwork()));
        }
        catch (final RuntimeException ex)
        {
            capture.files.close();
            CaptureRings.give(capture.ring);
            throw ex;
        }
        capture.thread.setDaemon(true);
        capture.thread.start();
        return capture;
    }

    /** @return numbers of the capture, also after its end. Any thread. */
    public CaptureStatistics statistics()
    {
        return new CaptureStatistics(
            context.destination(), !terminated.isDone(), writer.records(), interfaces.lost(), length, begun, end);
    }

    /** @return completes, never exceptionally, when the capture has ended and its file is closed. */
    public CompletableFuture<Void> terminated()
    {
        return terminated.copy();
    }

    /**
     * End the capture: what was captured until now is written, and the file is closed. Waits for that, ten seconds for
     * a file and one for a channel, and then interrupts the write. Any thread but those of an engine, any number of
     * times.
     */
    @Override
    public void close()
    {
        subscription.close();
        isEnding = true;
        LockSupport.unpark(thread);
        if (Thread.currentThread() != thread && !await())
        {
            thread.interrupt();
            await();
        }
    }

    private boolean await()
    {
        try
        {
            thread.join(context.channel() == null ? FILE_LIMIT_MS : CHANNEL_LIMIT_MS);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run()
    {
        try
        {
            write();
            subscription.close();
            // What came until the subscription ended.
            CaptureRings.readAll(ring, handler);
            isAtLimit();
            writer.end(clock.nanoTime());
            files.close();
        }
        catch (final IOException ex)
        {
            fail(ex);
        }
        catch (final UncheckedIOException ex)
        {
            fail(Objects.requireNonNull(ex.getCause()));
        }
        catch (final RuntimeException | Error ex)
        {
            fail(new IOException(ex));
        }
        finally
        {
            subscription.close();
            length = files.length();
            closeQuietly();
            CaptureRings.give(ring);
            terminated.complete(null);
        }
    }

    private void write() throws IOException
    {
        final long startedNs = System.nanoTime();
        while (!isEnding && !engine.isTerminated())
        {
            final int read = ring.read(handler, READ_LIMIT);
            if (read == 0)
            {
                files.writer().flush();
                LockSupport.parkNanos(IDLE_NS);
            }
            if (isAtLimit())
            {
                return;
            }
            if (context.maxDurationNs() > 0 && System.nanoTime() - startedNs >= context.maxDurationNs())
            {
                end = "the time is over";
                return;
            }
            if (!files.isOpen())
            {
                end = "the reader has gone";
                return;
            }
        }
    }

    /** Publish how much has been written. True if the file may not grow. */
    private boolean isAtLimit()
    {
        length = files.length();
        begun = files.begun();
        if (writer.isFull())
        {
            end = "the file has the length that is allowed";
        }
        return writer.isFull();
    }

    private void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int messageLength)
    {
        if (type != messageType)
        {
            return;
        }
        try
        {
            writer.write(buffer, index, messageLength);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void fail(final IOException failure)
    {
        end = context.channel() == null ?
            context.destination() + " cannot be written: " + failure.getMessage() :
            "the reader has gone";
        if (context.channel() == null)
        {
            context.errorHandler().onError(new IOException("the capture ends: " + end, failure));
        }
    }

    private void closeQuietly()
    {
        try
        {
            files.close();
        }
        catch (final IOException ex)
        {
            // The failure was reported, or nobody reads any more.
        }
    }
}
