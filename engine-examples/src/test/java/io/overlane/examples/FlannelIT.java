// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that come and go in each backend, while packets flow between the others. */
@Tag("control-plane")
@Timeout(300)
class FlannelIT
{
    private static final int STREAM_MIB = 16;
    private static final int CHANGE_TIMEOUT_S = 120;
    private static final int START_TIMEOUT_S = 120;
    private static final int CHANGES = 7;
    private static final String LEASE = "flannel: lease ";

    /** What is promised of a change of the registry; it takes some milliseconds. */
    private static final long PROMISED_MS = 1000;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @ParameterizedTest
    @ValueSource(strings = {"vxlan", "udp", "host-gw"})
    void shouldCarryPacketsWhileNodesComeAndGo(final String backend)
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"" + backend + "\"}}");
        final List<FlannelHost> nodes = lab.startNodes(3);
        final Set<String> subnets = new HashSet<>();
        nodes.forEach(node -> subnets.add(node.subnet()));
        assertEquals(3, subnets.size(), subnets::toString);
        for (final FlannelHost from : nodes)
        {
            nodes.stream().filter(to -> to != from).forEach(to -> Traffic.ping(from.pod(), to.podAddress()));
        }
        final FlannelHost first = nodes.get(0);
        final FlannelHost second = nodes.get(1);
        Traffic.stream(first.pod(), second.pod(), second.podAddress(), STREAM_MIB);
        Traffic.pingFullSize(first.pod(), second.podAddress(), Integer.parseInt(first.value("FLANNEL_MTU")));
        System.out.println(backend + ": " + Traffic.iperf3(first.pod(), second.pod(), second.podAddress()));

        try (PacketFlow flow = PacketFlow.start(first.pod(), second.podAddress());
            Watched left = new Watched(first, backend);
            Watched right = new Watched(second, backend))
        {
            changeLeases(backend, List.of(left, right));
            joinAndLeave(backend, List.of(left, right), nodes.get(2));
            flow.assertUnbroken();
        }
        final CommandResult stopped = first.stop();
        assertTrue(stopped.stderr().isEmpty(), stopped::toString);
    }

    /** From just before the registry is written until the kernel of both others, or their engine, has it. */
    private void changeLeases(final String backend, final List<Watched> others)
    {
        final List<Long> joinsNs = new ArrayList<>();
        final List<Long> leavesNs = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++)
        {
            final String subnet = "10.5." + (200 + i) + ".0";
            final long joinNs = System.nanoTime();
            lab.put("/subnets/" + subnet + "-24", "{\"PublicIP\":\"192.0.2.77\",\"PublicIPv6\":null" +
                ("udp".equals(backend) ? "" : ",\"BackendType\":\"" + backend + "\"") +
                ("vxlan".equals(backend) ?
                    ",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:%02x\"}".formatted(i + 1) : "") + "}");
            joinsNs.add(others.stream().mapToLong(other -> other.awaitNs(subnet, true)).max().orElseThrow() - joinNs);
            final long leaveNs = System.nanoTime();
            lab.delete("/subnets/" + subnet + "-24");
            leavesNs.add(
                others.stream().mapToLong(other -> other.awaitNs(subnet, false)).max().orElseThrow() - leaveNs);
        }
        System.out.println(backend + ": both others have carried out a lease that was written in " +
            microseconds(joinsNs) + ", one that was deleted in " + microseconds(leavesNs) + " µs");
        assertTrue(median(joinsNs) < TimeUnit.MILLISECONDS.toNanos(PROMISED_MS), joinsNs::toString);
        assertTrue(median(leavesNs) < TimeUnit.MILLISECONDS.toNanos(PROMISED_MS), leavesNs::toString);
    }

    private static String microseconds(final List<Long> ns)
    {
        return ns.stream().map(TimeUnit.NANOSECONDS::toMicros).toList().toString();
    }

    private static long median(final List<Long> ns)
    {
        return ns.stream().sorted().toList().get(ns.size() / 2);
    }

    private void joinAndLeave(final String backend, final List<Watched> others, final FlannelHost third)
    {
        final FlannelHost fourth = lab.addNode(4);
        final long joinNs = System.nanoTime();
        fourth.launch();
        final String lease = fourth.process().awaitLine(LEASE, START_TIMEOUT_S);
        final long leaseNs = fourth.process().awaitArrivalNs(LEASE, CHANGE_TIMEOUT_S);
        final String joined = lease.substring(LEASE.length(), lease.indexOf('/'));
        final long knownNs = others.stream().mapToLong(other -> other.awaitNs(joined, true)).max().orElseThrow();
        fourth.awaitReady();
        fourth.attachPod();
        others.forEach(other -> Traffic.ping(other.node.pod(), fourth.podAddress()));
        others.forEach(other -> Traffic.ping(fourth.pod(), other.node.podAddress()));

        third.stop();
        final String left = third.subnet().substring(0, third.subnet().indexOf('/'));
        final long leaveNs = System.nanoTime();
        lab.delete("/subnets/" + third.leaseName());
        final long goneNs = others.stream().mapToLong(other -> other.awaitNs(left, false)).max().orElseThrow();
        System.out.println(backend + ": both others have a newcomer " + ms(knownNs - joinNs) +
            " ms after the start of its JVM, " + ms(knownNs - leaseNs) + " ms after it says that it has a lease, and " +
            "carry out a leave in " + ms(goneNs - leaveNs) + " ms");
    }

    private static long ms(final long ns)
    {
        return TimeUnit.NANOSECONDS.toMillis(ns);
    }

    /** A node whose changes are seen the moment they happen: the kernel tells of routes, the udp engine is asked. */
    private static final class Watched implements AutoCloseable
    {
        private final FlannelHost node;
        private final LabProcess monitor;

        Watched(final FlannelHost node, final String backend)
        {
            this.node = node;
            monitor = "udp".equals(backend) ? null : node.host().start(List.of("ip", "monitor", "route"));
            if (monitor != null)
            {
                // It does not say when it begins to listen.
                Poll.until("the monitor's first line", START_TIMEOUT_S, () ->
                {
                    node.host().ip("route add blackhole 198.51.100.0/24");
                    node.host().ip("route del blackhole 198.51.100.0/24");
                    return !monitor.stdout().isEmpty();
                });
            }
        }

        /** @return when it was so, on the clock of {@link System#nanoTime}. */
        long awaitNs(final String subnet, final boolean isThere)
        {
            if (monitor != null)
            {
                return isThere ? monitor.awaitArrivalNs(subnet + "/24 via ", CHANGE_TIMEOUT_S) :
                    monitor.awaitArrivalNs("Deleted " + subnet + "/24 via ", CHANGE_TIMEOUT_S);
            }
            Poll.until(subnet, CHANGE_TIMEOUT_S, () -> node.query("route", "show").contains(subnet) == isThere);
            return System.nanoTime();
        }

        @Override
        public void close()
        {
            if (monitor != null)
            {
                monitor.close();
            }
        }
    }
}
