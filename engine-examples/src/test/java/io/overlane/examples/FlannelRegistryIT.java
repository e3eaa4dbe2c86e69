// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A registry that forgets, is replaced or restored, and programs that write into it: numbered packets between live
 * nodes go on without one lost, and each node has its lease again.
 */
@Tag("control-plane")
@Timeout(300)
class FlannelRegistryIT
{
    private static final int TIMEOUT_S = 120;
    private static final String REGISTRY = "192.0.2.254";
    private static final String VXLAN = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final String DEAD_PEER = "10.5.200.0";

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private List<FlannelHost> nodes;

    private static String lease(final int lastOctet)
    {
        return "{\"PublicIP\":\"192.0.2." + lastOctet + "\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\"," +
            "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:" + lastOctet + "\"}}";
    }

    private void open(final String config, final int count, final String... options)
    {
        lab = FlannelLab.openOrSkip(directory, config);
        nodes = new ArrayList<>();
        for (int i = 1; i <= count; i++)
        {
            nodes.add(lab.addNode(i).launch(options));
        }
        nodes.forEach(FlannelHost::awaitReady);
        nodes.forEach(FlannelHost::attachPod);
        FlannelLab.awaitKnown(nodes);
        nodes.stream().skip(1).forEach(node -> Traffic.ping(nodes.get(0).pod(), node.podAddress()));
    }

    /** Numbered packets from the first node to each other one. */
    private List<PacketFlow> flows()
    {
        return nodes.stream().skip(1)
            .map(node -> PacketFlow.start(nodes.get(0).pod(), node.podAddress())).toList();
    }

    private void awaitRoute(final FlannelHost node, final String base, final boolean isThere)
    {
        Poll.until("node " + node.host().number() + (isThere ? " has" : " has no") + " route to " + base, TIMEOUT_S,
            () -> node.route(base + "/24").isEmpty() != isThere);
    }

    private void awaitLeases(final List<String> wanted)
    {
        Poll.until("the leases again", TIMEOUT_S, () -> lab.leases().containsAll(wanted));
    }

    private long revision()
    {
        return Long.parseLong(lab.keys("post", "/v3/kv/range", "{\"key\":\"YQ==\"}").get(0)
            .replaceAll("(?s).*\"revision\":\"(\\d+)\".*", "$1"));
    }

    /** etcd refuses a watch with an old token in a message of the watch, whose status is 200. */
    @Test
    void shouldFollowWithAnotherTokenAfterEtcdForgotTheOldOne()
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN);
        lab.keys("post", "/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"secret\"}");
        lab.keys("post", "/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        nodes = new ArrayList<>();
        for (int i = 1; i <= 2; i++)
        {
            nodes.add(lab.addNode(i).launch("--etcd-username", "root", "--etcd-password", "secret"));
        }
        nodes.forEach(FlannelHost::awaitReady);
        nodes.forEach(FlannelHost::attachPod);
        FlannelLab.awaitKnown(nodes);
        // Authentication is turned on later; then etcd forgets its tokens, because it keeps them in memory.
        lab.keys("post", "/v3/auth/enable", "{}");
        for (int restart = 1; restart <= 2; restart++)
        {
            lab.etcd().kill();
            lab.etcd().start();
            lab.keys("login", "root", "secret");
            final List<String> leases = lab.leases();
            final String peer = "10.5.20" + restart + ".0";
            lab.put("/subnets/" + peer + "-24", lease(70 + restart));
            nodes.forEach(node -> awaitRoute(node, peer, true));
            lab.revoke("/subnets/" + nodes.get(0).leaseName());
            awaitLeases(leases);
            Poll.until("the route again", TIMEOUT_S, () -> !nodes.get(1).route(nodes.get(0).subnet()).isEmpty());
        }
        Traffic.ping(nodes.get(0).pod(), nodes.get(1).podAddress());
    }

    @Test
    void shouldGoOnWhenEtcdComesBackEmptyAndRegisterAgain()
    {
        open(VXLAN, 3);
        final List<String> leases = lab.leases();
        lab.put("/subnets/" + DEAD_PEER + "-24", lease(77));
        nodes.forEach(node -> awaitRoute(node, DEAD_PEER, true));
        final List<List<String>> before = nodes.stream().map(FlannelHost::picture).toList();
        final List<PacketFlow> flows = flows();

        // Not even the network's configuration is there.
        lab.etcd().startEmpty();
        awaitLeases(leases);
        for (int i = 0; i < nodes.size(); i++)
        {
            final FlannelHost node = nodes.get(i);
            node.awaitEvent("the registry lost ", TIMEOUT_S);
            node.awaitEvent("leases; their nodes stay peers until they register again, at most 24 h", TIMEOUT_S);
            node.awaitEvent("going on with the configuration that this node has", TIMEOUT_S);
            node.awaitPicture(before.get(i), TIMEOUT_S);
        }

        lab.put("/config", VXLAN);
        final FlannelHost fourth = lab.addNode(4).launch();
        fourth.awaitReady();
        fourth.attachPod();
        nodes.forEach(node -> Poll.until("the newcomer", TIMEOUT_S, () -> !node.route(fourth.subnet()).isEmpty()));
        Traffic.ping(nodes.get(0).pod(), fourth.podAddress());
        flows.forEach(PacketFlow::assertUnbroken);
        assertEquals(4, lab.leases().size());
        assertEquals(List.of(), lab.idleLeases());
    }

    /** Its revision is higher than the last one that the nodes saw, so a watch could go on there. */
    @Test
    void shouldNoticeAReplacedRegistryThatOthersHaveWrittenTo()
    {
        open(VXLAN, 3, "--lost-lease-grace", "15");
        final List<String> leases = lab.leases();
        lab.put("/subnets/" + DEAD_PEER + "-24", lease(77));
        nodes.forEach(node -> awaitRoute(node, DEAD_PEER, true));
        final long revision = revision();
        final List<PacketFlow> flows = flows();

        nodes.forEach(node -> node.host().ip("route add unreachable " + REGISTRY));
        lab.etcd().startEmpty();
        lab.put("/config", VXLAN);
        lab.put("/subnets/10.5.201.0-24", lease(78));
        lab.keys("many", "/noise/%d/%d", "%d %d", Long.toString(revision + 20));
        assertTrue(revision() > revision, "the replaced registry is ahead");
        nodes.forEach(node -> node.host().ip("route del unreachable " + REGISTRY));

        awaitLeases(leases);
        nodes.forEach(node -> awaitRoute(node, "10.5.201.0", true));
        // The last node finds the others registered again, so only one lease is missing there: a departure.
        nodes.forEach(node -> awaitRoute(node, DEAD_PEER, false));
        flows.forEach(PacketFlow::assertUnbroken);
        assertEquals(4, lab.leases().size());
    }

    /** Configuration and lease belong together: a node takes no subnet of another network than its own. */
    @Test
    void shouldStartAnewWithTheNetworksNewConfiguration()
    {
        open(VXLAN.replace("vxlan", "host-gw"), 3);
        final FlannelHost moved = nodes.get(2);
        final String before = moved.subnet();
        final List<String> hostBefore = moved.picture();
        assertTrue(hostBefore.stream().anyMatch(line -> line.contains("10.5.")), hostBefore::toString);
        try (PacketFlow live = PacketFlow.start(nodes.get(0).pod(), nodes.get(1).podAddress()))
        {
            lab.put("/config", "{\"Network\":\"10.99.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
            moved.host().run("ip", "link", "del", "cni0");
            lab.delete("/subnets/" + moved.leaseName());
            moved.awaitEvent("the network has another configuration; starting anew with it", TIMEOUT_S);
            Poll.until("a subnet of the new network", TIMEOUT_S, () -> moved.process().stdout().stream()
                .anyMatch(line -> line.contains("ready: 10.99.") && line.contains("backend vxlan")));
            assertEquals("10.99.0.0/16", moved.value("FLANNEL_NETWORK"));
            assertEquals("1450", moved.value("FLANNEL_MTU"));
            assertTrue(moved.subnet().startsWith("10.99."), moved.subnet());
            final List<String> left = moved.picture();
            left.removeIf(line -> !line.contains("10.5."));
            assertEquals(List.of(), left, "nothing of the former network stays");
            nodes.forEach(node -> Poll.until("nobody has a route to " + before, TIMEOUT_S,
                () -> node.route(before).isEmpty()));
            live.assertUnbroken();
        }
        for (final FlannelHost node : nodes.subList(0, 2))
        {
            node.host().run("ip", "link", "del", "cni0");
            lab.delete("/subnets/" + node.leaseName());
            Poll.until("a subnet of the new network", TIMEOUT_S, () -> node.process().stdout().stream()
                .anyMatch(line -> line.contains("ready: 10.99.")));
        }
        nodes.forEach(FlannelHost::attachPod);
        FlannelLab.awaitKnown(nodes);
        nodes.forEach(node -> nodes.stream().filter(peer -> peer != node).forEach(peer ->
            Poll.until("the route", TIMEOUT_S, () -> !node.route(peer.subnet()).isEmpty())));
        Traffic.ping(nodes.get(0).pod(), moved.podAddress());
        Traffic.ping(nodes.get(1).pod(), nodes.get(0).podAddress());
        nodes.forEach(FlannelHost::stop);
    }

    @Test
    void shouldWriteItsKeyAgainThatAnotherProgramOverwrote()
    {
        open(VXLAN, 3);
        final FlannelHost robbed = nodes.get(2);
        final List<List<String>> before = nodes.stream().map(FlannelHost::picture).toList();
        final List<String> leases = lab.leases();
        final String key = "/subnets/" + robbed.leaseName();
        final String own = leases.stream()
            .filter(lease -> lease.startsWith(robbed.leaseName())).findFirst().orElseThrow();
        final String value = own.substring(own.indexOf(' ') + 1);
        final List<PacketFlow> flows = flows();
        for (final String foreign : List.of(
            "{", "", "{\"PublicIP\":\"x\"}", value.replaceFirst("VtepMAC\":\"..", "VtepMAC\":\"02"),
            value.replace("\"vxlan\"", "\"host-gw\"")))
        {
            final long startNs = System.nanoTime();
            lab.put(key, foreign);
            awaitLeases(leases);
            System.out.println("the key with '" + foreign + "' was written again after " +
                (System.nanoTime() - startNs) / 1_000_000 + " ms");
            for (int i = 0; i < nodes.size(); i++)
            {
                nodes.get(i).awaitPicture(before.get(i), TIMEOUT_S);
            }
            final String present = lab.keys("ends", FlannelLab.PREFIX + key).get(0);
            assertTrue(present.contains("\"lease\":"), () -> "the key has an end again: " + present);
        }
        flows.get(0).assertUnbroken();
        flows.get(1).assertRecovered();
        assertTrue(robbed.hasEvent("with a value that cannot be read"), () -> robbed.process().stdout().toString());
        assertTrue(robbed.hasEvent("with our public address 192.0.2.3, but {"),
            () -> robbed.process().stdout().toString());
    }

    @Test
    void shouldSayThatTwoNodesHaveOnePublicAddress()
    {
        open(VXLAN, 1);
        final FlannelHost second = lab.addNode(2).launch("--public-ip", nodes.get(0).host().underlayV4());
        second.awaitReady();
        Stream.of(nodes.get(0), second).forEach(node -> node.awaitEvent("with our public address 192.0.2.1; " +
            "a second node with that address would share the subnet", TIMEOUT_S));
    }

    /** flannel reads the key with an x in front too. */
    @Test
    void shouldRemoveAPeerWhoseLeaseBecomesUnreadableAndReadOneKeyOfASubnet()
    {
        open(VXLAN, 1);
        final FlannelHost node = nodes.get(0);
        final String peer = "10.5.201.0";
        for (final String unreadable : List.of("{", "", "{\"PublicIP\":\"x\"}"))
        {
            lab.put("/subnets/" + peer + "-24", lease(77));
            awaitRoute(node, peer, true);
            lab.put("/subnets/" + peer + "-24", unreadable);
            awaitRoute(node, peer, false);
            assertTrue(!node.query("fdb", "show").contains("192.0.2.77"), "no entry stays");
        }
        lab.put("/subnets/" + peer + "-24", lease(77));
        lab.put("/subnets/x" + peer + "-24", lease(78));
        lab.delete("/subnets/x" + peer + "-24");
        lab.put("/subnets/10.5.202.0-24", lease(79));
        awaitRoute(node, "10.5.202.0", true);
        awaitRoute(node, peer, true);
        final String entries = node.query("fdb", "show");
        assertTrue(entries.contains("192.0.2.77") && !entries.contains("192.0.2.78"), entries);
        node.awaitEvent("/subnets/x" + peer + "-24 is skipped: the lease of 10.5.201.0/24 is", TIMEOUT_S);
    }
}
