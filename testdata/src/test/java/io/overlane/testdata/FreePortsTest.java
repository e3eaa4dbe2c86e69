// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ports that nobody else takes. */
class FreePortsTest
{
    @Test
    void shouldGiveNoPortToTwo()
    {
        final FreePorts one = new FreePorts();
        final FreePorts other = new FreePorts();
        final Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 40; i++)
        {
            assertTrue(ports.add(one.next(1)));
            assertTrue(ports.add(other.next(1)));
        }
        assertTrue(ports.stream().allMatch(port -> port >= 10_240 && port < 32_768), ports.toString());
    }

    /** As two modules' tests do, or two builds. */
    @Test
    void shouldGiveNoPortToTwoProcesses() throws Exception
    {
        final int ours = FreePorts.take(1);
        final Process process = new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java", "-cp", System.getProperty("java.class.path"),
            Taker.class.getName()).redirectErrorStream(true).start();
        final String theirs = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), theirs);
        assertNotEquals(ours / 128, Integer.parseInt(theirs) / 128, "of one block");
    }

    /** Prints a port. */
    static final class Taker
    {
        private Taker()
        {
        }

        public static void main(final String[] args)
        {
            System.out.println(FreePorts.take(1));
        }
    }

    @Test
    void shouldSkipPortsThatAreBound() throws IOException
    {
        final FreePorts ports = new FreePorts();
        final int low = ports.next(1);
        try (ServerSocket tcp = new ServerSocket(low + 2); DatagramSocket udp = new DatagramSocket(low + 5))
        {
            assertEquals(low + 6, ports.next(3), tcp + " and " + udp.getLocalPort() + " are in the way");
            assertEquals(low + 9, ports.next(3));
        }
    }

    @Test
    void shouldBeginAgainBehindTheLast()
    {
        final FreePorts ports = new FreePorts();
        final int low = ports.next(100);
        assertEquals(low, ports.next(100));
    }
}
