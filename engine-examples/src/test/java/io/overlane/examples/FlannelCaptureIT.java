// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.EngineCapture;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code flannel --pcapng}: the engine of a node begins when the node has a lease, and its capture with it. */
@Timeout(300)
class FlannelCaptureIT
{
    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @Test
    void shouldWriteThePacketsOfTheNode()
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final Path file = directory.resolve("node.pcapng");
        final FlannelHost first = lab.addNode(1);
        first.host().requireTshark();
        first.launch("--pcapng", file.toString());
        final FlannelHost second = lab.addNode(2).launch();
        final List<FlannelHost> nodes = List.of(first, second);
        nodes.forEach(FlannelHost::awaitReady);
        nodes.forEach(FlannelHost::attachPod);
        FlannelLab.awaitKnown(nodes);
        // The capture starts up to 200 ms after the engine.
        first.awaitCapture(file);
        Traffic.ping(first.pod(), second.podAddress());
        final CommandResult stopped = first.stop();
        assertEquals(List.of(), stopped.stderr());

        final EngineCapture capture = new EngineCapture(file);
        assertEquals(0, capture.lost());
        final Map<String, List<EngineCapture.Line>> packets = EngineCapture.delivered(capture.lines());
        final List<List<EngineCapture.Line>> pings = packets.values().stream()
            .filter(packet -> packet.get(0).protocols().endsWith(":icmp:data"))
            .toList();
        assertEquals(20, pings.size(), packets::toString);
        for (final List<EngineCapture.Line> ping : pings)
        {
            assertEquals(2, ping.size(), ping::toString);
            assertEquals(
                1, ping.stream().filter(line -> line.interfaceName().equals(EngineCapture.UNDERLAY)).count());
            assertTrue(
                List.of(first.podAddress(), second.podAddress()).contains(ping.get(0).inner().get(0)), ping::toString);
            assertEquals(ping.get(0).inner(), ping.get(1).inner());
        }
    }

    @Test
    void shouldRefuseAFolderThatIsNotThere()
    {
        lab = FlannelLab.openOrSkip(directory, "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        final Path file = directory.resolve("no-folder").resolve("node.pcapng");
        final CommandResult result = lab.addNode(1).launch("--pcapng", file.toString()).process().await(120);
        assertEquals(1, result.status(), result::toString);
        assertEquals(List.of("overlane: --pcapng: " + file + ": there is no such folder"), result.stderr());
    }
}
