// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against scripts that stand in for the command. */
class IpCommandTest
{
    @TempDir
    private Path directory;

    @Test
    void shouldSayWhatToInstallWhenThereIsNoCommand()
    {
        final IOException ex =
            assertThrows(IOException.class, () -> IpCommand.find(directory.toString(), List.of()));
        assertEquals("there is no 'ip' command on this host: install iproute2", ex.getMessage());
    }

    @Test
    void shouldFindCommandOutsideTheSearchPath() throws IOException
    {
        script("ip", "echo found");
        assertEquals("found\n", IpCommand.find(null, List.of(directory)).run());
        assertEquals("found\n", IpCommand.find("/nonexistent::" + directory, List.of()).run());
    }

    @Test
    void shouldNotTakeDirectoryForCommand() throws IOException
    {
        Files.createDirectory(directory.resolve("ip"));
        assertThrows(IOException.class, () -> IpCommand.find(directory.toString(), List.of()));
    }

    @Test
    void shouldPassArgumentsAsTheyAre() throws IOException
    {
        final IpCommand ip = new IpCommand(List.of(script("ip", "printf '<%s>' \"$@\"").toString(), "-n", "a b"));
        assertEquals("<-n><a b><$HOME; echo *>", ip.run("$HOME; echo *"));
    }

    @Test
    void shouldPutTheComplaintIntoOneLine() throws IOException
    {
        final String body = "echo 'RTNETLINK answers: File exists' >&2; echo 'second' >&2; exit 2";
        final IpCommand ip = new IpCommand(List.of(script("ip", body).toString()));
        final IOException ex = assertThrows(IOException.class, () -> ip.run("addr", "add"));
        assertEquals("'ip addr add' failed: RTNETLINK answers: File exists; second", ex.getMessage());
    }

    /** Stands in for {@code ip -force -batch -}: "bad" fails, "fatal" ends it, each line is noted. */
    private IpCommand batchScript() throws IOException
    {
        return new IpCommand(List.of(script("ip", """
            echo "start $1" >> %1$s; n=0
            while read -r line
            do
              n=$((n+1)); echo "$line" >> %1$s
              case "$line" in
                good*) echo output;;
                fatal) echo "cannot read this" >&2; exit 1;;
                *) echo "no '$line'" >&2; echo "Command failed -:$n" >&2;;
              esac
            done
            """.formatted(directory.resolve("noted"))).toString()));
    }

    private List<String> noted() throws IOException
    {
        return Files.readAllLines(directory.resolve("noted")).stream()
            .filter(line -> !line.equals("overlane")).toList();
    }

    @Test
    void shouldRunQuickBatchesInOneProcessOfEachFamily() throws IOException
    {
        final IpCommand ip = batchScript();
        assertEquals(List.of(), ip.quickBatch(true, List.of("good 1", "good 2")).failures());
        assertEquals(List.of(), ip.quickBatch(true, List.of("good 3")).failures());
        assertEquals(List.of(), ip.quickBatch(true, List.of()).failures());
        assertEquals(List.of("start -4", "good 1", "good 2", "good 3"), noted());
        assertEquals(List.of(), ip.quickBatch(false, List.of("good 4")).failures());
        ip.beginSession(true);
        assertEquals(List.of(), ip.quickBatch(true, List.of("good 5")).failures());
        assertEquals(List.of("start -6", "good 4", "start -4", "good 5"), noted().subList(4, 8));
        ip.endSessions();
    }

    @Test
    void shouldNameTheCommandThatFailedAndGoOnInAnotherProcess() throws IOException
    {
        final IpCommand ip = batchScript();
        ip.quickBatch(true, List.of("good 1", "good 2"));
        assertEquals(List.of("'ip bad' failed: no 'bad'"),
            ip.quickBatch(true, List.of("good 3", "bad", "good 4")).failures());
        assertEquals(List.of(), ip.quickBatch(true, List.of("good 5")).failures());
        assertEquals(
            List.of("start -4", "good 1", "good 2", "good 3", "bad", "good 4", "start -4", "good 5"), noted());
        ip.endSessions();
    }

    @Test
    void shouldSayWhatEndedTheProcess() throws IOException
    {
        final IpCommand ip = batchScript();
        assertEquals(List.of("'ip -batch' failed: cannot read this"),
            ip.quickBatch(true, List.of("good 1", "fatal")).failures());
        assertEquals(List.of(), ip.quickBatch(true, List.of("good 2")).failures());
        ip.endSessions();
    }

    @Test
    void shouldNameTheStatusWhenThereIsNoComplaint() throws IOException
    {
        final IpCommand ip = new IpCommand(List.of(script("ip", "exit 3").toString()));
        final IOException ex = assertThrows(IOException.class, () -> ip.run("link"));
        assertEquals("'ip link' failed: exit status 3", ex.getMessage());
    }

    private Path script(final String name, final String body) throws IOException
    {
        final Path file = directory.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file;
    }
}
