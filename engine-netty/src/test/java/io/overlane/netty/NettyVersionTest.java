// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an application with another Netty is told. The build copies jars of 4.1 for it. */
class NettyVersionTest
{
    private static final String ADVICE =
        ": give all io.netty artifacts the same 4.2 version, for example by importing netty-bom";
    private static final Path JARS = Path.of("target", "netty-4.1");

    @Test
    void shouldAcceptTheNettyOfThisBuild()
    {
        assertNull(NettyVersion.complaint());
        assertNull(NettyVersion.complaint(Map.of(), true));
        assertNull(NettyVersion.complaint(Map.of("netty-handler", "4.1.1.Final"), true));
    }

    @Test
    void shouldNameTheArtifactThatIsOld()
    {
        assertEquals("engine-netty needs Netty 4.2; the class path has netty-common 4.1.118.Final" + ADVICE,
            NettyVersion.complaint(Map.of("netty-common", "4.1.118.Final", "netty-buffer", "4.2.1.Final"), true));
        assertEquals("engine-netty needs Netty 4.2; the class path has an older version" + ADVICE,
            NettyVersion.complaint(Map.of(), false));
    }

    @Test
    void shouldSayItInAnApplicationOnNetty41() throws Exception
    {
        assertSaysIt(".*/netty-.*", "netty-buffer");
    }

    /** As when the application names netty-transport itself, and Maven takes that version. */
    @Test
    void shouldSayItInAnApplicationWithBothVersions() throws Exception
    {
        assertSaysIt(".*/netty-transport-\\d.*", "netty-transport");
    }

    private static void assertSaysIt(final String replaced, final String artifact) throws Exception
    {
        final List<String> lines = run(replaced);
        final String version = jars().stream().map(jar -> jar.getFileName().toString())
            .filter(jar -> jar.matches("netty-buffer-\\d.*")).findFirst().orElseThrow()
            .replaceAll("netty-buffer-|\\.jar", "");
        final String sentence =
            "engine-netty needs Netty 4.2; the class path has " + artifact + " " + version + ADVICE;
        assertTrue(version.startsWith("4.1."), version);
        assertEquals(List.of(
            "underlay: io.overlane.underlay.UnderlayException: cannot open UDP 127.0.0.1:0: " + sentence,
            "port: java.lang.IllegalStateException: " + sentence,
            "device: java.lang.IllegalStateException: " + sentence),
            lines.stream().filter(line -> line.matches("(underlay|port|device): .*")).toList(), lines::toString);
    }

    /** This class path, with jars of 4.1 instead of those that match. */
    private static List<String> run(final String replaced) throws IOException, InterruptedException
    {
        final List<String> classPath = new ArrayList<>();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator))
        {
            if (!entry.matches(replaced))
            {
                classPath.add(entry);
            }
        }
        jars().stream().filter(jar -> ("/" + jar.getFileName()).matches(replaced)).map(Path::toString)
            .forEach(classPath::add);
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--")).forEach(command::add);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), OtherNetty.class.getName()));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return Arrays.asList(output.split("\n"));
    }

    private static List<Path> jars() throws IOException
    {
        try (Stream<Path> files = Files.list(JARS))
        {
            return files.toList();
        }
    }
}
