// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static io.overlane.tun.libc.Linux.IOVEC_LENGTH_OFFSET;
import static io.overlane.tun.libc.Linux.IOVEC_SIZE;
import static io.overlane.tun.libc.Linux.MMSG_LENGTH_OFFSET;
import static io.overlane.tun.libc.Linux.MMSG_SIZE;
import static io.overlane.tun.libc.Linux.MSG_CONTROL_LENGTH_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_CONTROL_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_IOV_COUNT_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_IOV_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_NAME_LENGTH_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_NAME_OFFSET;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;

/**
 * The messages of {@code sendmmsg} and {@code recvmmsg}, each with one socket address, one payload and some control
 * messages, all in one piece of memory:
 *
 * <pre>
 *   mmsghdr ×count   iovec ×count   sockaddr ×count   control ×count
 * </pre>
 *
 * The messages point into this memory and to the payloads. A payload lies in a frame; the owner of the frames is an
 * argument of the call ({@link LibC}).
 */
public final class Messages
{
    private final MemoryBuffer memory;
    private final int iovecs;
    private final int names;
    private final int controls;
    private final int controlSpace;

    /** @param controlSpace bytes for the control messages of one message. */
    public Messages(final int count, final int controlSpace)
    {
        this.controlSpace = controlSpace;
        iovecs = count * MMSG_SIZE;
        names = iovecs + count * IOVEC_SIZE;
        controls = names + count * SocketAddress.SPACE;
        memory = MemoryBuffer.allocate(controls + count * controlSpace, BitUtil.CACHE_LINE_LENGTH);
        final long address = memory.addressOffset();
        for (int i = 0; i < count; i++)
        {
            final int message = i * MMSG_SIZE;
            memory.putLong(message + MSG_NAME_OFFSET, address + name(i));
            memory.putLong(message + MSG_IOV_OFFSET, address + iovecs + (long)i * IOVEC_SIZE);
            memory.putLong(message + MSG_IOV_COUNT_OFFSET, 1);
            memory.putLong(message + MSG_CONTROL_OFFSET, address + control(i));
        }
    }

    /** @return the memory, which begins with the messages. */
    public MemoryBuffer memory()
    {
        return memory;
    }

    /** @return offset of a message's socket address. */
    public int name(final int index)
    {
        return names + index * SocketAddress.SPACE;
    }

    /** @return offset of a message's first control message. */
    public int control(final int index)
    {
        return controls + index * controlSpace;
    }

    /** Point a message at some bytes of a frame's buffer. */
    public void payload(final int index, final Frame frame, final int offset, final int length)
    {
        final MutableDirectBuffer buffer = frame.buffer();
        buffer.boundsCheck(offset, length);
        final int iovec = iovecs + index * IOVEC_SIZE;
        memory.putLong(iovec, buffer.addressOffset() + offset);
        memory.putLong(iovec + IOVEC_LENGTH_OFFSET, length);
    }

    public void nameLength(final int index, final int length)
    {
        memory.putInt(index * MMSG_SIZE + MSG_NAME_LENGTH_OFFSET, length);
    }

    /** @return bytes of control messages that the kernel wrote. */
    public int controlLength(final int index)
    {
        return (int)memory.getLong(index * MMSG_SIZE + MSG_CONTROL_LENGTH_OFFSET);
    }

    public void controlLength(final int index, final int length)
    {
        memory.putLong(index * MMSG_SIZE + MSG_CONTROL_LENGTH_OFFSET, length);
    }

    /** @return bytes of payload that the kernel received. */
    public int length(final int index)
    {
        return memory.getInt(index * MMSG_SIZE + MMSG_LENGTH_OFFSET);
    }
}
