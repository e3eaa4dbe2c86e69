// SPDX-License-Identifier: Apache-2.0
package io.overlane.signal;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread waits, any thread rings. A ring while no thread waits is kept for the next {@link #await(long)}, so that a
 * thread which publishes work and then rings always wakes the waiting thread.
 *
 * <p>While no thread waits, a ring costs one memory fence, and writes nothing if an earlier ring is still kept.
 */
public final class Doorbell
{
    private volatile boolean isRung;
    private volatile @Nullable Thread waiter;

    /** End a current or the next {@link #await(long)}. Any thread, after it has published the work. */
    public void ring()
    {
        // The published work must be visible before this thread relies on a ring that is still kept: the waiting thread
        // first clears the ring and then looks for work.
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
     * Block until a thread rings or has rung since the last call, or the time is over. May return early without a
     * reason. One thread at a time.
     *
     * <p>An interrupt during the wait ends it. A thread that was interrupted before blocks nevertheless, because it
     * would spin if it waited in a loop. In both cases the thread is interrupted when this returns.
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
                // An interrupt also leaves a permit, which would end the park below. A ring may share the permit.
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
