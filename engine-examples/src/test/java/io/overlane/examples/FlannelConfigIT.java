// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
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

/** What a node makes of its configuration, of the host and of the leases that it finds. */
@Tag("control-plane")
@Timeout(300)
class FlannelConfigIT
{
    private static final int TIMEOUT_S = 120;
    private static final String VXLAN = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final String DUAL = "{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true," +
        "\"IPv6Network\":\"fd05::/48\",\"Backend\":{\"Type\":\"vxlan\"%s}}";
    private static final String LEASE = "{\"PublicIP\":\"192.0.2.%d\",\"PublicIPv6\":\"fd00:192:0:2::%d\"," +
        "\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":%s,\"VtepMAC\":\"02:00:00:00:00:%d\"}," +
        "\"BackendV6Data\":{\"VNI\":%s,\"VtepMAC\":\"02:00:00:00:01:%d\"}}";

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @Test
    void shouldWarnOfWhatDoesNotFitTheHost()
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN.replace("}}", ",\"VNI\":70000,\"MTU\":9000}}"));
        final FlannelHost node = lab.addNode(1);
        node.host().ip("link add other type bridge");
        node.host().ip("addr add 10.5.77.1/24 dev other");
        node.host().set("sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0");
        lab.put("/subnets/10.5.200.0-24", LEASE.formatted(77, 77, "70000", 77, "70000", 77));
        node.launch().awaitReady();
        node.awaitEvent("other has 10.5.77.1/24, which overlaps Network=10.5.0.0/16", TIMEOUT_S);
        node.awaitEvent("run 'sysctl -w net.ipv4.ip_forward=1'", TIMEOUT_S);
        node.awaitEvent("VNI=70000 is above 65535: nodes with flannel before 0.24", TIMEOUT_S);
        node.awaitEvent("has MTU=9000, but the underlay has 1500", TIMEOUT_S);
        node.stop();
        lab.put("/config", DUAL.formatted(""));
        node.launch().awaitReady();
        node.awaitEvent("run 'sysctl -w net.ipv6.conf.all.forwarding=1'", TIMEOUT_S);
        node.stop();
    }

    @Test
    void shouldKeepItsIpv4SubnetWhenTheNetworkGetsIpv6()
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN);
        final FlannelHost node = lab.addNode(1).launch();
        node.awaitReady();
        final String subnet = node.subnet();
        node.stop();
        lab.put("/config", DUAL.formatted(""));
        node.launch().awaitReady();
        assertEquals(subnet, node.subnet());
        assertTrue(node.value("FLANNEL_IPV6_SUBNET").startsWith("fd05:"));
        assertEquals(1, lab.leases().size());
        node.stop();
        lab.put("/config", VXLAN);
        node.launch().awaitReady();
        assertEquals(subnet, node.subnet());
        assertEquals(1, lab.leases().size());
        assertEquals(List.of(), lab.idleLeases());
    }

    /** A name of docker-compose, without a scheme; keys without a slash at their start. */
    @Test
    void shouldTakeEndpointAndPrefixThatFlannelTakes() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory, "");
        final Path hosts = Files.writeString(directory.resolve("hosts"), "192.0.2.254 etcd_1\n");
        lab.keys("put", "my.network/config", VXLAN);
        final FlannelHost node = lab.addNode(1);
        node.wrap(List.of("env", "JAVA_TOOL_OPTIONS=-Djdk.net.hosts.file=" + hosts));
        node.launch("--etcd-endpoints", "etcd_1:2379", "--etcd-prefix", "my.network").awaitReady();
        assertTrue(lab.keys("get", "my.network/subnets/").get(0).contains("192.0.2.1"));
        node.stop();
        node.launch("--etcd-endpoints", "http://etcd_1:2379", "--etcd-prefix", "my.network").awaitReady();
        node.stop();
    }

    @Test
    void shouldGiveBackTheLeaseWithWhichItCannotStart()
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN);
        final FlannelHost node = lab.addNode(1).launch();
        node.awaitReady();
        final LabProcess running = node.process();
        node.host().ip("addr add 192.0.2.201/24 dev u1");
        final List<String> leases = lab.leases();
        node.launch("--public-ip", "192.0.2.201", "--subnet-file", directory.resolve("other.env").toString(),
            "--admin", directory.resolve("other.sock").toString());
        final CommandResult refused = node.process().await(TIMEOUT_S);
        assertEquals(1, refused.status(), refused::toString);
        assertEquals(1, refused.stderr().size(), refused::toString);
        assertTrue(refused.stderr().get(0).contains("flannel.1"), refused::toString);
        assertTrue(refused.output().contains(" given back"), refused::toString);
        assertEquals(leases, lab.leases());
        assertEquals(List.of(), lab.idleLeases());
        assertTrue(running.isAlive());
        running.signal("TERM");
        running.await(TIMEOUT_S);
    }

    /** One line for each, at the start and while it runs, with both families. */
    @Test
    void shouldNotCountLeasesThatAreLeftOut()
    {
        lab = FlannelLab.openOrSkip(directory, DUAL.formatted(""));
        lab.put("/subnets/10.5.200.0-24&fd05:0:0:200::-64", LEASE.formatted(77, 77, "2", 77, "2", 77));
        lab.put("/subnets/10.5.201.0-24&fd05:0:0:201::-64", LEASE.formatted(78, 78, "-1", 78, "-1", 78));
        lab.put("/subnets/10.5.202.0-24&fd05:0:0:202::-64", LEASE.formatted(79, 79, "1", 79, "1", 79));
        final FlannelHost node = lab.addNode(1).launch();
        final String ready = node.awaitReady();
        assertTrue(ready.contains(" 1 peers (2 leases are left out), in "), ready);
        lab.put("/subnets/10.5.203.0-24&fd05:0:0:203::-64", LEASE.formatted(80, 80, "3", 80, "3", 80));
        node.awaitEvent("10.5.203.0/24", TIMEOUT_S);
        node.host().ip("link del flannel.1");
        node.awaitEvent("opened anew", TIMEOUT_S);
        lab.put("/subnets/10.5.204.0-24&fd05:0:0:204::-64", LEASE.formatted(81, 81, "1", 81, "1", 81));
        node.awaitEvent("192.0.2.81 joined", TIMEOUT_S);
        for (final int number : new int[]{200, 201, 203})
        {
            final List<String> lines = node.process().stdout().stream()
                .filter(line -> line.contains("10.5." + number + ".0/24")).toList();
            assertEquals(1, lines.size(), lines::toString);
            assertTrue(lines.get(0).contains(" is left out: "), lines::toString);
        }
        node.stop();
    }

    /** Two addresses of one host, one network on each: nothing of one stands in the way of the other. */
    @Test
    void shouldStartWhereTheNetworkLeavesTheUnderlayOut()
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"192.0.0.0/14\",\"SubnetMin\":\"192.1.0.0\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final List<FlannelHost> nodes = lab.startNodes(2);
        Traffic.ping(nodes.get(0).pod(), nodes.get(1).podAddress());
        nodes.get(0).awaitEvent("Network=192.0.0.0/14 contains this node's address 192.0.2.1", TIMEOUT_S);
    }
}
