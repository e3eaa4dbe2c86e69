// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.error.GuardedErrorHandler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * A wait for work that cannot become a spin. A wait that does not block although there is no work, in a closed port for
 * example, uses up one of a budget. When the budget is used up, the thread rests for a millisecond after each such
 * wait, and the error handler gets one line. One thread.
 */
final class BoundedWait
{
    /** The longest wait, and so the longest delay of a scan of the tables on an idle engine. */
    static final long LONGEST_NS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Fewer waits in a row are ordinary: something rang for frames that had been polled already. */
    static final int BUDGET = 1_000;

    /** A wait that blocked gives back one of the budget for each such time. */
    static final long REFILL_NS = TimeUnit.MICROSECONDS.toNanos(100);

    /** With this rest a thread takes a few percent of a core instead of all of it. */
    static final long REST_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;
    private final LongConsumer await;
    private final BooleanSupplier isUnderlayClosed;
    private final GuardedErrorHandler errorHandler;
    private final NanoClock clock;
    private final LongConsumer rest;
    private long spent;
    private boolean hasReported;

    /**
     * @param await            blocks for at most the given nanoseconds.
     * @param isUnderlayClosed whether the underlay that the thread polls has been closed; a thread cannot wait in it
     *                         then.
     */
    BoundedWait(
        final String name,
        final LongConsumer await,
        final BooleanSupplier isUnderlayClosed,
        final GuardedErrorHandler errorHandler)
    {
        this(name, await, isUnderlayClosed, errorHandler, SystemNanoClock.INSTANCE, LockSupport::parkNanos);
    }

    BoundedWait(
        final String name,
        final LongConsumer await,
        final BooleanSupplier isUnderlayClosed,
        final GuardedErrorHandler errorHandler,
        final NanoClock clock,
        final LongConsumer rest)
    {
        this.name = name;
        this.await = await;
        this.isUnderlayClosed = isUnderlayClosed;
        this.errorHandler = errorHandler;
        this.clock = clock;
        this.rest = rest;
    }

    /** Note that there was work since the last wait. */
    void onWork()
    {
        spent = 0;
    }

    /** Wait for at most half a second. */
    void await()
    {
        if (isUnderlayClosed.getAsBoolean())
        {
            report("the underlay was closed while the engine uses it: the engine receives nothing and drops datagrams" +
                " for it; close the engine instead");
            rest.accept(REST_NS);
            return;
        }
        final long beginNs = clock.nanoTime();
        await.accept(LONGEST_NS);
        spent = Math.max(0, spent + 1 - (clock.nanoTime() - beginNs) / REFILL_NS);
        if (spent > BUDGET)
        {
            spent = BUDGET;
            report(name + ": " + BUDGET + " waits in a row ended at once although there was no work; it now rests for" +
                " 1 ms after each; check whether a port or the underlay is closed, or wakes it without work");
            rest.accept(REST_NS);
        }
    }

    private void report(final String line)
    {
        if (!hasReported)
        {
            hasReported = true;
            errorHandler.onError(new IllegalStateException(line));
        }
    }
}
