// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.tun.libc.LibC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that are left to another process, here of a file. */
class TunnelDescriptorsTest
{
    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void requireNativeCalls() throws IOException
    {
        assumeTrue(LibC.whyUnavailable() == null, LibC.whyUnavailable());
        file = Files.writeString(directory.resolve("file"), "").toRealPath();
    }

    @Test
    void shouldDuplicateDeviceAndSocket() throws IOException
    {
        final TunnelDescriptors both = TunnelDescriptors.duplicate("flannel.1", this::open, this::open);
        assertEquals(2, openCount());
        assertEquals(
            Map.of("flannel.1", both.device(), "socket of flannel.1", both.socket()),
            TunnelDescriptors.byName(List.of(both)));
        both.close();
        assertEquals(0, openCount());
    }

    @Test
    void shouldCloseTheDeviceIfTheSocketCannotBeDuplicated() throws IOException
    {
        final IOException refused = new IOException("no free descriptor");
        assertSame(refused, assertThrows(IOException.class, () -> TunnelDescriptors.duplicate(
            "flannel.1", this::open, () ->
            {
                throw refused;
            })));
        assertEquals(0, openCount());
    }

    private int open()
    {
        return LibC.open(file.toString(), 0);
    }

    /** How many descriptors of this process are of the file. */
    private long openCount() throws IOException
    {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd")))
        {
            return all.filter(this::isFile).count();
        }
    }

    private boolean isFile(final Path descriptor)
    {
        try
        {
            return Files.readSymbolicLink(descriptor).equals(file);
        }
        catch (final IOException ex)
        {
            // Closed meanwhile by another thread.
            return false;
        }
    }
}
