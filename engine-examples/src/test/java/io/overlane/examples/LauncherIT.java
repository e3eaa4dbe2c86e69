// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/overlane} on the packaged jar, with the JVM that runs the tests. */
@Timeout(300)
class LauncherIT
{
    private static final int TIMEOUT_S = 120;
    private static final Path JAR = Path.of("target/engine-examples.jar").toAbsolutePath();

    @TempDir
    private Path directory;

    @Test
    void shouldUseTheArchiveThatTheBuildMade()
    {
        final String insist = Runtime.version().feature() >= 25 ? "-XX:AOTMode=on" : "-Xshare:on";

        assertVersion(run(JAR, "../bin/overlane", insist));
    }

    @Test
    void shouldRunWithoutAnArchive() throws IOException
    {
        final Path jar = Files.copy(JAR, directory.resolve("overlane.jar"));
        assertVersion(run(jar, "../bin/overlane", ""));
    }

    @Test
    void shouldFindItsJarBesideItselfThroughALink() throws IOException
    {
        Files.createDirectories(directory.resolve("a/bin"));
        Files.createDirectories(directory.resolve("a/lib"));
        Files.copy(Path.of("../bin/overlane"), directory.resolve("a/bin/overlane"));
        Files.copy(JAR, directory.resolve("a/lib/overlane.jar"));
        assertTrue(directory.resolve("a/bin/overlane").toFile().setExecutable(true));
        final Path link = Files.createSymbolicLink(directory.resolve("overlane"), Path.of("a/bin/overlane"));

        assertVersion(run(null, link.toString(), ""));
    }

    @Test
    void shouldSayThatThereIsNoJar()
    {
        final CommandResult result = run(directory.resolve("none.jar"), "../bin/overlane", "");

        assertEquals(1, result.status());
        assertEquals(
            List.of("overlane: there is no " + directory.resolve("none.jar") +
                ": build it with 'mvn -DskipTests package', or set OVERLANE_JAR"),
            result.stderr());
    }

    private static CommandResult run(final Path jar, final String launcher, final String jvmOptions)
    {
        final List<String> command = new ArrayList<>(List.of(
            "env", "JAVA_HOME=" + System.getProperty("java.home"), "OVERLANE_JAVA_OPTS=" + jvmOptions));
        if (jar != null)
        {
            command.add("OVERLANE_JAR=" + jar);
        }
        command.addAll(List.of(launcher, "--version"));
        return LabProcess.start(command).await(TIMEOUT_S);
    }

    private static void assertVersion(final CommandResult result)
    {
        assertEquals(0, result.status(), result::toString);
        assertTrue(result.stderr().isEmpty(), result::toString);
        assertEquals(1, result.stdout().size(), result::toString);
        assertTrue(result.stdout().get(0).startsWith("overlane "), result::toString);
    }
}
