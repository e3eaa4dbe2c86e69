// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ends an engine once, whichever thread begins it. It counts the users of the engine's resources: its threads, a duty
 * cycle that an application invoked, and the engine itself until the shutdown begins. The last user closes everything.
 */
final class Shutdown
{
    private static final long INTERRUPT_AFTER_NS = TimeUnit.SECONDS.toNanos(5);
    /** A thread of the engine that runs no command for so long is blocked by foreign code. */
    private static final long LONGEST_COMMAND_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long GIVE_UP_AFTER_NS = TimeUnit.SECONDS.toNanos(5);

    private final Runnable askToEnd;
    private final Runnable interrupt;
    private final Runnable abandon;
    private final Runnable closeAll;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicBoolean isBegun = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();

    /**
     * @param askToEnd  asks all threads to end; does not wait.
     * @param interrupt interrupts the threads that have not ended, and reports them.
     * @param abandon   closes what must not stay open although a thread does not end; may run several times.
     * @param closeAll  closes everything when it is out of use; throws nothing.
     */
    Shutdown(final Runnable askToEnd, final Runnable interrupt, final Runnable abandon, final Runnable closeAll)
    {
        this.askToEnd = askToEnd;
        this.interrupt = interrupt;
        this.abandon = abandon;
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

    /** Undo {@link #enter()}; the last user closes everything. */
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
     * Begin, unless the shutdown has begun. Never waits for another thread.
     *
     * @param why the Error that ended the engine, null if the application closes it.
     */
    void begin(final @Nullable Throwable why)
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

    /** The Error that ended the engine, else null. */
    @Nullable Throwable cause()
    {
        return cause.get();
    }

    /** Whether everything has been closed. */
    boolean isTerminated()
    {
        return terminated.isDone();
    }

    /** Completes when everything has been closed. */
    CompletableFuture<Void> terminated()
    {
        return terminated.copy();
    }

    /**
     * Wait until everything has been closed. After five seconds this interrupts threads that foreign code blocks, and
     * after ten it returns. An interrupt does not shorten the wait and is kept.
     */
    void await()
    {
        if (!await(terminated, INTERRUPT_AFTER_NS))
        {
            interrupt.run();
            if (!await(terminated, GIVE_UP_AFTER_NS))
            {
                abandon.run();
            }
        }
    }

    /**
     * Wait for commands to threads of the engine, but not in such a thread, and not if the application runs the duty
     * cycles. The error handler is told if this gives up after five seconds. An interrupt is kept.
     *
     * @param missing what is not the case as long as the commands have not run.
     */
    static void awaitCommands(final EngineContext context, final CompletableFuture<?> done, final String missing)
    {
        if (context.threadingMode() != ThreadingMode.INVOKER &&
            !EngineThreads.isCurrent() &&
            !await(done, LONGEST_COMMAND_NS))
        {
            context.errorHandler().onError(new IllegalStateException("a thread of the engine has run no command for " +
                TimeUnit.NANOSECONDS.toSeconds(LONGEST_COMMAND_NS) + " seconds, because foreign code blocks it: " +
                missing + " until it goes on; find that code in a thread dump"));
        }
    }

    /** Wait until a future has completed in any way. False if the time is over. An interrupt is kept. */
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
