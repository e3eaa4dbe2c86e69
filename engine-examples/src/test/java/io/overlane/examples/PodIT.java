// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Traffic;
import io.overlane.testkit.InNamespace;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node in the root file system of the image, with what a pod has. {@code scripts/pod-limits.sh} adds the limits. */
@InNamespace(ipv6 = true)
@Tag("control-plane")
@Timeout(300)
class PodIT
{
    private static final int TIMEOUT_S = 200;
    private static final String NETWORK =
        "{\"Network\":\"10.244.0.0/16\",\"EnableNFTables\":true,\"Backend\":{\"Type\":\"vxlan\"}}";

    /** CAP_NET_ADMIN, 12, and CAP_NET_RAW, 13, as in {@code capabilities(7)}. */
    private static final String TWO_CAPABILITIES = "0000000000003000";

    /** Made once, which takes some seconds. */
    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;
    private Path root;

    @BeforeEach
    void makeRoot()
    {
        final CommandResult capsh = LabProcess.start(List.of("capsh", "--print")).await(TIMEOUT_S);
        assumeTrue(capsh.status() == 0, () -> "needs capsh (Debian: libcap2-bin): " + capsh);
        root = shared.resolve("root");
        if (!Files.exists(root))
        {
            LabProcess.start(List.of(
                "env", "JAVA_HOME=" + System.getProperty("java.home"),
                "../deploy/image/make-root.sh", "target/engine-examples.jar", root.toString()))
                .await(TIMEOUT_S).orFail();
        }
    }

    @Test
    void shouldRunInAReadOnlyRootWithTwoCapabilities() throws IOException
    {
        lab = FlannelLab.openOrSkip(directory, NETWORK);
        carryPackets();
    }

    @Test
    void shouldBeANodeOfKubernetes() throws IOException
    {
        lab = FlannelLab.openKubernetes(directory, NETWORK);
        carryPackets();

        assertEquals("FlannelIsUp", lab.api().condition("node1", "NetworkUnavailable").get("reason"));
    }

    private void carryPackets() throws IOException
    {
        final FlannelHost pod = lab.addNode(1).launchIn(root);
        final FlannelHost other = lab.addNode(2).launch();
        pod.awaitReady();
        other.awaitReady();
        pod.attachPod();
        other.attachPod();
        FlannelLab.awaitKnown(List.of(pod, other));
        Traffic.ping(pod.pod(), other.podAddress());
        Traffic.ping(other.pod(), pod.podAddress());

        final Path process = Path.of("/proc", Long.toString(pod.process().pid()));
        final List<String> status = Files.readAllLines(process.resolve("status"));
        assertTrue(status.contains("CapEff:\t" + TWO_CAPABILITIES), status::toString);
        assertTrue(status.contains("CapBnd:\t" + TWO_CAPABILITIES), status::toString);
        final FileSystemException refused = assertThrows(
            FileSystemException.class, () -> Files.writeString(process.resolve("root/tmp/probe"), "x"));
        assertEquals("Read-only file system", refused.getReason());

        final CommandResult stopped = pod.stop();
        assertTrue(stopped.stderr().isEmpty(), stopped::toString);
        other.stop();
    }
}
