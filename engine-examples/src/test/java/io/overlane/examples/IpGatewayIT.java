// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminClient;
import io.overlane.admin.AdminStatus;
import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Capture;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.GatewayDocument;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.RoutedStation;
import io.overlane.examples.lab.SwitchLab;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The labs of {@code docs/ip-gateway.md}: three segments on two VTEPs and a gateway between them. The engine and the
 * kernel are the gateway in turn, and the VTEPs are the other of the two.
 */
@Tag("tunnel")
@Timeout(600)
class IpGatewayIT
{
    private static final int STREAM_MIB = 4;
    private static final Pattern REQUESTS = Pattern.compile("(?m)^red(?: +\\d+){5} +(\\d+)");

    @TempDir
    private Path directory;

    @AutoClose
    private SwitchLab lab;
    private RoutedStation ten;
    private RoutedStation twenty;
    private RoutedStation thirty;

    @BeforeEach
    void openLab()
    {
        lab = SwitchLab.openOrSkip(3);
    }

    @Test
    void shouldRouteBetweenSegmentsOfTheKernel() throws IOException
    {
        openKernelVteps();
        final Bridge gateway = startGateway();
        assertRoutes();
        final PacketFlow flow = PacketFlow.start(ten.host(), twenty.v4());
        changeByFile(gateway);
        changeByHand();
        flow.assertUnbroken();
        gateway.stop("TERM");
    }

    /** Another network for segment 30, and a route through a router in segment 20. */
    private void changeByFile(final Bridge gateway) throws IOException
    {
        final Path file = configuration(lab.host(3));
        Files.writeString(file, Files.readString(file)
            .replace("10.30.0.1/24,", "10.30.0.1/24, 10.31.0.1/24,")
            .replace("segments:", "    routes: [\"10.99.0.0/16,via=" + twenty.v4() + "\"]\nsegments:"));
        gateway.process().signal("HUP");
        gateway.process().awaitLine("tun-bridge: " + file + " read again: 1 entries added, 1 changed, 0 removed", 60);
        Traffic.ping(ten.host(), "10.31.0.1");
        assertEquals(
            "10.99.1.1 in red: 10.99.0.0/16 via 10.20.0.21, segment 20 mtu 1450 mac " + mac(twenty) +
                " remote 192.0.2.2:8472",
            ctl("route", "why", "10.99.1.1"));
    }

    private void changeByHand() throws IOException
    {
        assertEquals("10.10.0.1 Destination Net Unreachable", ten.pingError("10.77.0.1"));
        ctl("gateway", "replace", "10.30.0.1/24,fd00:30::1/64", "vni", "30", "context", "red", "mtu", "1400");
        assertEquals(
            "10.10.0.1 Frag needed and DF set (mtu = 1400)", ten.pingError(thirty.v4(), "-M", "do", "-s", "1400"));
        assertEquals("fd00:10::1 Packet too big: mtu=1400", ten.pingError(thirty.v6(), "-M", "do", "-s", "1400"));
        assertEquals("10.10.0.1 Destination Host Unreachable", ten.pingError("10.20.0.99"));
        assertEquals(
            "fd00:10::1 Destination unreachable: Address unreachable", ten.pingError("fd00:20::99"));
    }

    private String ctl(final String... request) throws IOException
    {
        final AdminClient.Reply reply = AdminClient.ask(socket(), List.of(request), TimeUnit.SECONDS.toNanos(60));
        assertEquals(AdminStatus.OK, reply.status(), reply::body);
        return reply.body().strip();
    }

    private static String mac(final RoutedStation station)
    {
        return station.host().run("cat", "/sys/class/net/e0/address").orFail().stdout().get(0);
    }

    private Path socket()
    {
        return directory.resolve("gateway.sock");
    }

    private Path configuration(final LabHost host)
    {
        return directory.resolve("host" + host.number() + ".yaml");
    }

    @Test
    void shouldReachOtherSegmentsThroughTheKernel() throws IOException
    {
        final LabHost gateway = lab.host(3);
        GatewayDocument.run(gateway, "gateway of Linux on 192.0.2.3");
        List.of(10, 20, 30).forEach(vni -> completeChecksums(gateway, vni));
        final Bridge first = startVtep(1, 10, 30);
        final Bridge second = startVtep(2, 20);
        addStations();
        assertRoutes();
        first.stop("TERM");
        second.stop("TERM");
    }

    @Test
    void shouldRouteAgainAfterARestart() throws IOException
    {
        openKernelVteps();
        final Bridge before = startGateway();
        final PacketFlow flow = PacketFlow.start(ten.host(), twenty.v4());
        before.stop("TERM");
        final Bridge after = startGateway();
        System.out.println("answers again " + flow.awaitAlive() + " ms after the start of the gateway");
        final PacketFlow.Report report = flow.assertRecovered();
        assertEquals(0, report.twice() + report.damaged(), report::toString);
        after.stop("TERM");
    }

    @Test
    void shouldLoseNothingWhenTheGatewayIsReplaced() throws IOException
    {
        openKernelVteps();
        final String[] takeOver = {"--take-over", directory.resolve("next.sock").toString()};
        Bridge gateway = startGateway(takeOver);
        ten.ping(thirty);
        final PacketFlow between = PacketFlow.start(ten.host(), twenty.v4());
        final PacketFlow betweenV6 = PacketFlow.start(twenty.host(), thirty.v6());
        for (int i = 0; i < 2; i++)
        {
            final Bridge before = gateway;
            gateway = startGateway(takeOver);
            final CommandResult ended = before.process().await(60);
            assertEquals(0, ended.status(), ended::toString);
            assertEquals(List.of(), ended.stderr(), ended::toString);
            between.awaitAlive();
            betweenV6.awaitAlive();
            assertTrue(
                gateway.process().stdout().contains(
                    "take-over: the bridge that ran here has ended and left socket, vx10, vx20, vx30"),
                gateway.process().stdout()::toString);
            // Nobody was asked: what the first gateway learned was handed over.
            assertEquals("0", requests());
        }
        between.assertUnbroken();
        betweenV6.assertUnbroken();
        gateway.stop("TERM");
        assertFalse(lab.host(3).hasDevice("vx10"), "nobody holds the device");
    }

    /** Requests for MACs that the gateway has sent. */
    private String requests() throws IOException
    {
        final Matcher line = REQUESTS.matcher(ctl("stats"));
        assertTrue(line.find());
        return line.group(1);
    }

    @Test
    void shouldRouteToAGatewayOfTheKernelThroughAnL3Vni() throws IOException
    {
        final LabHost engine = lab.host(1);
        final LabHost kernel = lab.host(2);
        final boolean hasVrf = kernel.run("ip", "link", "add", "probe", "type", "vrf", "table", "9").status() == 0;
        System.out.println(hasVrf ? "with a VRF of the kernel" : "this kernel has no VRF: its main table is used");
        GatewayDocument.run(kernel, "gateway of Linux with an L3 VNI on 192.0.2.2", hasVrf ? "vrf=red" : "vrf=");
        completeChecksums(kernel, 5000);
        final Bridge bridge = start(engine, "vx10", "gateway.yaml with an L3 VNI on 192.0.2.1");
        plugIntoBridge(engine, 10);
        ten = lab.addRoutedStation(engine, "br10", 10, 11);
        twenty = lab.addRoutedStation(kernel, "br20", 20, 21);
        final Capture capture = Capture.start(kernel, directory.resolve("l3.pcap"));
        ten.ping(twenty);
        twenty.ping(ten);
        final String ours = "vxlan.vni == 5000 && ip.src == " + engine.underlayV4();
        final String macs = " && eth.src == 02:00:00:00:50:01 && eth.dst == 02:00:00:00:50:02";
        // On a busy machine several datagrams leave together, and the capture shows the first of them.
        capture.stopAfter(1, ours + macs + " && icmpv6.type == 128");
        Traffic.pingFullSize(ten.host(), twenty.v4(), 1450);
        Traffic.stream(ten.host(), twenty.host(), twenty.v4(), STREAM_MIB);
        Traffic.stream(twenty.host(), ten.host(), ten.v6(), STREAM_MIB);
        assertEquals("10.10.0.1 Time to live exceeded", ten.pingError(twenty.v4(), "-t", "1"));
        assertEquals("10.10.0.1 Time to live exceeded", twenty.pingError(ten.v4(), "-t", "2"));
        assertEquals("fd00:10::1 Time exceeded: Hop limit", twenty.pingError(ten.v6(), "-t", "2"));
        assertFalse(capture.matching(ours + macs + " && icmp").isEmpty());
        assertEquals(List.of(), capture.matching("vxlan && vxlan.vni != 5000"));
        bridge.stop("TERM");
    }

    /** Pings between all pairs, streams with equal sums, and the gateway's address in traces. */
    private void assertRoutes()
    {
        ten.ping(twenty);
        twenty.ping(thirty);
        // Both are behind one VTEP.
        thirty.ping(ten);
        Traffic.ping(ten.host(), ten.gatewayV4());
        Traffic.ping(thirty.host(), thirty.gatewayV6());
        // The address of the gateway in another segment.
        Traffic.ping(ten.host(), twenty.gatewayV4());
        Traffic.pingFullSize(ten.host(), twenty.v4(), 1450);
        Traffic.stream(ten.host(), twenty.host(), twenty.v4(), STREAM_MIB);
        Traffic.stream(twenty.host(), ten.host(), ten.v6(), STREAM_MIB);
        Traffic.stream(thirty.host(), ten.host(), ten.v4(), STREAM_MIB);
        assertEquals("10.10.0.1 Time to live exceeded", ten.pingError(twenty.v4(), "-t", "1"));
        assertEquals("fd00:10::1 Time exceeded: Hop limit", ten.pingError(twenty.v6(), "-t", "1"));
        assertTraced(twenty, thirty);
    }

    /** With the program of the distribution, where it is installed: the second hop is the station itself. */
    private static void assertTraced(final RoutedStation from, final RoutedStation to)
    {
        final LabHost host = from.host();
        if (host.run("sh", "-c", "command -v traceroute").status() != 0)
        {
            System.out.println("traceroute is not installed: only ping -t 1 was tried");
            return;
        }
        for (final String family : List.of("-4", "-6"))
        {
            final boolean isV4 = family.equals("-4");
            final CommandResult trace = host.run(
                "traceroute", family, "-n", "-q", "1", "-w", "10", isV4 ? to.v4() : to.v6()).orFail();
            final List<String> hops = trace.stdout().stream().skip(1).map(line -> line.strip().split(" +")[1]).toList();
            assertEquals(
                isV4 ? List.of(from.gatewayV4(), to.v4()) : List.of(from.gatewayV6(), to.v6()), hops, trace::toString);
        }
    }

    private void openKernelVteps()
    {
        for (int number = 1; number <= 2; number++)
        {
            GatewayDocument.run(lab.host(number), "VTEP of Linux on 192.0.2." + number);
        }
        completeChecksums(lab.host(1), 10);
        completeChecksums(lab.host(1), 30);
        completeChecksums(lab.host(2), 20);
        addStations();
    }

    /** A veth leaves checksums to hardware that it does not have; a reader in user space would see them unfinished. */
    private static void completeChecksums(final LabHost host, final int vni)
    {
        host.set("ethtool -K vx" + vni + " tx-checksum-ip-generic off");
    }

    private void addStations()
    {
        ten = lab.addRoutedStation(lab.host(1), "br10", 10, 11);
        twenty = lab.addRoutedStation(lab.host(2), "br20", 20, 21);
        thirty = lab.addRoutedStation(lab.host(1), "br30", 30, 31);
    }

    private Bridge startGateway(final String... options) throws IOException
    {
        return start(lab.host(3), "vx30", "gateway.yaml on 192.0.2.3", options);
    }

    private Bridge startVtep(final int number, final int... vnis) throws IOException
    {
        final LabHost host = lab.host(number);
        final Bridge bridge =
            start(host, "vx" + vnis[0], "vtep.yaml on 192.0.2." + number);
        for (final int vni : vnis)
        {
            plugIntoBridge(host, vni);
        }
        return bridge;
    }

    private static void plugIntoBridge(final LabHost host, final int vni)
    {
        host.addBridge("br" + vni);
        host.addToBridge("vx" + vni, "br" + vni);
    }

    private Bridge start(
        final LabHost host, final String device, final String heading, final String... options) throws IOException
    {
        final Path file = Files.writeString(configuration(host), GatewayDocument.block(heading));
        final List<String> arguments = new ArrayList<>(List.of(
            "--config", file.toString(), "--admin", host == lab.host(3) ? socket().toString() : "off"));
        arguments.addAll(List.of(options));
        return Bridge.start(host, device, arguments);
    }
}
