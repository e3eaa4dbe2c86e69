// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A device of a running bridge that somebody removes, or sets down and up again. */
@Tag("tunnel")
@Timeout(300)
class DeviceLifeIT extends TwoHosts
{
    private static final int WAIT_S = 120;

    @ParameterizedTest
    @CsvSource({"libc, 2", "libc, 1", "netty, 2", "nio, 2"})
    void shouldMakeADeviceAnewThatSomebodyRemoved(final String underlay, final String threads)
    {
        Bridge.start(right, DEVICE, Bridge.vxlan(right, left, "libc", false));
        final List<String> arguments = new ArrayList<>(Bridge.vxlan(left, right, underlay, false));
        arguments.addAll(List.of("--threads", threads));
        final Bridge bridge = Bridge.start(left, DEVICE, arguments);
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));

        left.set("ip link del " + DEVICE);

        awaitAnswer(left, Overlay.v4(right));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.ping(left, Overlay.v6(left), right, Overlay.v6(right));
        final CommandResult result = bridge.stop("TERM");
        assertTrue(result.output().contains("device " + DEVICE + " was removed; it was made anew"),
            result::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--queues 2", "--mode ip-udp"})
    void shouldEndWithAnErrorWhereTheDeviceCannotBeMadeAnew(final String option)
    {
        final boolean isIp = option.endsWith("ip-udp");
        final List<String> arguments = new ArrayList<>(
            isIp ? Bridge.ipUdp(left, right, "libc") : Bridge.vxlan(left, right, "libc", false));
        if (!isIp)
        {
            arguments.addAll(List.of(option.split(" ")));
        }
        final String device = isIp ? "flannel0" : DEVICE;
        final Bridge bridge = Bridge.start(left, device, arguments);

        left.set("ip link del " + device);

        final CommandResult result = bridge.process().await(WAIT_S);
        assertEquals(1, result.status(), result::toString);
        assertTrue(result.stderr().stream().anyMatch(line -> line.contains(
            "device " + device + " was removed and cannot be made anew: that needs vxlan mode")), result::toString);
    }

    @Test
    void shouldSetAgainWhatTheHostForgotWhileTheDeviceWasDown()
    {
        Bridge.start(right, DEVICE, Bridge.vxlan(right, left, "libc", false));
        final Bridge bridge = Bridge.start(left, DEVICE, Bridge.vxlan(left, right, "libc", false));
        Traffic.ping(left, Overlay.v4(right));
        final String before = routesAndNeighbors();

        left.set("ip link set " + DEVICE + " down");
        left.set("ip link set " + DEVICE + " up");

        Poll.until("routes and neighbours are back", WAIT_S, () -> before.equals(routesAndNeighbors()));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.ping(left, Overlay.v6(left), right, Overlay.v6(right));
        bridge.stop("TERM");
    }

    @Test
    void shouldSetAgainWhatSomebodyRemovedByHand()
    {
        final Bridge bridge = Bridge.start(left, DEVICE, Bridge.vxlan(left, right, "libc", false));
        final String before = routesAndNeighbors();

        left.set("ip route del " + Overlay.subnetV4(right));
        left.set("ip neigh del " + Overlay.v4(right) + " dev " + DEVICE);

        Poll.until("route and neighbour are back", WAIT_S, () -> before.equals(routesAndNeighbors()));
        bridge.stop("TERM");
    }

    @Test
    void shouldLeaveOtherSegmentsAlone() throws IOException
    {
        Bridge.start(right, DEVICE, Bridge.vxlan(right, left, "libc", false));
        final Path file = Files.writeString(directory.resolve("left.yaml"), String.join("\n",
            "local: " + left.underlayV4(),
            "segments:",
            "  - vni: 1",
            "    device: " + DEVICE,
            "    mac: " + Overlay.mac(left),
            "    addresses: [" + Overlay.v4(left) + "/32]",
            "    peers:",
            "      - remote: " + right.underlayV4(),
            "        mac: " + Overlay.mac(right),
            "        subnet: " + Overlay.subnetV4(right),
            "  - vni: 2",
            "    device: vx2",
            ""));
        final Bridge bridge = Bridge.start(left, DEVICE, List.of("--config", file.toString()));
        awaitAnswer(left, Overlay.v4(right));
        final String indexBefore = left.run("cat", "/sys/class/net/" + DEVICE + "/ifindex").orFail().output();

        left.set("ip link del vx2");

        Poll.until("vx2 is back", WAIT_S, () -> left.hasDevice("vx2"));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        assertEquals(indexBefore, left.run("cat", "/sys/class/net/" + DEVICE + "/ifindex").orFail().output());
        bridge.stop("TERM");
    }

    @Test
    void shouldFillTheFloodListOfAnAddedSegmentAgain()
    {
        final Bridge bridge = startLeft();
        ctl("segment", "add", "77", "flood", right.underlayV4()).orFail();

        left.set("ip link del vx77");

        Poll.until("vx77 was made anew", WAIT_S, () -> bridge.process().stderr().stream().anyMatch(
            line -> line.contains("device vx77 was removed; it was made anew")));
        assertTrue(left.hasDevice("vx77"));
        final CommandResult flood = ctl("fdb", "show", "flood").orFail();
        assertTrue(flood.output().contains(right.underlayV4()), flood::toString);
        bridge.stop("TERM");
    }

    private String routesAndNeighbors()
    {
        final StringBuilder state = new StringBuilder();
        for (final String family : List.of("-4", "-6"))
        {
            left.run("ip", family, "route", "show", "dev", DEVICE).orFail().stdout().stream()
                .filter(line -> !line.startsWith("fe80:"))
                .map(line -> line.strip() + "\n")
                .forEach(state::append);
            left.run("ip", family, "neigh", "show", "nud", "permanent", "dev", DEVICE).orFail().stdout().stream()
                .map(line -> line.strip() + "\n")
                .forEach(state::append);
            left.run("ip", family, "-oneline", "addr", "show", "dev", DEVICE).orFail().stdout().stream()
                .filter(line -> !line.contains("fe80:"))
                .map(line -> line.replaceAll("^\\d+:|valid_lft.*", "").strip() + "\n")
                .forEach(state::append);
        }
        return state.toString();
    }

    private static void awaitAnswer(final LabHost from, final String address)
    {
        Poll.until("an answer of " + address, WAIT_S,
            () -> from.run("ping", "-n", "-c", "1", "-W", "1", address).status() == 0);
    }
}
