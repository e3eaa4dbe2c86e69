// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One owner of a path at a time, and nothing left behind by it. */
@Timeout(120)
class NameLockTest
{
    private static final int ROUNDS = 200;

    @TempDir
    private Path directory;

    @Test
    void shouldLeaveNothingBehind() throws IOException
    {
        final Path path = directory.resolve("a.sock");
        AdminSocket.listen(path).close();
        assertEquals(List.of(), files());
    }

    @Test
    void shouldRefuseASecondOwnerInTheSameProcess() throws IOException
    {
        final Path path = directory.resolve("a.sock");
        final NameLock first = NameLock.tryLock(path);
        assertNotNull(first);
        assertNull(NameLock.tryLock(path));
        first.close();
        final NameLock second = NameLock.tryLock(path);
        assertNotNull(second);
        second.close();
    }

    /** The second refusal would not come if the first one had ended the lock of this process. */
    @Test
    void shouldKeepItsLockWhenItRefusesAnother() throws Exception
    {
        final Path path = directory.resolve("a.sock");
        final NameLock owner = NameLock.tryLock(path);
        assertNull(NameLock.tryLock(path));
        assertEquals(List.of("refused"), other("once", path).inputReader().lines().toList());
        owner.close();
        assertEquals(List.of("owned"), other("once", path).inputReader().lines().toList());
        assertEquals(List.of(), files());
    }

    @Test
    void shouldStartAfterAnOwnerWasKilled() throws Exception
    {
        final Path path = directory.resolve("a.sock");
        final Process killed = other("hold", path);
        final BufferedReader output = killed.inputReader();
        assertEquals("owned", output.readLine());
        assertThrows(IOException.class, () -> AdminSocket.listen(path));
        killed.destroyForcibly().waitFor();
        assertTrue(Files.exists(path), "a kill leaves the socket");

        AdminSocket.listen(path).close();
        assertEquals(List.of(), files());
    }

    /** A dead socket is there at the start of each round, as after a kill. */
    @Test
    void shouldHaveOneWinnerAmongThreads() throws Exception
    {
        final Path path = directory.resolve("a.sock");
        final int racers = 4;
        final ExecutorService executor = Executors.newFixedThreadPool(racers);
        try
        {
            for (int round = 0; round < ROUNDS; round++)
            {
                final AtomicInteger winners = new AtomicInteger();
                final CountDownLatch done = new CountDownLatch(racers);
                final List<Future<?>> tasks = new ArrayList<>();
                for (int i = 0; i < racers; i++)
                {
                    tasks.add(executor.submit(() ->
                    {
                        final AdminSocket socket = listen(path, winners);
                        done.countDown();
                        done.await();
                        if (socket != null)
                        {
                            socket.close();
                        }
                        return null;
                    }));
                }
                for (final Future<?> task : tasks)
                {
                    task.get();
                }
                assertEquals(1, winners.get());
                assertEquals(List.of(), files());
            }
        }
        finally
        {
            executor.shutdownNow();
        }
    }

    /** Each makes a file that must not be there while it owns the path: two owners at once would meet it. */
    @Test
    void shouldNeverHaveTwoOwnersAmongProcesses() throws Exception
    {
        final Path path = directory.resolve("a.sock");
        final List<Process> racers = new ArrayList<>();
        for (int i = 0; i < 3; i++)
        {
            racers.add(other("race", path));
        }
        for (final Process racer : racers)
        {
            assertEquals(List.of("won " + ROUNDS), racer.inputReader().lines().toList());
            assertEquals(0, racer.waitFor());
        }
        assertEquals(List.of(), files());
    }

    private static AdminSocket listen(final Path path, final AtomicInteger winners)
    {
        try
        {
            final AdminSocket socket = AdminSocket.listen(path);
            winners.incrementAndGet();
            return socket;
        }
        catch (final IOException ex)
        {
            return null;
        }
    }

    private static Process other(final String what, final Path path) throws IOException
    {
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
            Other.class.getName(), what, path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        process.onExit().orTimeout(100, TimeUnit.SECONDS).exceptionally(late -> process.destroyForcibly());
        return process;
    }

    private List<String> files() throws IOException
    {
        try (Stream<Path> files = Files.list(directory))
        {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Another process that wants the path. */
    static final class Other
    {
        private Other()
        {
        }

        public static void main(final String[] args) throws Exception
        {
            final Path path = Path.of(args[1]);
            switch (args[0])
            {
                case "once" -> once(path);
                case "hold" -> hold(path);
                default -> race(path);
            }
        }

        private static void once(final Path path) throws IOException
        {
            final NameLock lock = NameLock.tryLock(path);
            System.out.println(lock == null ? "refused" : "owned");
            if (lock != null)
            {
                lock.close();
            }
        }

        private static void hold(final Path path) throws Exception
        {
            AdminSocket.listen(path);
            System.out.println("owned");
            Thread.sleep(TimeUnit.MINUTES.toMillis(5));
        }

        private static void race(final Path path) throws IOException
        {
            final Path marker = path.resolveSibling("owner");
            int won = 0;
            while (won < ROUNDS)
            {
                final NameLock lock = NameLock.tryLock(path);
                if (lock != null)
                {
                    Files.createFile(marker);
                    Files.delete(marker);
                    lock.close();
                    won++;
                }
            }
            System.out.println("won " + won);
        }
    }
}
