// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.NetlinkSocket.ALIGNMENT;
import static io.overlane.ebpf.NetlinkSocket.ATTRIBUTE;
import static io.overlane.ebpf.NetlinkSocket.PAYLOAD;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Linux;
import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.BitUtil;

/**
 * Asks the kernel which route it would use for an address, as {@code ip route get} does (rtnetlink(7)). The answer
 * has the MTU of the path as the kernel knows it, learned from routers, too. One thread.
 */
final class RouteQuery implements AutoCloseable
{
    private static final int NETLINK_ROUTE = 0;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_GETROUTE = 26;
    private static final int RTN_UNICAST = 1;
    private static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    private static final int RTA_OIF = 4;
    private static final int RTA_METRICS = 8;
    private static final int RTA_ENCAP_TYPE = 21;
    private static final int RTAX_MTU = 2;

    // struct rtmsg: family, destination bits, source bits, ToS, table, protocol, scope, type, flags(4)
    private static final int ROUTE = 12;
    private static final int ROUTE_TYPE_OFFSET = 7;

    private final NetlinkSocket socket = Objects.requireNonNull(NetlinkSocket.open(NETLINK_ROUTE));
    private final MemoryBuffer memory = socket.memory();
    private int device;
    private int mtu;

    /**
     * @param remote address of another host.
     * @param local  source address of the packets, of the same IP version.
     * @return false if there is no route to other hosts, or the route puts packets into others, as one of MPLS does.
     */
    boolean ask(final IpAddress remote, final IpAddress local)
    {
        device = 0;
        mtu = 0;
        final int attribute = ATTRIBUTE + local.bits() / Byte.SIZE;
        final int length = PAYLOAD + ROUTE + 2 * attribute;
        memory.setMemory(0, length, (byte)0);
        memory.putByte(PAYLOAD, (byte)(local.isV4() ? Linux.AF_INET : Linux.AF_INET6));
        memory.putByte(PAYLOAD + 1, (byte)local.bits());
        memory.putByte(PAYLOAD + 2, (byte)local.bits());
        putAddress(PAYLOAD + ROUTE, RTA_DST, remote);
        putAddress(PAYLOAD + ROUTE + attribute, RTA_SRC, local);
        final int end = socket.ask(RTM_GETROUTE, length, RTM_NEWROUTE);
        return end >= PAYLOAD + ROUTE && memory.getByte(PAYLOAD + ROUTE_TYPE_OFFSET) == RTN_UNICAST && readRoute(end);
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

    private boolean readRoute(final int end)
    {
        boolean isPlain = true;
        int length;
        for (int at = PAYLOAD + ROUTE; at + ATTRIBUTE <= end; at += BitUtil.align(length, ALIGNMENT))
        {
            length = Math.max(ATTRIBUTE, memory.getShort(at));
            switch (memory.getShort(at + 2))
            {
                case RTA_OIF -> device = memory.getInt(at + ATTRIBUTE);
                case RTA_METRICS -> metrics(at + ATTRIBUTE, Math.min(end, at + length));
                case RTA_ENCAP_TYPE -> isPlain = false;
                default ->
                {
                }
            }
        }
        return isPlain;
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
