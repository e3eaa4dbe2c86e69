// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.offload.Rehearsal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/**
 * One thread of an engine. It runs an agent, and blocks in the source of work when a duty cycle found none. It costs
 * nothing while idle, and ends soon after {@link #stop()}.
 *
 * <p>An exception out of a duty cycle is reported, and the next cycle follows after a pause, which grows as long as
 * every cycle fails. An {@link Error} ends the thread. An interrupt is cleared: code of the application may have caused
 * it, and on an interrupted thread no wait would block and NIO would close every channel.
 */
final class AgentThread
{
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** The pause doubles up to 512 ms. */
    private static final int MOST_DOUBLINGS = 9;
    private static final long BEGIN_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Agent agent;
    private final BoundedWait wait;
    private final Runnable wake;
    private final GuardedErrorHandler errorHandler;
    private final Consumer<@Nullable Throwable> onEnd;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private volatile @Nullable Thread thread;
    private volatile boolean isStopping;
    private int failures;

    /**
     * @param await blocks for at most the given nanoseconds.
     * @param wake  ends a current or the next {@code await}.
     * @param onEnd called last on the thread, when the agent has been closed: with the Error that ended it, or with
     *              null after {@link #stop()}.
     */
    AgentThread(
        final Agent agent,
        final LongConsumer await,
        final Runnable wake,
        final BooleanSupplier isUnderlayClosed,
        final GuardedErrorHandler errorHandler,
        final Consumer<@Nullable Throwable> onEnd)
    {
        this.agent = agent;
        wait = new BoundedWait(agent.roleName(), await, isUnderlayClosed, errorHandler);
        this.wake = wake;
        this.errorHandler = errorHandler;
        this.onEnd = onEnd;
    }

    /**
     * Start the thread and wait until it runs.
     *
     * @throws IllegalStateException if the factory fails, or its thread does not run the given Runnable; {@code onEnd}
     *                               is not called then.
     */
    void start(final ThreadFactory factory)
    {
        final Thread made = EngineThreads.make(factory, agent.roleName(), this::run);
        thread = made;
        made.start();
        boolean wasAlive = made.isAlive();
        while (!Shutdown.await(begun, BEGIN_CHECK_NS))
        {
            if (!wasAlive)
            {
                throw new IllegalStateException("the thread factory returned a thread for " + agent.roleName() +
                    " that does not run the given Runnable; return one that does");
            }
            wasAlive = made.isAlive();
        }
    }

    /** Let the thread end after its present duty cycle. Any thread. */
    void stop()
    {
        isStopping = true;
        errorHandler.run(wake);
        LockSupport.unpark(thread);
    }

    /** Interrupt the thread if it has not ended because foreign code blocks it, and report the place. */
    void interrupt()
    {
        final Thread stuck = thread;
        if (stuck != null && stuck.isAlive())
        {
            final StackTraceElement[] trace = stuck.getStackTrace();
            errorHandler.onError(new IllegalStateException("the engine closes, but its thread " +
                stuck.getName() + " has not ended: it is interrupted" +
                (trace.length == 0 ? "" : " in " + trace[0])));
            stuck.interrupt();
        }
    }

    private void run()
    {
        begun.complete(null);
        Throwable cause = null;
        try
        {
            Rehearsal.once();
            while (!isStopping)
            {
                cycle();
            }
        }
        catch (final Throwable ex)
        {
            cause = ex;
        }
        finally
        {
            Thread.interrupted();
            errorHandler.run(agent::onClose);
            onEnd.accept(cause);
        }
    }

    private void cycle()
    {
        try
        {
            Thread.interrupted();
            if (agent.doWork() > 0)
            {
                wait.onWork();
            }
            else if (!isStopping)
            {
                wait.await();
            }
            failures = 0;
        }
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
            if (!isStopping)
            {
                LockSupport.parkNanos(this, PAUSE_NS << failures);
            }
            failures = Math.min(failures + 1, MOST_DOUBLINGS);
        }
    }
}
