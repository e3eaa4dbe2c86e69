// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.admin.AdminClient;
import io.overlane.admin.AdminStatus;
import io.overlane.conformance.Conformance;
import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Lab;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Poll;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cases that were recorded of the kernel's vxlan device, done again on this kernel's device and on a running bridge.
 * The kernel still does what was recorded; the bridge does the same, or differs as {@code KernelDifferences} says.
 */
@Timeout(600)
class KernelCasesIT
{
    private static final String DEVICE = "vx42";
    private static final int WAIT_S = 120;

    @TempDir
    private Path directory;

    private Path socket;
    @AutoClose
    private Lab lab;
    private LabHost kernel;
    private LabHost engine;
    private Bridge bridge;

    /** One device on each host, as the recorded one was made. */
    @BeforeEach
    void openLab()
    {
        lab = Lab.openOrSkip();
        lab.requireTun();
        lab.requireKernelVxlan();
        kernel = lab.left();
        engine = lab.right();
        socket = directory.resolve("bridge.sock");
        addKernelDevice(DEVICE, "42");
        bridge = Bridge.start(engine, DEVICE, List.of("--device", DEVICE, "--vni", "42", "--port", "4789",
            "--local", engine.underlayV4(), "--admin", socket.toString()));
    }

    @Test
    void shouldOperateOnTheFdbAsTheKernelDoes()
    {
        final List<String> problems = new ArrayList<>();
        for (final KernelCase recorded : cases("fdb"))
        {
            final Map<String, String> linux = fdbOutcome(recorded.one("result").split(":")[0], recorded.all("fdb"));
            assertEquals(linux, operateOnTheKernel(recorded.one("do")), recorded.toString());
            problems.addAll(KernelComparison.problems(
                recorded, linux, operateOnTheBridge(recorded.one("do")), Set.of()));
        }
        assertEquals(List.of(), problems);
        bridge.stop("TERM");
    }

    @Test
    @Conformance(row = 22, behaviour = "other port: as Linux, in replay no-socket; device down: dropped: port-down",
        deviation = "all segments of an engine share one socket, which stays open; with another device up on the " +
            "port Linux sends no ICMP either")
    void shouldDropWhatIsForADeviceThatIsDown()
    {
        kernel.set("bridge fdb append 00:00:00:00:00:00 dev " + DEVICE + " self dst " + engine.underlayV4());
        kernel.ip("addr add 10.42.0.1/24 dev " + DEVICE);
        ask("fdb append 00:00:00:00:00:00 dst " + kernel.underlayV4());
        engine.ip("addr add 10.42.0.2/24 dev " + DEVICE);
        for (final KernelCase recorded : cases("rx"))
        {
            final String[] icmp = recorded.one("icmp").split(" ");
            assertEquals(List.of("NO_SOCKET"), recorded.dropReasons());
            final Map<String, String> linux = Map.of(
                KernelComparison.FATE, "dropped: no-socket",
                "answer", "ICMP " + icmp[1] + "/" + icmp[3]);
            assertEquals(List.of(), KernelComparison.problems(recorded, linux, receiveOnTheBridge(), Set.of()));
            assertEquals(linux, receiveOnTheKernel());
        }

        // The kernel's device stays down, but another one keeps the socket open.
        addKernelDevice("vx43", "43");
        final int received = kernel.count("Udp", "InDatagrams");
        final int refused = kernel.count("Udp", "NoPorts");
        sendUntil("the kernel has the datagram", engine, "10.42.0.1",
            () -> kernel.count("Udp", "InDatagrams") > received);
        assertEquals(refused, kernel.count("Udp", "NoPorts"));
        bridge.stop("TERM");
    }

    private Map<String, String> operateOnTheKernel(final String operation)
    {
        final List<String> words = new ArrayList<>(List.of("bridge"));
        words.addAll(List.of(operation.split(" ")));
        words.addAll(4, List.of("dev", DEVICE, "self"));
        final boolean isDone = kernel.run(words.toArray(String[]::new)).status() == 0;
        // A line is: MAC dst IP self permanent.
        return fdbOutcome(isDone ? "done" : "refused",
            kernel.run("bridge", "fdb", "show", "dev", DEVICE).orFail().stdout().stream()
                .map(line -> line.split(" "))
                .filter(row -> row[1].equals("dst"))
                .map(row -> row[0] + " dst " + row[2] + (row[4].equals("permanent") ? " static" : " " + row[4]))
                .toList());
    }

    private Map<String, String> operateOnTheBridge(final String operation)
    {
        final boolean isDone = ask(operation).status() == AdminStatus.OK;
        return fdbOutcome(isDone ? "done" : "refused", table("fdb show")
            .map(row -> row[0] + " dst " + row[1] + " " + row[5].replace("flood", "static"))
            .toList());
    }

    private static Map<String, String> fdbOutcome(final String result, final List<String> fdb)
    {
        return Map.of("result", result, "FDB", String.join("; ", new TreeSet<>(fdb)));
    }

    /** The outcome for a datagram to the bridge's device that is down; the device is up afterwards. */
    private Map<String, String> receiveOnTheBridge()
    {
        final int before = engine.count("Icmp", "OutDestUnreachs");
        engine.ip("link set " + DEVICE + " down");
        sendUntil("the bridge dropped the frame", kernel, "10.42.0.2", () -> !dropped().isEmpty());
        engine.ip("link set " + DEVICE + " up");
        return fate(String.join(" ", dropped()), engine.count("Icmp", "OutDestUnreachs") > before);
    }

    /** The outcome for a datagram to the kernel's device, which is down then. */
    private Map<String, String> receiveOnTheKernel()
    {
        final int before = kernel.count("Icmp", "OutDestUnreachs");
        final int refused = kernel.count("Udp", "NoPorts");
        kernel.ip("link set " + DEVICE + " down");
        sendUntil("the kernel had no socket", engine, "10.42.0.1", () -> kernel.count("Udp", "NoPorts") > refused);
        return fate("no-socket", kernel.count("Icmp", "OutDestUnreachs") > before);
    }

    /** The kernel's ICMP error for want of a socket has type 3 and code 3. */
    private static Map<String, String> fate(final String reason, final boolean isAnswered)
    {
        return Map.of(KernelComparison.FATE, "dropped: " + reason, "answer", isAnswered ? "ICMP 3/3" : "none");
    }

    /** The reasons for which the bridge dropped what it received. */
    private Set<String> dropped()
    {
        return table("drops").filter(row -> row[0].equals("decap")).map(row -> row[1])
            .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The question for the address is a frame that is flooded. */
    private static void sendUntil(
        final String what, final LabHost from, final String address, final BooleanSupplier isThere)
    {
        Poll.until(what, WAIT_S, () ->
        {
            from.run("ping", "-n", "-c", "1", "-W", "1", address);
            return isThere.getAsBoolean();
        });
    }

    /** The rows of the first table of an answer, without its head. */
    private Stream<String[]> table(final String request)
    {
        return ask(request).body().lines().skip(1).takeWhile(line -> !line.isBlank()).map(line -> line.split(" +"));
    }

    private AdminClient.Reply ask(final String request)
    {
        try
        {
            return AdminClient.ask(socket, List.of(request.split(" ")), TimeUnit.SECONDS.toNanos(WAIT_S));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void addKernelDevice(final String name, final String vni)
    {
        kernel.ip("link add " + name + " type vxlan id " + vni + " local " + kernel.underlayV4() +
            " dev " + kernel.underlayDevice() + " dstport 4789 nolearning");
        kernel.ip("link set " + name + " up");
    }

    private static List<KernelCase> cases(final String section)
    {
        return KernelSuite.LIVE.cases().stream().filter(recorded -> recorded.section().equals(section)).toList();
    }
}
