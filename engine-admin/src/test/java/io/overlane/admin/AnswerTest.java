// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers for people and for programs, and how commands are found. */
class AnswerTest
{
    @Test
    void shouldAlignColumns()
    {
        final Table table = new Table("mac", "frames", "flags")
            .row("02:00:00:00:00:01", 7, List.of("static", "extern"))
            .row(null, 1234567L, List.of());
        assertEquals(
            "MAC                 FRAMES  FLAGS\n" +
            "02:00:00:00:00:01        7  static,extern\n" +
            "-                  1234567  -\n",
            table.text());
        assertEquals(
            "[{\"mac\":\"02:00:00:00:00:01\",\"frames\":7,\"flags\":[\"static\",\"extern\"]}," +
            "{\"mac\":null,\"frames\":1234567,\"flags\":[]}]",
            JsonText.of(table.json()));
        assertEquals("", new Table("a").text());
        assertThrows(IllegalArgumentException.class, () -> table.row(1));
    }

    @Test
    void shouldQuoteForJson()
    {
        assertEquals(
            "{\"a\\\"b\":\"\\\\ \\u000a \\u007f ü \\ud83d\\ude00\",\"c\":[],\"d\":{},\"e\":true}",
            JsonText.of(new TreeMap<>(
                Map.of("a\"b", "\\ \n \u007f ü \ud83d\ude00", "c", List.of(), "d", Map.of(), "e", true))));
    }

    @Test
    void shouldFindCommandsByOneWordOrTwo() throws AdminException
    {
        final AdminCommands commands = new AdminCommands()
            .add("stats", "[reset]", "counters", words -> Answer.line("stats " + words))
            .add("fdb show", "", "entries", words -> Answer.line("show"))
            .add("fdb add", "MAC dst IP", "an entry", words ->
            {
                throw AdminException.usage("no MAC");
            });
        assertEquals("stats [reset]\n", commands.run(List.of("stats", "reset")).text());
        assertEquals("show\n", commands.run(List.of("fdb", "show")).text());
        assertEquals("no MAC (usage: fdb add MAC dst IP)", why(commands, "fdb", "add"));
        assertEquals("unexpected 'x' (usage: fdb show)", why(commands, "fdb", "show", "x"));
        assertEquals("a word is missing after 'fdb' (add, show)", why(commands, "fdb"));
        assertEquals("unknown command 'fdb shwo' (there are add, show)", why(commands, "fdb", "shwo"));
        assertEquals("unknown command 'f' (there are fdb, help, stats)", why(commands, "f"));
        assertEquals("no command; 'help' lists them", why(commands));
        assertEquals(
            "fdb add MAC dst IP\n    an entry\nfdb show\n    entries\nhelp\n    list the commands\n" +
            "stats [reset]\n    counters\n",
            commands.run(List.of("help")).text());
        assertThrows(IllegalArgumentException.class, () -> commands.add("stats", "", "", words -> Answer.DONE));
    }

    @Test
    void shouldKnowWhereSocketsAre(@TempDir final Path directory) throws Exception
    {
        assertEquals(Path.of("/run/overlane"), SocketPath.directory("root", "/run/user/0"));
        assertEquals(Path.of("/run/user/7/overlane"), SocketPath.directory("jo", "/run/user/7"));
        assertEquals(null, SocketPath.directory("jo", null));
        assertEquals(List.of(), SocketPath.list(directory.resolve("none")));
        Files.createFile(SocketPath.of(directory, "flannel.1"));
        Files.createFile(directory.resolve("flannel.1.sock.lock"));
        assertEquals(List.of(directory.resolve("flannel.1.sock")), SocketPath.list(directory));
    }

    private static String why(final AdminCommands commands, final String... words)
    {
        return assertThrows(AdminException.class, () -> commands.run(List.of(words))).getMessage();
    }
}
