// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Commands that set up the network namespace of a test. */
final class NetworkNamespace
{
    private NetworkNamespace()
    {
    }

    /** A command, its words separated by a blank; it must succeed. @return what it wrote. */
    static String run(final String command) throws IOException, InterruptedException
    {
        final Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> command + ": " + output);
        return output;
    }

    /** A namespace as a new host has it, but without IPv6, whose devices send by themselves. */
    static void prepare() throws IOException, InterruptedException
    {
        run("ip link set lo up");
        run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
    }
}
