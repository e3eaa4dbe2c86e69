// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.AdminServer;
import io.overlane.admin.Answer;
import io.overlane.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in front of an admin socket. */
class CtlCommandTest
{
    @TempDir
    private Path directory;

    private Path socket;
    private AdminServer server;

    @BeforeEach
    void open() throws IOException
    {
        socket = directory.resolve("a.sock");
        final AdminCommands commands = new AdminCommands()
            .add("fdb show", "[MAC]", "entries", words -> Answer.line("entries " + words))
            .add("fdb del", "MAC", "no more", words ->
            {
                throw AdminException.refused("entry " + words.get(0) + " does not exist");
            });
        server = AdminServer.open(socket, commands, error -> {});
    }

    @AfterEach
    void close()
    {
        server.close();
    }

    @Test
    void shouldPrintAnswersAndComplaints()
    {
        assertEquals(new CommandRun(0, "entries [a]\n", ""), ctl("fdb", "show", "a"));
        assertEquals(new CommandRun(0, "{\"message\":\"entries []\"}\n", ""), ctl("-j", "fdb", "show"));
        assertEquals(new CommandRun(1, "", "overlane: entry b does not exist\n"), ctl("fdb", "del", "b"));
        assertEquals(new CommandRun(2, "", "overlane: a word is missing after 'fdb' (del, show)\n"), ctl("fdb"));
        assertTrue(ctl("help").out().contains("fdb show [MAC]"));
    }

    @Test
    void shouldSayWhenNobodyAnswers()
    {
        server.close();
        final CommandRun gone = ctl("help");
        assertEquals(new CommandRun(1, "", "overlane: there is no admin socket " + socket + "\n"), gone);
        assertEquals(2, CommandRun.of("ctl").exitCode());
        assertEquals(2, CommandRun.of("ctl", "--admin", socket.toString(), "a b").exitCode());
    }

    private CommandRun ctl(final String... words)
    {
        final List<String> line = new ArrayList<>(List.of("ctl", "--admin", socket.toString()));
        line.addAll(List.of(words));
        return CommandRun.of(line.toArray(String[]::new));
    }
}
