// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static io.overlane.tun.libc.Linux.POLLFD_EVENTS_OFFSET;
import static io.overlane.tun.libc.Linux.POLLFD_HAPPENED_OFFSET;
import static io.overlane.tun.libc.Linux.POLLFD_SIZE;
import static io.overlane.tun.libc.Linux.TIMESPEC_SIZE;

import io.overlane.memory.MemoryBuffer;
import java.util.concurrent.TimeUnit;

/** The memory of a {@code ppoll}: a timeout, and an array of descriptors. One thread. */
public final class PollSet
{
    private static final int TIMEOUT = 0;
    private static final int POLLFDS = TIMEOUT + TIMESPEC_SIZE;

    private final LibC libc;
    private final MemoryBuffer memory;

    /**
     * @param libc   the C library, or a stand-in for tests.
     * @param events to wait for, the same for all.
     */
    public PollSet(final LibC libc, final int capacity, final int events)
    {
        this.libc = libc;
        memory = MemoryBuffer.allocate(POLLFDS + capacity * POLLFD_SIZE, Long.BYTES);
        for (int i = 0; i < capacity; i++)
        {
            memory.putShort(pollfd(i) + POLLFD_EVENTS_OFFSET, (short)events);
        }
    }

    /**
     * @param index 0…capacity-1.
     * @param fd    that the caller acquires before each poll; -1 for none.
     */
    public void set(final int index, final int fd)
    {
        memory.putInt(pollfd(index), fd);
    }

    /**
     * @param count     descriptors to wait for, the first ones.
     * @param timeoutNs at most this long, in nanoseconds.
     * @return true if a descriptor has events.
     */
    public boolean poll(final int count, final long timeoutNs)
    {
        memory.putLong(TIMEOUT, TimeUnit.NANOSECONDS.toSeconds(timeoutNs));
        memory.putLong(TIMEOUT + Long.BYTES, timeoutNs % TimeUnit.SECONDS.toNanos(1));
        return libc.ppoll(memory, POLLFDS, count, TIMEOUT) > 0;
    }

    /**
     * @param index of a descriptor of the last {@link #poll}, which returned true.
     * @return its events, 0 for none.
     */
    int events(final int index)
    {
        return memory.getShort(pollfd(index) + POLLFD_HAPPENED_OFFSET);
    }

    private static int pollfd(final int index)
    {
        return POLLFDS + index * POLLFD_SIZE;
    }
}
