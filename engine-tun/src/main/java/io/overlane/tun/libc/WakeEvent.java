// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static io.overlane.tun.libc.Linux.O_CLOEXEC;
import static io.overlane.tun.libc.Linux.O_NONBLOCK;

import io.overlane.memory.MemoryBuffer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An eventfd by which any thread ends the wait of one other thread, which waits for the eventfd and other descriptors.
 *
 * <p>A wake-up is remembered until the next wait. It costs a system call (a write to the eventfd) only if the waiting
 * thread is blocked or about to block.
 */
final class WakeEvent implements AutoCloseable
{
    private static final int RUNNING = 0;
    private static final int WAITING = 1;
    private static final int WOKEN = 2;

    private static final int COUNTER = 0;
    private static final int ONE = COUNTER + Long.BYTES;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory = MemoryBuffer.allocate(2 * Long.BYTES, Long.BYTES);
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final Descriptor descriptor;

    /** @throws IOException if the system refuses an eventfd. */
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

    /** Readable when the wait should end. */
    Descriptor descriptor()
    {
        return descriptor;
    }

    /** Called by the waiting thread. Returns false if it was woken since the last wait, and must not block. */
    boolean begin()
    {
        return state.compareAndSet(RUNNING, WAITING);
    }

    /** Called by the waiting thread after each {@link #begin()}: the wait is over. */
    void end()
    {
        // This also reads the state, so writes before a wake() are visible after the wait that it ended.
        state.getAndSet(RUNNING);
    }

    /** Called by the waiting thread, which has acquired the descriptor, if it was readable. */
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
