// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import org.jspecify.annotations.Nullable;

/** Asks the kernel questions that it answers with one message each (netlink(7)). One thread. */
final class NetlinkSocket implements AutoCloseable
{
    /** Where the payload of a message begins: behind its {@code struct nlmsghdr}. */
    static final int PAYLOAD = 16;
    /** Bytes of a {@code struct rtattr} in front of its value: length(2), type(2). */
    static final int ATTRIBUTE = 4;
    /** Attributes begin on multiples of this. */
    static final int ALIGNMENT = 4;

    private static final int NLM_F_REQUEST = 1;
    // struct nlmsghdr: length, type(2), flags(2), sequence, port
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 6;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int MEMORY_SIZE = 8 * 1024;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory = MemoryBuffer.allocate(MEMORY_SIZE, Long.BYTES);
    private final Descriptor socket;
    private int sequence;

    private NetlinkSocket(final int fd)
    {
        socket = new Descriptor(fd);
    }

    /**
     * @param protocol NETLINK_ROUTE or another.
     * @return null if the kernel does not have the protocol.
     * @throws IllegalArgumentException if the kernel refuses the socket for another reason.
     */
    static @Nullable NetlinkSocket open(final int protocol)
    {
        final int fd = LibC.get().socket(Linux.AF_NETLINK, Linux.SOCK_RAW | Linux.O_CLOEXEC, protocol);
        if (fd >= 0)
        {
            return new NetlinkSocket(fd);
        }
        final int errno = LibC.errno();
        if (errno == Linux.EPROTONOSUPPORT)
        {
            return null;
        }
        throw new IllegalArgumentException(
            "no fast path: cannot open a netlink socket of protocol " + protocol + ": " + LibC.describe(errno));
    }

    /** The question, whose payload the caller writes, and then the answer. */
    MemoryBuffer memory()
    {
        return memory;
    }

    /**
     * @param type       of the question.
     * @param length     bytes of the question, from the beginning of the memory.
     * @param answerType of the answer; the kernel sends another one to refuse.
     * @return where the answer ends; 0 if the kernel refuses.
     */
    int ask(final int type, final int length, final int answerType)
    {
        memory.putInt(0, length);
        memory.putShort(TYPE_OFFSET, (short)type);
        memory.putShort(FLAGS_OFFSET, (short)NLM_F_REQUEST);
        memory.putInt(SEQUENCE_OFFSET, ++sequence);
        memory.putInt(SEQUENCE_OFFSET + Integer.BYTES, 0);
        if (libc.write(socket.fd(), memory, 0, length) < 0)
        {
            return 0;
        }
        int read = libc.read(socket.fd(), memory, 0, MEMORY_SIZE);
        while (read >= PAYLOAD && memory.getInt(SEQUENCE_OFFSET) != sequence)
        {
            read = libc.read(socket.fd(), memory, 0, MEMORY_SIZE);
        }
        return read >= PAYLOAD && memory.getShort(TYPE_OFFSET) == answerType ? Math.min(read, memory.getInt(0)) : 0;
    }

    @Override
    public void close()
    {
        socket.close();
    }
}
