package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Networks that are not only ours, not only IPv4, or not only tunnels; machines that are no nodes. */
@Timeout(300)
class FlannelMixedIT
{
    private static final String CONFIG = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final int TIMEOUT_S = 20;

    @TempDir
    private Path directory;

    private FlannelLab lab;

    @AfterEach
    void closeLab()
    {
        if (lab != null)
        {
            lab.close();
        }
    }

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

        first.host().ip("route add " + second.host().underlayV4() + "/32 via 192.0.2.254");
        Poll.until("the tunnel instead", TIMEOUT_S, () -> first.route(second.subnet()).contains("flannel.1"));
        Traffic.ping(first.pod(), second.podAddress());
        first.host().ip("route del " + second.host().underlayV4() + "/32 via 192.0.2.254");
        Poll.until("a direct route again", TIMEOUT_S, () -> first.route(second.subnet()).contains(direct));
        Traffic.ping(first.pod(), second.podAddress());
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
