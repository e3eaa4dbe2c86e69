// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.AF_UNIX;
import static io.overlane.tun.libc.Linux.O_CLOEXEC;
import static io.overlane.tun.libc.Linux.SOCKADDR_UN_PATH_OFFSET;
import static io.overlane.tun.libc.Linux.SOCKADDR_UN_PATH_SIZE;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Sends one datagram to a local socket. The UNIX sockets of {@code java.nio} are streams and cannot do this. */
public final class UnixDatagram
{
    private UnixDatagram()
    {
    }

    /**
     * Open a socket, send, close it. Waits while the receiver's queue is full.
     *
     * @param address a path, or {@code @} and a name in the abstract namespace.
     * @param text    the datagram, as UTF-8.
     * @throws IOException if no process receives there; one line that names the address.
     * @throws IllegalArgumentException if the address is too long for the kernel.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static void send(final String address, final String text) throws IOException
    {
        final LibC libc = LibC.get();
        final MemoryBuffer name = MemoryBuffer.allocate(SOCKADDR_UN_PATH_OFFSET + SOCKADDR_UN_PATH_SIZE, 8);
        final int nameLength = putAddress(name, address);
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final MemoryBuffer payload = MemoryBuffer.allocate(Math.max(bytes.length, 1), 8);
        payload.putBytes(0, bytes);

        final int fd = libc.socket(AF_UNIX, Linux.SOCK_DGRAM | O_CLOEXEC);
        check(fd, "open a local socket for", address);
        try
        {
            check(libc.connect(fd, name, nameLength), "reach", address);
            check(libc.write(fd, payload, 0, bytes.length), "send to", address);
        }
        finally
        {
            LibC.close(fd);
        }
    }

    /** An abstract name may contain zeros, so its length counts; a path ends at the first zero. */
    static int putAddress(final MemoryBuffer buffer, final String address)
    {
        final byte[] path = address.getBytes(StandardCharsets.UTF_8);
        final boolean isAbstract = address.startsWith("@");
        if (path.length + (isAbstract ? 0 : 1) > SOCKADDR_UN_PATH_SIZE || path.length == 0)
        {
            throw new IllegalArgumentException("not an address of a local socket: '" + address + "'");
        }
        buffer.putShort(0, (short)AF_UNIX);
        buffer.putBytes(SOCKADDR_UN_PATH_OFFSET, path);
        if (isAbstract)
        {
            buffer.putByte(SOCKADDR_UN_PATH_OFFSET, (byte)0);
            return SOCKADDR_UN_PATH_OFFSET + path.length;
        }
        buffer.putByte(SOCKADDR_UN_PATH_OFFSET + path.length, (byte)0);
        return SOCKADDR_UN_PATH_OFFSET + path.length + 1;
    }

    private static void check(final long result, final String operation, final String address) throws IOException
    {
        if (result < 0)
        {
            throw new IOException("cannot " + operation + " " + address + ": " + LibC.describe(LibC.errno()));
        }
    }
}
