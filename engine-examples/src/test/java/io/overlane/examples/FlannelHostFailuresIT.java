// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What happens to a node and its host: numbered packets between the other nodes go on without one lost, the node comes
 * right again, nothing stays behind.
 */
@Tag("control-plane")
@Timeout(300)
class FlannelHostFailuresIT
{
    private static final int TIMEOUT_S = 120;
    private static final int SIGKILL = 9;
    private static final String VXLAN = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    private static final String FAKE_LEASE = "{\"PublicIP\":\"192.0.2.77\",\"PublicIPv6\":null," +
        "\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:77\"}}";

    /** More than a lease lasts. */
    private static final int HOURS = 25;

    private static final int KILLED_STARTS = 6;
    private static final int EARLIEST_KILL_MS = 50;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private FlannelHost first;
    private FlannelHost second;
    private FlannelHost third;

    private void openThreeNodes(final String config)
    {
        lab = FlannelLab.openOrSkip(directory, config);
        final List<FlannelHost> nodes = lab.startNodes(3);
        first = nodes.get(0);
        second = nodes.get(1);
        third = nodes.get(2);
        Traffic.ping(first.pod(), second.podAddress());
        Traffic.ping(first.pod(), third.podAddress());
    }

    @ParameterizedTest
    @CsvSource({"vxlan, flannel.1", "udp, flannel0"})
    void shouldMakeDeviceAgainThatWasDeletedByHandOrSetDown(final String backend, final String device)
    {
        openThreeNodes(VXLAN.replace("vxlan", backend));
        final String why = first.ask("flannel", "why", second.podAddress()).orFail().output();
        assertTrue(why.contains("is " + second.subnet() + " at 192.0.2.2: "), why);
        final List<String> before = first.picture();
        try (PacketFlow live = PacketFlow.start(second.pod(), third.podAddress());
            PacketFlow toFirst = PacketFlow.start(second.pod(), first.podAddress()))
        {
            first.host().ip("link del " + device);
            first.awaitEvent("opened anew", TIMEOUT_S);
            first.awaitPicture(before, TIMEOUT_S);
            toFirst.awaitAlive();

            first.host().ip("link set " + device + " down");
            Poll.until("the device again", TIMEOUT_S, () -> first.process().stdout().stream()
                .filter(line -> line.contains("opened anew")).count() == 2);
            first.awaitPicture(before, TIMEOUT_S);
            toFirst.assertRecovered();
            live.assertUnbroken();
        }
    }

    @Test
    void shouldFollowMtuAndAddressOfTheUnderlay()
    {
        openThreeNodes(VXLAN);
        final List<String> before = second.picture();
        final List<FlannelHost> nodes = List.of(first, second, third);
        final List<List<String>> after = nodes.stream().map(node -> node.picture().stream()
            .map(line -> line.replaceAll("\\b192\\.0\\.2\\.2\\b", "192.0.2.22")).sorted().toList()).toList();
        try (PacketFlow live = PacketFlow.start(first.pod(), third.podAddress());
            PacketFlow toSecond = PacketFlow.start(first.pod(), second.podAddress()))
        {
            second.host().ip("link set u2 mtu 1400");
            Poll.until("less room for packets", TIMEOUT_S, () -> "1350".equals(second.value("FLANNEL_MTU")));
            second.awaitEvent("MTU 1400 now; opened anew", TIMEOUT_S);
            second.host().ip("link set u2 mtu 1500");
            second.awaitPicture(before, TIMEOUT_S);
            assertEquals("1450", second.value("FLANNEL_MTU"));
            toSecond.awaitAlive();

            second.host().ip("addr del 192.0.2.2/24 dev u2");
            second.host().ip("addr add 192.0.2.22/24 dev u2");
            first.awaitEvent("peer " + second.subnet() + " at 192.0.2.22 was at 192.0.2.2", TIMEOUT_S);
            for (int i = 0; i < nodes.size(); i++)
            {
                nodes.get(i).awaitPicture(after.get(i), TIMEOUT_S);
            }
            toSecond.assertRecovered();
            live.assertUnbroken();
        }
        assertEquals(3, lab.leases().size());
        assertEquals(List.of(), lab.idleLeases());
    }

    /** At any point of its life: while it starts, while it makes its device again, while it ends. */
    @Test
    void shouldComeBackAfterKillAtAnyPoint() throws InterruptedException
    {
        openThreeNodes(VXLAN);
        final long seed = System.nanoTime();
        System.out.println("seed of the moments " + seed);
        final Random random = new Random(seed);
        final FlannelHost killed = lab.addNode(4);
        makeChains(killed);
        final List<String> empty = killed.picture();
        final List<List<String>> others = Stream.of(first, second, third).map(FlannelHost::picture).toList();
        final long launchNs = System.nanoTime();
        killed.launch("--remove-rules").awaitReady();
        final int startMs = (int)TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - launchNs);
        FlannelLab.awaitKnown(List.of(first, second, third, killed));
        final String subnet = killed.subnet();
        final List<String> usual = killed.picture();
        final List<String> lease = leaseOf(killed);

        try (PacketFlow live = PacketFlow.start(first.pod(), third.podAddress()))
        {
            killed.host().ip("link del flannel.1");
            killAfter(killed, random.nextInt(startMs));
            for (int i = 0; i < KILLED_STARTS; i++)
            {
                killed.launch("--remove-rules");
                killAfter(killed, EARLIEST_KILL_MS + random.nextInt(startMs * 5 / 4));
            }
            killed.launch("--remove-rules").awaitReady();
            killed.process().signal("TERM");
            // It may have ended by SIGTERM before the kill comes.
            killAfter(killed, random.nextInt(200));

            killed.launch("--remove-rules").awaitReady();
            assertEquals(subnet, killed.subnet());
            assertEquals(lease, leaseOf(killed));
            killed.awaitPicture(usual, TIMEOUT_S);
            killed.attachPod();
            Traffic.ping(first.pod(), killed.podAddress());
            killed.host().ip("link del cni0");

            killed.stop();
            final List<String> left = new ArrayList<>(empty);
            left.add("file subnet.env");
            killed.awaitPicture(left.stream().sorted().toList(), TIMEOUT_S);
            lab.revoke("/subnets/" + killed.leaseName());
            final List<FlannelHost> nodes = List.of(first, second, third);
            for (int i = 0; i < nodes.size(); i++)
            {
                nodes.get(i).awaitPicture(others.get(i), TIMEOUT_S);
            }
            live.assertUnbroken();
        }
        assertEquals(3, lab.leases().size());
        // A kill may hit the milliseconds between the grant of a lease and the write of its key.
        assertEquals(List.of(), lab.idleLeases());
    }

    /** The tables and chains that the first rule ever brings with it, and that no program removes. */
    private static void makeChains(final FlannelHost node)
    {
        for (final String chain : List.of("filter FORWARD", "nat POSTROUTING"))
        {
            node.host().set("iptables -t " + chain.replace(" ", " -A ") + " -j ACCEPT");
            node.host().set("iptables -t " + chain.replace(" ", " -D ") + " -j ACCEPT");
        }
    }

    private static void killAfter(final FlannelHost node, final int ms) throws InterruptedException
    {
        TimeUnit.MILLISECONDS.sleep(ms);
        node.process().kill();
        node.process().await(TIMEOUT_S);
        final List<String> lines = node.process().stdout();
        System.out.println("killed after " + ms + " ms, " +
            (lines.isEmpty() ? "before it said anything" : "having said '" + lines.get(lines.size() - 1) + "'"));
    }

    private List<String> leaseOf(final FlannelHost node)
    {
        return lab.leases().stream().filter(lease -> lease.startsWith(node.leaseName() + " ")).toList();
    }

    /** Without a device the routes of a killed node stay, and those to peers that left meanwhile go at the start. */
    @Test
    void shouldRemoveLeftoversAndKeepForeignRoutes()
    {
        openThreeNodes("{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}");
        final List<String> before = first.picture();
        lab.put("/subnets/10.5.200.0-24", "{\"PublicIP\":\"192.0.2.77\",\"BackendType\":\"host-gw\"}");
        Poll.until("the peer", TIMEOUT_S, () -> !first.route("10.5.200.0/24").isEmpty());
        try (PacketFlow live = PacketFlow.start(second.pod(), third.podAddress());
            PacketFlow toFirst = PacketFlow.start(second.pod(), first.podAddress()))
        {
            first.process().kill();
            assertEquals(LabProcess.statusOfSignal(SIGKILL), first.process().await(TIMEOUT_S).status());
            assertTrue(first.route(second.subnet()).contains("via 192.0.2.2"), "routes outlive the process");
            first.host().ip("route add 10.5.201.0/24 via 192.0.2.254");
            lab.delete("/subnets/10.5.200.0-24");

            first.launch().awaitReady();
            assertEquals("", first.route("10.5.200.0/24"));
            assertTrue(first.route("10.5.201.0/24").contains("192.0.2.254"), "a foreign route stays");
            first.host().ip("route del 10.5.201.0/24 via 192.0.2.254");
            first.awaitPicture(before, TIMEOUT_S);
            // The kernel carries the packets: not even the killed node loses one.
            toFirst.assertUnbroken();
            live.assertUnbroken();
        }
        first.host().ip("route del " + second.subnet());
        Poll.until("the route again", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        final CommandResult stopped = first.stop();
        assertTrue(first.route(second.subnet()).contains("via 192.0.2.2"),
            () -> "routes stay, as flannel's: " + stopped);
    }

    /** A day forth, two days back, and a machine that slept for a day: leases last by etcd's clock, not by ours. */
    @Test
    void shouldGoOnWhenTheClockJumps() throws IOException
    {
        final Path library = fakeTime();
        assumeTrue(library != null, "needs libfaketime (Debian: faketime)");
        openThreeNodes(VXLAN);
        final Path clock = Files.writeString(directory.resolve("clock"), "+0");
        final FlannelHost jumping = lab.addNode(4);
        jumping.wrap(List.of("env", "LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + clock,
            "FAKETIME_CACHE_DURATION=1", "FAKETIME_DISABLE_SHM=1", "DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"));
        jumping.launch().awaitReady();
        jumping.attachPod();
        final List<FlannelHost> nodes = List.of(first, second, third, jumping);
        FlannelLab.awaitKnown(nodes);
        Traffic.ping(first.pod(), jumping.podAddress());
        final List<List<String>> before = nodes.stream().map(FlannelHost::picture).toList();
        final List<String> leases = lab.leases();

        try (PacketFlow live = PacketFlow.start(first.pod(), third.podAddress()))
        {
            try (PacketFlow toJumping = PacketFlow.start(first.pod(), jumping.podAddress()))
            {
                jump(jumping, clock, HOURS);
                assertFollows(jumping, "10.5.200.0");
                jump(jumping, clock, -HOURS);
                assertFollows(jumping, "10.5.201.0");
                lab.etcd().kill();
                jump(jumping, clock, HOURS);
                lab.etcd().start();
                assertFollows(jumping, "10.5.202.0");
                assertTrue(!jumping.hasEvent("revoked") && !jumping.hasEvent("renewed"), "the lease was kept");
                assertEquals(leases, lab.leases());
                toJumping.assertUnbroken();
            }

            jumping.process().signal("STOP");
            lab.revoke("/subnets/" + jumping.leaseName());
            Poll.until("the others know", TIMEOUT_S, () -> first.route(jumping.subnet()).isEmpty());
            Files.writeString(clock, "+" + 2 * HOURS + "h");
            jumping.process().signal("CONT");
            jumping.awaitEvent("has been revoked", TIMEOUT_S);
            Poll.until("the lease again", TIMEOUT_S, () -> lab.leases().equals(leases));
            for (int i = 0; i < nodes.size(); i++)
            {
                nodes.get(i).awaitPicture(before.get(i), TIMEOUT_S);
            }
            Traffic.ping(first.pod(), jumping.podAddress());
            live.assertUnbroken();
        }
        jumping.stop();
        assertEquals(List.of(), lab.idleLeases());
    }

    private static void jump(final FlannelHost node, final Path clock, final int hours) throws IOException
    {
        Files.writeString(clock, (hours < 0 ? "" : "+") + hours + "h");
        Poll.until("the clock of the JVM jumps", TIMEOUT_S, () -> Math.abs(hoursAhead(node) - hours) < 1);
    }

    private static double hoursAhead(final FlannelHost node)
    {
        final List<String> lines = LabProcess.start(List.of(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(node.process().pid()),
            "VM.uptime", "-date")).await(TIMEOUT_S).orFail().stdout();
        final String date = lines.get(lines.size() - 1).replaceFirst(": .*", "");
        final OffsetDateTime told =
            OffsetDateTime.parse(date, DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSZ"));
        return Duration.between(Instant.now(), told.toInstant()).toMinutes() / 60.0;
    }

    /** It hears of what others do. */
    private void assertFollows(final FlannelHost node, final String base)
    {
        lab.put("/subnets/" + base + "-24", FAKE_LEASE);
        Poll.until("a peer after the jump", TIMEOUT_S, () -> !node.route(base + "/24").isEmpty());
        lab.delete("/subnets/" + base + "-24");
        Poll.until("it leaves", TIMEOUT_S, () -> node.route(base + "/24").isEmpty());
    }

    private static Path fakeTime() throws IOException
    {
        try (Stream<Path> directories = Files.list(Path.of("/usr/lib")))
        {
            return Stream.concat(directories, Stream.of(Path.of("/usr/lib64")))
                .map(directory -> directory.resolve("faketime/libfaketimeMT.so.1"))
                .filter(Files::exists).findFirst().orElse(null);
        }
    }
}
