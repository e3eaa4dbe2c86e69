// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.AF_UNIX;
import static io.overlane.tun.libc.Linux.ECONNREFUSED;
import static io.overlane.tun.libc.Linux.ECONNRESET;
import static io.overlane.tun.libc.Linux.ENOENT;
import static io.overlane.tun.libc.Linux.EPIPE;
import static io.overlane.tun.libc.Linux.O_CLOEXEC;
import static io.overlane.tun.libc.Linux.POLLIN;
import static io.overlane.tun.libc.Linux.SOCKADDR_UN_PATH_OFFSET;
import static io.overlane.tun.libc.Linux.SOCKADDR_UN_PATH_SIZE;
import static io.overlane.tun.libc.Linux.SOCK_SEQPACKET;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.PollSet;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection between two processes of one host for messages with open descriptors, such as those of a
 * {@link TunDevice}. The UNIX sockets of {@code java.nio} cannot carry descriptors. One thread uses it; any may close
 * it.
 */
public final class DescriptorChannel implements AutoCloseable
{
    private static final int BACKLOG = 1;

    private final LibC libc = LibC.get();
    private final Descriptor descriptor;
    private final String address;

    private DescriptorChannel(final int fd, final String address)
    {
        descriptor = new Descriptor(fd);
        this.address = address;
    }

    /**
     * @return the connection; null if no process listens there.
     * @throws IOException if the connection is refused for another reason; one line.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static @Nullable DescriptorChannel connect(final Path path) throws IOException
    {
        final DescriptorChannel channel = open(path);
        final MemoryBuffer name = MemoryBuffer.allocate(SOCKADDR_UN_PATH_OFFSET + SOCKADDR_UN_PATH_SIZE, Long.BYTES);
        final int length = UnixDatagram.putAddress(name, path.toString());
        if (channel.libc.connect(channel.descriptor.fd(), name, length) < 0)
        {
            final int errno = LibC.errno();
            channel.close();
            if (errno == ENOENT || errno == ECONNREFUSED)
            {
                return null;
            }
            throw channel.failure("connect to", errno);
        }
        return channel;
    }

    /**
     * Listen on a path that only this user can connect to. A socket that is there already is replaced.
     *
     * @return the listening socket, for {@link #accept}.
     * @throws IOException if the path cannot be used; one line.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static DescriptorChannel listen(final Path path) throws IOException
    {
        final Path fresh = Path.of(path + "." + ProcessHandle.current().pid());
        Files.deleteIfExists(fresh);
        final DescriptorChannel channel = open(path);
        try
        {
            final MemoryBuffer name =
                MemoryBuffer.allocate(SOCKADDR_UN_PATH_OFFSET + SOCKADDR_UN_PATH_SIZE, Long.BYTES);
            final int length = UnixDatagram.putAddress(name, fresh.toString());
            channel.check(channel.libc.bind(channel.descriptor.fd(), name, length), "make");
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            channel.check(channel.libc.listen(channel.descriptor.fd(), BACKLOG), "listen on");
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return channel;
        }
        catch (final IOException | RuntimeException ex)
        {
            channel.close();
            Files.deleteIfExists(fresh);
            throw ex;
        }
    }

    private static DescriptorChannel open(final Path path) throws IOException
    {
        final int fd = LibC.get().socket(AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC);
        final DescriptorChannel channel = new DescriptorChannel(fd, path.toString());
        channel.check(fd, "open a local socket for");
        return channel;
    }

    /**
     * @param timeoutNs to wait at most, in nanoseconds.
     * @return a new connection; null if none came, or this is closed.
     * @throws IOException if the system refuses; one line.
     */
    public @Nullable DescriptorChannel accept(final long timeoutNs) throws IOException
    {
        if (!descriptor.acquire())
        {
            return null;
        }
        try
        {
            if (!isReadable(timeoutNs))
            {
                return null;
            }
            final int fd = libc.accept(descriptor.fd());
            check(fd, "accept a connection to");
            return new DescriptorChannel(fd, address);
        }
        finally
        {
            descriptor.release();
        }
    }

    /**
     * Send a message.
     *
     * @param descriptors of which the receiver gets copies; they are closed here, also if this fails.
     * @throws SocketException if the other side is gone; one line.
     * @throws IOException if the system refuses; one line.
     * @throws IllegalArgumentException if the text is empty or longer than 4 KiB, or there are more than 16
     *     descriptors.
     */
    public void send(final String text, final List<Integer> descriptors) throws IOException
    {
        try
        {
            check(libc.sendmsg(descriptor.fd(), DescriptorMessage.toSend(text, descriptors)), "send to");
        }
        finally
        {
            descriptors.forEach(LibC::close);
        }
    }

    /**
     * @param timeoutNs to wait at most, in nanoseconds.
     * @return the next message; null at the end of the connection.
     * @throws SocketTimeoutException if none came in time.
     * @throws SocketException if the other side is gone and has not read all that was sent to it; one line.
     * @throws IOException if the system refuses; one line.
     */
    public @Nullable DescriptorMessage receive(final long timeoutNs) throws IOException
    {
        if (!isReadable(timeoutNs))
        {
            throw new SocketTimeoutException("no answer from " + address);
        }
        final MemoryBuffer message = DescriptorMessage.toReceive();
        final int length = libc.recvmsg(descriptor.fd(), message);
        check(length, "receive from");
        return length == 0 ? null : DescriptorMessage.received(message, length);
    }

    private boolean isReadable(final long timeoutNs)
    {
        final PollSet set = new PollSet(libc, 1, POLLIN);
        set.set(0, descriptor.fd());
        return set.poll(1, timeoutNs);
    }

    private void check(final int result, final String operation) throws IOException
    {
        if (result < 0)
        {
            throw failure(operation, LibC.errno());
        }
    }

    private IOException failure(final String operation, final int errno)
    {
        final String message = "cannot " + operation + " " + address + ": " + LibC.describe(errno);
        return errno == EPIPE || errno == ECONNRESET ? new SocketException(message) : new IOException(message);
    }

    /** @return true if it was closed; any thread. */
    public boolean isClosed()
    {
        return descriptor.isClosed();
    }

    /** Close the socket; its file stays. Closing twice does no harm. */
    @Override
    public void close()
    {
        descriptor.close();
    }
}
