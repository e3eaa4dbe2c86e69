// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A file descriptor that several threads use and any thread may close. It is closed in the kernel when the last user
 * has released it. So no thread can read from or write to a file that gets the same number next.
 */
public final class Descriptor implements AutoCloseable
{
    private static final int CLOSED = Integer.MIN_VALUE;

    private final int fd;
    private final IntConsumer closer;
    /** The number of threads between acquire and release; {@link #CLOSED} is added when it is closed. */
    private final AtomicInteger users = new AtomicInteger();

    /** @param fd open; only this object may close it. */
    public Descriptor(final int fd)
    {
        this(fd, LibC::close);
    }

    /**
     * @param fd     open; only this object may close it.
     * @param closer closes it in the kernel.
     */
    public Descriptor(final int fd, final IntConsumer closer)
    {
        this.fd = fd;
        this.closer = closer;
    }

    /** @return the number. It is valid only between acquire and release. */
    public int fd()
    {
        return fd;
    }

    /** @return true if it may be used until {@link #release()}; false if it is closed. */
    public boolean acquire()
    {
        int current = users.get();
        while (current >= 0)
        {
            if (users.compareAndSet(current, current + 1))
            {
                return true;
            }
            current = users.get();
        }
        return false;
    }

    /** @return true if it has been closed, also while a thread still uses it. */
    public boolean isClosed()
    {
        return users.get() < 0;
    }

    public void release()
    {
        if (users.decrementAndGet() == CLOSED)
        {
            closer.accept(fd);
        }
    }

    /** Refuse new users, and close it in the kernel when no thread uses it any more. */
    @Override
    public void close()
    {
        int current = users.get();
        while (current >= 0)
        {
            if (users.compareAndSet(current, current + CLOSED))
            {
                if (current == 0)
                {
                    closer.accept(fd);
                }
                return;
            }
            current = users.get();
        }
    }
}
