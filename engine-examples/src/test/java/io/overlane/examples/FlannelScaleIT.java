// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.Poll;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node among a thousand. What it takes is printed; only that it works is asserted. */
@Timeout(300)
class FlannelScaleIT
{
    private static final int PEERS = 1000;
    private static final int TIMEOUT_S = 120;
    private static final int CHANGES = 12;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @Test
    void shouldJoinAThousandNodes()
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.0.0.0/8\",\"SubnetMin\":\"10.9.0.0\",\"Backend\":{\"Type\":\"vxlan\"}}");
        lab.keys("many", FlannelLab.PREFIX + "/subnets/10.%d.%d.0-24",
            "{\"PublicIP\":\"198.18.%d.%d\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\"," +
            "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:%1$02x:%2$02x\"}}", Integer.toString(PEERS));
        final FlannelHost node = lab.addNode(1).launch();
        System.out.println(node.awaitReady());
        assertEquals(PEERS, count(node, "ip -4 route show proto 79"));
        assertEquals(PEERS, count(node, "ip neigh show dev flannel.1 nud permanent"));

        String changed = "";
        for (int i = 1; i <= CHANGES; i++)
        {
            changed = "02:00:00:00:aa:%02x".formatted(i);
            lab.put("/subnets/10.1.7.0-24", "{\"PublicIP\":\"198.18.1.7\",\"PublicIPv6\":null," +
                "\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"" + changed + "\"}}");
            // Nothing else runs meanwhile that would be measured too.
            final int before = i - 1;
            Poll.until("the change", TIMEOUT_S, () -> applied(node).size() > before);
        }
        System.out.println("changes carried out in ms, in order: " + times(node) + ", median " + median(times(node)));
        assertTrue(String.join("", node.host().run("ip", "neigh", "show", "10.1.7.0", "dev", "flannel.1").stdout())
            .contains(changed), changed);
        System.out.println("resident: " + String.join(" ",
            node.host().run("grep", "-E", "VmRSS|VmHWM", "/proc/" + node.process().pid() + "/status").stdout()));
        assertTrue(node.stop().stderr().isEmpty(), "no complaint");
    }

    private static List<String> applied(final FlannelHost node)
    {
        return node.process().stdout().stream()
            .filter(line -> line.contains("routes and neighbours: 1 set, 0 removed in ")).toList();
    }

    private static List<Double> times(final FlannelHost node)
    {
        return applied(node).stream()
            .map(line -> Double.valueOf(line.replaceAll(".* in ([0-9.]+) ms$", "$1")))
            .toList();
    }

    private static double median(final List<Double> times)
    {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    private static int count(final FlannelHost node, final String command)
    {
        return node.host().run(command.split(" ")).orFail().stdout().size();
    }
}
