// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import io.overlane.testkit.InNamespace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes with subnets from Kubernetes come, go and move in each backend, while packets flow between the others. */
@Tag("control-plane")
@InNamespace(ipv6 = true)
@Timeout(300)
class FlannelKubeIT
{
    private static final String V4 = "\"Network\":\"10.244.0.0/16\"";
    private static final String V6 = "\"EnableIPv6\":true,\"IPv6Network\":\"fd00:10:244::/48\"";
    private static final int TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @ParameterizedTest
    @ValueSource(strings = {
        V4 + ",\"Backend\":{\"Type\":\"vxlan\"}",
        V4 + "," + V6 + ",\"Backend\":{\"Type\":\"vxlan\"}",
        "\"EnableIPv4\":false," + V6 + ",\"Backend\":{\"Type\":\"vxlan\"}",
        V4 + ",\"Backend\":{\"Type\":\"host-gw\"}",
        V4 + ",\"Backend\":{\"Type\":\"udp\"}"
    })
    void shouldCarryPacketsWhileNodesComeGoAndMove(final String config)
    {
        lab = FlannelLab.openKubernetes(directory, "{" + config + "}");
        final List<FlannelHost> nodes = lab.startNodes(3);
        final FlannelHost first = nodes.get(0);
        final FlannelHost second = nodes.get(1);
        final FlannelHost third = nodes.get(2);
        final boolean hasV6 = first.has("FLANNEL_IPV6_SUBNET");
        if (hasV6)
        {
            nodes.forEach(FlannelHost::attachPodV6);
        }
        for (final FlannelHost from : nodes)
        {
            nodes.stream().filter(to -> to != from).forEach(to -> Traffic.ping(from.pod(), to.podAddress()));
        }
        if (hasV6)
        {
            awaitPings(first, second.podAddressV6());
        }
        assertEquals(first.has("FLANNEL_SUBNET") ? "10.244.1.0/24" : "fd00:10:244:1::/64", first.subnet());
        assertEquals("FlannelIsUp", lab.api().condition("node1", "NetworkUnavailable").get("reason"));
        System.out.println(config + ": " + Traffic.iperf3(first.pod(), second.pod(), second.podAddress()));

        try (PacketFlow there = PacketFlow.start(first.pod(), second.podAddress());
            PacketFlow back = PacketFlow.start(second.pod(), first.podAddress()))
        {
            final FlannelHost fourth = lab.addNode(4).launch();
            fourth.awaitReady();
            fourth.attachPod();
            if (hasV6)
            {
                fourth.attachPodV6();
            }
            awaitPings(fourth, first.podAddress());
            move(third);
            awaitPings(first, third.podAddress());
            awaitPings(third, second.podAddress());
            fourth.stop();
            lab.api().deleteNode("node4");
            Poll.until("no lease of node 4", TIMEOUT_S, () ->
                !first.query("flannel", "leases").contains("10.244.4.0") &&
                !second.query("flannel", "leases").contains("fd00:10:244:4::"));
            there.assertUnbroken();
            back.assertUnbroken();
        }
        for (final FlannelHost node : nodes)
        {
            final CommandResult stopped = node.stop();
            assertTrue(stopped.stderr().isEmpty(), stopped::toString);
        }
    }

    /** Starts a node again with other addresses, as after a move to another network. */
    private void move(final FlannelHost node)
    {
        node.stop();
        node.host().ip("addr del 192.0.2.3/24 dev u3");
        node.host().ip("addr add 192.0.2.103/24 dev u3");
        node.host().ip("-6 addr del fd00:192:0:2::3/64 dev u3");
        node.host().ip("-6 addr add fd00:192:0:2::103/64 dev u3 nodad");
        node.launch().awaitReady();
        assertTrue(lab.api().annotations("node3").values().stream().anyMatch(
            address -> address.equals("192.0.2.103") || address.equals("fd00:192:0:2::103")),
            () -> lab.api().annotations("node3").toString());
    }

    private static void awaitPings(final FlannelHost from, final String address)
    {
        Poll.until("answers from " + address, TIMEOUT_S, () ->
            from.pod().run("ping", "-n", "-c", "1", "-W", "1", address).status() == 0);
        Traffic.ping(from.pod(), address);
    }
}
