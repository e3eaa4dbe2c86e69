// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every block of Java in the documents stands in a file of this module that the build compiles. Indentation, empty
 * lines and comments at the end of a line may differ; a line {@code …} stands for lines that the document leaves out.
 */
class SnippetsTest
{
    private static final Path ROOT = Path.of("..");
    private static final Path SOURCES = Path.of("src");

    @Test
    void shouldShowOnlyCodeThatIsCompiled() throws IOException
    {
        final List<List<String>> sources = new ArrayList<>();
        for (final Path file : files(SOURCES, ".java"))
        {
            sources.add(normalized(Files.readAllLines(file)));
        }
        final List<String> unknown = new ArrayList<>();
        int blocks = 0;
        for (final Path document : documents())
        {
            for (final List<String> block : blocks(Files.readAllLines(document)))
            {
                blocks++;
                if (sources.stream().noneMatch(source -> contains(source, block)))
                {
                    unknown.add(document.getFileName() + ":\n" + String.join("\n", block));
                }
            }
        }
        assertFalse(blocks == 0, "the documents have no code: this test does not find it");
        assertEquals("", String.join("\n\n", unknown));
    }

    private static List<Path> documents() throws IOException
    {
        final List<Path> documents = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
        documents.add(ROOT.resolve("README.md"));
        return documents;
    }

    private static List<Path> files(final Path folder, final String ending) throws IOException
    {
        try (Stream<Path> files = Files.walk(folder))
        {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static List<List<String>> blocks(final List<String> document)
    {
        final List<List<String>> blocks = new ArrayList<>();
        int start = -1;
        for (int i = 0; i < document.size(); i++)
        {
            if (start >= 0 && document.get(i).startsWith("```"))
            {
                blocks.add(document.subList(start, i));
                start = -1;
            }
            else if (document.get(i).equals("```java"))
            {
                start = i + 1;
            }
        }
        return blocks;
    }

    /** Whether the parts between lines that leave something out stand one behind the other in a source. */
    private static boolean contains(final List<String> source, final List<String> lines)
    {
        final List<String> block = lines.stream().map(String::strip).toList();
        int from = 0;
        int begin = 0;
        while (begin <= block.size())
        {
            final int left = block.subList(begin, block.size()).indexOf("…");
            final int end = left < 0 ? block.size() : begin + left;
            final List<String> part = normalized(block.subList(begin, end));
            final int at = Collections.indexOfSubList(source.subList(from, source.size()), part);
            if (at < 0)
            {
                return false;
            }
            from += at + part.size();
            begin = end + 1;
        }
        return true;
    }

    private static List<String> normalized(final List<String> lines)
    {
        return lines.stream()
            .map(line -> line.replaceFirst("(^|\\s)//\\s.*", "").strip())
            .filter(line -> !line.isEmpty())
            .toList();
    }
}
