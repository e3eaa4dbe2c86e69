// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.life;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testkit.InNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bridges live one after the other, with every change there is. {@code -Doverlane.fuzz.bridges=N} makes it longer, and
 * {@code -Doverlane.fuzz.seed=N} begins with another life.
 */
@InNamespace
@Tag("tunnel")
class BridgeLivesIT
{
    private static final int STEPS = 60;

    @TempDir
    private Path directory;

    @BeforeEach
    void setUp() throws Exception
    {
        new ProcessBuilder("ip", "link", "set", "lo", "up").start().waitFor();
    }

    @Test
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void shouldHaveTheSegmentsOfItsFileAndLeaveNothingBehind() throws Exception
    {
        final int bridges = Integer.getInteger("overlane.fuzz.bridges", 2);
        final long seed = Long.getLong("overlane.fuzz.seed", 1);
        long descriptors = Long.MAX_VALUE;
        for (int i = 0; i < bridges; i++)
        {
            try
            {
                new BridgeLife(seed + i, directory).live(STEPS);
            }
            catch (final AssertionError ex)
            {
                throw new AssertionError("seed " + (seed + i), ex);
            }
            // The first life loads classes and libraries.
            descriptors = i == 0 ? descriptors() : descriptors;
        }
        final long left = descriptors() - descriptors;
        assertTrue(left <= 0, () -> left + " descriptors stay open");
        final Set<Thread> threads = Thread.getAllStackTraces().keySet();
        assertTrue(
            threads.stream().noneMatch(thread -> thread.getName().startsWith("overlane")),
            () -> "threads stay: " + threads);
    }

    private static long descriptors() throws IOException
    {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd")))
        {
            return open.count();
        }
    }
}
