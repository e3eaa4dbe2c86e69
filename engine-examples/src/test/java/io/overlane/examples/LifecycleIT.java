// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Starting, stopping and refusing to start. */
@Tag("tunnel")
@Timeout(300)
class LifecycleIT extends TwoHosts
{
    private static final int SIGKILL = 9;
    private static final int REFUSAL_TIMEOUT_S = 120;

    private List<String> devicesAtFirst;

    @BeforeEach
    void listDevices()
    {
        devicesAtFirst = devices();
    }

    @ParameterizedTest
    @CsvSource({
        "TERM, libc", "TERM, netty", "TERM, nio",
        "INT, libc", "INT, netty", "INT, nio"})
    void shouldStopWhileBlockedAndLeaveNothing(final String signal, final String underlay)
    {
        final Bridge bridge = Bridge.start(left, DEVICE, Bridge.vxlan(left, right, underlay, false));
        final CommandResult result = bridge.stop(signal);
        assertTrue(result.stdout().size() > 1, () -> "no totals: " + result);
        assertEquals(devicesAtFirst, devices());
        assertEquals(List.of(), result.stderr().stream().filter(line -> line.contains("Exception")).toList());
    }

    @Test
    void shouldStopIpInUdpWhileBlockedAndLeaveNothing()
    {
        final Bridge bridge = Bridge.start(left, "flannel0", Bridge.ipUdp(left, right, "libc"));
        bridge.stop("TERM");
    }

    @Test
    void shouldStartAgainRightAfterItWasKilled()
    {
        Bridge.start(right, DEVICE, Bridge.vxlan(right, left, "libc", false));
        final List<String> arguments = Bridge.vxlan(left, right, "libc", false);
        final Bridge first = Bridge.start(left, DEVICE, arguments);
        Traffic.ping(left, Overlay.v4(right));
        first.process().kill();
        assertEquals(LabProcess.statusOfSignal(SIGKILL), first.process().await(120).status());

        final Bridge second = Bridge.start(left, DEVICE, arguments);
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        second.stop("TERM");
    }

    @Test
    void shouldKeepItsMacOverRestarts()
    {
        final List<String> arguments = List.of("--local", left.underlayV4());
        final Bridge first = Bridge.start(left, DEVICE, arguments);
        final String mac = macOf(left);
        first.stop("TERM");
        Bridge.start(left, DEVICE, arguments);
        assertEquals(mac, macOf(left));
        Bridge.start(right, DEVICE, List.of("--local", right.underlayV4()));
        assertNotEquals(mac, macOf(right));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "--mac 02:00:00:00:00",
        "--mac 01:00:5e:00:00:01",
        "--mac nonsense",
        "--address 10.244.1.0",
        "--address 10.244.1.0/33",
        "--address 10.244.1.256/24",
        "--vni 16777216",
        "--vni -1",
        "--vni one",
        "--port 65536",
        "--port 0",
        "--mtu 1451",
        "--mtu 0",
        "--device sixteen-letters-",
        "--underlay carrier-pigeon",
        "--mode l2tp",
        "--no-such-option",
        "--local 203.0.113.77",
        "--local localhost",
        "--fdb 02:00:00:00:00:02",
        "--fdb 02:00:00:00:00:02=192.0.2.999",
        "--flood 192.0.2.2:99999",
        "--neighbor 10.244.2.0=02:00",
        "--stats -1",
        "--peer 192.0.2.2",
        "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.244.2.0",
        "--peer 192.0.2.2,mac=02:00:00:00:00:zz,subnet=10.244.2.0/24",
        "--peer 192.0.2.2:70000,mac=02:00:00:00:00:02,subnet=10.244.2.0/24",
        "--peer 192.0.2.1,mac=02:00:00:00:00:02,subnet=10.244.2.0/24",
        "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.244.2.0/24,gateway=fd00::1",
        "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.244.0.0/16 " +
            "--peer 192.0.2.3,mac=02:00:00:00:00:03,subnet=10.244.3.0/24",
        "--mode ip-udp --peer 192.0.2.2,subnet=10.244.2.0/24 --peer 192.0.2.3,subnet=10.244.2.0/24",
        "--mode ip-udp --mtu 1473"})
    void shouldRefuseWithOneLine(final String options)
    {
        final List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
        if (!options.contains("--local"))
        {
            arguments.addAll(List.of("--local", left.underlayV4()));
        }
        assertRefused(left.start(Bridge.command(List.of(), "tun-bridge", arguments)));
    }

    @Test
    void shouldSayWhatIsNeededWithoutPermission()
    {
        final List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        command.addAll(Bridge.command(List.of(), "tun-bridge", List.of("--local", left.underlayV4())));
        final String line = assertRefused(left.start(command));
        assertTrue(line.contains("CAP_NET_ADMIN") || line.contains("root"), line);
    }

    @Test
    void shouldSayWhatToInstallWithoutIpCommand()
    {
        final String hideAndRun =
            "for f in /usr/sbin/ip /usr/bin/ip /sbin/ip /bin/ip; do " +
            "[ ! -f $f ] || mount --bind /dev/null $(readlink -f $f); done; exec \"$@\"";
        final List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", hideAndRun, "sh"));
        command.addAll(Bridge.command(
            List.of(), "tun-bridge", List.of("--local", left.underlayV4(), "--address", "10.244.1.0/32")));
        final String line = assertRefused(left.start(command));
        assertTrue(line.contains("iproute2"), line);
    }

    @Test
    void shouldRefuseUsedUdpPort()
    {
        final Bridge first = Bridge.start(left, DEVICE, List.of("--local", left.underlayV4()));
        devicesAtFirst = devices();
        for (final String underlay : List.of("libc", "netty", "nio"))
        {
            final String line = assertRefused(left.start(Bridge.command(List.of(), "tun-bridge",
                List.of("--device", "second", "--local", left.underlayV4(), "--underlay", underlay))));
            assertTrue(line.contains("8472"), line);
        }
        first.stop("TERM");
    }

    @Test
    void shouldRefuseTakenDeviceName()
    {
        left.ip("link add " + DEVICE + " type veth peer name other");
        final CommandResult result = left.start(
            Bridge.command(List.of(), "tun-bridge", List.of("--local", left.underlayV4()))).await(REFUSAL_TIMEOUT_S);
        assertNotEquals(0, result.status());
        assertEquals(1, result.stderr().size(), result::toString);
        assertTrue(result.stderr().get(0).contains(DEVICE), result::toString);
        assertTrue(left.hasDevice(DEVICE), "the device of another must stay");
    }

    @Test
    void shouldRefuseCaptureItCannotRead() throws IOException
    {
        final Path truncated = Files.write(directory.resolve("truncated.pcap"), new byte[]{(byte)0xD4, (byte)0xC3, 1});
        for (final Path file : List.of(directory.resolve("none.pcap"), truncated))
        {
            final String line =
                assertRefused(left.start(Bridge.command(List.of(), "replay", List.of(file.toString()))));
            assertTrue(line.contains(file.getFileName().toString()), line);
        }
    }

    /** One line that is no stack trace, a status that says failure, no device. */
    private String assertRefused(final LabProcess process)
    {
        final CommandResult result = process.await(REFUSAL_TIMEOUT_S);
        assertNotEquals(0, result.status(), result::toString);
        assertEquals(1, result.stderr().size(), result::toString);
        final String line = result.stderr().get(0);
        assertFalse(line.contains("Exception") || line.isBlank(), line);
        assertEquals(List.of(), result.stdout(), result::toString);
        assertEquals(devicesAtFirst, devices(), result::toString);
        return line;
    }

    private static String macOf(final LabHost host)
    {
        return host.run("cat", "/sys/class/net/" + DEVICE + "/address").orFail().stdout().get(0);
    }

    private List<String> devices()
    {
        return left.run("ip", "-o", "link", "show").orFail().stdout();
    }
}
