// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Wireshark's view of a capture. Tests are skipped where it is not installed. */
final class Tshark
{
    private Tshark()
    {
    }

    /** The fields of each packet, separated by {@code |}. The UDP port of the tests is decoded as VXLAN. */
    static List<String> fields(final Path file, final String... fields)
    {
        final List<String> command = new ArrayList<>(List.of(
            "tshark", "-r", file.toString(), "-d", "udp.port==8472,vxlan", "-o", "ip.check_checksum:TRUE",
            "-T", "fields", "-E", "separator=|",
            "-E", "occurrence=a", "-E", "aggregator=,"));
        for (final String field : fields)
        {
            command.add("-e");
            command.add(field);
        }
        return run(command);
    }

    static List<String> run(final List<String> command)
    {
        try
        {
            final Path errors = Files.createTempFile("tshark", ".err");
            final Process process;
            try
            {
                process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            }
            catch (final IOException ex)
            {
                assumeTrue(false, command.get(0) + " is not installed: " + ex.getMessage());
                return List.of();
            }
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), Files.readString(errors));
            Files.delete(errors);
            return output.lines().toList();
        }
        catch (final IOException | InterruptedException ex)
        {
            throw new IllegalStateException(ex);
        }
    }
}
