// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.status.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents leave out no example and no drop reason, and their links lead somewhere. */
class ReadmeTest
{
    private static final Set<String> NO_EXAMPLES = Set.of("Main", "package-info");

    /** A link to a file of the project; what follows a number sign names a section. */
    private static final Pattern LINK = Pattern.compile("\\]\\((?![a-z]+:|#)([^)#\\s]+)[^)]*\\)");

    @Test
    @SuppressWarnings("StreamResourceLeak")
    void shouldListEveryExampleOfAtMostSixtyLines() throws IOException
    {
        final String readme = Files.readString(Path.of("..", "README.md"));
        final List<String> wrong = new ArrayList<>();
        try (Stream<Path> examples = Files.list(Path.of("src/main/java/io/overlane/examples")))
        {
            for (final Path example : examples.filter(file -> Files.isRegularFile(file)).toList())
            {
                final String name = example.getFileName().toString().replace(".java", "");
                final int lines = Files.readAllLines(example).size();
                if (lines > 60 || !NO_EXAMPLES.contains(name) && !readme.matches("(?s).*\\b" + name + "\\b.*"))
                {
                    wrong.add(name + ", " + lines + " lines");
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void shouldSayOfEveryDropReasonWhatToLookAt() throws IOException
    {
        final String howto = Files.readString(Path.of("..", "docs", "howto.md"));
        final List<String> missing = Arrays.stream(DropReason.values())
            .filter(reason -> reason != DropReason.NONE)
            .map(DropReason::label)
            .filter(label -> howto.lines().noneMatch(
                line -> line.startsWith("| ") && line.split("\\|")[1].contains("`" + label + "`")))
            .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    @SuppressWarnings("StreamResourceLeak")
    void shouldLinkOnlyToFilesThatExist() throws IOException
    {
        final Path root = Path.of("..").toRealPath();
        final List<String> broken = new ArrayList<>();
        try (Stream<Path> documents = Stream.concat(
            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(root::resolve),
            Files.walk(root.resolve("docs"))))
        {
            for (final Path document : documents.filter(file -> file.toString().endsWith(".md")).toList())
            {
                final Matcher links = LINK.matcher(Files.readString(document));
                while (links.find())
                {
                    if (Files.notExists(document.resolveSibling(links.group(1))))
                    {
                        broken.add(root.relativize(document) + ": " + links.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
    }
}
