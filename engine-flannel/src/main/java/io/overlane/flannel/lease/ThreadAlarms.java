// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Alarms on a thread of their own. */
public final class ThreadAlarms implements Alarms
{
    /** Longest delay; nanoseconds in a long cannot hold every time that a registry may name. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    public ThreadAlarms(final String name)
    {
        executor = new ScheduledThreadPoolExecutor(1, task ->
        {
            thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Alarm after(final Duration delay, final Runnable task)
    {
        try
        {
            final Duration bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
            final Future<?> future = executor.schedule(task, bounded.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        }
        catch (final RejectedExecutionException ex)
        {
            return () ->
            {
                // Closed, so the task never runs.
            };
        }
    }

    @Override
    public void close()
    {
        executor.shutdown();
        try
        {
            if (Thread.currentThread() != thread && !executor.awaitTermination(5, TimeUnit.SECONDS))
            {
                executor.shutdownNow();
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }
}
