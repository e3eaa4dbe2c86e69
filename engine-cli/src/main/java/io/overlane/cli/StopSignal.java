// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end by itself when SIGINT or SIGTERM comes. The exit code is 0 if the command then ends well, and the
 * JVM's own (130 or 143) if it fails or needs longer than 30 s.
 */
public final class StopSignal
{
    private static final long LONGEST_STOP_S = 30;

    private final Runnable stop;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isDone;

    private StopSignal(final Runnable stop)
    {
        this.stop = stop;
    }

    /**
     * @param stop asks the command to end, from another thread; it does not wait.
     * @return object by which the command reports its end.
     */
    public static StopSignal listen(final Runnable stop)
    {
        final StopSignal signal = new StopSignal(stop);
        Runtime.getRuntime().addShutdownHook(new Thread(signal::onShutdown, "stop"));
        return signal;
    }

    /** The command did what it should; {@link #ended()} follows. */
    public void done()
    {
        isDone = true;
    }

    /** The command has released everything, whether it did well or not. */
    public void ended()
    {
        ended.countDown();
    }

    /** Also runs when the JVM ends because the command has ended. */
    private void onShutdown()
    {
        if (ended.getCount() == 0)
        {
            return;
        }
        stop.run();
        try
        {
            if (ended.await(LONGEST_STOP_S, TimeUnit.SECONDS) && isDone)
            {
                Runtime.getRuntime().halt(0);
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }
}
