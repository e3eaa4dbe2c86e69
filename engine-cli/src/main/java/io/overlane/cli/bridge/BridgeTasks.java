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

/**
 * Tasks of other threads for the thread that runs a bridge, one after the other. Only that thread changes devices and
 * the host.
 */
final class BridgeTasks
{
    private static final long LONGEST_S = 60;

    private final BlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
    private volatile boolean isStopped;

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
     * Any thread except the bridge's: run a task and wait for its result.
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
            return task.get(LONGEST_S, TimeUnit.SECONDS);
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
            throw AdminException.refused("the request takes longer than " + LONGEST_S + " s");
        }
        catch (final InterruptedException ex)
        {
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
