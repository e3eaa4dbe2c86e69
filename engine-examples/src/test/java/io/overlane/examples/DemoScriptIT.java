// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code run-demo.sh} on machines that allow less than this one: commands on the path stand in for those machines. */
@Timeout(300)
class DemoScriptIT
{
    @TempDir
    private Path commands;

    @Test
    void shouldNameTheCallThatIsNotAllowed() throws Exception
    {
        command("unshare", "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1");

        final String output = runDemo();

        assertContains(output, "'unshare --mount --net': unshare: unshare failed: Operation not permitted");
        assertContains(output, "in 'unshare --user --map-root-user --mount --net': unshare: unshare failed");
        assertContains(output, "demo: two engines in one JVM instead");
    }

    @Test
    void shouldNameTheStepOfTheLabThatFails() throws Exception
    {
        command("unshare", "while [ \"${1#-}\" != \"$1\" ]; do shift; done; exec \"$@\"");
        command("mount", ":");
        command("ip", "case \"$*\" in *tuntap*) echo 'open: No such file or directory' >&2; exit 1 ;; esac");
        command("sysctl", ":");

        final String output = runDemo();

        assertContains(output, "cannot make a TAP device: 'ip -n left tuntap add dev probe mode tap' failed: " +
            "open: No such file or directory");
        assertContains(output, "demo: two engines in one JVM instead");
    }

    private String runDemo() throws IOException, InterruptedException
    {
        final ProcessBuilder builder = new ProcessBuilder("bash", "../run-demo.sh").redirectErrorStream(true);
        builder.environment().put("PATH", commands + ":" + System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        final Process process = builder.start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private void command(final String name, final String script) throws IOException
    {
        final Path file = Files.writeString(commands.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static void assertContains(final String output, final String part)
    {
        assertTrue(output.contains(part), () -> "expected '" + part + "' in:\n" + output);
    }
}
