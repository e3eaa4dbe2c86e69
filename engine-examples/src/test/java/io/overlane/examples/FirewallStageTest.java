// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.testdata.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of a firewall does what its comment says. */
class FirewallStageTest
{
    @Test
    void shouldDropTheDeniedPortAndPrintAllVerdicts() throws Exception
    {
        final PrintStream before = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try
        {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            FirewallStage.main(new String[] {"127.0.0.1:" + FreePorts.take(1), "127.0.0.1:9", "23", "53", "23"});
        }
        finally
        {
            System.setOut(before);
        }
        assertEquals(
            List.of(
                "ENCAP VNI 1 FLOOD_COPY DELIVERED delivered",
                "ENCAP VNI 1 FRAME DELIVERED delivered",
                "ENCAP VNI 1 FRAME DROPPED firewall-denied"),
            printed.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
