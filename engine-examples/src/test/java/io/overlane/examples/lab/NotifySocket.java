// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.UnixDatagram;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The socket of a service manager: collects what a service reports (sd_notify(3)). */
public final class NotifySocket implements AutoCloseable
{
    private static final int TIMEOUT_S = 120;
    private static final String END = "";

    private final Path path;
    private final int fd;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final Thread reader = new Thread(this::read, "notify-socket");

    private NotifySocket(final Path path, final int fd)
    {
        this.path = path;
        this.fd = fd;
    }

    /**
     * @param path of the socket.
     * @return the open socket.
     */
    public static NotifySocket open(final Path path)
    {
        final byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        final MemoryBuffer address = MemoryBuffer.allocate(Linux.SOCKADDR_UN_PATH_OFFSET + name.length + 1, 8);
        address.putShort(0, (short)Linux.AF_UNIX);
        address.putBytes(Linux.SOCKADDR_UN_PATH_OFFSET, name);
        final int fd = LibC.get().socket(Linux.AF_UNIX, Linux.SOCK_DGRAM | Linux.O_CLOEXEC);
        assertEquals(0, LibC.get().bind(fd, address, address.capacity()), LibC.describe(LibC.errno()));
        final NotifySocket socket = new NotifySocket(path, fd);
        socket.reader.setDaemon(true);
        socket.reader.start();
        return socket;
    }

    /**
     * @param command program and arguments.
     * @param watchdogMs the watchdog's time; 0 for none.
     * @return the command with this socket as its service manager.
     */
    public List<String> wrap(final List<String> command, final int watchdogMs)
    {
        final List<String> wrapped = new ArrayList<>(List.of("env", "NOTIFY_SOCKET=" + path));
        if (watchdogMs > 0)
        {
            wrapped.add("WATCHDOG_USEC=" + watchdogMs * 1000L);
        }
        wrapped.addAll(command);
        return wrapped;
    }

    /**
     * Take messages until one is wanted.
     *
     * @param wanted whether it is this one.
     * @return the message.
     */
    public String await(final Predicate<String> wanted)
    {
        final List<String> others = new ArrayList<>();
        try
        {
            while (true)
            {
                final String message = messages.poll(TIMEOUT_S, TimeUnit.SECONDS);
                assertNotNull(message, () -> "only these messages came: " + others);
                if (wanted.test(message))
                {
                    return message;
                }
                others.add(message);
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", ex);
        }
    }

    /** @return the next message that is no report to the watchdog. */
    public String next()
    {
        return await(message -> !message.equals("WATCHDOG=1"));
    }

    @Override
    public void close()
    {
        try
        {
            UnixDatagram.send(path.toString(), END);
            reader.join(TimeUnit.SECONDS.toMillis(TIMEOUT_S));
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
        LibC.close(fd);
    }

    private void read()
    {
        final MemoryBuffer memory = MemoryBuffer.allocate(4096, 8);
        while (true)
        {
            final byte[] bytes = new byte[LibC.get().read(fd, memory, 0, memory.capacity())];
            memory.getBytes(0, bytes);
            final String message = new String(bytes, StandardCharsets.UTF_8);
            if (message.equals(END))
            {
                return;
            }
            messages.add(message);
        }
    }
}
