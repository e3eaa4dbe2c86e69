// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.kube.ApiServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The API server fails in many ways while numbered packets flow between two nodes: none is lost, and a change of a
 * third node is carried out as soon as the server works again.
 */
@Tag("control-plane")
@InNamespace(ipv6 = true)
@Timeout(300)
class FlannelKubeServerIT
{
    private static final String PREFIX = "flannel.alpha.coreos.com/";
    private static final String NODES = "GET /api/v1/nodes.*";
    private static final int TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private ApiServer server;
    private List<FlannelHost> nodes;
    private int changes;

    @Test
    void shouldLoseNothingWhateverTheServerAnswers()
    {
        lab = FlannelLab.openKubernetes(directory,
            "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        server = lab.api();
        nodes = lab.startNodes(2);
        server.addNode("third", Map.of(PREFIX + "kube-subnet-manager", "true", PREFIX + "backend-type", "vxlan",
            PREFIX + "backend-data", data(0), PREFIX + "public-ip", "192.0.2.99"), "10.244.9.0/24");
        try (PacketFlow there = PacketFlow.start(nodes.get(0).pod(), nodes.get(1).podAddress());
            PacketFlow back = PacketFlow.start(nodes.get(1).pod(), nodes.get(0).podAddress()))
        {
            change();
            awaitChange("as it should be");
            for (final int status : new int[] {429, 503, 401, 410})
            {
                server.answer(3, NODES, status, status == 429 ? 1 : 0);
                server.cut();
                change();
                awaitChange("status " + status);
            }
            server.expireWatches();
            change();
            awaitChange("an ERROR event in each watch");

            server.freeze();
            server.cut();
            change();
            server.compact();
            server.thaw();
            server.cut();
            awaitChange("the past is forgotten");

            server.stop();
            replaceServer();
            awaitChange("another store, with lower revisions");
            there.assertUnbroken();
            back.assertUnbroken();
        }
        nodes.forEach(node -> assertEquals(0, node.stop().status()));
    }

    /** A server whose store was lost, and whose nodes were registered anew with what they published. */
    private void replaceServer()
    {
        changes++;
        final ApiServer other = new ApiServer();
        for (final String name : List.of("node1", "node2"))
        {
            other.addNode(name, server.annotations(name), "10.244." + name.charAt(4) + ".0/24");
        }
        final Map<String, String> third = new HashMap<>(server.annotations("third"));
        third.put(PREFIX + "backend-data", data(changes));
        other.addNode("third", third, "10.244.9.0/24");
        assertTrue(other.revision() < server.revision());
        lab.replaceApi(other.listen(server.address(), null));
        server = other;
    }

    private void change()
    {
        changes++;
        server.annotate("third", PREFIX + "backend-data", data(changes));
    }

    private static String data(final int number)
    {
        return "{\"VNI\":1,\"VtepMAC\":\"" + mac(number) + "\"}";
    }

    private static String mac(final int number)
    {
        return "02:00:00:00:00:%02x".formatted(number);
    }

    private void awaitChange(final String failure)
    {
        final long ms = Poll.until("the third node's change after: " + failure, TIMEOUT_S, () ->
            nodes.stream().allMatch(node -> String.join("\n",
                node.host().run("ip", "neigh", "show", "10.244.9.0").stdout()).contains(mac(changes))));
        System.out.println(failure + ": carried out after " + ms + " ms");
    }
}
