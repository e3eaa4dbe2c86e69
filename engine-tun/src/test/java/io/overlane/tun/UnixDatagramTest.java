// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** To a socket of this test's. */
class UnixDatagramTest
{
    private final MemoryBuffer memory = MemoryBuffer.allocate(1024, 8);

    @TempDir
    private Path directory;
    private int receiver = -1;

    @BeforeEach
    void open()
    {
        Assumptions.assumeTrue(LibC.whyUnavailable() == null, LibC.whyUnavailable());
        receiver = LibC.get().socket(Linux.AF_UNIX, Linux.SOCK_DGRAM | Linux.O_NONBLOCK | Linux.O_CLOEXEC);
    }

    @AfterEach
    void close()
    {
        if (receiver >= 0)
        {
            LibC.close(receiver);
        }
    }

    private String receive(final String address, final String text) throws IOException
    {
        final int length = UnixDatagram.putAddress(memory, address);
        assertEquals(0, LibC.get().bind(receiver, memory, length), LibC.describe(LibC.errno()));
        UnixDatagram.send(address, text);
        final byte[] bytes = new byte[LibC.get().read(receiver, memory, 0, memory.capacity())];
        memory.getBytes(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void shouldReachAPath() throws IOException
    {
        final String text = "READY=1\nSTATUS=läuft\n";
        assertEquals(text, receive(directory.resolve("notify").toString(), text));
    }

    @Test
    void shouldReachAnAbstractName() throws IOException
    {
        assertEquals("STOPPING=1", receive("@overlane-test-" + ProcessHandle.current().pid(), "STOPPING=1"));
    }

    @Test
    void shouldSayWhenNobodyIsThere()
    {
        final String address = directory.resolve("nobody").toString();
        final IOException ex = assertThrows(IOException.class, () -> UnixDatagram.send(address, "READY=1"));
        assertTrue(ex.getMessage().startsWith("cannot reach " + address + ": ENOENT"), ex.getMessage());
        assertThrows(IllegalArgumentException.class, () -> UnixDatagram.send("x".repeat(108), "READY=1"));
        assertThrows(IllegalArgumentException.class, () -> UnixDatagram.send("", "READY=1"));
    }
}
