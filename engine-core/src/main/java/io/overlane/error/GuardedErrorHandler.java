// SPDX-License-Identifier: Apache-2.0
package io.overlane.error;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Calls the application's error handler and survives any failure of it: a handler that throws costs a line on standard
 * error, but never the thread that reports.
 */
public final class GuardedErrorHandler implements ErrorHandler
{
    /** With fewer devices per thread, starting a thread costs more than it saves. */
    private static final int CLOSED_BY_ONE = 4;
    /** A thousand devices close in a second or two with this many; more threads gain nothing. */
    private static final int MOST_HELPERS = 63;

    private final ErrorHandler handler;

    private GuardedErrorHandler(final ErrorHandler handler)
    {
        this.handler = handler;
    }

    /**
     * @param handler of the application; null for one that writes a line to standard error.
     * @return a handler that never throws.
     */
    public static GuardedErrorHandler of(final @Nullable ErrorHandler handler)
    {
        return handler instanceof GuardedErrorHandler guarded ? guarded :
            new GuardedErrorHandler(handler == null ? GuardedErrorHandler::print : handler);
    }

    @Override
    public void onError(final Throwable error)
    {
        try
        {
            handler.onError(error);
        }
        catch (final Throwable ex)
        {
            print(ex, error);
        }
    }

    /**
     * Close all; an exception of one is reported, and the others are still closed. Nulls are skipped.
     *
     * @param closeables to close.
     */
    public void closeAll(final Iterable<? extends @Nullable AutoCloseable> closeables)
    {
        for (final AutoCloseable closeable : closeables)
        {
            if (closeable != null)
            {
                try
                {
                    closeable.close();
                }
                catch (final Throwable ex)
                {
                    onError(ex);
                }
            }
        }
    }

    /**
     * Close many at a time: closing a device takes tens of milliseconds, in which the system only waits. An exception
     * of one is reported, and the others are still closed. Returns when all are closed.
     *
     * @param closeables to close.
     */
    public void closeTogether(final Collection<? extends AutoCloseable> closeables)
    {
        final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>(closeables);
        final Runnable closer = () ->
        {
            for (AutoCloseable next = open.poll(); next != null; next = open.poll())
            {
                closeAll(List.of(next));
            }
        };
        final List<Thread> helpers = new ArrayList<>();
        // If no thread can be started, the threads that run do its work.
        run(() ->
        {
            while (helpers.size() < Math.min(closeables.size() / CLOSED_BY_ONE, MOST_HELPERS))
            {
                final Thread helper = new Thread(closer, "overlane-close");
                helper.setDaemon(true);
                helper.start();
                helpers.add(helper);
            }
        });
        closer.run();
        helpers.forEach(GuardedErrorHandler::join);
    }

    private static void join(final Thread thread)
    {
        boolean isInterrupted = false;
        while (thread.isAlive())
        {
            try
            {
                thread.join();
            }
            catch (final InterruptedException ex)
            {
                isInterrupted = true;
            }
        }
        if (isInterrupted)
        {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Run foreign code and report its exceptions.
     *
     * @param code to run.
     */
    public void run(final Runnable code)
    {
        try
        {
            code.run();
        }
        catch (final Throwable ex)
        {
            onError(ex);
        }
    }

    private static void print(final Throwable error)
    {
        System.err.println("overlane: " + error);
    }

    private static void print(final Throwable thrown, final Throwable error)
    {
        try
        {
            System.err.println("overlane: " + error + " (the error handler itself threw " + thrown + ")");
        }
        catch (final Throwable ex)
        {
            // Not even a line can be written, for example because memory is exhausted: nothing is left to do.
        }
    }
}
