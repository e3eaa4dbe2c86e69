package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to networks: packets between live nodes go on, all comes right again, nothing stays behind. */
@Timeout(300)
class FlannelFailuresIT
{
    private static final int TIMEOUT_S = 60;
    private static final int SIGKILL = 9;
    private static final String FAKE_LEASE = "{\"PublicIP\":\"192.0.2.77\",\"PublicIPv6\":null," +
        "\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:77\"}}";

    @TempDir
    private Path directory;

    private FlannelLab lab;
    private FlannelHost first;
    private FlannelHost second;

    @AfterEach
    void closeLab()
    {
        if (lab != null)
        {
            lab.close();
        }
    }

    private void openTwoNodes(final String backend)
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"" + backend + "\"}}");
        first = lab.addNode(1).launch();
        second = lab.addNode(2).launch();
        first.awaitReady();
        second.awaitReady();
        first.attachPod();
        second.attachPod();
        FlannelIT.awaitKnown(List.of(first, second));
        Traffic.ping(first.pod(), second.podAddress());
    }

    @Test
    void shouldGoOnWhileEtcdIsFrozenKilledAndStartedAgain()
    {
        openTwoNodes("vxlan");
        final LabProcess pings = FlannelIT.startPings(first.pod(), second.podAddress());
        lab.etcd().freeze();
        final FlannelHost third = lab.addNode(3).launch();
        third.awaitEvent("trying again in 1 s", TIMEOUT_S);
        lab.etcd().thaw();
        third.awaitReady();
        third.attachPod();
        first.awaitEvent("peer " + third.subnet(), TIMEOUT_S);
        Traffic.ping(first.pod(), third.podAddress());

        lab.etcd().kill();
        first.awaitEvent("trying again, every", TIMEOUT_S);
        lab.etcd().start();
        lab.put("/subnets/10.5.200.0-24", FAKE_LEASE);
        Poll.until("the new peer", TIMEOUT_S, () -> !first.route("10.5.200.0/24").isEmpty());
        FlannelIT.assertNoneLost(pings);
    }

    @Test
    void shouldFindOutWhatChangedWhileCutOffAndCompacted()
    {
        openTwoNodes("vxlan");
        lab.put("/subnets/10.5.200.0-24", FAKE_LEASE);
        Poll.until("the peer", TIMEOUT_S, () -> !first.route("10.5.200.0/24").isEmpty());
        final LabProcess pings = FlannelIT.startPings(first.pod(), second.podAddress());

        first.host().set("iptables -I OUTPUT -p tcp --dport 2379 -j REJECT --reject-with tcp-reset");
        lab.etcd().kill();
        lab.etcd().start();
        lab.delete("/subnets/10.5.200.0-24");
        lab.put("/subnets/10.5.201.0-24", FAKE_LEASE);
        lab.keys("compact");
        assertTrue(!first.route("10.5.200.0/24").isEmpty(), "cut off, it cannot know");
        first.host().set("iptables -D OUTPUT -p tcp --dport 2379 -j REJECT --reject-with tcp-reset");

        Poll.until("the new peer", TIMEOUT_S, () -> !first.route("10.5.201.0/24").isEmpty());
        Poll.until("the old peer is gone", TIMEOUT_S, () -> first.route("10.5.200.0/24").isEmpty());
        FlannelIT.assertNoneLost(pings);
    }

    @Test
    void shouldTakeRevokedLeaseAgain()
    {
        openTwoNodes("vxlan");
        final String subnet = second.subnet();
        lab.delete("/subnets/" + second.leaseName());
        second.awaitEvent("has been revoked", TIMEOUT_S);
        Poll.until("the lease again", TIMEOUT_S,
            () -> lab.leases().stream().anyMatch(lease -> lease.startsWith(second.leaseName() + " ")));
        Poll.until("the route again", TIMEOUT_S, () -> !first.route(subnet).isEmpty());
        assertEquals(subnet, second.subnet());
        Traffic.ping(first.pod(), second.podAddress());
    }

    @Test
    void shouldMoveToAnotherSubnetWhenItsOwnWasTaken()
    {
        openTwoNodes("vxlan");
        final String before = second.subnet();
        lab.put("/subnets/" + second.leaseName(), FAKE_LEASE);
        Poll.until("another subnet", TIMEOUT_S, () -> !second.subnet().equals(before));
        second.awaitEvent("the subnet is " + second.subnet() + " now", TIMEOUT_S);
        second.attachPod();
        Poll.until("the route", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        Poll.until("the route to who took it", TIMEOUT_S, () -> !second.route(before).isEmpty());
        Traffic.ping(first.pod(), second.podAddress());
    }

    @Test
    void shouldGiveTwoNodesThatRaceForOneSubnetDifferentOnes() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.7.0\"," +
            "\"SubnetMax\":\"10.5.8.0\",\"Backend\":{\"Type\":\"host-gw\"}}");
        first = lab.addNode(1);
        second = lab.addNode(2);
        for (final FlannelHost node : List.of(first, second))
        {
            Files.createDirectories(node.subnetFile().getParent());
            Files.writeString(node.subnetFile(), "FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=10.5.7.1/24\n");
        }
        first.launch();
        second.launch();
        first.awaitReady();
        second.awaitReady();
        assertNotEquals(first.subnet(), second.subnet());
        assertTrue(List.of(first.subnet(), second.subnet()).contains("10.5.7.0/24"), first.subnet());

        final FlannelHost third = lab.addNode(3).launch();
        third.awaitEvent("out of subnets", TIMEOUT_S);
        lab.delete("/subnets/" + second.leaseName());
        second.stop();
    }

    @Test
    void shouldMakeDeviceAgainThatWasDeletedByHand()
    {
        openTwoNodes("vxlan");
        final String why = first.ask("flannel", "why", second.podAddress()).orFail().output();
        assertTrue(why.contains("is " + second.subnet() + " at 192.0.2.2: "), why);
        first.host().ip("link del flannel.1");
        first.awaitEvent("opened anew", TIMEOUT_S);
        Poll.until("the route", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        Traffic.ping(first.pod(), second.podAddress());
        Traffic.ping(second.pod(), first.podAddress());
        final String fdb = first.ask("fdb", "show").orFail().output();
        assertTrue(fdb.contains("192.0.2.2"), () -> "the engine of the new device knows the peer: " + fdb);

        first.host().ip("link set flannel.1 down");
        Poll.until("the route", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        Traffic.ping(first.pod(), second.podAddress());
    }

    @Test
    void shouldFollowItsAddressOnTheUnderlay()
    {
        openTwoNodes("vxlan");
        final String mac = second.host().run("cat", "/sys/class/net/flannel.1/address").stdout().get(0);
        second.host().ip("addr add 192.0.2.22/24 dev u2");
        second.host().ip("addr del 192.0.2.2/24 dev u2");
        second.host().run("ip", "addr", "add", "192.0.2.22/24", "dev", "u2");
        first.awaitEvent("peer " + second.subnet() + " at 192.0.2.22 was at 192.0.2.2", TIMEOUT_S);
        System.out.println("new address known to the peer");
        Poll.until("pods", TIMEOUT_S, () -> answers(first, second));
        Traffic.ping(second.pod(), first.podAddress());
        assertEquals(mac, second.host().run("cat", "/sys/class/net/flannel.1/address").stdout().get(0));
    }

    private static boolean answers(final FlannelHost from, final FlannelHost to)
    {
        return from.pod().run("ping", "-n", "-c", "1", "-W", "1", to.podAddress()).status() == 0;
    }

    @Test
    void shouldComeBackAfterKill()
    {
        openTwoNodes("vxlan");
        final String subnet = first.subnet();
        final List<String> lease = leasesOf(first);
        first.process().signal("KILL");
        assertEquals(LabProcess.statusOfSignal(SIGKILL), first.process().await(TIMEOUT_S).status());
        first.launch().awaitReady();
        assertEquals(subnet, first.subnet());
        assertEquals(lease, leasesOf(first));
        Poll.until("the route", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        Traffic.ping(first.pod(), second.podAddress());
        first.stop();
        assertTrue(!first.host().hasDevice("flannel.1"), "the device is gone");
    }

    private List<String> leasesOf(final FlannelHost node)
    {
        return lab.leases().stream().filter(lease -> lease.startsWith(node.leaseName() + " ")).toList();
    }

    /** Without a device the routes of a killed node stay, and those to peers that left meanwhile go at the start. */
    @Test
    void shouldRemoveLeftoversAndKeepForeignRoutes()
    {
        openTwoNodes("host-gw");
        lab.put("/subnets/10.5.200.0-24", "{\"PublicIP\":\"192.0.2.77\",\"BackendType\":\"host-gw\"}");
        Poll.until("the peer", TIMEOUT_S, () -> !first.route("10.5.200.0/24").isEmpty());
        first.process().signal("KILL");
        first.process().await(TIMEOUT_S);
        assertTrue(first.route(second.subnet()).contains("via 192.0.2.2"), "routes outlive the process");
        Traffic.ping(first.pod(), second.podAddress());
        first.host().ip("route add 10.5.201.0/24 via 192.0.2.254");
        lab.delete("/subnets/10.5.200.0-24");

        final LabProcess pings = FlannelIT.startPings(first.pod(), second.podAddress());
        first.launch().awaitReady();
        assertEquals("", first.route("10.5.200.0/24"));
        assertTrue(first.route("10.5.201.0/24").contains("192.0.2.254"), "a foreign route stays");
        first.host().ip("route del " + second.subnet());
        Poll.until("the route again", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        pings.signal("INT");
        final CommandResult stopped = first.stop();
        assertTrue(first.route(second.subnet()).contains("via 192.0.2.2"),
            () -> "routes stay, as flannel's: " + stopped);
    }
}
