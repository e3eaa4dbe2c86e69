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
 * What other threads want done by the thread that runs a bridge, one after the other: nothing else changes devices or
 * the host.
 */
final class BridgeTasks
{
    private static final long LONGEST_S = 60;

    private final BlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
    private volatile boolean isStopped;

    /** Any thread: the bridge is to stop when it has done what it is at. */
    void stop()
    {
        isStopped = true;
        submit(() -> {});
    }

    /** Any thread: whether the bridge is to stop. */
    boolean isStopped()
    {
        return isStopped;
    }

    /** Any thread, which does not wait. */
    void submit(final Runnable work)
    {
        tasks.add(new FutureTask<>(work, null));
    }

    /**
     * Any thread but the bridge's own: waits until it is done.
     *
     * @param work to do.
     * @param <T>  what comes of it.
     * @return what came of it.
     * @throws AdminException if nothing did; says why.
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
            throw AdminException.refused(OneLineErrors.message(ex.getCause()));
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
     * The bridge's thread: do what is wanted until the time is over.
     *
     * @param seconds at most; 0 for as long as it takes.
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

    /** Whoever waits is told that nothing will come. */
    private void cancelAll()
    {
        for (FutureTask<?> task = tasks.poll(); task != null; task = tasks.poll())
        {
            task.cancel(false);
        }
    }
}
