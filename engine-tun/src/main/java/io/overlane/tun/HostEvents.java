// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.AF_NETLINK;
import static io.overlane.tun.libc.Linux.EAGAIN;
import static io.overlane.tun.libc.Linux.EPOLLIN;
import static io.overlane.tun.libc.Linux.O_CLOEXEC;
import static io.overlane.tun.libc.Linux.O_NONBLOCK;
import static io.overlane.tun.libc.Linux.SOCK_RAW;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.DescriptorWait;
import io.overlane.tun.libc.LibC;
import java.io.IOException;
import org.agrona.BitUtil;

/**
 * Reports that links, addresses, routes or neighbours of this network namespace changed (rtnetlink(7)), whichever
 * program changed them. It does not report the change itself: the kernel may drop reports if there are too many, so the
 * receiver must read the host anyway.
 *
 * <p>One thread waits; {@link #wake()} and {@link #close()} may be called from any thread.
 */
public final class HostEvents implements AutoCloseable
{
    /** RTMGRP_LINK, _NEIGH, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE. */
    private static final int GROUPS = 0x1 | 0x4 | 0x10 | 0x40 | 0x100 | 0x400;

    /** A neighbour is new or has another state. Ignored: every ARP request causes one, and none removes an entry. */
    private static final int RTM_NEWNEIGH = 28;

    // struct sockaddr_nl: family, padding, port, groups
    private static final int SOCKADDR_SIZE = 12;
    private static final int SOCKADDR_GROUPS_OFFSET = 8;

    // struct nlmsghdr: length, type, …
    private static final int HEADER_SIZE = 16;
    private static final int TYPE_OFFSET = 4;
    private static final int MESSAGE_ALIGNMENT = 4;

    /** One read returns less than this (NLMSG_GOODSIZE). */
    private static final int MEMORY_SIZE = 32 * 1024;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory = MemoryBuffer.allocate(MEMORY_SIZE, Long.BYTES);
    private final Descriptor socket;
    private final DescriptorWait wait = new DescriptorWait();

    /**
     * @throws IOException if the kernel refuses the socket.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public HostEvents() throws IOException
    {
        final int fd = libc.socket(AF_NETLINK, SOCK_RAW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
        {
            throw new IOException("cannot open a netlink socket: " + LibC.describe(LibC.errno()));
        }
        socket = new Descriptor(fd);
        try
        {
            memory.putShort(0, (short)AF_NETLINK);
            memory.putInt(SOCKADDR_GROUPS_OFFSET, GROUPS);
            if (libc.bind(fd, memory, SOCKADDR_SIZE) < 0)
            {
                throw new IOException("cannot bind a netlink socket: " + LibC.describe(LibC.errno()));
            }
            wait.add(socket, EPOLLIN, false, () -> {});
        }
        catch (final IOException ex)
        {
            socket.close();
            throw ex;
        }
    }

    /**
     * Wait until something changes, {@link #wake()} is called or the time is over.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     * @return true if something changed since the last call.
     */
    public boolean await(final long timeoutNs)
    {
        wait.await(timeoutNs);
        boolean isChanged = false;
        if (socket.acquire())
        {
            try
            {
                int length = libc.read(socket.fd(), memory, 0, MEMORY_SIZE);
                while (length >= 0 || LibC.errno() != EAGAIN)
                {
                    // An error such as ENOBUFS means that reports were lost.
                    isChanged |= length < 0 || isChange(length);
                    length = libc.read(socket.fd(), memory, 0, MEMORY_SIZE);
                }
            }
            finally
            {
                socket.release();
            }
        }
        return isChanged;
    }

    private boolean isChange(final int length)
    {
        for (int offset = 0; offset + HEADER_SIZE <= length;)
        {
            if ((memory.getShort(offset + TYPE_OFFSET) & 0xFFFF) != RTM_NEWNEIGH)
            {
                return true;
            }
            offset += Math.max(HEADER_SIZE, BitUtil.align(memory.getInt(offset), MESSAGE_ALIGNMENT));
        }
        return false;
    }

    /** End the current or the next wait. */
    public void wake()
    {
        wait.wake();
    }

    /** End all waits. Closing twice does no harm. */
    @Override
    public void close()
    {
        socket.close();
        wait.close();
    }
}
