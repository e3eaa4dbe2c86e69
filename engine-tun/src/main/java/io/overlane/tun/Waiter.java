// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.Linux.POLLFD_EVENTS_OFFSET;
import static io.overlane.tun.Linux.POLLFD_HAPPENED_OFFSET;
import static io.overlane.tun.Linux.POLLFD_SIZE;
import static io.overlane.tun.Linux.POLLIN;
import static io.overlane.tun.Linux.TIMESPEC_SIZE;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Waits until one of some descriptors is readable, another thread calls {@link #wake()}, or the time is over. One
 * thread waits.
 */
final class Waiter implements AutoCloseable
{
    private static final int TIMEOUT = 0;
    /** The wake event's first, then one for each descriptor. */
    private static final int POLLFDS = TIMEOUT + TIMESPEC_SIZE;

    private final LibC libc = LibC.get();
    private final UnsafeBuffer memory;
    private final Descriptor[] descriptors;
    private final WakeEvent event = new WakeEvent();

    /**
     * @param descriptors what to wait for; they stay the caller's.
     * @throws IOException if there is no eventfd to be had.
     */
    Waiter(final Descriptor... descriptors) throws IOException
    {
        this.descriptors = descriptors;
        memory = new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(POLLFDS + (1 + descriptors.length) * POLLFD_SIZE, Long.BYTES));
        putPollfd(POLLFDS, event.descriptor().fd());
        for (int i = 0; i < descriptors.length; i++)
        {
            putPollfd(pollfd(i), descriptors[i].fd());
        }
    }

    private void putPollfd(final int offset, final int fd)
    {
        memory.putInt(offset, fd);
        memory.putShort(offset + POLLFD_EVENTS_OFFSET, POLLIN);
    }

    private static int pollfd(final int index)
    {
        return POLLFDS + (1 + index) * POLLFD_SIZE;
    }

    /**
     * Returns at once if {@link #wake()} was called since the last wait, or if a descriptor is closed.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    void await(final long timeoutNs)
    {
        if (event.begin())
        {
            int acquired = 0;
            try
            {
                while (acquired < descriptors.length && descriptors[acquired].acquire())
                {
                    acquired++;
                }
                if (acquired == descriptors.length)
                {
                    awaitEvents(Math.max(0, timeoutNs));
                }
            }
            finally
            {
                while (acquired > 0)
                {
                    acquired--;
                    descriptors[acquired].release();
                }
            }
        }
        event.end();
    }

    private void awaitEvents(final long timeoutNs)
    {
        if (!event.descriptor().acquire())
        {
            return;
        }
        try
        {
            memory.putLong(TIMEOUT, TimeUnit.NANOSECONDS.toSeconds(timeoutNs));
            memory.putLong(TIMEOUT + Long.BYTES, timeoutNs % TimeUnit.SECONDS.toNanos(1));
            final int ready = libc.ppoll(memory, POLLFDS, 1 + descriptors.length, TIMEOUT);
            if (ready > 0 && memory.getShort(POLLFDS + POLLFD_HAPPENED_OFFSET) != 0)
            {
                event.clear();
            }
        }
        finally
        {
            event.descriptor().release();
        }
    }

    /**
     * Leave a descriptor out of further waits; for a device that is gone, whose error state would end each at once.
     * Waiting thread only.
     *
     * @param index of the descriptor, in the order given.
     */
    void ignore(final int index)
    {
        memory.putInt(pollfd(index), -1);
    }

    /** End the current wait, or the next. Any thread. */
    void wake()
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
