// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

import io.overlane.error.GuardedErrorHandler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes one page at a time, and rests after each for four times as long as the page took. So all clients together
 * take at most a fifth of one processor for their pages, however often they ask.
 */
final class Turns
{
    private static final int REST_FACTOR = 4;
    private static final long LEAST_REST_NS = TimeUnit.MICROSECONDS.toNanos(500);

    /** A page that had to wait for the engine is no reason for a long rest. */
    private static final long LONGEST_REST_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final HttpPages pages;
    private final GuardedErrorHandler errorHandler;
    private final ReentrantLock lock = new ReentrantLock(true);
    private long restUntilNs = System.nanoTime();

    Turns(final HttpPages pages, final GuardedErrorHandler errorHandler)
    {
        this.pages = pages;
        this.errorHandler = errorHandler;
    }

    /** True if the calling thread makes a page. */
    boolean isMine()
    {
        return lock.isHeldByCurrentThread();
    }

    /** The reply to a question; null if its client has gone before its turn. */
    @Nullable HttpReply reply(final HttpQuestion question, final BooleanSupplier isWaiting)
    {
        lock.lock();
        try
        {
            long nowNs = System.nanoTime();
            while (restUntilNs - nowNs > 0)
            {
                LockSupport.parkNanos(restUntilNs - nowNs);
                nowNs = System.nanoTime();
            }
            return isWaiting.getAsBoolean() ? reply(question) : null;
        }
        finally
        {
            lock.unlock();
        }
    }

    private HttpReply reply(final HttpQuestion question)
    {
        final long startNs = System.nanoTime();
        try
        {
            return pages.reply(question);
        }
        catch (final RuntimeException ex)
        {
            errorHandler.onError(ex);
            return HttpReply.line(500, "the page could not be made; the program's log says why");
        }
        finally
        {
            final long nowNs = System.nanoTime();
            restUntilNs =
                nowNs + Math.max(LEAST_REST_NS, Math.min(LONGEST_REST_NS, REST_FACTOR * (nowNs - startNs)));
        }
    }
}
