// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static io.overlane.tun.libc.Linux.CMSG_DATA_OFFSET;
import static io.overlane.tun.libc.Linux.CMSG_LEVEL_OFFSET;
import static io.overlane.tun.libc.Linux.CMSG_SMALL_SPACE;
import static io.overlane.tun.libc.Linux.CMSG_TYPE_OFFSET;
import static io.overlane.tun.libc.Linux.IPPROTO_IP;
import static io.overlane.tun.libc.Linux.IPPROTO_IPV6;
import static io.overlane.tun.libc.Linux.IPPROTO_UDP;
import static io.overlane.tun.libc.Linux.IPV6_TCLASS;
import static io.overlane.tun.libc.Linux.IP_TOS;
import static io.overlane.tun.libc.Linux.UDP_GRO;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Messages;
import io.overlane.tun.libc.SocketAddress;
import io.overlane.underlay.ReceiveBatch;
import org.agrona.BitUtil;

/**
 * Receives datagrams into a slab, with one {@code recvmmsg} for each call. Polling thread only.
 *
 * <p>The message headers are written once. The kernel overwrites two lengths in the headers that it fills; they are
 * restored before the next call.
 */
final class DatagramReader
{
    /** A datagram's length has 16 bits; joined datagrams are not longer. */
    private static final int MAX_DATAGRAM_LENGTH = 65_535;
    /** Type of service and segment size. */
    private static final int CONTROL_SPACE = 2 * CMSG_SMALL_SPACE;

    /**
     * One read takes about this number of bytes, so that they are still in the core's own cache when the engine reads
     * them.
     */
    private static final int READ_BYTES = 4 * MAX_DATAGRAM_LENGTH;

    private final LibC libc;
    private final FrameSlab slab;
    private final Messages messages;
    private final MemoryBuffer memory;
    /** Messages that the last call filled. */
    private int filled;
    /** Longest datagram of the last call, as an estimate for the next one. */
    private int longest = 1;

    /** @param datagrams most datagrams lent at a time. */
    DatagramReader(final LibC libc, final int datagrams)
    {
        this.libc = libc;
        slab = new FrameSlab(datagrams, MAX_DATAGRAM_LENGTH);
        messages = new Messages(datagrams, CONTROL_SPACE);
        memory = messages.memory();
        for (int i = 0; i < datagrams; i++)
        {
            messages.payload(i, slab.frame(i), FrameSlab.HEADROOM, MAX_DATAGRAM_LENGTH);
        }
        filled = datagrams;
    }

    /** Append to a batch. Returns the number of entries added, or the negated error. */
    int read(final int fd, final ReceiveBatch batch)
    {
        for (int i = 0; i < filled; i++)
        {
            messages.nameLength(i, SocketAddress.SPACE);
            messages.controlLength(i, CONTROL_SPACE);
        }
        filled = 0;
        final int room = Math.min(Math.min(slab.count(), READ_BYTES / longest), batch.capacity() - batch.size());
        if (room == 0)
        {
            return 0;
        }
        final int count = libc.recvmmsg(fd, messages, room, slab);
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
        final int name = messages.name(index);
        final int length = messages.length(index);
        final Frame frame = slab.frame(index).wrap(FrameSlab.HEADROOM, length);
        longest = Math.max(longest, length);

        int tos = ReceiveBatch.TOS_UNKNOWN;
        int segmentSize = 0;
        int control = messages.control(index);
        final int end = control + messages.controlLength(index);
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
