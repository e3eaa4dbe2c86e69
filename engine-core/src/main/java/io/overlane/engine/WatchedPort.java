// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.frame.FrameBatch;
import io.overlane.port.ForwardingPort;
import io.overlane.port.Port;
import io.overlane.signal.Doorbell;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.ErrorHandler;

/**
 * A port that cannot wake the thread that polls it, with a second thread that waits for its frames and wakes the first.
 * The two threads take turns: one waits while there are no frames, the other polls until there are none.
 *
 * <p>An engine makes these for its devices; a program makes one for a device that several ports share.
 */
public final class WatchedPort extends ForwardingPort
{
    private static final long LONGEST_END_MS = TimeUnit.SECONDS.toMillis(5);

    private final Doorbell doorbell = new Doorbell();
    /** Runs after each ring of the doorbell. */
    private volatile Runnable wake;
    private final GuardedErrorHandler errorHandler;
    private final BoundedWait wait;
    private final Thread watcher;

    /** True in the turn of the polling thread, false in that of the watching thread. */
    private volatile boolean isReady = true;
    private volatile boolean isStopped;

    /** Whether the polling thread got frames in this turn and in its last; {@code isReady} publishes the latter. */
    private boolean hasPolledThisTurn;
    private boolean hasPolled;

    private WatchedPort(
        final Port port, final Runnable wake, final ThreadFactory threadFactory, final ErrorHandler errorHandler)
    {
        super(port);
        this.wake = wake;
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        wait = new BoundedWait("overlane-wait-" + port.name(), port::await, () -> false, this.errorHandler);
        watcher = EngineThreads.make(threadFactory, "overlane-wait-" + port.name(), this::watch);
    }

    /**
     * @param port          a device.
     * @param threadFactory makes the thread that waits for it.
     * @param errorHandler  gets the failure if the device breaks.
     * @return the device as a port that can wake any thread.
     */
    public static WatchedPort watch(
        final Port port, final ThreadFactory threadFactory, final ErrorHandler errorHandler)
    {
        return watch(port, () -> {}, threadFactory, errorHandler);
    }

    /** {@code wake} wakes the thread that polls. */
    static WatchedPort watch(
        final Port port, final Runnable wake, final ThreadFactory threadFactory, final ErrorHandler errorHandler)
    {
        final WatchedPort watched = new WatchedPort(port, wake, threadFactory, errorHandler);
        watched.watcher.start();
        return watched;
    }

    /** Ask the watching thread to end; the port stays open. */
    void stop()
    {
        isStopped = true;
        errorHandler.run(port::wake);
        LockSupport.unpark(watcher);
    }

    /** Wait until the watching thread no longer uses the port; a closed device lives on until then. */
    void join()
    {
        try
        {
            if (watcher != Thread.currentThread())
            {
                watcher.join(LONGEST_END_MS);
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        if (!isReady)
        {
            return 0;
        }
        final int frames = port.poll(batch, limit);
        if (frames == 0)
        {
            hasPolled = hasPolledThisTurn;
            hasPolledThisTurn = false;
            isReady = false;
            LockSupport.unpark(watcher);
        }
        else
        {
            hasPolledThisTurn = true;
        }
        return frames;
    }

    @Override
    public void await(final long timeoutNs)
    {
        doorbell.await(timeoutNs);
    }

    @Override
    public void wake()
    {
        doorbell.ring();
    }

    @Override
    public boolean wakes(final Runnable anotherWake)
    {
        wake = anotherWake;
        return true;
    }

    @Override
    public void close()
    {
        stop();
        join();
        port.close();
    }

    /** Wakes the polling thread, which waits for the doorbell or elsewhere. */
    private void onReady()
    {
        isReady = true;
        doorbell.ring();
        wake.run();
    }

    private void watch()
    {
        try
        {
            while (!isStopped)
            {
                Thread.interrupted();
                if (isReady)
                {
                    LockSupport.park(this);
                }
                else
                {
                    if (hasPolled)
                    {
                        wait.onWork();
                    }
                    wait.await();
                    onReady();
                }
            }
        }
        catch (final Throwable ex)
        {
            // No thread waits for the port any more, so it is polled whenever the other thread is awake.
            isReady = true;
            errorHandler.onError(ex);
        }
    }
}
