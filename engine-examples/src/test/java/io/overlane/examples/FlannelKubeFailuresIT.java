// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import io.overlane.testkit.InNamespace;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens to an API server and its Node objects: numbered packets between live nodes go on without one lost, and
 * all comes right again on every host.
 *
 * <p>{@code -Doverlane.it.outageSeconds=60} keeps the API server away for so long.
 */
@Tag("control-plane")
@InNamespace
@Timeout(300)
class FlannelKubeFailuresIT
{
    private static final String PREFIX = "flannel.alpha.coreos.com/";
    private static final String VXLAN = "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final int OUTAGE_S = Integer.getInteger("overlane.it.outageSeconds", 10);
    private static final int TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private FlannelHost first;
    private FlannelHost second;
    private FlannelHost third;

    private void open()
    {
        lab = FlannelLab.openKubernetes(directory, VXLAN);
        final List<FlannelHost> nodes = lab.startNodes(3);
        first = nodes.get(0);
        second = nodes.get(1);
        third = nodes.get(2);
        Traffic.ping(first.pod(), second.podAddress());
        Traffic.ping(first.pod(), third.podAddress());
    }

    /** For half of the time it answers nothing, then it is gone; meanwhile a node leaves and one would join. */
    @Test
    void shouldGoOnWithoutTheApiServer() throws InterruptedException
    {
        open();
        final List<String> before = first.picture();
        try (PacketFlow live = PacketFlow.start(first.pod(), second.podAddress()))
        {
            lab.api().freeze();
            first.host().ip("link del flannel.1");
            first.awaitPicture(before, TIMEOUT_S);
            live.assertRecovered();
        }
        try (PacketFlow live = PacketFlow.start(first.pod(), second.podAddress());
            PacketFlow back = PacketFlow.start(second.pod(), first.podAddress()))
        {
            final FlannelHost fourth = lab.addNode(4).launch();
            TimeUnit.SECONDS.sleep(OUTAGE_S / 2);
            final InetSocketAddress address = lab.api().address();
            lab.api().stop();
            lab.api().thaw();
            first.awaitEvent("trying again at least every", TIMEOUT_S);
            TimeUnit.SECONDS.sleep(OUTAGE_S - OUTAGE_S / 2);
            assertEquals(before, first.picture(), "nothing changes for live nodes");
            third.process().kill();
            third.process().await(TIMEOUT_S);
            lab.api().deleteNode("node3");
            lab.api().listen(address, null);

            fourth.awaitReady();
            fourth.attachPod();
            Poll.until("the newcomer", TIMEOUT_S, () -> !first.route(fourth.subnet()).isEmpty());
            Poll.until("no route to the dead", TIMEOUT_S, () -> first.route("10.244.3.0/24").isEmpty());
            first.awaitEvent("following the registry again", TIMEOUT_S);
            Traffic.ping(first.pod(), fourth.podAddress());
            live.assertUnbroken();
            back.assertUnbroken();
        }
    }

    /** An address that another program publishes, annotations that are removed, an object that is created anew. */
    @Test
    void shouldStayAMemberWhateverBecomesOfItsNode()
    {
        open();
        final List<String> before = first.picture();
        try (PacketFlow others = PacketFlow.start(first.pod(), third.podAddress()))
        {
            lab.api().annotate("node2", PREFIX + "public-ip", "192.0.2.77");
            second.awaitEvent("wrote annotation " + PREFIX + "public-ip=192.0.2.2, which was 192.0.2.77", TIMEOUT_S);
            first.awaitPicture(before, TIMEOUT_S);
            lab.api().annotate("node2", PREFIX + "kube-subnet-manager", null);
            second.awaitEvent("wrote annotation " + PREFIX + "kube-subnet-manager=true", TIMEOUT_S);
            first.awaitPicture(before, TIMEOUT_S);

            lab.api().deleteNode("node2");
            second.awaitEvent("has been revoked", TIMEOUT_S);
            lab.api().addNode("node2", "10.244.22.0/24");
            second.awaitEvent("the subnet is 10.244.22.0/24 now", TIMEOUT_S);
            second.attachPod();
            Poll.until("the new subnet", TIMEOUT_S, () -> !first.route("10.244.22.0/24").isEmpty());
            Traffic.ping(first.pod(), second.podAddress());
            assertEquals("", first.route("10.244.2.0/24"));
            assertEquals("False", lab.api().condition("node2", "NetworkUnavailable").get("status"));
            others.assertUnbroken();
        }
    }

    /** Peers whose annotations nobody could follow do not disturb the others. */
    @Test
    void shouldLeaveOutHostileNodes()
    {
        open();
        try (PacketFlow live = PacketFlow.start(first.pod(), second.podAddress()))
        {
            hostile("robber", "192.0.2.77", "10.244.2.0/24");
            first.awaitEvent("node robber: node node2 has its pod CIDR 10.244.2.0/24, too; left out", TIMEOUT_S);
            hostile("wide", "192.0.2.78", "0.0.0.0/0");
            first.awaitEvent("peer 0.0.0.0/0 of 192.0.2.78 is left out", TIMEOUT_S);
            hostile("mirror", "192.0.2.1", "10.244.9.0/24");
            first.awaitEvent("peer 10.244.9.0/24 of 192.0.2.1 is left out", TIMEOUT_S);
            hostile("nobody", "x".repeat(100_000), "10.244.10.0/24");
            first.awaitEvent("node nobody: annotation " + PREFIX + "public-ip: ", TIMEOUT_S);
            lab.api().annotate("robber", PREFIX + "backend-data", "[".repeat(5_000));
            first.awaitEvent("node robber: annotation " + PREFIX + "backend-data: ", TIMEOUT_S);
            live.assertUnbroken();
        }
    }

    private void hostile(final String name, final String publicIp, final String podCidr)
    {
        lab.api().addNode(name, Map.of(PREFIX + "kube-subnet-manager", "true",
            PREFIX + "backend-type", "vxlan", PREFIX + "public-ip", publicIp,
            PREFIX + "backend-data", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:77\"}"), podCidr);
    }
}
