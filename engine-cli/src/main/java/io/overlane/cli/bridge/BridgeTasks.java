// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.admin.AdminException;
import io.overlane.cli.OneLineErrors;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tasks of other threads for the thread that runs a bridge, one after the other. Only that thread changes devices and
 * the host.
 */
final class BridgeTasks
{
    private static final long LONGEST_MS = TimeUnit.SECONDS.toMillis(60);

    private final BlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
    private final long longestMs;
    private volatile boolean isStopped;

    BridgeTasks()
    {
        this(LONGEST_MS);
    }

    /** @param longestMs how long somebody waits for the result of a task, in milliseconds. */
    BridgeTasks(final long longestMs)
    {
        this.longestMs = longestMs;
    }

    /** Any thread: let the bridge stop after its present task. */
    void stop()
    {
        isStopped = true;
        submit(() -> {});
    }

    /** Any thread: true if the bridge is to stop. */
    boolean isStopped()
    {
        return isStopped;
    }

    /** Any thread: add a task without waiting for it. */
    void submit(final Runnable work)
    {
        tasks.add(new FutureTask<>(work, null));
    }

    /**
     * A task that never waits twice.
     *
     * @param work to do after whatever made it necessary.
     * @return adds the task, on any thread, but does nothing while it still waits.
     */
    Runnable repeated(final Runnable work)
    {
        final AtomicBoolean isWaiting = new AtomicBoolean();
        return () ->
        {
            if (!isWaiting.getAndSet(true))
            {
                submit(() ->
                {
                    isWaiting.set(false);
                    work.run();
                });
            }
        };
    }

    /**
     * Any thread except the bridge's: run a task and wait for its result. A task that does not begin in time is not
     * done at all.
     *
     * @param work to do.
     * @param <T>  type of the result.
     * @return the result.
     * @throws AdminException if there is none; it says why.
     */
    <T> T ask(final Callable<T> work) throws AdminException
    {
        final FutureTask<T> task = new FutureTask<>(work);
        tasks.add(task);
        if (isStopped)
        {
            cancelAll();
        }
        try
        {
            return task.get(longestMs, TimeUnit.MILLISECONDS);
        }
        catch (final ExecutionException ex)
        {
            if (ex.getCause() instanceof AdminException refusal)
            {
                throw refusal;
            }
            throw AdminException.refused(OneLineErrors.message(ex));
        }
        catch (final CancellationException ex)
        {
            throw AdminException.refused("the bridge is stopping");
        }
        catch (final TimeoutException ex)
        {
            final String waited = TimeUnit.MILLISECONDS.toSeconds(longestMs) + " s";
            throw AdminException.refused(tasks.remove(task) ?
                "the bridge was busy for " + waited + ", and nothing of the request was done: ask again later" :
                "the request takes longer than " + waited + ", and the bridge goes on with it: look later whether it " +
                    "is done");
        }
        catch (final InterruptedException ex)
        {
            tasks.remove(task);
            Thread.currentThread().interrupt();
            throw AdminException.refused("interrupted");
        }
    }

    /**
     * The bridge's thread: run tasks until the time is over.
     *
     * @param seconds to wait for tasks; 0 for no limit.
     * @return false if the bridge is to stop.
     * @throws InterruptedException if the thread is interrupted.
     */
    boolean work(final int seconds) throws InterruptedException
    {
        final long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds == 0 ? Integer.MAX_VALUE : seconds);
        while (!isStopped)
        {
            final FutureTask<?> task = tasks.poll(untilNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (task == null)
            {
                return true;
            }
            if (isStopped)
            {
                task.cancel(false);
            }
            else
            {
                task.run();
            }
        }
        cancelAll();
        return false;
    }

    /** Cancel the tasks that wait, so that their callers stop waiting. */
    private void cancelAll()
    {
        for (FutureTask<?> task = tasks.poll(); task != null; task = tasks.poll())
        {
            task.cancel(false);
        }
    }
}
