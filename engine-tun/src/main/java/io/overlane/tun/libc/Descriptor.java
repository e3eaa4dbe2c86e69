// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A file descriptor that several threads use and any thread may close. The number is given back to the kernel only
 * when the last user has left, so that nobody can read from or write to whatever is opened under it next.
 */
public final class Descriptor implements AutoCloseable
{
    private static final int CLOSED = Integer.MIN_VALUE;

    private final int fd;
    private final IntConsumer closer;
    /** How many threads are between acquire and release, {@link #CLOSED} added once it is to be closed. */
    private final AtomicInteger users = new AtomicInteger();

    /** @param fd open, and nobody else's to close. */
    public Descriptor(final int fd)
    {
        this(fd, LibC::close);
    }

    /**
     * @param fd     open, and nobody else's to close.
     * @param closer gives the number back.
     */
    public Descriptor(final int fd, final IntConsumer closer)
    {
        this.fd = fd;
        this.closer = closer;
    }

    /** @return the number; the kernel's meaning of it is certain only between acquire and release. */
    public int fd()
    {
        return fd;
    }

    /** @return true if it may be used until {@link #release()}, false if it is closed. */
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

    /** @return true once it has been closed, also while somebody still uses it. */
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

    /** Refuse new users, and close now or when the last one leaves. */
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
