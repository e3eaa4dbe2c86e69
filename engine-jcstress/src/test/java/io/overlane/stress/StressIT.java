// SPDX-License-Identifier: Apache-2.0
package io.overlane.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each stress test for a moment; {@code run-jcstress.sh} without {@code --short} takes its time. */
@Tag("long")
class StressIT
{
    private static final long LONGEST_MINUTES = 15;
    private static final Pattern PASSED = Pattern.compile("All remaining tests: (\\d+) matching test results");

    @Test
    void shouldShowNoForbiddenOutcome() throws Exception
    {
        final Path log = Path.of("target", "jcstress.log");
        final ProcessBuilder builder = new ProcessBuilder("./run-jcstress.sh", "--short");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("OVERLANE_REBUILD");
        final Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        process.getOutputStream().close();
        try
        {
            assertTrue(process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES), "ends; see " + log.toAbsolutePath());
            final String output = Files.readString(log);
            assertEquals(0, process.exitValue(), output);
            final Matcher passed = PASSED.matcher(output);
            assertTrue(passed.find(), output);
            assertEquals(tests(), Integer.parseInt(passed.group(1)), "every test ran:\n" + output);
        }
        finally
        {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static int tests() throws Exception
    {
        return Files.readAllLines(Path.of("target", "classes", "META-INF", "TestList")).size();
    }
}
