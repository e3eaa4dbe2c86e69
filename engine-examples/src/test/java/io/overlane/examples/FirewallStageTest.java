// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.Direction;
import io.overlane.testdata.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of a firewall and of a capture do what their comments say. */
class FirewallStageTest
{
    @TempDir
    private Path folder;

    @Test
    void shouldDropTheDeniedPortAndCaptureAllVerdicts() throws IOException
    {
        final Path file = folder.resolve("firewall.pcapng");
        FirewallStage.main(new String[] {
            "127.0.0.1:" + FreePorts.take(1), "127.0.0.1:9", "23", file.toString(), "53", "23"});
        assertEquals(
            List.of("vni=1 verdict=delivered", "vni=1 verdict=dropped reason=firewall-denied"),
            comments(file, "app", Direction.IN).stream().sorted().toList());
    }

    @Test
    void shouldCaptureToAFile() throws IOException
    {
        final Path file = folder.resolve("mirror.pcapng");
        CaptureToFile.main(new String[] {
            "127.0.0.1:" + FreePorts.take(1), "127.0.0.1:9", file.toString(), "3"});
        assertEquals(3, comments(file, "app", Direction.IN).size());
        assertEquals(3, comments(file, "underlay", Direction.OUT).size());
    }

    private static List<String> comments(final Path file, final String name, final Direction direction)
        throws IOException
    {
        final List<String> comments = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(file))
        {
            while (reader.next())
            {
                if (reader.interfaceName().equals(name) && reader.direction() == direction)
                {
                    comments.add(reader.comment());
                }
            }
        }
        return comments;
    }
}
