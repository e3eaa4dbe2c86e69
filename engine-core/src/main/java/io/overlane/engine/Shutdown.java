// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ends an engine once, whichever thread asks for it. It counts those who still use the engine's resources: its threads,
 * a duty cycle that an application invoked, and the engine itself until the shutdown begins. The last to leave closes
 * everything.
 */
final class Shutdown
{
    private static final long INTERRUPT_AFTER_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long GIVE_UP_AFTER_NS = TimeUnit.SECONDS.toNanos(5);

    private final Runnable askToEnd;
    private final Runnable interrupt;
    private final Runnable closeAll;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicBoolean isBegun = new AtomicBoolean();
    private final AtomicReference<Throwable> cause = new AtomicReference<>();
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();

    /**
     * @param askToEnd asks all threads to end; does not wait.
     * @param interrupt interrupts those that have not ended, and reports them.
     * @param closeAll closes everything, when nobody uses it any more; throws nothing.
     */
    Shutdown(final Runnable askToEnd, final Runnable interrupt, final Runnable closeAll)
    {
        this.askToEnd = askToEnd;
        this.interrupt = interrupt;
        this.closeAll = closeAll;
    }

    /** Whether the engine is ending or has ended. */
    boolean isBegun()
    {
        return isBegun.get();
    }

    /** Use the engine until {@link #leave()}; false if everything has been closed. */
    boolean enter()
    {
        int count = users.get();
        while (count > 0 && !users.compareAndSet(count, count + 1))
        {
            count = users.get();
        }
        return count > 0;
    }

    /** Use the engine no more. */
    void leave()
    {
        if (users.decrementAndGet() == 0)
        {
            final boolean isInterrupted = Thread.interrupted();
            closeAll.run();
            if (isInterrupted)
            {
                Thread.currentThread().interrupt();
            }
            if (cause.get() == null)
            {
                terminated.complete(null);
            }
            else
            {
                terminated.completeExceptionally(cause.get());
            }
        }
    }

    /**
     * Begin, unless it has begun. Never waits for another thread.
     *
     * @param why what ended the engine, null if it was asked to close.
     */
    void begin(final Throwable why)
    {
        if (why != null)
        {
            cause.compareAndSet(null, why);
        }
        if (isBegun.compareAndSet(false, true))
        {
            askToEnd.run();
            leave();
        }
    }

    /** What ended the engine, null if nothing did or it was asked to close. */
    Throwable cause()
    {
        return cause.get();
    }

    /** Completes when everything has been closed. */
    CompletableFuture<Void> terminated()
    {
        return terminated.copy();
    }

    /**
     * Wait until everything has been closed. Threads that foreign code blocks are interrupted after five seconds, and
     * waited for no longer after ten. An interrupt does not shorten this and is kept.
     */
    void await()
    {
        if (!await(terminated, INTERRUPT_AFTER_NS))
        {
            interrupt.run();
            await(terminated, GIVE_UP_AFTER_NS);
        }
    }

    /** Wait for a future, but not for its answer; false if the time is over. An interrupt is kept. */
    static boolean await(final CompletableFuture<?> future, final long timeoutNs)
    {
        final long deadlineNs = System.nanoTime() + timeoutNs;
        boolean isInterrupted = false;
        try
        {
            while (true)
            {
                try
                {
                    future.get(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                    return true;
                }
                catch (final ExecutionException ex)
                {
                    return true;
                }
                catch (final TimeoutException ex)
                {
                    return false;
                }
                catch (final InterruptedException ex)
                {
                    isInterrupted = true;
                }
            }
        }
        finally
        {
            if (isInterrupted)
            {
                Thread.currentThread().interrupt();
            }
        }
    }
}
