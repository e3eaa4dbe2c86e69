// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.status.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The documents show what the build compiles, and leave out no drop reason. */
class ReadmeTest
{
    @Test
    void shouldShowTheQuickStartAsItIsCompiled() throws IOException
    {
        final String source = Files.readString(Path.of("src/main/java/io/overlane/examples/QuickStart.java"));
        final int start = source.indexOf("        final IpAddress local");
        final String body = source.substring(start, source.lastIndexOf("    }\n}")).stripTrailing().stripIndent();
        final String readme = Files.readString(Path.of("..", "README.md"));
        assertTrue(readme.contains(body), "README.md does not hold the body of QuickStart.main as it is");
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
}
