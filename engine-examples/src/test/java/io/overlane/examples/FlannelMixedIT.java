// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that are not only ours, not only IPv4, or not only tunnels; machines that are no nodes. */
@Tag("control-plane")
@Timeout(300)
class FlannelMixedIT
{
    private static final String CONFIG = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final int TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @Test
    void shouldJoinNodeWithKernelDevice() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory, CONFIG);
        final List<FlannelHost> ours = List.of(lab.addNode(1).launch(), lab.addNode(2).launch());
        ours.forEach(FlannelHost::awaitReady);
        ours.forEach(FlannelHost::attachPod);

        final FlannelHost kernel = lab.addNode(3);
        Files.createDirectories(kernel.subnetFile().getParent());
        Files.writeString(kernel.subnetFile(), "FLANNEL_SUBNET=10.5.250.1/24\nFLANNEL_MTU=1450\n");
        final String mac = "6e:00:00:00:00:03";
        lab.put("/subnets/10.5.250.0-24", "{\"PublicIP\":\"" + kernel.host().underlayV4() + "\",\"PublicIPv6\":null," +
            "\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"" + mac + "\"}}");
        createKernelDevice(kernel.host(), mac);
        programKernelPeers(kernel.host());
        kernel.attachPod();

        for (final FlannelHost node : ours)
        {
            Poll.until("the kernel's node", TIMEOUT_S, () -> node.route("10.5.250.0/24").contains("flannel.1"));
            Traffic.ping(node.pod(), kernel.podAddress());
            Traffic.ping(kernel.pod(), node.podAddress());
            Traffic.ping(kernel.host(), node.podAddress());
        }
        Traffic.stream(kernel.pod(), ours.get(0).pod(), ours.get(0).podAddress(), 8);
        Traffic.stream(ours.get(0).pod(), kernel.pod(), kernel.podAddress(), 8);
    }

    /** As flannel sets it up; a veth leaves checksums to hardware it does not have. */
    private static void createKernelDevice(final LabHost host, final String mac)
    {
        host.ip("link add flannel.1 address " + mac + " mtu 1450 type vxlan id 1 local " + host.underlayV4() +
            " dev " + host.underlayDevice() + " dstport 8472 nolearning");
        host.set("ethtool -K flannel.1 tx-checksum-ip-generic off");
        host.ip("addr add 10.5.250.0/32 dev flannel.1");
        host.ip("link set flannel.1 up");
    }

    /** Three entries for each lease in etcd that is not its own. */
    private void programKernelPeers(final LabHost host)
    {
        for (final String lease : lab.leases())
        {
            final String subnet = lease.substring(0, lease.indexOf(' ')).replace('-', '/');
            if (!"10.5.250.0/24".equals(subnet))
            {
                final String base = subnet.substring(0, subnet.indexOf('/'));
                final String peerMac = lease.replaceAll(".*\"VtepMAC\":\"([^\"]+)\".*", "$1");
                final String remote = lease.replaceAll(".*\"PublicIP\":\"([^\"]+)\".*", "$1");
                host.ip("neigh replace " + base + " lladdr " + peerMac + " dev flannel.1 nud permanent");
                host.set("bridge fdb replace " + peerMac + " dev flannel.1 self dst " + remote + " permanent");
                host.ip("route replace " + subnet + " via " + base + " dev flannel.1 onlink");
            }
        }
    }

    @Test
    void shouldCarryBothFamiliesWithRoomForTheLargerHeader()
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true," +
            "\"IPv6Network\":\"fd05::/48\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final List<FlannelHost> nodes = List.of(lab.addNode(1).launch(), lab.addNode(2).launch());
        nodes.forEach(FlannelHost::awaitReady);
        nodes.forEach(node -> node.attachPod().attachPodV6());
        final FlannelHost first = nodes.get(0);
        final FlannelHost second = nodes.get(1);
        assertEquals("1430", first.value("FLANNEL_MTU"));
        Poll.until("the route of IPv6", TIMEOUT_S, () -> String.join("\n",
            first.host().run("ip", "-6", "route", "show", "dev", "flannel-v6.1").stdout()).contains("proto 79"));
        Poll.until("the route of IPv6", TIMEOUT_S, () -> String.join("\n",
            second.host().run("ip", "-6", "route", "show", "dev", "flannel-v6.1").stdout()).contains("proto 79"));
        Traffic.ping(first.pod(), second.podAddress());
        Traffic.ping(first.pod(), second.podAddressV6());
        Traffic.stream(first.pod(), second.pod(), second.podAddressV6(), 8);
    }

    @Test
    void shouldRouteDirectlyAsLongAsPeersShareTheLink()
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"DirectRouting\":true}}");
        final FlannelHost first = lab.addNode(1).launch();
        final FlannelHost second = lab.addNode(2).launch();
        first.awaitReady();
        second.awaitReady();
        first.attachPod();
        second.attachPod();
        final String direct = "via " + second.host().underlayV4() + " dev u1";
        Poll.until("a direct route", TIMEOUT_S, () -> first.route(second.subnet()).contains(direct));
        Traffic.ping(first.pod(), second.podAddress());
        final String peer = second.podAddress() + " is " + second.subnet() + " at " + second.host().underlayV4() + ": ";
        assertEquals(peer + second.subnet() + " directly through " + second.host().underlayV4() + " on u1",
            why(first, second.podAddress()));

        first.host().ip("route add " + second.host().underlayV4() + "/32 via 192.0.2.254");
        Poll.until("the tunnel instead", TIMEOUT_S, () -> first.route(second.subnet()).contains("flannel.1"));
        final String tunnel = why(first, second.podAddress());
        assertTrue(tunnel.startsWith(peer + second.subnet() + " through flannel.1, VNI 1, to MAC ") &&
            tunnel.endsWith(" at " + second.host().underlayV4() + ":8472"), tunnel);
        Traffic.ping(first.pod(), second.podAddress());
        first.host().ip("route del " + second.host().underlayV4() + "/32 via 192.0.2.254");
        Poll.until("a direct route again", TIMEOUT_S, () -> first.route(second.subnet()).contains(direct));
        Traffic.ping(first.pod(), second.podAddress());
    }

    private static String why(final FlannelHost node, final String peer)
    {
        return node.ask("flannel", "why", peer).orFail().output().strip();
    }

    @Test
    void shouldRouteBothFamiliesThroughPeersOnTheLink()
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true," +
            "\"IPv6Network\":\"fd05::/48\",\"Backend\":{\"Type\":\"host-gw\"}}");
        final FlannelHost first = lab.addNode(1).launch();
        final FlannelHost second = lab.addNode(2).launch();
        for (final FlannelHost node : List.of(first, second))
        {
            node.awaitReady();
            node.attachPod().attachPodV6();
        }
        awaitRouteV6(first, second);
        awaitRouteV6(second, first);
        Traffic.ping(first.pod(), second.podAddress());
        // The first solicitation of a neighbour may be lost, and the next is a second later.
        Poll.until("neighbours", TIMEOUT_S,
            () -> first.pod().run("ping", "-6", "-c", "1", "-W", "1", second.podAddressV6()).status() == 0);
        Traffic.ping(first.pod(), second.podAddressV6());
        final String subnetV6 = subnetV6(second);
        for (final String address : List.of(second.podAddress(), second.podAddressV6(), second.host().underlayV6()))
        {
            assertEquals(address + " is " + second.subnet() + " & " + subnetV6 + " at " + second.host().underlayV4() +
                ", " + second.host().underlayV6() + ": " +
                second.subnet() + " through " + second.host().underlayV4() + " on u1; " +
                subnetV6 + " through " + second.host().underlayV6() + " on u1", why(first, address));
        }
    }

    private static void awaitRouteV6(final FlannelHost from, final FlannelHost to)
    {
        Poll.until("the route of IPv6", TIMEOUT_S, () -> String.join("\n",
            from.host().run("ip", "-6", "route", "show", subnetV6(to)).stdout()).contains("proto 79"));
    }

    private static String subnetV6(final FlannelHost node)
    {
        return node.value("FLANNEL_IPV6_SUBNET").replaceFirst("1/", "/");
    }

    /** Where the line runs: TCP both ways between client and pod; a client has no pods, so nobody asks it for one. */
    @ParameterizedTest
    @ValueSource(strings = {"vxlan", "udp", "host-gw"})
    void shouldReachPodsAsClientOfEachBackend(final String backend)
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"" + backend + "\"}}");
        final FlannelHost first = lab.addNode(1).launch();
        final FlannelHost second = lab.addNode(2).launch();
        for (final FlannelHost node : List.of(first, second))
        {
            node.awaitReady();
            node.attachPod();
        }
        final FlannelHost client = lab.addNode(3).launch("--client");
        client.awaitReady();
        for (final FlannelHost node : List.of(first, second))
        {
            final String subnet = node.subnet();
            node.awaitEvent("at " + client.host().underlayV4() + " joined", TIMEOUT_S);
            Poll.until("the way to " + subnet, TIMEOUT_S,
                () -> client.host().run("ping", "-c", "1", "-W", "1", node.podAddress()).status() == 0);
            Traffic.ping(client.host(), node.podAddress());
            Traffic.stream(client.host(), node.pod(), node.podAddress(), 2);
        }
        client.stop();
    }

    @Test
    void shouldRefuseAClientWhereItCannotBe()
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.0.0\"," +
            "\"Backend\":{\"Type\":\"vxlan\"}}");
        final FlannelHost host = lab.addNode(1);
        assertRefused(host.launch("--client"),
            "--client: the network has no addresses before SubnetMin=10.5.0.0 for clients");
        lab.put("/config", "{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":\"fd05::/48\"}");
        assertRefused(host.launch("--client"),
            "--client: the network has no addresses before its subnets for clients");
    }

    private static void assertRefused(final FlannelHost node, final String why)
    {
        final CommandResult result = node.process().await(TIMEOUT_S);
        assertEquals(1, result.status(), result::toString);
        assertEquals(1, result.stderr().size(), result::toString);
        assertTrue(result.stderr().get(0).endsWith(why), result::toString);
    }

    @Test
    void shouldReachPodsAsClient()
    {
        lab = FlannelLab.openOrSkip(directory, CONFIG);
        final FlannelHost node = lab.addNode(1).launch();
        node.awaitReady();
        node.attachPod();
        final FlannelHost client = lab.addNode(2).launch("--client");
        final String ready = client.awaitReady();
        assertTrue(ready.contains("10.5.0.") && ready.contains("/30"), ready);
        node.awaitEvent("at " + client.host().underlayV4() + " joined", TIMEOUT_S);
        Traffic.ping(client.host(), node.podAddress());
        assertTrue(Files.notExists(client.subnetFile()), "a client has no subnet file");
        client.stop();

        final String refused = node.host().start(Bridge.command(List.of(), "flannel", List.of(
            "--etcd-endpoints", lab.etcd().endpoint(), "--iface", "u1", "--client"))).await(TIMEOUT_S).toString();
        assertTrue(refused.contains("is a node with the subnet " + node.subnet()), refused);
    }
}
