// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.Linux.EPOLLERR;
import static io.overlane.tun.Linux.EPOLLET;
import static io.overlane.tun.Linux.EPOLLIN;
import static io.overlane.tun.Linux.EPOLL_CTL_ADD;
import static io.overlane.tun.Linux.EPOLL_CTL_DEL;
import static io.overlane.tun.Linux.EPOLL_DATA_OFFSET;
import static io.overlane.tun.Linux.EPOLL_EVENT_SIZE;
import static io.overlane.tun.Linux.O_CLOEXEC;
import static io.overlane.tun.Linux.POLLIN;

import io.overlane.port.Port;
import io.overlane.port.PortSelector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Lets one thread wait for devices and sockets together, and reports the devices that have frames.
 *
 * <p>Up to {@link #FEW} descriptors are waited for with {@code ppoll}, more with {@code epoll}. The cost of an
 * {@code epoll_wait} does not depend on the number of descriptors, but an epoll also costs the sender of each packet
 * some time, even while nobody waits (the kernel's {@code ep_poll_callback}). {@code ppoll} costs senders nothing then.
 *
 * <p>An engine adds its devices itself. It is given those it cannot add: devices that are parts of other ports, such as
 * trunks, which are polled in every cycle.
 */
public final class DeviceWait implements PortSelector
{
    /** Devices reported at a time; those beyond come first the next time. */
    private static final int MOST_EVENTS = 64;
    private static final int CHANGE = MOST_EVENTS * EPOLL_EVENT_SIZE;

    /** Descriptors that are waited for with {@code ppoll}, the wake event's included. */
    private static final int FEW = 4;

    /** The wake event's. */
    private static final int WAKE_ID = 0;

    private final LibC libc = LibC.get();
    private final PollSet fewEvents = new PollSet(libc, FEW, POLLIN);
    private final UnsafeBuffer memory =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(CHANGE + EPOLL_EVENT_SIZE, Long.BYTES));
    private final List<Source> few = new ArrayList<>(FEW);
    private final Int2ObjectHashMap<Source> sources = new Int2ObjectHashMap<>();
    private final Map<Port, Source> ports = new IdentityHashMap<>();
    private final WakeEvent event;
    private final Descriptor epoll;
    private int lastId = WAKE_ID;
    /** There have been more than a few; all are in the epoll, and the list of the few is empty. */
    private boolean isMany;
    /** Nothing was done since the last wait, which has reported. */
    private boolean isFresh;

    /** Something to wait for, and what to do when it is readable. */
    private record Source(int id, int events, Descriptor descriptor, boolean isDevice, Runnable onReady)
    {
    }

    /**
     * For devices only.
     *
     * @throws IOException if the system refuses.
     */
    public DeviceWait() throws IOException
    {
        this(List.of());
    }

    /**
     * @param underlay whose datagrams to wait for; stays the caller's.
     * @param parts    devices that the engine cannot add; they stay the caller's too.
     * @throws IOException if the system refuses.
     */
    public DeviceWait(final LibcUnderlay underlay, final TunPort... parts) throws IOException
    {
        this(List.of(underlay), parts);
    }

    /**
     * @param underlays whose datagrams to wait for, those of a {@link DualStack} for one; they stay the caller's.
     * @param parts     devices that the engine cannot add; they stay the caller's too.
     * @throws IOException if the system refuses.
     */
    public DeviceWait(final List<LibcUnderlay> underlays, final TunPort... parts) throws IOException
    {
        event = new WakeEvent();
        final int fd = libc.epollCreate(O_CLOEXEC);
        epoll = fd < 0 ? null : new Descriptor(fd);
        try
        {
            if (fd < 0)
            {
                throw new IllegalStateException("cannot create an epoll: " + LibC.describe(LibC.errno()));
            }
            watch(new Source(WAKE_ID, EPOLLIN, event.descriptor(), false, () -> {}));
            underlays.forEach(underlay -> watch(source(EPOLLIN, underlay.descriptor(), false, () -> {})));
            for (final TunPort part : parts)
            {
                watch(source(EPOLLIN, part.descriptor(), true, () -> {}));
            }
        }
        catch (final IllegalStateException ex)
        {
            close();
            throw new IOException(ex.getMessage(), ex);
        }
    }

    @Override
    public boolean takes(final Port port)
    {
        return port instanceof TunPort;
    }

    @Override
    public void add(final Port port, final Runnable onReady)
    {
        // By edges: an epoll reports a device once, then not before the next frame after it was polled empty.
        final Source source = source(EPOLLIN | EPOLLET, ((TunPort)port).descriptor(), true, onReady);
        watch(source);
        ports.put(port, source);
    }

    @Override
    public void remove(final Port port)
    {
        final Source source = ports.remove(port);
        if (source != null)
        {
            ignore(source);
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

    @Override
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
        if (!epoll.acquire())
        {
            return;
        }
        try
        {
            if (isMany)
            {
                reportMany(timeoutNs, isWait);
            }
            else
            {
                reportFew(timeoutNs, isWait);
            }
        }
        finally
        {
            epoll.release();
        }
    }

    private void reportMany(final long timeoutNs, final boolean isWait)
    {
        final int ready = libc.epollWait(epoll.fd(), memory, MOST_EVENTS, timeoutMs(timeoutNs));
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
            // A source whose device has gone is not in the list any more.
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
            // The device was removed under us; its error state would end every wait (tun_chr_poll).
            ignore(source);
        }
    }

    private Source source(
        final int events, final Descriptor descriptor, final boolean isDevice, final Runnable onReady)
    {
        lastId++;
        return new Source(lastId, events, descriptor, isDevice, onReady);
    }

    private void watch(final Source source)
    {
        if (!isMany && few.size() < FEW)
        {
            few.add(source);
            return;
        }
        if (!isMany)
        {
            moveToEpoll();
        }
        watchWithEpoll(source);
    }

    private void moveToEpoll()
    {
        try
        {
            few.forEach(this::watchWithEpoll);
        }
        catch (final IllegalStateException ex)
        {
            sources.values().forEach(source -> control(EPOLL_CTL_DEL, source));
            sources.clear();
            throw ex;
        }
        few.clear();
        isMany = true;
    }

    private void watchWithEpoll(final Source source)
    {
        memory.putInt(CHANGE, source.events);
        memory.putLong(CHANGE + EPOLL_DATA_OFFSET, source.id);
        final int errno = control(EPOLL_CTL_ADD, source);
        if (errno != 0)
        {
            throw new IllegalStateException("cannot wait for a descriptor: " + LibC.describe(errno));
        }
        sources.put(source.id, source);
    }

    private void ignore(final Source source)
    {
        if (!few.remove(source))
        {
            sources.remove(source.id);
            control(EPOLL_CTL_DEL, source);
        }
    }

    /** Nothing is done to a descriptor that is closed: the system has forgotten it, its number may be another's. */
    private int control(final int operation, final Source source)
    {
        if (!source.descriptor.acquire())
        {
            return 0;
        }
        try
        {
            final int fd = source.descriptor.fd();
            return libc.epollControl(epoll.fd(), operation, fd, memory, CHANGE) < 0 ?
                LibC.errno() : 0;
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
