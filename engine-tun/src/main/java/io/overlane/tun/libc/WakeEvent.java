// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static io.overlane.tun.libc.Linux.O_CLOEXEC;
import static io.overlane.tun.libc.Linux.O_NONBLOCK;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An eventfd by which any thread ends the wait of one other, which waits for it together with other descriptors.
 *
 * <p>A wake-up is remembered until the next wait; it costs a system call (a write to the eventfd) only when the waiting
 * thread is blocked or about to be.
 */
final class WakeEvent implements AutoCloseable
{
    private static final int RUNNING = 0;
    private static final int WAITING = 1;
    private static final int WOKEN = 2;

    private static final int COUNTER = 0;
    private static final int ONE = COUNTER + Long.BYTES;

    private final LibC libc = LibC.get();
    private final UnsafeBuffer memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(2 * Long.BYTES, Long.BYTES));
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final Descriptor descriptor;

    /** @throws IOException if there is no eventfd to be had. */
    WakeEvent() throws IOException
    {
        final int fd = libc.eventfd(0, O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
        {
            throw new IOException("cannot create an eventfd: " + LibC.describe(LibC.errno()));
        }
        descriptor = new Descriptor(fd);
        memory.putLong(ONE, 1);
    }

    /** Readable when the wait is to end. */
    Descriptor descriptor()
    {
        return descriptor;
    }

    /** Waiting thread: @return true if it may block, false if it has been woken since the last wait. */
    boolean begin()
    {
        return state.compareAndSet(RUNNING, WAITING);
    }

    /** Waiting thread, behind {@link #begin()} in any case: the wait is over. */
    void end()
    {
        // Reads the state too: what was done before a wake() is seen after the wait it ended.
        state.getAndSet(RUNNING);
    }

    /** Waiting thread, which has acquired the descriptor: it was readable. */
    void clear()
    {
        libc.read(descriptor.fd(), memory, COUNTER, Long.BYTES);
    }

    /** End the current wait, or the next. Any thread. */
    void wake()
    {
        if (state.get() != WOKEN && state.getAndSet(WOKEN) == WAITING && descriptor.acquire())
        {
            try
            {
                libc.write(descriptor.fd(), memory, ONE, Long.BYTES);
            }
            finally
            {
                descriptor.release();
            }
        }
    }

    /** End the current wait and all further ones. Closing twice does no harm. */
    @Override
    public void close()
    {
        wake();
        descriptor.close();
    }
}
