// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.Lab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.NotifySocket;
import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands as services of systemd: what they report to it, and the unit files of {@code deploy/systemd}. */
@Timeout(300)
class SystemdIT
{
    private static final Path UNITS = Path.of("..", "deploy", "systemd");
    private static final int WATCHDOG_MS = 400;
    private static final int STOP_TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @Test
    void shouldReportTheLifeOfABridge() throws IOException
    {
        final Path config = directory.resolve("vx0.yaml");
        writeConfig(config, 42);
        try (Lab lab = Lab.openOrSkip(); NotifySocket systemd = NotifySocket.open(directory.resolve("notify")))
        {
            lab.requireTun();
            final List<String> command = Bridge.command(
                List.of(), "tun-bridge", List.of("--config", config.toString(), "--admin", "off"));
            final LabProcess bridge = lab.left().start(systemd.wrap(command, WATCHDOG_MS));
            final String ready = systemd.next();
            assertTrue(ready.startsWith("READY=1\nSTATUS=tun-bridge: vxlan on vx0"), ready);
            systemd.await("WATCHDOG=1"::equals);
            systemd.await("WATCHDOG=1"::equals);

            writeConfig(config, 43);
            bridge.signal("HUP");
            assertReloaded(systemd, " read again: VNI 42 removed with vx0; VNI 43 added on vx0");
            Files.writeString(config, "segments: 7\n");
            bridge.signal("HUP");
            assertReloaded(systemd, " could not be read again: ");
            systemd.await("WATCHDOG=1"::equals);

            bridge.signal("TERM");
            assertEquals("STOPPING=1", systemd.next());
            assertEquals(0, bridge.await(STOP_TIMEOUT_S).status());
        }
    }

    private static void assertReloaded(final NotifySocket systemd, final String result)
    {
        final String reloading = systemd.next();
        assertTrue(reloading.matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+"), reloading);
        final String ready = systemd.next();
        assertTrue(ready.startsWith("READY=1\nSTATUS=") && ready.contains(result), ready);
    }

    private static void writeConfig(final Path config, final int vni) throws IOException
    {
        Files.writeString(config, "local: 192.0.2.1\nsegments:\n  - vni: " + vni + "\n    device: vx0\n");
    }

    @Test
    @Tag("control-plane")
    void shouldReportTheLifeOfANode()
    {
        try (FlannelLab lab = FlannelLab.openOrSkip(directory, "");
            NotifySocket systemd = NotifySocket.open(directory.resolve("notify")))
        {
            final FlannelHost node = lab.addNode(1);
            node.wrap(systemd.wrap(List.of(), WATCHDOG_MS));
            node.launch();
            assertEquals("STATUS=waiting for the network's configuration", systemd.next());
            lab.put("/config", "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
            assertEquals("STATUS=waiting for a lease", systemd.next());
            assertEquals("STATUS=opening the tunnel", systemd.next());
            assertEquals("STATUS=waiting for the other nodes' leases", systemd.next());
            final String ready = systemd.next();
            assertTrue(ready.startsWith("READY=1\nSTATUS=ready: 10.5."), ready);
            systemd.await("WATCHDOG=1"::equals);
            node.stop();
            assertEquals("STOPPING=1", systemd.next());
        }
    }

    @Test
    void shouldHaveUnitsThatSystemdAccepts() throws IOException
    {
        final HostCommand analyze = HostCommand.find("systemd-analyze").orElse(null);
        assumeTrue(analyze != null, "needs systemd-analyze (Debian: systemd)");
        final List<String> arguments = new ArrayList<>(List.of("verify", "--man=no"));
        try (Stream<Path> units = Files.list(UNITS))
        {
            for (final Path unit : units.filter(Files::isRegularFile).toList())
            {
                // systemd checks that the command exists, and it is not installed here.
                final String text = Files.readString(unit).replace("/usr/bin/overlane", "/bin/true");
                final String name = unit.getFileName().toString().replace("@", "@test");
                arguments.add(Files.writeString(directory.resolve(name), text).toString());
            }
        }
        assertEquals(4, arguments.size());
        final HostCommand.Result result = analyze.tryRun("", arguments);
        final List<String> complaints =
            result.complaint().lines().filter(line -> line.contains("overlane")).toList();
        assertEquals(List.of(), complaints);
    }
}
