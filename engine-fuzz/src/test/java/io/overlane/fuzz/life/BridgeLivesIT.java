// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.life;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testkit.InNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    private static final long PATIENCE_MS = 20_000;

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
        List<String> first = List.of();
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
            first = i == 0 ? descriptors() : first;
            requireDescriptors(first, "seed " + (seed + i));
        }
        final Set<Thread> threads = Thread.getAllStackTraces().keySet();
        assertTrue(
            threads.stream().noneMatch(thread -> thread.getName().startsWith("overlane")),
            () -> "threads stay: " + threads);
    }

    /** The JVM closes the pipes to a program shortly after that has ended, on another thread. */
    private static void requireDescriptors(final List<String> first, final String life) throws Exception
    {
        List<String> open = descriptors();
        for (long waitedMs = 0; open.size() > first.size(); waitedMs += 5)
        {
            final String text = life + ": descriptors stay open: " + open + ", after the first life: " + first;
            assertTrue(waitedMs < PATIENCE_MS, text);
            TimeUnit.MILLISECONDS.sleep(5);
            open = descriptors();
        }
    }

    /** What the open descriptors of this process belong to. */
    private static List<String> descriptors() throws IOException
    {
        final List<String> targets = new ArrayList<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd")))
        {
            for (final Path descriptor : open.toList())
            {
                try
                {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                }
                catch (final NoSuchFileException ex)
                {
                    // Closed since the list was read; a descriptor of the list itself is among them.
                    continue;
                }
            }
        }
        return targets;
    }
}
