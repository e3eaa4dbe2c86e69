// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.LabProcess;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command line of the documents and of the unit files exists in the packaged jar, with its options and their
 * values. Most need privileges or a network, so they are parsed and not carried out.
 */
@Timeout(300)
class DocumentedCommandsIT
{
    private static final Path ROOT = Path.of("..");
    private static final int TIMEOUT_S = 120;

    /** A line of a block of code or a unit file, or code inside a sentence. */
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** The jar or the installed command, and what follows up to a comment, another command or a redirection. */
    private static final Pattern COMMAND =
        Pattern.compile("(?:engine-examples\\.jar|(?:^|[ /=])overlane) +([a-z][a-z-]*(?![.a-z-])(?: [^ |&<>]+)*)");

    @TempDir
    private Path directory;

    @Test
    void shouldParseEveryCommandLineOfTheDocuments() throws Exception
    {
        final List<String> wrong = new ArrayList<>();
        final Set<String> documented = new TreeSet<>();
        try (URLClassLoader jar = openJar())
        {
            for (final String line : lines())
            {
                final String[] words = Arrays.stream(line.split(" "))
                    .filter(word -> !word.equals("…") && !word.startsWith("$"))
                    .map(word -> word.replaceAll("^'(.*)'$", "$1"))
                    .toArray(String[]::new);
                documented.add(words[0]);
                try
                {
                    final Object commandLine = commandLine(jar);
                    commandLine.getClass().getMethod("parseArgs", String[].class).invoke(commandLine, (Object)words);
                }
                catch (final ReflectiveOperationException ex)
                {
                    wrong.add(line + ": " + ex.getCause());
                }
            }
            assertEquals(List.of(), wrong);
            assertEquals(new TreeSet<>(commands(jar)), documented);
        }
    }

    @Test
    void shouldStartEveryCommand() throws Exception
    {
        try (URLClassLoader jar = openJar())
        {
            for (final String command : commands(jar))
            {
                final List<String> help = run(command, "--help");
                assertTrue(help.get(0).startsWith("Usage: overlane " + command), help::toString);
            }
        }
    }

    @Test
    void shouldMakeDockersOptions() throws IOException
    {
        final Path subnet = Files.writeString(directory.resolve("subnet.env"), """
            FLANNEL_NETWORK=10.5.0.0/16
            FLANNEL_SUBNET=10.5.34.1/24
            FLANNEL_MTU=1450
            FLANNEL_IPMASQ=true
            """);
        final Path output = directory.resolve("docker_opts.env");
        run("mk-docker-opts", "-f", subnet.toString(), "-d", output.toString());
        assertEquals("""
            DOCKER_OPT_BIP="--bip=10.5.34.1/24"
            DOCKER_OPT_IPMASQ="--ip-masq=false"
            DOCKER_OPT_MTU="--mtu=1450"
            DOCKER_OPTS=" --bip=10.5.34.1/24 --ip-masq=false --mtu=1450"
            """, Files.readString(output));
        assertEquals(
            List.of("KEY=\" --bip=10.5.34.1/24 --mtu=1450\""),
            run("mk-docker-opts", "-f", subnet.toString(), "-d", "/dev/stdout", "-cm", "-k", "KEY"));
    }

    private static List<String> run(final String command, final String... arguments)
    {
        try (LabProcess process = LabProcess.start(Bridge.command(List.of(), command, List.of(arguments))))
        {
            return process.await(TIMEOUT_S).orFail().stdout();
        }
    }

    private static URLClassLoader openJar() throws IOException
    {
        final Path jar = Path.of(System.getProperty("overlane.it.jar", "target/engine-examples.jar"));
        assertTrue(Files.exists(jar), () -> "package the module first: no " + jar);
        return new URLClassLoader(new URL[]{jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private static Object commandLine(final ClassLoader jar) throws ReflectiveOperationException
    {
        return jar.loadClass("io.overlane.examples.Main").getMethod("commandLine").invoke(null);
    }

    private static Set<String> commands(final ClassLoader jar) throws ReflectiveOperationException
    {
        final Object commandLine = commandLine(jar);
        final Map<?, ?> commands =
            (Map<?, ?>)commandLine.getClass().getMethod("getSubcommands").invoke(commandLine);
        final Set<String> names = new TreeSet<>();
        commands.keySet().forEach(name -> names.add((String)name));
        return names;
    }

    /** What follows the name of the program, in all documents and unit files. */
    private static Set<String> lines() throws IOException
    {
        final Set<String> lines = new TreeSet<>();
        for (final Path file : files())
        {
            for (final String code : code(file))
            {
                final Matcher command = COMMAND.matcher(code);
                while (command.find())
                {
                    lines.add(command.group(1));
                }
            }
        }
        return lines;
    }

    private static List<Path> files() throws IOException
    {
        try (Stream<Path> documents = Files.walk(ROOT.resolve("docs"));
            Stream<Path> units = Files.walk(ROOT.resolve("deploy")))
        {
            return Stream.of(Stream.of(ROOT.resolve("README.md")), documents, units)
                .flatMap(files -> files)
                .filter(file -> file.toString().matches(".*\\.(md|service|conf)"))
                .toList();
        }
    }

    private static List<String> code(final Path file) throws IOException
    {
        // A backslash at the end joins two lines of a command.
        final List<String> lines =
            Files.readString(file).replaceAll("\\\\\\n *", "").lines().map(String::strip).toList();
        if (!file.toString().endsWith(".md"))
        {
            return lines.stream().filter(line -> line.startsWith("Exec")).toList();
        }
        final List<String> code = new ArrayList<>();
        boolean isBlock = false;
        for (final String line : lines)
        {
            if (line.startsWith("```"))
            {
                isBlock = !isBlock;
            }
            else if (isBlock)
            {
                code.add(line);
            }
            else
            {
                CODE.matcher(line).results().forEach(found -> code.add(found.group(1)));
            }
        }
        return code;
    }
}
