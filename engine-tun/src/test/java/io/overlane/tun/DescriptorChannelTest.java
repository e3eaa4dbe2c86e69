// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text and descriptors from one end to the other. */
class DescriptorChannelTest
{
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    @TempDir
    private Path directory;

    private Path path;

    @BeforeEach
    void requireNativeCalls()
    {
        assumeTrue(LibC.whyUnavailable() == null, LibC.whyUnavailable());
        path = directory.resolve("channel.sock");
    }

    @Test
    void shouldPassAnOpenFile() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("file"), "what is in the file");
        try (DescriptorChannel listener = DescriptorChannel.listen(path);
            DescriptorChannel client = DescriptorChannel.connect(path))
        {
            final DescriptorChannel server = listener.accept(TIMEOUT_NS);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            client.send("please", List.of());
            try (DescriptorMessage request = server.receive(TIMEOUT_NS))
            {
                assertEquals("please", request.text());
                assertEquals(0, request.size());
            }
            server.send("two", List.of(LibC.open(file.toString(), 0), LibC.open(file.toString(), 0)));
            try (DescriptorMessage message = client.receive(TIMEOUT_NS))
            {
                assertEquals("two", message.text());
                assertEquals(2, message.size());
                final int taken = message.take(1);
                assertThrows(IllegalStateException.class, () -> message.take(1));
                final MemoryBuffer content = MemoryBuffer.allocate(100, 8);
                final byte[] bytes = new byte[LibC.get().read(taken, content, 0, 100)];
                content.getBytes(0, bytes);
                assertEquals("what is in the file", new String(bytes, StandardCharsets.UTF_8));
                LibC.close(taken);
            }
            server.close();
            assertNull(client.receive(TIMEOUT_NS));
        }
    }

    @Test
    void shouldSayThatNobodyIsThere() throws IOException
    {
        assertNull(DescriptorChannel.connect(path));
        try (DescriptorChannel first = DescriptorChannel.listen(path))
        {
            assertNull(first.accept(1));
        }
        assertTrue(Files.exists(path));
        assertNull(DescriptorChannel.connect(path));
        try (DescriptorChannel second = DescriptorChannel.listen(path);
            DescriptorChannel client = DescriptorChannel.connect(path))
        {
            assertThrows(SocketTimeoutException.class, () -> client.receive(1));
            assertThrows(IllegalArgumentException.class, () -> client.send("", List.of()));
            second.accept(TIMEOUT_NS).close();
            assertTrue(assertThrows(IOException.class, () -> client.send("too late", List.of()))
                .getMessage().startsWith("cannot send to " + path));
        }
    }

    /** With the datagram that came before. */
    @Test
    void shouldPassASocketOfAnUnderlay() throws IOException
    {
        final LibcUnderlay before = LibcUnderlay.open(new UnderlayOptions(LOOPBACK, 0));
        final UnderlayOptions options = new UnderlayOptions(LOOPBACK, before.local().udpPort());
        final int descriptor = before.duplicateDescriptor();
        final int other = before.duplicateDescriptor();
        before.close();
        try (DatagramSocket sender = new DatagramSocket())
        {
            sender.send(new DatagramPacket(new byte[]{1, 2, 3}, 3, InetAddress.getByName("127.0.0.1"),
                options.udpPort()));
        }
        try (LibcUnderlay after = LibcUnderlay.adopt(descriptor, options))
        {
            assertEquals(before.local(), after.local());
            after.await(TIMEOUT_NS);
            final ReceiveBatch batch = new ReceiveBatch(4);
            assertEquals(1, after.poll(batch));
            assertEquals(3, batch.frame(0).length());
        }
        final UnderlayException ex = assertThrows(UnderlayException.class,
            () -> LibcUnderlay.adopt(other, new UnderlayOptions(LOOPBACK, options.udpPort() + 1)));
        assertTrue(ex.getMessage().contains("the socket is bound to 127.0.0.1:" + options.udpPort()), ex.getMessage());
    }
}
