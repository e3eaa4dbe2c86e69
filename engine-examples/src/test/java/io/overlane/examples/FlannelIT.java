package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that come and go in each backend, while packets flow between the others. */
@Timeout(300)
class FlannelIT
{
    private static final int STREAM_MIB = 16;
    private static final int CHANGE_TIMEOUT_S = 20;
    private static final int JOIN_TIMEOUT_S = 60;

    @TempDir
    private Path directory;

    private FlannelLab lab;

    @AfterEach
    void closeLab()
    {
        if (lab != null)
        {
            lab.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vxlan", "udp", "host-gw"})
    void shouldCarryPacketsWhileNodesComeAndGo(final String backend)
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"" + backend + "\"}}");
        final List<FlannelHost> nodes = List.of(lab.addNode(1), lab.addNode(2), lab.addNode(3));
        nodes.forEach(FlannelHost::launch);
        nodes.forEach(node -> System.out.println(node.awaitReady()));
        nodes.forEach(FlannelHost::attachPod);
        final Set<String> subnets = new HashSet<>();
        nodes.forEach(node -> subnets.add(node.subnet()));
        assertEquals(3, subnets.size(), subnets::toString);
        awaitKnown(nodes);
        for (final FlannelHost from : nodes)
        {
            nodes.stream().filter(to -> to != from).forEach(to -> Traffic.ping(from.pod(), to.podAddress()));
        }
        final FlannelHost first = nodes.get(0);
        final FlannelHost second = nodes.get(1);
        Traffic.stream(first.pod(), second.pod(), second.podAddress(), STREAM_MIB);
        Traffic.pingFullSize(first.pod(), second.podAddress(), Integer.parseInt(first.value("FLANNEL_MTU")));

        final LabProcess pings = startPings(first.pod(), second.podAddress());
        joinAndLeave(backend, first, second, nodes.get(2));
        assertNoneLost(pings);
        final CommandResult stopped = first.stop();
        assertTrue(stopped.stderr().isEmpty(), stopped::toString);
    }

    private void joinAndLeave(
        final String backend, final FlannelHost first, final FlannelHost second, final FlannelHost third)
    {
        final FlannelHost fourth = lab.addNode(4);
        final long joinNs = System.nanoTime();
        fourth.launch();
        final String somebody = " at " + fourth.host().underlayV4() + " joined";
        first.awaitEvent(somebody, JOIN_TIMEOUT_S);
        second.awaitEvent(somebody, JOIN_TIMEOUT_S);
        final long joinMs = ms(joinNs);
        fourth.awaitReady();
        fourth.attachPod();
        final String joined = "peer " + fourth.subnet() + " at " + fourth.host().underlayV4() + " joined";
        first.awaitEvent(joined, CHANGE_TIMEOUT_S);
        second.awaitEvent(joined, CHANGE_TIMEOUT_S);
        Traffic.ping(first.pod(), fourth.podAddress());
        Traffic.ping(fourth.pod(), second.podAddress());

        third.stop();
        final long leaveNs = System.nanoTime();
        lab.delete("/subnets/" + third.leaseName());
        final String left = "peer " + third.subnet() + " at " + third.host().underlayV4() + " left";
        first.awaitEvent(left, CHANGE_TIMEOUT_S);
        second.awaitEvent(left, CHANGE_TIMEOUT_S);
        if (!"udp".equals(backend))
        {
            Poll.until("no route to " + third.subnet(), CHANGE_TIMEOUT_S,
                () -> first.route(third.subnet()).isEmpty());
        }
        final long leaveMs = ms(leaveNs);
        // Both begin before the change of the registry: with the start of the JVM that makes it.
        System.out.println(backend + ": both others know the newcomer " + joinMs + " ms after it was started, and " +
            "carry out a leave " + leaveMs + " ms after the deletion was started");
    }

    private static long ms(final long startNs)
    {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    /** Each has heard of all others. */
    static void awaitKnown(final List<FlannelHost> nodes)
    {
        for (final FlannelHost node : nodes)
        {
            for (final FlannelHost peer : nodes)
            {
                if (peer != node)
                {
                    node.awaitEvent("peer " + peer.subnet() + " at " + peer.host().underlayV4() + " joined",
                        CHANGE_TIMEOUT_S);
                }
            }
        }
    }

    /** Twenty a second until {@link #assertNoneLost}. */
    static LabProcess startPings(final LabHost from, final String address)
    {
        return from.start(List.of("ping", "-n", "-i", "0.05", address));
    }

    static void assertNoneLost(final LabProcess pings)
    {
        pings.signal("INT");
        final CommandResult result = pings.await(20);
        final String summary = result.output().lines().filter(line -> line.contains(" packets transmitted"))
            .findFirst().orElseThrow(() -> new AssertionError(result.toString()));
        System.out.println(summary);
        final String[] words = summary.split("[ ,]+");
        // The last one may still be on its way.
        assertTrue(Integer.parseInt(words[0]) - Integer.parseInt(words[3]) <= 1, () -> gaps(result));
    }

    private static String gaps(final CommandResult pings)
    {
        final StringBuilder gaps = new StringBuilder();
        int last = 0;
        for (final String line : pings.stdout())
        {
            final int at = line.indexOf("icmp_seq=");
            if (at >= 0)
            {
                final int seq = Integer.parseInt(line.substring(at + 9, line.indexOf(' ', at)));
                if (seq != last + 1)
                {
                    gaps.append("lost ").append(last + 1).append('…').append(seq - 1).append("; ");
                }
                last = seq;
            }
        }
        return gaps + "\n" + pings.output().lines().filter(line -> line.contains("packets")).findFirst().orElse("");
    }
}
