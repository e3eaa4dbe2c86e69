// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.host.TestLinks;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.kube.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A whole node whose subnet comes from Kubernetes: the API server is of the test kit, devices and routes are real. */
@InNamespace(ipv6 = true)
class KubeNodeIT
{
    private static final String PREFIX = "flannel.alpha.coreos.com/";
    private static final int TIMEOUT_S = 60;

    private final TestLinks links = new TestLinks();
    @TempDir
    private Path directory;
    private final Words words = new Words();
    private final ApiServer server = new ApiServer();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final List<String> told = new ArrayList<>();
    private FlannelNode node;
    private CompletableFuture<Void> run;

    /** A command line. */
    @Command(name = "flannel")
    static final class Words
    {
        @Mixin
        private FlannelOptions flannel;

        @Mixin
        private NodeOptions node;
    }

    @BeforeEach
    void open() throws IOException
    {
        links.add("eth9", 1500, "192.0.2.1/24");
    }

    private void launch(final String backend) throws IOException
    {
        final Path config = Files.writeString(directory.resolve("net-conf.json"),
            "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"" + backend + "\"}}");
        new CommandLine(words).parseArgs("--iface", "eth9", "--iptables-forward-rules=false",
            "--subnet-file", directory.resolve("subnet.env").toString(), "--kube-subnet-mgr",
            "--kube-api-url", server.listen().url(), "--net-config-path", config.toString());
        node = new FlannelNode(words.flannel, words.node, Map.of("NODE_NAME", "one"), events::add);
        run = CompletableFuture.runAsync(this::runNode);
    }

    private void runNode()
    {
        try
        {
            node.run();
        }
        catch (final IOException | InterruptedException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    private void await(final String text) throws InterruptedException
    {
        for (String event = next(); event != null; event = next())
        {
            told.add(event);
            if (event.contains(text))
            {
                return;
            }
        }
        throw new AssertionError("no '" + text + "', only " + told + ", " + run);
    }

    private String next() throws InterruptedException
    {
        return events.poll(TIMEOUT_S, TimeUnit.SECONDS);
    }

    private static Map<String, String> peer(final String publicIp, final String backend, final String data)
    {
        return Map.of(PREFIX + "kube-subnet-manager", "true", PREFIX + "backend-type", backend,
            PREFIX + "backend-data", data, PREFIX + "public-ip", publicIp);
    }

    @Test
    void shouldBeANodeOfVxlan() throws Exception
    {
        launch("vxlan");
        await("there is no node one; trying again in 1 s");
        server.addNode("one", "10.244.1.0/24");
        server.addNode("two", peer("192.0.2.2", "vxlan", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:02\"}"),
            "10.244.2.0/24");
        await("ready: 10.244.1.0/24, backend vxlan, MTU 1450, 1 peers");
        assertEquals("FLANNEL_SUBNET=10.244.1.1/24", Files.readAllLines(directory.resolve("subnet.env")).get(1));
        final String mac = links.ip().run("-oneline", "link", "show", "flannel.1")
            .replaceAll("(?s).*link/ether (\\S+).*", "$1");
        assertEquals("{\"VNI\":1,\"VtepMAC\":\"" + mac + "\"}", server.annotations("one").get(PREFIX + "backend-data"));
        assertEquals("192.0.2.1", server.annotations("one").get(PREFIX + "public-ip"));
        assertTrue(links.ip().run("route", "show").contains("10.244.2.0/24 via 10.244.2.0 dev flannel.1"));
        assertEquals("FlannelIsUp", server.condition("one", "NetworkUnavailable").get("reason"));

        server.annotate("two", PREFIX + "backend-data", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:22\"}");
        await("routes and neighbours: 1 set, 0 removed");
        assertTrue(links.ip().run("neigh", "show", "dev", "flannel.1").contains("10.244.2.0 lladdr 02:00:00:00:00:22"));
        server.deleteNode("two");
        await("routes and neighbours: 0 set, 2 removed");
        assertEquals("", links.ip().run("route", "show", "10.244.2.0/24"));
    }

    @Test
    void shouldBeANodeOfHostGatewayWhateverThePodCidrBecomes() throws Exception
    {
        server.addNode("one", "10.244.1.0/24");
        launch("host-gw");
        await("ready: 10.244.1.0/24, backend host-gw");
        server.addNode("two", peer("192.0.2.2", "host-gw", "null"), "10.244.2.0/24");
        await("routes and neighbours: 1 set, 0 removed");
        assertTrue(links.ip().run("route", "show", "10.244.2.0/24").contains("via 192.0.2.2 dev eth9"));

        server.deleteNode("one");
        await("lease 10.244.1.0/24 has been revoked");
        server.addNode("one", "10.244.7.0/24");
        await("the subnet is 10.244.7.0/24 now");
        assertEquals("FLANNEL_SUBNET=10.244.7.1/24", Files.readAllLines(directory.resolve("subnet.env")).get(1));
        assertEquals("host-gw", server.annotations("one").get(PREFIX + "backend-type"));
    }

    @AfterEach
    void close() throws IOException
    {
        if (node != null)
        {
            node.stop();
            run.orTimeout(TIMEOUT_S, TimeUnit.SECONDS).join();
        }
        server.close();
        links.close();
    }
}
