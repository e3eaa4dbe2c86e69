// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static io.overlane.tun.libc.Linux.POLLIN;

import java.io.IOException;

/**
 * Waits until a descriptor is readable, another thread calls {@link #wake()}, or the time is over. One thread waits.
 */
public final class Waiter implements AutoCloseable
{
    private static final int WAKE = 0;
    private static final int READ = 1;
    private static final int COUNT = 2;

    private final PollSet set = new PollSet(LibC.get(), COUNT, POLLIN);
    private final Descriptor descriptor;
    private final WakeEvent event = new WakeEvent();

    /**
     * @param descriptor to wait for; it stays the caller's.
     * @throws IOException if the system gives no eventfd.
     */
    public Waiter(final Descriptor descriptor) throws IOException
    {
        this.descriptor = descriptor;
        set.set(WAKE, event.descriptor().fd());
        set.set(READ, descriptor.fd());
    }

    /**
     * Returns at once if {@link #wake()} was called since the last wait, or if the descriptor is closed.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    public void await(final long timeoutNs)
    {
        if (event.begin() && descriptor.acquire())
        {
            try
            {
                awaitEvents(Math.max(0, timeoutNs));
            }
            finally
            {
                descriptor.release();
            }
        }
        event.end();
    }

    private void awaitEvents(final long timeoutNs)
    {
        if (event.descriptor().acquire())
        {
            try
            {
                if (set.poll(COUNT, timeoutNs) && set.events(WAKE) != 0)
                {
                    event.clear();
                }
            }
            finally
            {
                event.descriptor().release();
            }
        }
    }

    /**
     * Leave the descriptor out of further waits; for a device that is gone, whose error state would end each at once.
     * Waiting thread only.
     */
    public void ignore()
    {
        set.set(READ, -1);
    }

    /** End the current wait, or the next. Any thread. */
    public void wake()
    {
        event.wake();
    }

    /** End the current wait and all further ones. Closing twice does no harm. */
    @Override
    public void close()
    {
        event.close();
    }
}
