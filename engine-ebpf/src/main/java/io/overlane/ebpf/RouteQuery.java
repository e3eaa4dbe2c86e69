// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.nio.ByteOrder;
import org.agrona.BitUtil;

/**
 * Asks the kernel which route it would use for an address, as {@code ip route get} does (rtnetlink(7)). The answer
 * has the MTU of the path as the kernel knows it, learned from routers, too. One thread.
 */
final class RouteQuery implements AutoCloseable
{
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_GETROUTE = 26;
    private static final int NLM_F_REQUEST = 1;
    private static final int RTN_UNICAST = 1;
    private static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    private static final int RTA_OIF = 4;
    private static final int RTA_METRICS = 8;
    private static final int RTAX_MTU = 2;

    // struct nlmsghdr: length, type(2), flags(2), sequence, port
    private static final int HEADER = 16;
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 6;
    private static final int SEQUENCE_OFFSET = 8;
    // struct rtmsg: family, destination bits, source bits, ToS, table, protocol, scope, type, flags(4)
    private static final int ROUTE = 12;
    private static final int ROUTE_TYPE_OFFSET = 7;
    // struct rtattr: length(2), type(2), value
    private static final int ATTRIBUTE = 4;
    private static final int ALIGNMENT = 4;
    private static final int MEMORY_SIZE = 8 * 1024;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory = MemoryBuffer.allocate(MEMORY_SIZE, Long.BYTES);
    private final Descriptor socket;
    private int sequence;
    private int device;
    private int mtu;

    /** @throws IllegalArgumentException if the kernel refuses a netlink socket. */
    RouteQuery()
    {
        final int fd = libc.socket(Linux.AF_NETLINK, Linux.SOCK_RAW | Linux.O_CLOEXEC);
        if (fd < 0)
        {
            throw new IllegalArgumentException("cannot open a netlink socket: " + LibC.describe(LibC.errno()));
        }
        socket = new Descriptor(fd);
    }

    /**
     * @param remote address of another host.
     * @param local  source address of the packets, of the same IP version.
     * @return false if there is no route to other hosts.
     */
    boolean ask(final IpAddress remote, final IpAddress local)
    {
        device = 0;
        mtu = 0;
        final int length = request(remote, local);
        if (libc.write(socket.fd(), memory, 0, length) < 0)
        {
            return false;
        }
        int read = libc.read(socket.fd(), memory, 0, MEMORY_SIZE);
        while (read >= HEADER && memory.getInt(SEQUENCE_OFFSET) != sequence)
        {
            read = libc.read(socket.fd(), memory, 0, MEMORY_SIZE);
        }
        return read >= HEADER + ROUTE && answer(Math.min(read, memory.getInt(0)));
    }

    private int request(final IpAddress remote, final IpAddress local)
    {
        final int attribute = ATTRIBUTE + local.bits() / Byte.SIZE;
        final int length = HEADER + ROUTE + 2 * attribute;
        memory.setMemory(0, length, (byte)0);
        memory.putInt(0, length);
        memory.putShort(TYPE_OFFSET, (short)RTM_GETROUTE);
        memory.putShort(FLAGS_OFFSET, (short)NLM_F_REQUEST);
        memory.putInt(SEQUENCE_OFFSET, ++sequence);
        memory.putByte(HEADER, (byte)(local.isV4() ? Linux.AF_INET : Linux.AF_INET6));
        memory.putByte(HEADER + 1, (byte)local.bits());
        memory.putByte(HEADER + 2, (byte)local.bits());
        putAddress(HEADER + ROUTE, RTA_DST, remote);
        putAddress(HEADER + ROUTE + attribute, RTA_SRC, local);
        return length;
    }

    private void putAddress(final int offset, final int type, final IpAddress address)
    {
        memory.putShort(offset, (short)(ATTRIBUTE + address.bits() / Byte.SIZE));
        memory.putShort(offset + 2, (short)type);
        if (address.isV4())
        {
            memory.putInt(offset + ATTRIBUTE, address.v4(), ByteOrder.BIG_ENDIAN);
        }
        else
        {
            memory.putLong(offset + ATTRIBUTE, address.high(), ByteOrder.BIG_ENDIAN);
            memory.putLong(offset + ATTRIBUTE + Long.BYTES, address.low(), ByteOrder.BIG_ENDIAN);
        }
    }

    private boolean answer(final int end)
    {
        if (memory.getShort(TYPE_OFFSET) != RTM_NEWROUTE || memory.getByte(HEADER + ROUTE_TYPE_OFFSET) != RTN_UNICAST)
        {
            return false;
        }
        int length;
        for (int at = HEADER + ROUTE; at + ATTRIBUTE <= end; at += BitUtil.align(length, ALIGNMENT))
        {
            length = Math.max(ATTRIBUTE, memory.getShort(at));
            if (memory.getShort(at + 2) == RTA_OIF)
            {
                device = memory.getInt(at + ATTRIBUTE);
            }
            else if (memory.getShort(at + 2) == RTA_METRICS)
            {
                metrics(at + ATTRIBUTE, Math.min(end, at + length));
            }
        }
        return true;
    }

    private void metrics(final int begin, final int end)
    {
        for (int at = begin; at + ATTRIBUTE + Integer.BYTES <= end; at += ATTRIBUTE + Integer.BYTES)
        {
            if (memory.getShort(at + 2) == RTAX_MTU)
            {
                mtu = memory.getInt(at + ATTRIBUTE);
            }
        }
    }

    /** The number of the interface that the packets of the last question leave by. */
    int device()
    {
        return device;
    }

    /** The MTU of the path, in bytes; 0 if it is that of the interface. */
    int mtu()
    {
        return mtu;
    }

    @Override
    public void close()
    {
        socket.close();
    }
}
