// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.check;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Runs checks on one thread of its own, each at its period and whenever asked to. A failure is told once, until the
 * check works again or fails differently: a check every five seconds must not fill a log.
 */
public final class HostChecks implements AutoCloseable
{
    /** A check asks other programs, which may wait for a lock for some seconds. */
    private static final long CLOSE_TIMEOUT_S = 10;

    private final ScheduledThreadPoolExecutor executor;
    private final BiConsumer<String, String> onCorrected;
    private final BiConsumer<String, Exception> onFailed;
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();

    /**
     * Both are called on the thread of the checks.
     *
     * @param onCorrected gets the name of a check and what it corrected.
     * @param onFailed    gets the name of a check and why it failed.
     */
    public HostChecks(final BiConsumer<String, String> onCorrected, final BiConsumer<String, Exception> onFailed)
    {
        this.onCorrected = onCorrected;
        this.onFailed = onFailed;
        executor = new ScheduledThreadPoolExecutor(1, task ->
        {
            final Thread thread = new Thread(task, "host-checks");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRejectedExecutionHandler((task, closed) -> ((Future<?>)task).cancel(false));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    /**
     * Run a check now and then again and again.
     *
     * @param name    of the check, for messages and {@link #now}.
     * @param periodS from the end of one run to the start of the next, in seconds.
     * @param check   what to do.
     * @throws IllegalArgumentException if there is a check of that name.
     */
    public void every(final String name, final long periodS, final HostCheck check)
    {
        final Task task = new Task(name, check);
        if (tasks.putIfAbsent(name, task) != null)
        {
            throw new IllegalArgumentException("there is a check '" + name + "' already");
        }
        executor.scheduleWithFixedDelay(task, 0, periodS, TimeUnit.SECONDS);
    }

    /**
     * Run a check as soon as those before it have ended, such as after the peers have changed. Any thread may ask.
     *
     * @param name of the check.
     * @return done when it has run, cancelled if this is closed.
     */
    public Future<?> now(final String name)
    {
        return executor.submit(Objects.requireNonNull(tasks.get(name), name));
    }

    /** Wait for the check that runs, start no more. */
    @Override
    public void close()
    {
        executor.shutdown();
        try
        {
            if (!executor.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS))
            {
                executor.shutdownNow();
            }
        }
        catch (final InterruptedException ex)
        {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** One check and how it ended last. */
    private final class Task implements Runnable
    {
        private final String name;
        private final HostCheck check;
        private String lastFailure;

        Task(final String name, final HostCheck check)
        {
            this.name = name;
            this.check = check;
        }

        @Override
        public void run()
        {
            try
            {
                final String corrected = check.run();
                lastFailure = null;
                if (!corrected.isEmpty())
                {
                    onCorrected.accept(name, corrected);
                }
            }
            catch (final IOException | RuntimeException ex)
            {
                // An exception that left this method would end the check for good.
                final String failure = String.valueOf(ex.getMessage());
                if (!failure.equals(lastFailure))
                {
                    lastFailure = failure;
                    onFailed.accept(name, ex);
                }
            }
        }
    }
}
