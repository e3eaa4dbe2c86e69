// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.ebpf.kernel.BpfSupport;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose packets the kernel carries. */
@Tag("control-plane")
@Timeout(300)
class FlannelFastPathIT
{
    private static final int TIMEOUT_S = 120;
    private static final int STREAM_MIB = 16;

    /** A packet of the stream has 1398 bytes of content at most. */
    private static final long LEAST_FRAMES = (STREAM_MIB << 20) / 1_398;

    /** Packets that waited while a node was replaced, and those of the start. */
    private static final long MOST_OF_ENGINE = 1_000;
    private static final String VXLAN = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @BeforeEach
    void requireBpf()
    {
        assumeTrue(BpfSupport.whyUnavailable() == null, BpfSupport::whyUnavailable);
    }

    @Test
    void shouldCarryPacketsBesideTheEngineWhileNodesGoAndComeBack()
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN);
        final FlannelHost first = lab.addNode(1);
        final String[] arguments = {
            "--fast-path", "tc", "--take-over", directory.resolve("next.sock").toString(), "--remove-rules"};
        first.launch(arguments);
        final FlannelHost second = lab.addNode(2).launch("--fast-path", "tc");
        List.of(first, second).forEach(node -> node.awaitReady());
        List.of(first, second).forEach(FlannelHost::attachPod);
        FlannelLab.awaitKnown(List.of(first, second));
        Traffic.ping(first.pod(), second.podAddress());
        Traffic.pingFullSize(first.pod(), second.podAddress(), Integer.parseInt(first.value("FLANNEL_MTU")));
        Traffic.stream(first.pod(), second.pod(), second.podAddress(), STREAM_MIB);
        for (final FlannelHost node : List.of(first, second))
        {
            final String show = node.query("-j", "fast-path", "show");
            assertTrue(show.contains("\"state\":\"on\"") && show.contains("\"stations\":1,"), show);
            assertTrue(show.contains("\"segments\":[{\"vni\":1,\"carried\":true"), show);
        }
        assertCarried(first, "encap", LEAST_FRAMES);
        assertCarried(second, "decap", LEAST_FRAMES);
        final List<String> before = first.picture();

        try (PacketFlow toFirst = PacketFlow.start(second.pod(), first.podAddress());
            PacketFlow fromFirst = PacketFlow.start(first.pod(), second.podAddress()))
        {
            replace(first, arguments);
            toFirst.awaitAlive();
            first.awaitPicture(before, TIMEOUT_S);
            Poll.until("the fast path of the new node", TIMEOUT_S, () ->
                first.query("-j", "fast-path", "show").contains("\"state\":\"on\""));
            assertIntact(toFirst.assertRecovered());
            assertIntact(fromFirst.assertRecovered());
        }
        try (PacketFlow flow = PacketFlow.start(first.pod(), second.podAddress()))
        {
            second.process().kill();
            second.launch("--fast-path", "tc").awaitReady();
            flow.assertRecovered();
        }
        assertCarried(second, "decap", 1);
        assertEquals(2, lab.leases().size());
    }

    /** The kernel carried at least so many packets, and the engine few. */
    private static void assertCarried(final FlannelHost node, final String path, final long least)
    {
        final long carried = number(node.query("-j", "fast-path", "show"),
            "\"overlane_" + path + "\",\"id\":\\d+,\"instructions\":\\d+,\"frames\":");
        final long delivered =
            number(node.query("-j", "stats"), "\"path\":\"" + path + "\",\"in\":\\d+,\"delivered\":");
        assertTrue(carried >= least, () -> path + ": " + carried + " of at least " + least);
        assertTrue(delivered - carried < MOST_OF_ENGINE, () -> path + ": " + carried + " of " + delivered);
    }

    private static long number(final String json, final String before)
    {
        final Matcher found = Pattern.compile(before + "(\\d+)").matcher(json);
        assertTrue(found.find(), json);
        return Long.parseLong(found.group(1));
    }

    /**
     * Packets that an engine has when the fast path begins are overtaken, and ping has no room for all that waited if
     * they come at once; but none comes twice, and none is damaged.
     */
    private static void assertIntact(final PacketFlow.Report report)
    {
        assertEquals(0, report.twice() + report.damaged(), report::toString);
    }

    private static void replace(final FlannelHost node, final String... arguments)
    {
        final LabProcess old = node.process();
        node.launch(arguments);
        node.awaitReady();
        final CommandResult ended = old.await(TIMEOUT_S);
        assertEquals(0, ended.status(), ended::toString);
        assertTrue(ended.stderr().isEmpty(), ended::toString);
    }

    @Test
    void shouldSayWhyThereIsNone()
    {
        lab = FlannelLab.openOrSkip(directory, VXLAN.replace("vxlan", "udp"));
        final FlannelHost node = lab.addNode(1);
        final CommandResult refused = node.launch("--fast-path", "tc").process().await(TIMEOUT_S);

        assertEquals(1, refused.status(), refused::toString);
        assertTrue(refused.stderr().get(0).contains(
            "--fast-path tc: only with the backend vxlan, and the network has udp; use auto"), refused::toString);
        node.launch("--fast-path", "auto").awaitReady();
    }
}
