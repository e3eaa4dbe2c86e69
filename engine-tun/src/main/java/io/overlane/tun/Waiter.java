package io.overlane.tun;

import static io.overlane.tun.Linux.O_CLOEXEC;
import static io.overlane.tun.Linux.O_NONBLOCK;
import static io.overlane.tun.Linux.POLLFD_EVENTS_OFFSET;
import static io.overlane.tun.Linux.POLLFD_HAPPENED_OFFSET;
import static io.overlane.tun.Linux.POLLFD_SIZE;
import static io.overlane.tun.Linux.POLLIN;
import static io.overlane.tun.Linux.TIMESPEC_SIZE;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Waits until a descriptor is readable, another thread calls {@link #wake()}, or the time is over. One thread waits.
 *
 * <p>A wake-up is remembered until the next wait; it costs a system call (a write to an eventfd) only when the waiting
 * thread is in {@code ppoll} or about to be.
 */
final class Waiter implements AutoCloseable
{
    private static final int RUNNING = 0;
    private static final int WAITING = 1;
    private static final int WOKEN = 2;

    private static final int EVENT_POLLFD = POLLFD_SIZE;
    private static final int TIMEOUT = 2 * POLLFD_SIZE;
    private static final int COUNTER = TIMEOUT + TIMESPEC_SIZE;
    private static final int ONE = COUNTER + Long.BYTES;

    private final LibC.Calls libc = LibC.calls();
    private final UnsafeBuffer memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(ONE + Long.BYTES, 8));
    private final long address = memory.addressOffset();
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final Descriptor descriptor;
    private final Descriptor event;

    /**
     * @param descriptor what to wait for; it stays the caller's.
     * @throws IOException if there is no eventfd to be had.
     */
    Waiter(final Descriptor descriptor) throws IOException
    {
        this.descriptor = descriptor;
        final int fd = libc.eventfd(0, O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
        {
            throw new IOException("cannot create an eventfd: " + LibC.describe(LibC.errno()));
        }
        event = new Descriptor(fd);
        memory.putInt(0, descriptor.fd());
        memory.putShort(POLLFD_EVENTS_OFFSET, POLLIN);
        memory.putInt(EVENT_POLLFD, fd);
        memory.putShort(EVENT_POLLFD + POLLFD_EVENTS_OFFSET, POLLIN);
        memory.putLong(ONE, 1);
    }

    /**
     * Returns at once if {@link #wake()} was called since the last wait, or if either descriptor is closed.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    void await(final long timeoutNs)
    {
        if (state.compareAndSet(RUNNING, WAITING))
        {
            if (descriptor.acquire())
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
        }
        // Reads the state too: what was done before a wake() is seen after the wait it ended.
        state.getAndSet(RUNNING);
    }

    private void awaitEvents(final long timeoutNs)
    {
        if (!event.acquire())
        {
            return;
        }
        try
        {
            memory.putLong(TIMEOUT, TimeUnit.NANOSECONDS.toSeconds(timeoutNs));
            memory.putLong(TIMEOUT + Long.BYTES, timeoutNs % TimeUnit.SECONDS.toNanos(1));
            final int ready = libc.ppoll(address, 2, address + TIMEOUT, 0);
            if (ready > 0 && memory.getShort(EVENT_POLLFD + POLLFD_HAPPENED_OFFSET) != 0)
            {
                libc.read(event.fd(), address + COUNTER, Long.BYTES);
            }
        }
        finally
        {
            event.release();
        }
    }

    /**
     * Leave the descriptor out of further waits; for a device that is gone, whose error state would end each at once.
     * Waiting thread only.
     */
    void ignoreDescriptor()
    {
        memory.putInt(0, -1);
    }

    /** End the current wait, or the next. Any thread. */
    void wake()
    {
        if (state.get() != WOKEN && state.getAndSet(WOKEN) == WAITING && event.acquire())
        {
            try
            {
                libc.write(event.fd(), address + ONE, Long.BYTES);
            }
            finally
            {
                event.release();
            }
        }
    }

    /** End the current wait and all further ones. Closing twice does no harm. */
    @Override
    public void close()
    {
        wake();
        event.close();
    }
}
