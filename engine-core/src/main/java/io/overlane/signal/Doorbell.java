// SPDX-License-Identifier: Apache-2.0
package io.overlane.signal;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread waits, any thread rings. A ring while nobody waits is kept for the next {@link #await(long)}, so who
 * publishes something and then rings cannot be missed.
 *
 * <p>A ring costs one memory fence while nobody waits and writes nothing if the last one has not been answered yet.
 */
public final class Doorbell
{
    private volatile boolean isRung;
    private volatile @Nullable Thread waiter;

    /** End a current or the next {@link #await(long)}. Any thread, after it has published what it rings for. */
    public void ring()
    {
        // What the caller published must be visible before we trust a ring that is still unanswered: the waiter
        // clears the ring first and looks for work afterwards.
        VarHandle.fullFence();
        if (!isRung)
        {
            isRung = true;
        }
        final Thread thread = waiter;
        if (thread != null)
        {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Block until somebody rings, has rung since the last call, or the time is over. May return early without a
     * reason. One thread at a time.
     *
     * <p>An interrupt during the wait ends it. A thread that is interrupted already blocks all the same: it would spin
     * if it waited in a loop. Either way the thread is interrupted when this returns.
     *
     * @param timeoutNs at most this long, in nanoseconds; returns at once if it is not positive.
     */
    public void await(final long timeoutNs)
    {
        if (!isRung && timeoutNs > 0)
        {
            final boolean wasInterrupted = Thread.interrupted();
            if (wasInterrupted)
            {
                // An interrupt leaves a permit too, which would end the park below. One of a ring may go with it.
                LockSupport.parkNanos(this, 1);
            }
            waiter = Thread.currentThread();
            if (!isRung)
            {
                LockSupport.parkNanos(this, timeoutNs);
            }
            waiter = null;
            if (wasInterrupted)
            {
                Thread.currentThread().interrupt();
            }
        }
        isRung = false;
    }
}
