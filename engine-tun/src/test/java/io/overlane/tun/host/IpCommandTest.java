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

    @Test
    void shouldRunQuickBatchesWithAndWithoutAWaitingProcess() throws IOException
    {
        final IpCommand ip = new IpCommand(List.of(script("ip", "echo \"$1\"; cat").toString()));
        for (int i = 0; i < 5; i++)
        {
            assertEquals("-4\nroute add " + i + "\n", ip.quickBatch(true, List.of("route add " + i)).output());
            assertEquals("-6\nroute add " + i + "\n", ip.quickBatch(false, List.of("route add " + i)).output());
        }
        ip.endSpares();
        assertEquals("-4\nlast\n", ip.quickBatch(true, List.of("last")).output());
        assertEquals("", ip.quickBatch(true, List.of()).output());
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
