// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host;

import io.overlane.tun.host.HostCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Another host beside the one of a scenario: a network namespace that lives as long as a process in it. */
public final class NetworkNamespace implements AutoCloseable
{
    private final Process process;
    private final HostCommand enter;

    /**
     * Skips the scenario where there is no command to make it with.
     *
     * @throws IOException if the process does not come up.
     */
    public NetworkNamespace() throws IOException
    {
        for (final String program : List.of("unshare", "nsenter", "ping"))
        {
            Assumptions.assumeTrue(HostCommand.find(program).isPresent(), "there is no '" + program + "' command");
        }
        process = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo here; exec sleep 120").start();
        final BufferedReader output = process.inputReader();
        if (!"here".equals(output.readLine()))
        {
            process.destroyForcibly();
            Assumptions.abort("no network namespace inside of another");
        }
        enter = new HostCommand("nsenter", List.of("nsenter", "-t", Long.toString(process.pid()), "-n"));
        run("ip", "link", "set", "lo", "up");
    }

    /** @return names the namespace for {@code ip link set netns}. */
    public String pid()
    {
        return Long.toString(process.pid());
    }

    /** Run a command in it. */
    public String run(final String... command) throws IOException
    {
        return enter.run(command);
    }

    /** True if an answer comes; on a busy machine the first may be late. */
    public boolean pings(final String address, final int tries) throws IOException
    {
        final List<String> command = new ArrayList<>(List.of("ping", "-n", "-q", "-i", "0.2", "-W", "3", "-c"));
        command.add(Integer.toString(tries));
        command.add(address);
        return enter.tryRun("", command).status() == 0;
    }

    @Override
    public void close()
    {
        process.destroyForcibly();
    }
}
