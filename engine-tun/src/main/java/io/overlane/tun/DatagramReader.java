package io.overlane.tun;

import static io.overlane.tun.Linux.CMSG_DATA_OFFSET;
import static io.overlane.tun.Linux.CMSG_LEVEL_OFFSET;
import static io.overlane.tun.Linux.CMSG_SMALL_SPACE;
import static io.overlane.tun.Linux.CMSG_TYPE_OFFSET;
import static io.overlane.tun.Linux.IOVEC_LENGTH_OFFSET;
import static io.overlane.tun.Linux.IOVEC_SIZE;
import static io.overlane.tun.Linux.IPPROTO_IP;
import static io.overlane.tun.Linux.IPPROTO_IPV6;
import static io.overlane.tun.Linux.IPPROTO_UDP;
import static io.overlane.tun.Linux.IPV6_TCLASS;
import static io.overlane.tun.Linux.IP_TOS;
import static io.overlane.tun.Linux.MMSG_LENGTH_OFFSET;
import static io.overlane.tun.Linux.MMSG_SIZE;
import static io.overlane.tun.Linux.MSG_CONTROL_LENGTH_OFFSET;
import static io.overlane.tun.Linux.MSG_CONTROL_OFFSET;
import static io.overlane.tun.Linux.MSG_DONTWAIT;
import static io.overlane.tun.Linux.MSG_IOV_COUNT_OFFSET;
import static io.overlane.tun.Linux.MSG_IOV_OFFSET;
import static io.overlane.tun.Linux.MSG_NAME_LENGTH_OFFSET;
import static io.overlane.tun.Linux.MSG_NAME_OFFSET;
import static io.overlane.tun.Linux.UDP_GRO;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.underlay.ReceiveBatch;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Receives datagrams into a slab with one {@code recvmmsg} a call. Polling thread only.
 *
 * <p>The message headers are written once; the kernel overwrites two lengths in those it fills, and those are put back
 * before the next call.
 */
final class DatagramReader
{
    /** A datagram's length is 16 bits, joined ones have no more either. */
    private static final int MAX_DATAGRAM_LENGTH = 65_535;
    /** Type of service and segment size. */
    private static final int CONTROL_SPACE = 2 * CMSG_SMALL_SPACE;

    /** Read at a time about so much, so that it is still in the core's own cache when it is looked at. */
    private static final int READ_BYTES = 4 * MAX_DATAGRAM_LENGTH;

    private final LibC.Calls libc;
    private final FrameSlab slab;
    private final UnsafeBuffer memory;
    private final int names;
    private final int controls;
    /** How many messages the last call filled. */
    private int filled;
    /** Of the last call, which says what the next ones will be like. */
    private int longest = 1;

    /**
     * @param libc      the C library, or what stands for it.
     * @param datagrams most datagrams lent at a time.
     */
    DatagramReader(final LibC.Calls libc, final int datagrams)
    {
        this.libc = libc;
        slab = new FrameSlab(datagrams, MAX_DATAGRAM_LENGTH);
        final int iovecs = datagrams * MMSG_SIZE;
        names = iovecs + datagrams * IOVEC_SIZE;
        controls = names + datagrams * SocketAddress.SPACE;
        memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            controls + datagrams * CONTROL_SPACE, BitUtil.CACHE_LINE_LENGTH));
        final long address = memory.addressOffset();
        for (int i = 0; i < datagrams; i++)
        {
            final int message = i * MMSG_SIZE;
            final int iovec = iovecs + i * IOVEC_SIZE;
            memory.putLong(iovec, slab.frame(i).wrap(FrameSlab.HEADROOM, 0).address());
            memory.putLong(iovec + IOVEC_LENGTH_OFFSET, MAX_DATAGRAM_LENGTH);
            memory.putLong(message + MSG_NAME_OFFSET, address + names + (long)i * SocketAddress.SPACE);
            memory.putLong(message + MSG_IOV_OFFSET, address + iovec);
            memory.putLong(message + MSG_IOV_COUNT_OFFSET, 1);
            memory.putLong(message + MSG_CONTROL_OFFSET, address + controls + (long)i * CONTROL_SPACE);
        }
        filled = datagrams;
    }

    /**
     * @param fd    of the socket.
     * @param batch to append to.
     * @return entries added, or the negated error.
     */
    int read(final int fd, final ReceiveBatch batch)
    {
        for (int i = 0; i < filled; i++)
        {
            memory.putInt(i * MMSG_SIZE + MSG_NAME_LENGTH_OFFSET, SocketAddress.SPACE);
            memory.putLong(i * MMSG_SIZE + MSG_CONTROL_LENGTH_OFFSET, CONTROL_SPACE);
        }
        filled = 0;
        final int room = Math.min(Math.min(slab.count(), READ_BYTES / longest), batch.capacity() - batch.size());
        if (room == 0)
        {
            return 0;
        }
        final int count = libc.recvmmsg(fd, memory.addressOffset(), room, MSG_DONTWAIT, 0);
        if (count < 0)
        {
            return -LibC.errno();
        }
        filled = count;
        longest = 1;
        for (int i = 0; i < count; i++)
        {
            add(i, batch);
        }
        return count;
    }

    private void add(final int index, final ReceiveBatch batch)
    {
        final int message = index * MMSG_SIZE;
        final int name = names + index * SocketAddress.SPACE;
        final int length = memory.getInt(message + MMSG_LENGTH_OFFSET);
        final Frame frame = slab.frame(index).wrap(FrameSlab.HEADROOM, length);
        longest = Math.max(longest, length);

        int tos = ReceiveBatch.TOS_UNKNOWN;
        int segmentSize = 0;
        int control = controls + index * CONTROL_SPACE;
        final int end = control + (int)memory.getLong(message + MSG_CONTROL_LENGTH_OFFSET);
        while (control + CMSG_DATA_OFFSET < end)
        {
            final int level = memory.getInt(control + CMSG_LEVEL_OFFSET);
            final int type = memory.getInt(control + CMSG_TYPE_OFFSET);
            if (level == IPPROTO_IP && type == IP_TOS)
            {
                tos = memory.getByte(control + CMSG_DATA_OFFSET) & 0xFF;
            }
            else if (level == IPPROTO_IPV6 && type == IPV6_TCLASS)
            {
                tos = memory.getInt(control + CMSG_DATA_OFFSET);
            }
            else if (level == IPPROTO_UDP && type == UDP_GRO)
            {
                final int size = memory.getInt(control + CMSG_DATA_OFFSET);
                segmentSize = size < length ? size : 0;
            }
            control += BitUtil.align(Math.max((int)memory.getLong(control), CMSG_DATA_OFFSET), 8);
        }
        batch.add(
            frame,
            SocketAddress.high(memory, name),
            SocketAddress.low(memory, name),
            SocketAddress.udpPort(memory, name),
            tos,
            segmentSize);
    }
}
