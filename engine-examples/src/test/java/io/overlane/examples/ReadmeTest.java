package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README shows what the build compiles. */
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
}
