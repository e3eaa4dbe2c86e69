// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static io.overlane.tun.libc.Linux.EPOLLERR;
import static io.overlane.tun.libc.Linux.EPOLLIN;
import static io.overlane.tun.libc.Linux.EPOLL_CTL_ADD;
import static io.overlane.tun.libc.Linux.EPOLL_CTL_DEL;
import static io.overlane.tun.libc.Linux.EPOLL_DATA_OFFSET;
import static io.overlane.tun.libc.Linux.EPOLL_EVENT_SIZE;
import static io.overlane.tun.libc.Linux.O_CLOEXEC;
import static io.overlane.tun.libc.Linux.POLLIN;

import io.overlane.memory.MemoryBuffer;
import io.overlane.signal.IdleWait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread wait for many descriptors together.
 *
 * <p>Up to {@link #FEW} descriptors are waited for with {@code ppoll}, more with {@code epoll}. The cost of an
 * {@code epoll_wait} does not depend on the number of descriptors, but an epoll also costs the sender of each packet
 * some time, even while nobody waits (the kernel's {@code ep_poll_callback}). {@code ppoll} costs senders nothing then.
 */
public final class DescriptorWait implements IdleWait
{
    /** Descriptors reported at a time; those beyond come first the next time. */
    private static final int MOST_EVENTS = 64;
    private static final int CHANGE = MOST_EVENTS * EPOLL_EVENT_SIZE;

    /** Descriptors that are waited for with {@code ppoll}, the wake event's included. */
    private static final int FEW = 4;

    /** The wake event's. */
    private static final int WAKE_ID = 0;

    private final LibC libc = LibC.get();
    private final PollSet fewEvents = new PollSet(libc, FEW, POLLIN);
    private final List<Source> few = new ArrayList<>(FEW);
    private final Int2ObjectHashMap<Source> sources = new Int2ObjectHashMap<>();
    private final WakeEvent event = new WakeEvent();
    private int lastId = WAKE_ID;

    /** Null until there are more than a few; then it has all of them, and the list of the few is empty. */
    private volatile @Nullable Descriptor epoll;
    @SuppressWarnings("NullAway.Init") // Made with the epoll.
    private MemoryBuffer memory;
    /** True directly after a wait, which has reported already. */
    private boolean isFresh;

    /** A descriptor to wait for, and what to run when it is readable. */
    public record Source(int id, int events, Descriptor descriptor, boolean isDevice, Runnable onReady)
    {
    }

    /** @throws IOException if the system refuses an eventfd. */
    public DescriptorWait() throws IOException
    {
        watch(new Source(WAKE_ID, EPOLLIN, event.descriptor(), false, () -> {}));
    }

    /**
     * Wait for one more descriptor. Waiting thread, or before it starts.
     *
     * @param descriptor closed by the caller.
     * @param isDevice   true if an error of the descriptor means that its device is gone.
     * @param onReady    runs in {@link #await} or {@link #select} when the descriptor is readable.
     * @return for {@link #remove}.
     * @throws IllegalStateException if the system refuses.
     */
    public Source add(final Descriptor descriptor, final int events, final boolean isDevice, final Runnable onReady)
    {
        lastId++;
        final Source source = new Source(lastId, events, descriptor, isDevice, onReady);
        watch(source);
        return source;
    }

    /** Stop waiting for a descriptor, which may be closed or no longer waited for. Waiting thread. */
    public void remove(final Source source)
    {
        if (!few.remove(source) && sources.remove(source.id) != null)
        {
            control(Objects.requireNonNull(epoll), EPOLL_CTL_DEL, source);
        }
    }

    @Override
    public void await(final long timeoutNs)
    {
        try
        {
            if (event.begin() && event.descriptor().acquire())
            {
                try
                {
                    report(Math.max(0, timeoutNs), true);
                    isFresh = true;
                }
                finally
                {
                    event.descriptor().release();
                }
            }
        }
        finally
        {
            event.end();
        }
    }

    /** Report what is readable now, without blocking; does nothing directly after {@link #await}. Waiting thread. */
    public void select()
    {
        if (!isFresh)
        {
            report(0, false);
        }
        isFresh = false;
    }

    @Override
    public void wake()
    {
        event.wake();
    }

    @Override
    public void close()
    {
        event.close();
        CloseHelper.close(epoll);
    }

    private void report(final long timeoutNs, final boolean isWait)
    {
        final Descriptor many = epoll;
        if (many == null)
        {
            reportFew(timeoutNs, isWait);
        }
        else if (many.acquire())
        {
            try
            {
                reportMany(many.fd(), timeoutNs, isWait);
            }
            finally
            {
                many.release();
            }
        }
    }

    private void reportMany(final int fd, final long timeoutNs, final boolean isWait)
    {
        final int ready = libc.epollWait(fd, memory, MOST_EVENTS, timeoutMs(timeoutNs));
        for (int i = 0; i < ready; i++)
        {
            final int offset = i * EPOLL_EVENT_SIZE;
            final Source source = sources.get((int)memory.getLong(offset + EPOLL_DATA_OFFSET));
            if (source != null)
            {
                onEvent(source, memory.getInt(offset), isWait);
            }
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void reportFew(final long timeoutNs, final boolean isWait)
    {
        final int count = few.size();
        int acquired = 0;
        try
        {
            for (int i = 0; i < count; i++)
            {
                final Descriptor descriptor = few.get(i).descriptor;
                final boolean isOpen = descriptor.acquire();
                acquired |= isOpen ? 1 << i : 0;
                fewEvents.set(i, isOpen ? descriptor.fd() : -1);
            }
            if (!fewEvents.poll(count, timeoutNs))
            {
                return;
            }
        }
        finally
        {
            for (int i = 0; i < count; i++)
            {
                if ((acquired & 1 << i) != 0)
                {
                    few.get(i).descriptor.release();
                }
            }
        }
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            final Source source = few.get(next);
            final int events = fewEvents.events(i);
            if (events != 0)
            {
                onEvent(source, events, isWait);
            }
            // A source whose device is gone was removed from the list.
            next += next < few.size() && few.get(next) == source ? 1 : 0;
        }
    }

    private void onEvent(final Source source, final int events, final boolean isWait)
    {
        if (source.id == WAKE_ID)
        {
            if (isWait)
            {
                event.clear();
            }
            return;
        }
        source.onReady.run();
        if (source.isDevice && (events & EPOLLERR) != 0)
        {
            // The device was removed. Its error state would end every wait (tun_chr_poll).
            remove(source);
        }
    }

    private void watch(final Source source)
    {
        Descriptor many = epoll;
        if (many == null && few.size() < FEW)
        {
            few.add(source);
            return;
        }
        if (many == null)
        {
            many = moveToEpoll();
        }
        watchWithEpoll(many, source);
    }

    private Descriptor moveToEpoll()
    {
        final int fd = libc.epollCreate(O_CLOEXEC);
        if (fd < 0)
        {
            throw new IllegalStateException("cannot create an epoll: " + LibC.describe(LibC.errno()));
        }
        final Descriptor many = new Descriptor(fd);
        memory = MemoryBuffer.allocate(CHANGE + EPOLL_EVENT_SIZE, Long.BYTES);
        try
        {
            few.forEach(source -> watchWithEpoll(many, source));
        }
        catch (final IllegalStateException ex)
        {
            many.close();
            sources.clear();
            throw ex;
        }
        few.clear();
        epoll = many;
        return many;
    }

    private void watchWithEpoll(final Descriptor many, final Source source)
    {
        memory.putInt(CHANGE, source.events);
        memory.putLong(CHANGE + EPOLL_DATA_OFFSET, source.id);
        final int errno = control(many, EPOLL_CTL_ADD, source);
        if (errno != 0)
        {
            throw new IllegalStateException("cannot wait for a descriptor: " + LibC.describe(errno));
        }
        sources.put(source.id, source);
    }

    /**
     * Does nothing for a closed descriptor: the system has removed it from the epoll, and its number may be in use
     * again.
     */
    private int control(final Descriptor many, final int operation, final Source source)
    {
        if (!source.descriptor.acquire())
        {
            return 0;
        }
        try
        {
            final int fd = source.descriptor.fd();
            return libc.epollControl(many.fd(), operation, fd, memory, CHANGE) < 0 ? LibC.errno() : 0;
        }
        finally
        {
            source.descriptor.release();
        }
    }

    private static int timeoutMs(final long timeoutNs)
    {
        final long roundedUp = TimeUnit.NANOSECONDS.toMillis(timeoutNs) + (timeoutNs > 0 ? 1 : 0);
        return (int)Math.min(Integer.MAX_VALUE, roundedUp);
    }
}
