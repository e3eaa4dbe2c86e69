// SPDX-License-Identifier: Apache-2.0
package io.overlane.signal;

/**
 * Where a thread with several sources of work waits for all of them together. Whoever made the sources makes this too
 * and knows how they tell of work.
 */
public interface IdleWait extends AutoCloseable
{
    /**
     * Block until a source may have work, {@link #wake()} is called or has been since the last call, or the time is
     * over. May return early without a reason. One thread at a time.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    void await(long timeoutNs);

    /** End a current or the next {@link #await(long)}. Any thread; cheap when nobody waits. */
    void wake();

    /** End the current wait and all further ones; the sources stay open. Closing twice does no harm. */
    @Override
    void close();
}
