// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabProcess;
import io.overlane.tun.udp.LibcUnderlay;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application outside the build runs as docs/embedding.md says, without flags, on the class and the module path. */
class ModulePathIT
{
    private static final int TIMEOUT_S = 120;
    private static final String JARS =
        "(engine-(core|admin|ebpf|http|metrics|netty|replay|tun)|httpcore5|agrona|" +
        "micrometer-(core|commons|observation)|HdrHistogram|jffi|jnr-\\w+|asm(-\\w+)?|netty-[a-z-]+|slf4j-api)" +
        "-\\d.*\\.jar";
    private static final Path SOURCES = Path.of("src/test/resources/outside");

    @TempDir
    private Path directory;

    private List<Path> jars;

    @BeforeEach
    void copyWhatTheApplicationNeeds() throws Exception
    {
        assumeTrue(LibcUnderlay.whyUnavailable() == null, LibcUnderlay::whyUnavailable);
        assumeTrue(Epoll.isAvailable(), "no epoll here");
        jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(path -> path.getFileName().toString().matches(JARS))
            .filter(path -> !path.getFileName().toString().contains("-tests"))
            .toList();
        final List<String> names = jars.stream().map(jar -> jar.getFileName().toString()).toList();
        assertTrue(names.stream().anyMatch(name -> name.startsWith("engine-core-")), names::toString);
        assertTrue(names.stream().anyMatch(name -> name.startsWith("engine-tun-")), names::toString);
    }

    @Test
    void shouldRunFromTheClassPath() throws Exception
    {
        final Path classes = compile("-cp", path(jars.stream()), SOURCES.resolve("outside/Outside.java"));
        run(
            flags().get(0),
            "CLASSPATH", path(Stream.concat(Stream.of(classes), jars.stream())),
            "MAIN", "outside.Outside");
    }

    @Test
    void shouldRunFromTheModulePath() throws Exception
    {
        final Path module = compile(
            "-p",
            path(jars.stream()),
            SOURCES.resolve("outside/Outside.java"),
            SOURCES.resolve("module-info.java"));
        run(
            flags().get(1),
            "MODULEPATH", path(Stream.concat(Stream.of(module), jars.stream())),
            "MODULE/MAIN", "outside/outside.Outside");
    }

    /** The core alone makes no native calls: no JDK warns about anything. */
    @Test
    void shouldRunTheCoreWithoutWarnings() throws Exception
    {
        final Path classes = compile("-cp", path(jars.stream()), SOURCES.resolve("outside/Outside.java"));
        final List<String> command = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", path(Stream.concat(Stream.of(classes), jars.stream())), "outside.Outside", "nio");
        try (LabProcess process = LabProcess.start(command))
        {
            final CommandResult result = process.await(TIMEOUT_S);
            assertEquals(0, result.status(), result::toString);
            assertFalse(result.toString().contains("WARNING"), result::toString);
        }
    }

    /** The commands of docs/embedding.md, a word each, without the program. */
    private static List<List<String>> flags() throws Exception
    {
        final String document = Files.readString(Path.of("..", "docs", "embedding.md"));
        final int start = document.indexOf("```", document.indexOf("<!-- ModulePathIT")) + 4;
        final String block = document.substring(start, document.indexOf("```", start)).replace("\\\n", " ");
        final List<List<String>> commands = block.lines()
            .filter(line -> !line.isBlank())
            .map(line -> List.of(line.strip().split("\\s+")))
            .toList();
        assertEquals(2, commands.size(), block);
        return commands;
    }

    private static void run(final List<String> command, final String... replacements)
    {
        final List<String> words = new ArrayList<>(command);
        words.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (int i = 0; i < replacements.length; i += 2)
        {
            assertTrue(words.contains(replacements[i]), words::toString);
            words.set(words.indexOf(replacements[i]), replacements[i + 1]);
        }
        words.addAll(List.of("nio", "libc", "netty"));
        try (LabProcess process = LabProcess.start(words))
        {
            final CommandResult result = process.await(TIMEOUT_S);
            assertEquals(0, result.status(), result::toString);
            assertEquals(
                Stream.of("nio", "libc", "netty")
                    .map(kind -> kind + ": 60 bytes arrived, 1 frame sent, health ok")
                    .toList(),
                result.output().lines().filter(line -> line.contains("arrived")).toList(),
                result::toString);
            assertEquals(
                List.of(),
                result.toString().lines()
                    .filter(line -> line.contains(" has been called by "))
                    .filter(line -> !line.contains("com.kenai.jffi") && !line.contains("io.netty"))
                    .toList(),
                result::toString);
        }
    }

    private Path compile(final String pathOption, final String path, final Path... sources) throws Exception
    {
        final Path classes = Files.createDirectory(directory.resolve("classes"));
        final List<String> arguments = new ArrayList<>(List.of("-d", classes.toString(), pathOption, path));
        Arrays.stream(sources).map(Path::toString).forEach(arguments::add);
        assertEquals(
            0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
        return classes;
    }

    private static String path(final Stream<Path> entries)
    {
        return entries.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
