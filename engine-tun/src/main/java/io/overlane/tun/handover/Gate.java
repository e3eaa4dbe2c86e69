// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps packets waiting in the kernel while an engine must not read them: until its tables are filled, as it would drop
 * them before, and from the time when it leaves its devices to the next process.
 */
public final class Gate
{
    /** Longest pause of a thread that finds the gate closed: short enough to begin at once. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** In this time the packets that waited reach their ends, through the engine of a peer, too. */
    private static final long PASSAGE_MS = 1_000;

    private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
    private volatile boolean isOpen;
    private volatile boolean hasPassed;

    boolean isOpen()
    {
        return isOpen;
    }

    /** Whether the packets that waited for the first opening have been carried, and the actions have run. */
    boolean hasPassed()
    {
        return hasPassed;
    }

    /** Let the packets through. Any thread. */
    public void open()
    {
        isOpen = true;
        CompletableFuture.delayedExecutor(PASSAGE_MS, TimeUnit.MILLISECONDS).execute(this::onPassed);
    }

    private void onPassed()
    {
        for (Runnable action = actions.poll(); action != null; action = actions.poll())
        {
            action.run();
        }
        hasPassed = true;
    }

    /**
     * Run an action when the packets that waited have been carried: a second after the gate is opened for the next
     * time. Any thread.
     *
     * @param action runs on another thread, at most once; throws nothing.
     */
    public void afterOpening(final Runnable action)
    {
        actions.add(action);
    }

    /** Keep the packets waiting from now on; a batch that is read at the moment is still carried. Any thread. */
    public void close()
    {
        isOpen = false;
    }

    void pause(final long timeoutNs)
    {
        LockSupport.parkNanos(this, Math.min(timeoutNs, PAUSE_NS));
    }
}
