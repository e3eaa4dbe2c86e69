// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The script's options. */
class DockerOptionsCommandTest
{
    @TempDir
    private Path directory;

    @Test
    void shouldWriteTheFileItsOptionsAskFor() throws IOException
    {
        Assumptions.assumeTrue(HostCommand.find("ip").isPresent(), "there is no 'ip' command to ask for routes with");
        final Path input = Files.writeString(
            directory.resolve("subnet.env"), "FLANNEL_SUBNET=10.1.74.1/24\nFLANNEL_MTU=1472\nFLANNEL_IPMASQ=true\n");
        final Path output = directory.resolve("docker.env");
        final CommandLine command = new CommandLine(new DockerOptionsCommand());
        assertEquals(0, command.execute("-f", input.toString(), "-d", output.toString(), "-c", "-k", "X", "-m"));
        assertEquals("X=\" --bip=10.1.74.1/24 --mtu=1472\"\n", Files.readString(output));
        assertEquals(0, command.execute("-f" + input, "-d", output.toString(), "-i"));
        assertTrue(Files.readString(output).contains("DOCKER_OPT_IPMASQ=\"--ip-masq=false\"\n"));
        assertFalse(Files.readString(output).contains("DOCKER_OPTS="));
    }
}
