// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A bridge with the fast path, beside the kernel's vxlan device and beside another such bridge. */
@Tag("fast-path")
@Timeout(600)
class FastPathIT extends TwoHosts
{
    @Test
    void shouldCarryTrafficBesideTheKernel()
    {
        lab.requireKernelVxlan();
        KernelVxlan.create(right, left, false).addPeer();
        final Bridge bridge = startLeft("--fast-path", "auto");
        requireFastPath(bridge);
        Traffic.ping(left, Overlay.v4(right));
        Traffic.ping(right, Overlay.v6(left));
        Traffic.pingFullSize(left, Overlay.v4(right), 1450);
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        bridge.stop("TERM");
    }

    @Test
    void shouldCarryTrafficBetweenTwoBridges()
    {
        final Bridge bridge = startLeft("--fast-path", "auto");
        requireFastPath(bridge);
        final Bridge other = startRight("--fast-path", "tc");
        Traffic.ping(left, Overlay.v4(right));
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        other.process().kill();
        bridge.stop("TERM");
    }

    /** The kernel of the left leaves inner checksums unfinished, and the engine of the right finishes them. */
    @Test
    void shouldCarryTrafficBesideABridgeWithoutIt()
    {
        final Bridge bridge = startLeft("--fast-path", "auto");
        requireFastPath(bridge);
        final Bridge other = startRight();
        Traffic.ping(left, Overlay.v4(right));
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.stream(left, Overlay.v6(left), right, Overlay.v6(right));
        other.process().kill();
        bridge.stop("TERM");
    }

    @Test
    void shouldLoseNothingWhenABridgeIsReplaced()
    {
        final String[] takeOver = {"--fast-path", "tc", "--take-over", directory.resolve("next.sock").toString()};
        Bridge bridge = startLeft(takeOver);
        final Bridge other = startRight("--fast-path", "tc");
        Traffic.ping(left, Overlay.v4(right));
        final PacketFlow toRight = PacketFlow.start(left, Overlay.v4(right));
        final PacketFlow toLeft = PacketFlow.start(right, Overlay.v4(left));
        for (int i = 0; i < 2; i++)
        {
            final Bridge before = bridge;
            bridge = startLeft(takeOver);
            assertEquals(0, before.process().await(60).status());
            toRight.awaitAlive();
            toLeft.awaitAlive();
            Poll.until("the fast path of the new bridge", 60, () ->
                ctl("-j", "fast-path", "show").output().contains("\"carried\":true"));
        }
        for (final PacketFlow flow : List.of(toRight, toLeft))
        {
            final PacketFlow.Report report = flow.assertRecovered();
            assertEquals(0, report.lost() + report.twice() + report.damaged(), report::toString);
        }
        other.process().kill();
        bridge.stop("TERM");
    }

    @Test
    void shouldNotStartWithoutIfItMustHaveOne()
    {
        final List<String> options = new ArrayList<>(Bridge.vxlan(left, right, "libc", false));
        options.set(options.indexOf(left.underlayV4()), "0.0.0.0");
        final CommandResult refused = left.start(Bridge.command(List.of(), "tun-bridge", with(
            options, "--fast-path", "tc", "--admin", "off"))).await(120);

        assertEquals(1, refused.status(), refused::toString);
        assertTrue(refused.output().contains("--fast-path tc: no fast path: "), refused::toString);
    }

    private static void requireFastPath(final Bridge bridge)
    {
        final String lines = String.join("\n", bridge.process().stdout());
        assumeTrue(lines.contains(", fast path"), lines);
    }
}
