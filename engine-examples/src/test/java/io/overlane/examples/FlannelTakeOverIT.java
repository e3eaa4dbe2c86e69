// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node replaces the one that runs on its host, and of the packets from and to its pods none is lost. */
@Tag("control-plane")
@Timeout(300)
class FlannelTakeOverIT
{
    private static final int TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    @ParameterizedTest
    @ValueSource(strings = {"vxlan", "udp"})
    void shouldLoseNoPacketWhenANodeIsReplaced(final String backend)
    {
        lab = FlannelLab.openOrSkip(directory,
            "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"" + backend + "\"}}");
        final FlannelHost node = lab.addNode(1);
        final String[] arguments = {
            "--take-over", directory.resolve("take-over.sock").toString(), "--remove-rules",
            "--healthz-ip", "127.0.0.1", "--healthz-port", "8471", "--http", "9101"};
        node.launch(arguments);
        final FlannelHost peer = lab.addNode(2).launch();
        List.of(node, peer).forEach(each -> each.awaitReady());
        List.of(node, peer).forEach(FlannelHost::attachPod);
        FlannelLab.awaitKnown(List.of(node, peer));
        Traffic.ping(peer.pod(), node.podAddress());
        final List<String> before = node.picture();

        try (PacketFlow toNode = PacketFlow.start(peer.pod(), node.podAddress());
            PacketFlow fromNode = PacketFlow.start(node.pod(), peer.podAddress()))
        {
            for (int i = 0; i < 2; i++)
            {
                final LabProcess old = node.process();
                node.launch(arguments);
                node.awaitReady();
                final CommandResult ended = old.await(TIMEOUT_S);
                assertEquals(0, ended.status(), ended::toString);
                assertTrue(ended.stderr().isEmpty(), ended::toString);
                assertTrue(node.hasEvent("the node that ran here has ended and left flannel"),
                    () -> node.process().stdout().toString());
                toNode.awaitAlive();
            }
            node.awaitPicture(before, TIMEOUT_S);
            toNode.assertUnbroken();
            fromNode.assertUnbroken();
        }
        assertEquals(2, lab.leases().size());
        assertEquals(List.of(), lab.idleLeases());
        node.stop();
        assertTrue(!node.host().hasDevice(backend.equals("udp") ? "flannel0" : "flannel.1"), "nobody holds the device");
    }
}
