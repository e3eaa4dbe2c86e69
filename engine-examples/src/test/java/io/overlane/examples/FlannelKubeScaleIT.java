// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.Poll;
import io.overlane.testkit.InNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node among a thousand of Kubernetes. What it takes is printed; only that it works is asserted.
 * {@code scripts/many-nodes.sh} runs it for longer.
 */
@InNamespace
@Timeout(600)
@Tag("control-plane")
class FlannelKubeScaleIT
{
    private static final String PREFIX = "flannel.alpha.coreos.com/";
    private static final int PEERS = Integer.getInteger("overlane.it.nodes", 1000);
    private static final int SECONDS = Integer.getInteger("overlane.it.nodesSeconds", 2);
    private static final int BEATS_PER_S = 100;
    private static final int TIMEOUT_S = 120;
    private static final int CHANGES = 12;
    private static final int TICKS_PER_S = 100;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @Test
    void shouldJoinAThousandNodes() throws Exception
    {
        lab = FlannelLab.openKubernetes(directory,
            "{\"Network\":\"10.0.0.0/8\",\"Backend\":{\"Type\":\"vxlan\"}}");
        for (int i = 0; i < PEERS; i++)
        {
            addPeer(i);
        }
        final FlannelHost node = lab.addNode(1);
        final long startNs = System.nanoTime();
        node.launch();
        System.out.println(node.awaitReady());
        final long readyNs = node.process().awaitArrivalNs("ready: ", TIMEOUT_S);
        print("ready after the start of its JVM", (readyNs - startNs) / 1e6, "ms");
        print("processor time until then", 1000.0 * cpuTicks(node) / TICKS_PER_S, "ms");
        assertEquals(PEERS, count(node, "ip -4 route show proto 79"));
        assertEquals(PEERS, count(node, "ip neigh show dev flannel.1 nud permanent"));
        print("resident", status(node, "VmRSS"), "MiB");
        print("resident at most", status(node, "VmHWM"), "MiB");

        for (int i = 1; i <= CHANGES; i++)
        {
            lab.api().annotate("peer7", PREFIX + "backend-data", data("02:00:00:00:aa:%02x".formatted(i)));
            final int before = i - 1;
            // Nothing else runs meanwhile that would be measured too.
            Poll.until("the change", TIMEOUT_S, () -> applied(node).size() > before);
        }
        System.out.println("nodes: changes carried out in ms, in order: " + applied(node));

        final long routesBefore = count(node, "ip -4 route show proto 79");
        final double idle = coreShare(node, i ->
        {
        });
        final double busy = coreShare(node, i -> lab.api().beat("peer" + i % PEERS));
        print("of a core, idle", idle, "%");
        print("of a core more for " + BEATS_PER_S + " status updates a second", busy - idle, "%");
        print("resident after that", status(node, "VmRSS"), "MiB");
        assertEquals(CHANGES, applied(node).size(), "a status update changes nothing");
        assertEquals(routesBefore, count(node, "ip -4 route show proto 79"));
        assertTrue(node.stop().stderr().isEmpty(), "no complaint");
    }

    /** Do something {@link #BEATS_PER_S} times a second, and say how much of a core the node takes meanwhile. */
    private static double coreShare(final FlannelHost node, final IntConsumer beat)
    {
        final long ticks = cpuTicks(node);
        final long periodNs = TimeUnit.SECONDS.toNanos(1) / BEATS_PER_S;
        final long startNs = System.nanoTime();
        for (int i = 0; i < SECONDS * BEATS_PER_S; i++)
        {
            beat.accept(i);
            LockSupport.parkNanos(Math.max(1, startNs + (i + 1) * periodNs - System.nanoTime()));
        }
        return 100.0 * (cpuTicks(node) - ticks) / TICKS_PER_S * 1e9 / (System.nanoTime() - startNs);
    }

    /** As large as the nodes of a real cluster, whose kubelets list the images that they have. */
    private void addPeer(final int number)
    {
        final int high = 1 + number / 250;
        final int low = number % 250;
        final String name = "peer" + number;
        lab.api().addNode(name, Map.of(
            PREFIX + "kube-subnet-manager", "true",
            PREFIX + "backend-type", "vxlan",
            PREFIX + "backend-data", data("02:00:00:00:%02x:%02x".formatted(high, low)),
            PREFIX + "public-ip", "198.18." + high + "." + low), "10." + high + "." + low + ".0/24");
        final StringBuilder images = new StringBuilder();
        for (int i = 0; i < 50; i++)
        {
            images.append(i == 0 ? "" : ",").append("{\"names\":[\"registry.example/team/image-").append(i)
                .append("@sha256:").append("0123456789abcdef".repeat(4)).append("\"],\"sizeBytes\":")
                .append(12_345_678 + i).append('}');
        }
        lab.api().patchNode(name, "{\"status\":{\"images\":[" + images + "]}}");
    }

    private static String data(final String mac)
    {
        return "{\"VNI\":1,\"VtepMAC\":\"" + mac + "\"}";
    }

    private static List<Double> applied(final FlannelHost node)
    {
        return node.process().stdout().stream()
            .filter(line -> line.contains("routes and neighbours: 1 set, 0 removed in "))
            .map(line -> Double.valueOf(line.replaceAll(".* in ([0-9.]+) ms$", "$1")))
            .toList();
    }

    private static void print(final String what, final double value, final String unit)
    {
        System.out.printf("nodes: %-45s %8.1f %s%n", what, value, unit);
    }

    private static double status(final FlannelHost node, final String key)
    {
        final String line = String.join("",
            node.host().run("grep", key + ":", "/proc/" + node.process().pid() + "/status").orFail().stdout());
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
    }

    /** User and system time so far, in hundredths of a second. */
    private static long cpuTicks(final FlannelHost node)
    {
        final String[] stat = String.join("",
            node.host().run("cat", "/proc/" + node.process().pid() + "/stat").orFail().stdout())
            .replaceFirst(".*\\) ", "").split(" ");
        return Long.parseLong(stat[11]) + Long.parseLong(stat[12]);
    }

    private static int count(final FlannelHost node, final String command)
    {
        return node.host().run(command.split(" ")).orFail().stdout().size();
    }
}
