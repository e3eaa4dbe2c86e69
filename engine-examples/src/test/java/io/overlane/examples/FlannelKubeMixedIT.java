// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import io.overlane.testkit.InNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node with the kernel's vxlan device, which {@code kubectl}, {@code ip} and {@code bridge} set up, among ours. */
@InNamespace(ipv6 = true)
@Timeout(300)
class FlannelKubeMixedIT
{
    private static final String PREFIX = "flannel.alpha.coreos.com/";
    private static final String CONFIG = "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final String MAC = "6e:00:00:00:00:03";
    private static final String OTHER_MAC = "6e:00:00:00:00:33";
    private static final int TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private List<FlannelHost> ours;
    private FlannelHost kernel;

    @BeforeEach
    void openLab() throws IOException
    {
        assumeTrue(isInstalled(), "needs kubectl (Debian: kubernetes-client)");
        lab = FlannelLab.openKubernetes(directory, CONFIG);
        ours = lab.startNodes(2);
        kernel = lab.addNode(3);
        Files.createDirectories(kernel.subnetFile().getParent());
        Files.writeString(kernel.subnetFile(), "FLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\n");
    }

    private static boolean isInstalled()
    {
        try
        {
            return new ProcessBuilder("kubectl", "version", "--client").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        }
        catch (final IOException | InterruptedException ex)
        {
            return false;
        }
    }

    /** From the host of a node, over the network, as an operator would. */
    private String kubectl(final LabHost host, final String... arguments)
    {
        final List<String> command = new ArrayList<>(List.of("env", "-i", "PATH=" + System.getenv("PATH"),
            "HOME=" + directory, "kubectl", "--server", lab.api().url(), "--cache-dir",
            directory.resolve("cache").toString()));
        command.addAll(List.of(arguments));
        return String.join("\n", host.start(command).await(TIMEOUT_S).orFail().stdout());
    }

    private void publish(final String mac)
    {
        kubectl(kernel.host(), "annotate", "--overwrite", "node", "node3", PREFIX + "kube-subnet-manager=true",
            PREFIX + "backend-type=vxlan", PREFIX + "public-ip=" + kernel.host().underlayV4(),
            PREFIX + "backend-data={\"VNI\":1,\"VtepMAC\":\"" + mac + "\"}");
    }

    @Test
    void shouldJoinNodeWithKernelDevice()
    {
        final LabHost host = kernel.host();
        host.ip("link add flannel.1 address " + MAC + " mtu 1450 type vxlan id 1 local " + host.underlayV4() +
            " dev " + host.underlayDevice() + " dstport 8472 nolearning");
        // A veth leaves checksums to hardware that it does not have.
        host.set("ethtool -K flannel.1 tx-checksum-ip-generic off");
        host.ip("addr add 10.244.3.0/32 dev flannel.1");
        host.ip("link set flannel.1 up");
        programPeers(host);
        publish(MAC);
        kernel.attachPod();
        try (PacketFlow live = PacketFlow.start(ours.get(0).pod(), ours.get(1).podAddress()))
        {
            for (final FlannelHost node : ours)
            {
                Poll.until("the kernel's node", TIMEOUT_S, () -> node.route("10.244.3.0/24").contains("flannel.1"));
                Traffic.ping(node.pod(), kernel.podAddress());
                Traffic.ping(kernel.pod(), node.podAddress());
                Traffic.ping(kernel.host(), node.podAddress());
            }
            Traffic.stream(kernel.pod(), ours.get(0).pod(), ours.get(0).podAddress(), 8);
            Traffic.stream(ours.get(0).pod(), kernel.pod(), kernel.podAddress(), 8);

            host.ip("link set flannel.1 address " + OTHER_MAC);
            // The kernel forgets the neighbours of a device whose address changes.
            programPeers(host);
            publish(OTHER_MAC);
            for (final FlannelHost node : ours)
            {
                Poll.until("the other address", TIMEOUT_S, () -> neighbours(node).contains(OTHER_MAC));
                Traffic.ping(node.pod(), kernel.podAddress());
            }
            live.assertUnbroken();
        }
    }

    private static String neighbours(final FlannelHost node)
    {
        return String.join("\n", node.host().run("ip", "neigh", "show", "dev", "flannel.1").stdout());
    }

    /** Three entries for each node that is not its own, from the annotations that kubectl reads. */
    private void programPeers(final LabHost host)
    {
        final String nodes = kubectl(host, "get", "nodes", "-o", "jsonpath={range .items[*]}{.spec.podCIDR} " +
            "{.metadata.annotations.flannel\\.alpha\\.coreos\\.com/public-ip} " +
            "{.metadata.annotations.flannel\\.alpha\\.coreos\\.com/backend-data}{\"\\n\"}{end}");
        for (final String node : nodes.split("\n"))
        {
            final String[] words = node.split(" ");
            if (!"10.244.3.0/24".equals(words[0]))
            {
                final String base = words[0].substring(0, words[0].indexOf('/'));
                final String mac = words[2].replaceAll(".*\"VtepMAC\":\"([^\"]+)\".*", "$1");
                host.ip("neigh replace " + base + " lladdr " + mac + " dev flannel.1 nud permanent");
                host.set("bridge fdb replace " + mac + " dev flannel.1 self dst " + words[1] + " permanent");
                host.ip("route replace " + words[0] + " via " + base + " dev flannel.1 onlink");
            }
        }
    }

    @Test
    void shouldFollowAnnotationsOfOperators()
    {
        final FlannelHost first = ours.get(0);
        final FlannelHost second = ours.get(1);
        final String json = kubectl(first.host(), "get", "nodes", "-o", "json").replaceAll("\\s", "");
        assertTrue(json.contains("\"" + PREFIX + "public-ip\":\"192.0.2.2\""), json);
        assertTrue(json.contains("\"reason\":\"FlannelIsUp\""), json);

        // What the annotation is for: the node has an address that only its network translates.
        second.host().ip("addr add 192.0.2.102/24 dev u2");
        second.host().set("nft add table ip translation");
        second.host().run("nft", "add chain ip translation in { type nat hook prerouting priority -100; }").orFail();
        second.host().set("nft add rule ip translation in ip daddr 192.0.2.102 dnat to 192.0.2.2");
        try (PacketFlow live = PacketFlow.start(first.pod(), second.podAddress()))
        {
            kubectl(first.host(), "annotate", "node", "node2", PREFIX + "public-ip-overwrite=192.0.2.102");
            Poll.until("node 2 publishes the address that it is told to", TIMEOUT_S, () ->
                "192.0.2.102".equals(lab.api().annotations("node2").get(PREFIX + "public-ip")));
            Poll.until("node 1 sends there", TIMEOUT_S, () -> first.query("fdb", "show").contains("192.0.2.102"));
            Traffic.ping(first.pod(), second.podAddress());
            Traffic.ping(second.pod(), first.podAddress());
            live.assertUnbroken();
        }
        assertEquals("10.244.2.0/24", second.subnet());
    }
}
