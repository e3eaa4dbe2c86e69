// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What happens to a registry and its leases: numbered packets between live nodes go on without one lost, all comes
 * right again on every host, nothing stays behind.
 */
@Tag("control-plane")
@Timeout(300)
class FlannelFailuresIT
{
    private static final int TIMEOUT_S = 120;
    private static final long OUTAGE_S = 60;

    /** Leases are renewed so long before their end of 24 hours: a minute after they were taken. */
    private static final String LARGEST_MARGIN_MIN = "1439";
    private static final int RENEWAL_S = 60;

    private static final String REGISTRY = "192.0.2.254";
    private static final String VXLAN = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final String FAKE_LEASE = "{\"PublicIP\":\"192.0.2.77\",\"PublicIPv6\":null," +
        "\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:77\"}}";

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private List<FlannelHost> nodes;

    private void open(final int count)
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN);
        nodes = lab.startNodes(count);
        nodes.stream().skip(1).forEach(node -> Traffic.ping(nodes.get(0).pod(), node.podAddress()));
    }

    private static List<List<String>> pictures(final List<FlannelHost> of)
    {
        return of.stream().map(FlannelHost::picture).toList();
    }

    private static void awaitPictures(final List<FlannelHost> of, final List<List<String>> pictures)
    {
        for (int i = 0; i < of.size(); i++)
        {
            of.get(i).awaitPicture(pictures.get(i), TIMEOUT_S);
        }
    }

    /**
     * For a minute etcd takes connections and answers nothing, then it is killed and started again. Meanwhile a lease
     * is to be renewed, a node is killed while it renews its own, another repairs what is broken by hand, a third
     * would join. Beside the other tests: most of it is waiting.
     */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void shouldGoOnThroughAMinuteWithoutEtcdAndItsDeath()
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN);
        nodes = new ArrayList<>();
        for (int i = 1; i <= 4; i++)
        {
            nodes.add(lab.addNode(i).launch("--subnet-lease-renew-margin", LARGEST_MARGIN_MIN));
        }
        nodes.forEach(FlannelHost::awaitReady);
        nodes.forEach(FlannelHost::attachPod);
        FlannelLab.awaitKnown(nodes);
        final FlannelHost first = nodes.get(0);
        final FlannelHost killed = nodes.get(2);
        final FlannelHost broken = nodes.get(3);
        Stream.of(killed, broken).forEach(node -> Traffic.ping(first.pod(), node.podAddress()));
        final List<List<String>> before = pictures(nodes);
        final List<String> leases = lab.leases();
        final long leaseNs = killed.process().awaitArrivalNs("flannel: lease ", TIMEOUT_S);

        try (PacketFlow live = PacketFlow.start(first.pod(), nodes.get(1).podAddress());
            PacketFlow toKilled = PacketFlow.start(first.pod(), killed.podAddress());
            PacketFlow toBroken = PacketFlow.start(first.pod(), broken.podAddress()))
        {
            final long frozenNs = System.nanoTime();
            lab.etcd().freeze();
            broken.host().ip("link del flannel.1");
            broken.awaitPicture(before.get(3), TIMEOUT_S);
            broken.host().ip("route del " + first.subnet());
            broken.host().ip("neigh del " + first.subnet().replaceFirst("/.*", "") + " dev flannel.1");
            broken.host().set("iptables -t nat -F FLANNEL-POSTRTG");
            broken.awaitPicture(before.get(3), TIMEOUT_S);
            toBroken.assertRecovered();

            awaitSince(leaseNs, RENEWAL_S + 1);
            killed.process().kill();
            killed.process().await(TIMEOUT_S);
            killed.launch("--subnet-lease-renew-margin", LARGEST_MARGIN_MIN);
            final FlannelHost fifth = lab.addNode(5).launch();
            fifth.awaitEvent("trying again in 1 s", TIMEOUT_S);
            first.awaitEvent("not renewed: ", TIMEOUT_S);
            awaitSince(frozenNs, OUTAGE_S);
            lab.etcd().kill();
            lab.etcd().start();

            killed.awaitReady();
            System.out.println("the lease was to be renewed " + RENEWAL_S + " s after " + first.subnet() +
                " was taken; etcd was away for " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - frozenNs) + " s");
            fifth.awaitReady();
            fifth.attachPod();
            Poll.until("the newcomer", TIMEOUT_S, () -> !first.route(fifth.subnet()).isEmpty());
            Traffic.ping(first.pod(), fifth.podAddress());
            fifth.stop();
            lab.revoke("/subnets/" + fifth.leaseName());
            awaitPictures(nodes, before);
            toKilled.assertRecovered();
            live.assertUnbroken();
            assertOneLineWhenItBeginsAndOneWhenItIsOver(first);
        }
        assertEquals(leases, lab.leases());
        assertEquals(List.of(), lab.idleLeases());
    }

    /** For each of the two things a node follows: its own lease and those of the others. */
    private static void assertOneLineWhenItBeginsAndOneWhenItIsOver(final FlannelHost node)
    {
        Poll.until("both watches", TIMEOUT_S, () -> node.process().stdout().stream()
            .filter(line -> line.contains("following the registry again")).count() == 2);
        final List<String> lines = node.process().stdout();
        assertEquals(
            2, lines.stream().filter(line -> line.contains("trying again at least every ")).count(), lines::toString);
    }

    private static void awaitSince(final long startNs, final long seconds)
    {
        Poll.until(seconds + " s", TIMEOUT_S + (int)seconds,
            () -> System.nanoTime() - startNs >= TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void shouldFindOutWhatChangedWhileCutOffAndCompacted()
    {
        open(3);
        final FlannelHost cutOff = nodes.get(1);
        lab.put("/subnets/10.5.200.0-24", FAKE_LEASE);
        Poll.until("the peer", TIMEOUT_S, () -> !cutOff.route("10.5.200.0/24").isEmpty());
        final List<String> before = cutOff.picture();

        try (PacketFlow live = PacketFlow.start(nodes.get(0).pod(), nodes.get(2).podAddress());
            PacketFlow also = PacketFlow.start(nodes.get(0).pod(), cutOff.podAddress()))
        {
            cutOff.host().ip("route add unreachable " + REGISTRY);
            lab.etcd().kill();
            lab.etcd().start();
            lab.delete("/subnets/10.5.200.0-24");
            lab.put("/subnets/10.5.201.0-24", FAKE_LEASE);
            lab.keys("compact");
            Poll.until("the others know", TIMEOUT_S, () -> !nodes.get(0).route("10.5.201.0/24").isEmpty());
            assertTrue(!cutOff.route("10.5.200.0/24").isEmpty(), "cut off, it cannot know");
            cutOff.host().ip("route del unreachable " + REGISTRY);

            cutOff.awaitPicture(before.stream().map(line -> line.replace("10.5.200.0", "10.5.201.0")).sorted().toList(),
                TIMEOUT_S);
            live.assertUnbroken();
            also.assertUnbroken();
        }
        assertEquals(List.of(), lab.idleLeases());
    }

    @Test
    void shouldTakeRevokedLeaseAgain()
    {
        open(3);
        final FlannelHost revoked = nodes.get(1);
        final List<List<String>> before = pictures(nodes);
        final List<String> leases = lab.leases();
        try (PacketFlow live = PacketFlow.start(nodes.get(0).pod(), nodes.get(2).podAddress());
            PacketFlow toRevoked = PacketFlow.start(nodes.get(0).pod(), revoked.podAddress()))
        {
            lab.revoke("/subnets/" + revoked.leaseName());
            revoked.awaitEvent("has been revoked", TIMEOUT_S);
            Poll.until("the lease again", TIMEOUT_S, () -> lab.leases().equals(leases));
            awaitPictures(nodes, before);
            toRevoked.assertRecovered();
            live.assertUnbroken();
        }
        assertEquals(List.of(), lab.idleLeases());
    }

    @Test
    void shouldMoveToAnotherSubnetWhenItsOwnWasTaken()
    {
        open(3);
        final FlannelHost robbed = nodes.get(1);
        final String before = robbed.subnet();
        final String base = before.replaceFirst("0/.*", "");
        try (PacketFlow live = PacketFlow.start(nodes.get(0).pod(), nodes.get(2).podAddress()))
        {
            lab.put("/subnets/" + robbed.leaseName(), FAKE_LEASE);
            Poll.until("another subnet", TIMEOUT_S, () -> !robbed.subnet().equals(before));
            robbed.awaitEvent("the subnet is " + robbed.subnet() + " now", TIMEOUT_S);
            robbed.attachPod();
            Poll.until("the route", TIMEOUT_S, () -> !nodes.get(0).route(robbed.subnet()).isEmpty());
            Poll.until("the route to who took it", TIMEOUT_S, () -> !robbed.route(before).isEmpty());
            Traffic.ping(nodes.get(0).pod(), robbed.podAddress());
            assertTrue(!robbed.hasEvent("at " + robbed.host().underlayV4() + " joined"), "it is no peer of itself");

            lab.delete("/subnets/" + before.replace('/', '-'));
            for (final FlannelHost node : nodes)
            {
                Poll.until("nothing of " + before + " on node " + node.host().number(), TIMEOUT_S,
                    () -> node.picture().stream().noneMatch(line -> line.contains(base)));
            }
            live.assertUnbroken();
        }
    }

    /** Two live nodes, and three that start together, want the same subnet and find two. */
    @Test
    void shouldGiveNodesThatRaceForOneSubnetDifferentOnesAndLetOneWait() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.7.0\"," +
            "\"SubnetMax\":\"10.5.10.0\",\"Backend\":{\"Type\":\"vxlan\"}}");
        nodes = new ArrayList<>(lab.startNodes(2));
        Traffic.ping(nodes.get(0).pod(), nodes.get(1).podAddress());
        final String wanted = Stream.of("10.5.7", "10.5.8", "10.5.9").filter(prefix -> nodes.stream()
            .noneMatch(node -> node.subnet().startsWith(prefix + "."))).findFirst().orElseThrow();
        final List<FlannelHost> racers = List.of(lab.addNode(3), lab.addNode(4), lab.addNode(5));
        for (final FlannelHost racer : racers)
        {
            Files.createDirectories(racer.subnetFile().getParent());
            Files.writeString(racer.subnetFile(),
                "FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=" + wanted + ".1/24\n");
        }
        try (PacketFlow live = PacketFlow.start(nodes.get(0).pod(), nodes.get(1).podAddress()))
        {
            racers.forEach(FlannelHost::launch);
            Poll.until("two of three have a subnet", TIMEOUT_S, () ->
                racers.stream().filter(racer -> racer.hasEvent("ready: ")).count() == 2 &&
                racers.stream().anyMatch(racer -> racer.hasEvent("trying again in 2 s")));
            final FlannelHost loser = racers.stream()
                .filter(racer -> !racer.hasEvent("ready: ")).findFirst().orElseThrow();
            loser.awaitEvent("out of subnets: 4 leases, none free in 10.5.7.0", 1);
            assertOneLinePerAttempt(loser.process());
            racers.stream().filter(racer -> racer != loser).forEach(nodes::add);
            assertEquals(4, new HashSet<>(nodes.stream().map(FlannelHost::subnet).toList()).size());
            assertTrue(nodes.stream().anyMatch(node -> node.subnet().startsWith(wanted + ".")), "one got it");
            assertEquals(4, lab.leases().size());

            final FlannelHost leaver = nodes.get(2);
            leaver.stop();
            lab.revoke("/subnets/" + leaver.leaseName());
            loser.awaitReady();
            assertEquals(leaver.subnet(), loser.subnet());
            loser.attachPod();
            Poll.until("the route", TIMEOUT_S, () -> nodes.get(0).route(loser.subnet()).contains("flannel.1") &&
                nodes.get(0).query("fdb", "show").contains(loser.host().underlayV4()));
            Traffic.ping(nodes.get(0).pod(), loser.podAddress());
            live.assertUnbroken();
        }
        assertEquals(List.of(), lab.idleLeases());
    }

    private static void assertOneLinePerAttempt(final LabProcess process)
    {
        final List<String> lines = process.stdout();
        assertEquals(lines.stream().filter(line -> line.contains("out of subnets: ")).count(),
            lines.stream().filter(line -> line.contains("trying again in ")).count(), lines::toString);
    }
}
