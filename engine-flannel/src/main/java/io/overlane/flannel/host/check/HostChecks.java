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
import org.jspecify.annotations.Nullable;

/**
 * Runs checks on a thread of its own, each periodically and on request. A failure is reported once, until the check
 * succeeds or fails with another message, so that a check every five seconds does not fill a log.
 */
public final class HostChecks implements AutoCloseable
{
    /** How long to wait for a running check: the programs that it starts may wait some seconds for a lock. */
    private static final long CLOSE_TIMEOUT_S = 10;

    private final ScheduledThreadPoolExecutor executor;
    private final BiConsumer<String, String> onCorrected;
    private final BiConsumer<String, Exception> onFailed;
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();

    /**
     * Both callbacks run on the thread of the checks.
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
     * Run a check now and then periodically.
     *
     * @param name    of the check, for messages and {@link #now}.
     * @param periodS from the end of one run to the start of the next, in seconds.
     * @param check   to run.
     * @throws IllegalArgumentException if a check has this name already.
     */
    public void every(final String name, final long periodS, final Check check)
    {
        final Task task = new Task(name, check);
        if (tasks.putIfAbsent(name, task) != null)
        {
            throw new IllegalArgumentException("there already is a check '" + name + "'");
        }
        executor.scheduleWithFixedDelay(task, 0, periodS, TimeUnit.SECONDS);
    }

    /**
     * Run a check as soon as those before it have ended, for example after a change of peers. Any thread may call it.
     *
     * @return completes when the check has run; cancelled if this is closed.
     */
    public Future<?> now(final String name)
    {
        return executor.submit(Objects.requireNonNull(tasks.get(name), name));
    }

    /** Wait for the running check and start no more. */
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

    /** One check and how its last run ended. */
    private final class Task implements Runnable
    {
        private final String name;
        private final Check check;
        private @Nullable String lastFailure;

        Task(final String name, final Check check)
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
                // An exception thrown from here would end the periodic task.
                final String failure = String.valueOf(ex.getMessage());
                if (!failure.equals(lastFailure))
                {
                    lastFailure = failure;
                    onFailed.accept(name, ex);
                }
            }
        }
    }

    /** Compares a part of the host with its wanted state and corrects it. */
    @FunctionalInterface
    public interface Check
    {
        /**
         * Called by one thread at a time.
         *
         * @return what was corrected, for the log; empty if nothing was.
         * @throws IOException if it could not be corrected; one line that says why.
         */
        String run() throws IOException;
    }
}
