// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.error.GuardedErrorHandler;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports room in a ring to the threads that found it full. While nobody wants room, the reader of the ring pays one
 * memory fence each time it frees some.
 *
 * <p>No report is lost: a writer first asks for it and then tries once more, the reader first frees room and then looks
 * for requests, and a full fence is between the two steps of each.
 */
final class RoomSignal
{
    private final GuardedErrorHandler errorHandler;
    private final AtomicBoolean isWanted = new AtomicBoolean();
    private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Runnable callback;

    RoomSignal(final GuardedErrorHandler errorHandler)
    {
        this.errorHandler = errorHandler;
    }

    /** Run this whenever room was freed after a thread asked for it; null for nothing. Any thread. */
    void onRoom(final @Nullable Runnable runnable)
    {
        callback = runnable;
    }

    /** Whether a thread asked for room and none was freed since. Any thread. */
    boolean isWanted()
    {
        return isWanted.get();
    }

    /** Ask to be told of room; the caller then tries once more. True if no thread had asked. Any thread. */
    boolean want()
    {
        return !isWanted.get() && isWanted.compareAndSet(false, true);
    }

    /** Report room to all that asked. A thread that has freed some, or closed the ring, after a full fence. */
    void report()
    {
        if (isWanted.get() && isWanted.compareAndSet(true, false))
        {
            for (final Thread thread : waiting)
            {
                LockSupport.unpark(thread);
            }
            final Runnable runnable = callback;
            if (runnable != null)
            {
                errorHandler.run(runnable);
            }
        }
    }

    /**
     * Try to claim until the answer is another than {@link FrameRing#FULL}, or the time is over. Any thread.
     *
     * <p>An interrupt during the wait ends it. A thread that was interrupted before waits all the same, because it
     * would spin if it called this in a loop. In both cases the thread is interrupted when this returns.
     *
     * @param tryClaim asks for room if there is none.
     */
    int await(final IntSupplier tryClaim, final long timeoutNs)
    {
        final boolean wasInterrupted = Thread.interrupted();
        final Thread thread = Thread.currentThread();
        final long startNs = System.nanoTime();
        waiting.add(thread);
        try
        {
            int index = tryClaim.getAsInt();
            long leftNs = timeoutNs;
            while (index == FrameRing.FULL && leftNs > 0 && !thread.isInterrupted())
            {
                LockSupport.parkNanos(this, leftNs);
                index = tryClaim.getAsInt();
                leftNs = timeoutNs - (System.nanoTime() - startNs);
            }
            return index;
        }
        finally
        {
            waiting.remove(thread);
            if (wasInterrupted)
            {
                thread.interrupt();
            }
        }
    }
}
