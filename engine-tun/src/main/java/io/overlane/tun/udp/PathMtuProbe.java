// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static io.overlane.tun.libc.Linux.AF_INET6;
import static io.overlane.tun.libc.Linux.AF_INET;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import io.overlane.tun.libc.SocketAddress;

/**
 * Asks the kernel for the MTU of the path to a remote: that of the route or, if a router has answered "fragmentation
 * needed" to one of our datagrams, that of the answer (RFC 1191, RFC 8201). The kernel checks that such an answer
 * belongs to a socket, keeps it for ten minutes and drops it when the route changes.
 *
 * <p>It costs four system calls on a socket of its own, which sends nothing. Sending thread only.
 */
final class PathMtuProbe
{
    /** The discard service; connecting needs a port. */
    private static final int ANY_PORT = 9;
    private static final int VALUE = SocketAddress.SPACE;
    private static final int LENGTH = VALUE + Long.BYTES;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory =
        MemoryBuffer.allocate(LENGTH + Long.BYTES, Long.BYTES);
    private final IpAddress local;

    /**
     * @param local source address of datagrams, or a wildcard; routes may depend on it.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    PathMtuProbe(final IpAddress local)
    {
        this.local = local;
    }

    /**
     * @param high first word of the remote's address.
     * @return IP MTU in bytes; 0 if there is no route or the kernel does not know it.
     */
    int pathMtu(final long high, final long low)
    {
        final boolean isV4 = IpAddress.isV4(high, low);
        final int family = isV4 ? AF_INET : AF_INET6;
        final int fd = libc.socket(family, Linux.SOCK_DGRAM | Linux.O_NONBLOCK | Linux.O_CLOEXEC);
        if (fd < 0)
        {
            return 0;
        }
        try
        {
            return bindsTo(fd, family) && connects(fd, family, high, low) ? mtu(fd, isV4) : 0;
        }
        finally
        {
            LibC.close(fd);
        }
    }

    private boolean bindsTo(final int fd, final int family)
    {
        if (local.isAny() || local.isV4() != (family == AF_INET))
        {
            return true;
        }
        final int length = SocketAddress.put(memory, 0, family, local.high(), local.low(), 0);
        return libc.bind(fd, memory, length) == 0;
    }

    private boolean connects(final int fd, final int family, final long high, final long low)
    {
        final int length = SocketAddress.put(memory, 0, family, high, low, ANY_PORT);
        return libc.connect(fd, memory, length) == 0;
    }

    private int mtu(final int fd, final boolean isV4)
    {
        final int level = isV4 ? Linux.IPPROTO_IP : Linux.IPPROTO_IPV6;
        final int option = isV4 ? Linux.IP_MTU : Linux.IPV6_MTU;
        memory.putInt(LENGTH, Integer.BYTES);
        return libc.getsockopt(fd, level, option, memory, VALUE, LENGTH) == 0 ? memory.getInt(VALUE) : 0;
    }
}
