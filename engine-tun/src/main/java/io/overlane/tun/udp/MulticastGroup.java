// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static io.overlane.tun.libc.Linux.EADDRINUSE;
import static io.overlane.tun.libc.Linux.ENOBUFS;
import static io.overlane.tun.libc.Linux.ENODEV;
import static io.overlane.tun.libc.Linux.ENOMEM;
import static io.overlane.tun.libc.Linux.IPV6_MREQ_INDEX_OFFSET;
import static io.overlane.tun.libc.Linux.IPV6_MREQ_SIZE;
import static io.overlane.tun.libc.Linux.IP_MREQN_INDEX_OFFSET;
import static io.overlane.tun.libc.Linux.IP_MREQN_SIZE;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Writes {@code ip_mreqn} and {@code ipv6_mreq}, and explains their errors. */
final class MulticastGroup
{
    private MulticastGroup()
    {
    }

    /**
     * @return its index; 0 for null, which lets the system choose.
     * @throws SocketException if no interface has this name.
     */
    static int index(final @Nullable String name) throws SocketException
    {
        if (name == null)
        {
            return 0;
        }
        final NetworkInterface found = NetworkInterface.getByName(name);
        if (found == null)
        {
            throw new SocketException("no interface of this host is called " + name);
        }
        return found.getIndex();
    }

    /** @return length in bytes, which depends on the group's IP version. */
    static int put(final MemoryBuffer buffer, final int offset, final IpAddress group, final int index)
    {
        if (group.isV4())
        {
            buffer.putInt(offset, group.v4(), ByteOrder.BIG_ENDIAN);
            buffer.putInt(offset + Integer.BYTES, 0);
            buffer.putInt(offset + IP_MREQN_INDEX_OFFSET, index);
            return IP_MREQN_SIZE;
        }
        buffer.putLong(offset, group.high(), ByteOrder.BIG_ENDIAN);
        buffer.putLong(offset + Long.BYTES, group.low(), ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + IPV6_MREQ_INDEX_OFFSET, index);
        return IPV6_MREQ_SIZE;
    }

    /** @return the reason why a group could not be joined. */
    static String describe(final int errno, final boolean isV4)
    {
        return switch (errno)
        {
            case ENOBUFS, ENOMEM -> "this socket is in as many groups as the system allows (" +
                (isV4 ? "net.ipv4.igmp_max_memberships" : "net.core.optmem_max") + ")";
            case ENODEV -> "no interface has a route to it; name one";
            case EADDRINUSE -> "joined already";
            default -> LibC.describe(errno);
        };
    }
}
