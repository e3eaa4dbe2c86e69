// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminServer;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command in batch mode, before a program whose counters the test sets. */
@Timeout(60)
class TopCommandTest
{
    @TempDir
    private Path directory;

    private final AtomicInteger asked = new AtomicInteger();
    private Path socket;
    private AdminServer server;

    @BeforeEach
    void open() throws IOException
    {
        socket = directory.resolve("a.sock");
        server = serve();
    }

    @AfterEach
    void close()
    {
        server.close();
    }

    private AdminServer serve() throws IOException
    {
        return AdminServer.open(socket, new AdminCommands()
            .addReading("stats", "", "counters", words -> stats())
            .addReading("drops", "", "drops", words -> drops()), error -> {});
    }

    private Answer stats()
    {
        final long count = asked.getAndIncrement() * 1000L;
        final Table paths = new Table("path", "delivered", "bytes")
            .row("encap", count, count * 100).row("decap", 0, 0);
        final String[] columns = {"vni", "sent", "sent_bytes", "received", "received_bytes"};
        final Table segments = new Table(columns).row(42, count, count * 100, 0, 0).row(7, 0, 0, 5, 500);
        columns[0] = "remote";
        return new Answer("", Map.of(
            "local", "192.0.2.1:8472",
            "paths", paths.json(),
            "segments", segments.json(),
            "remotes", new Table(columns).row("192.0.2.2:8472", count, count * 100, 0, 0).json()));
    }

    private Answer drops()
    {
        return new Answer("", Map.of("counts", new Table("path", "reason", "vni", "remote", "frames")
            .row("decap", "unknown-vni", 9, "192.0.2.3", asked.get() * 10L).json()));
    }

    @Test
    void shouldShowRatesOfSegmentsRemotesAndReasons()
    {
        final CommandRun run = CommandRun.of("top", "-b", "-n", "2", "--admin", socket.toString());
        assertEquals(0, run.exitCode(), run.err());
        final List<String> lines = run.out().lines().toList();
        assertTrue(lines.get(0).contains("192.0.2.1:8472  sorted by traffic"), run.out());
        assertEquals(2, lines.stream().filter(line -> line.startsWith("overlane top")).count());
        final List<String> names = lines.stream().map(line -> line.split("  +")[0]).toList();
        assertEquals(
            List.of("VNI 42", "VNI 7"), names.stream().filter(name -> name.startsWith("VNI")).limit(2).toList());
        assertTrue(names.contains("192.0.2.2:8472"), run.out());
        assertTrue(names.contains("unknown-vni decap VNI 9 192.0.2.3"), run.out());
        final String sent = lines.stream().filter(line -> line.startsWith("VNI 42")).findFirst().orElseThrow();
        assertTrue(sent.matches("VNI 42 +[1-9][0-9.]* kb/s +0 b/s +[1-9].*"), sent);
    }

    @Test
    void shouldSortAsAsked()
    {
        final CommandRun run =
            CommandRun.of("top", "-b", "-n", "1", "--sort", "name", "--admin", socket.toString());
        assertTrue(run.out().indexOf("VNI 7") < run.out().indexOf("VNI 42"), run.out());
        assertEquals(2, CommandRun.of("top", "--sort", "size").exitCode());
        assertEquals(2, CommandRun.of("top", "-d", "0").exitCode());
        assertEquals(2, CommandRun.of("top", "-n", "-1").exitCode());
    }

    @Test
    void shouldWaitForAProgramThatComesBack() throws Exception
    {
        final Thread restart = new Thread(() ->
        {
            while (asked.get() < 2)
            {
                Thread.onSpinWait();
            }
            server.close();
        });
        restart.start();
        final CommandRun gone = CommandRun.of("top", "-b", "-n", "3", "--admin", socket.toString());
        restart.join();
        assertEquals(0, gone.exitCode());
        assertTrue(gone.out().contains("waiting for it"), gone.out());

        final CommandRun nobody = CommandRun.of("top", "-b", "-n", "1", "--admin", socket.toString());
        assertEquals(new CommandRun(1, "", "overlane: there is no admin socket " + socket + "\n"), nobody);
        asked.set(0);
        server = serve();
        assertEquals(0, CommandRun.of("top", "-b", "-n", "1", "--admin", socket.toString()).exitCode());
    }
}
