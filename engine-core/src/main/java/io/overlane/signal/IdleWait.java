// SPDX-License-Identifier: Apache-2.0
package io.overlane.signal;

/**
 * A place where a thread waits for several sources of work together. The maker of the sources also makes their
 * {@code IdleWait}, because it knows how they report work.
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

    /** End a current or the next {@link #await(long)}. Any thread; cheap when no thread waits. */
    void wake();

    /** End the current wait and all further ones; the sources stay open. A second call does nothing. */
    @Override
    void close();
}
