// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Capture;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.Lab;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine on the left, the kernel's vxlan device on the right, joined as flannel joins its nodes. */
@Timeout(3600)
class KernelInteropIT
{
    private static final String DEVICE = "flannel.1";

    @TempDir
    private Path directory;

    @AutoClose
    private Lab lab;
    private LabHost engine;
    private LabHost kernel;

    @BeforeEach
    void openLab()
    {
        lab = Lab.openOrSkip();
        lab.requireTun().requireKernelVxlan();
        engine = lab.left();
        kernel = lab.right();
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc", "netty", "nio"})
    void shouldCarryTrafficBothWays(final String underlay)
    {
        KernelVxlan.create(kernel, engine, false).addPeer();
        final Bridge bridge = Bridge.start(engine, DEVICE, Bridge.vxlan(engine, kernel, underlay, false));
        ping();
        Traffic.pingFullSize(engine, Overlay.v4(kernel), 1450);
        Traffic.pingFullSize(kernel, Overlay.v4(engine), 1450);
        Traffic.stream(engine, Overlay.v4(engine), kernel, Overlay.v4(kernel));
        bridge.stop("TERM");
    }

    /** By default the kernel leaves inner checksums to hardware that a veth does not have. */
    @Test
    void shouldTakeUnfinishedChecksums()
    {
        KernelVxlan.create(kernel, engine, false).addPeer();
        kernel.set("ethtool -K flannel.1 tx-checksum-ip-generic on");
        final Bridge bridge = Bridge.start(engine, DEVICE, Bridge.vxlan(engine, kernel, "libc", false));
        Traffic.stream(engine, Overlay.v4(engine), kernel, Overlay.v4(kernel));
        Traffic.stream(engine, Overlay.v6(engine), kernel, Overlay.v6(kernel));
        bridge.stop("TERM");
    }

    @Test
    void shouldCarryTrafficFromSeveralSourcePorts()
    {
        KernelVxlan.create(kernel, engine, false).addPeer();
        final List<String> arguments = new ArrayList<>(Bridge.vxlan(engine, kernel, "libc", false));
        arguments.addAll(List.of("--source-ports", "50000-50007"));
        final Bridge bridge = Bridge.start(engine, DEVICE, arguments);
        ping();
        Traffic.stream(engine, Overlay.v4(engine), kernel, Overlay.v4(kernel));
        bridge.stop("TERM");
    }

    @Test
    void shouldCarryTrafficOverIpv6()
    {
        KernelVxlan.create(kernel, engine, true).addPeer();
        final Bridge bridge = Bridge.start(engine, DEVICE, Bridge.vxlan(engine, kernel, "libc", true));
        ping();
        Traffic.pingFullSize(engine, Overlay.v4(kernel), 1430);
        Traffic.stream(engine, Overlay.v6(engine), kernel, Overlay.v6(kernel));
        bridge.stop("TERM");
    }

    @Test
    void shouldLetTheKernelResolveNeighbors()
    {
        KernelVxlan.create(kernel, engine, false).addPeerToResolve();
        final Bridge bridge = Bridge.start(engine, DEVICE, Bridge.vxlan(engine, kernel, "libc", false));
        Traffic.ping(kernel, Overlay.v4(engine));
        Traffic.ping(kernel, Overlay.v6(engine));
        bridge.stop("TERM");
    }

    @Test
    void shouldLearnAndFloodAsPlainBridge()
    {
        KernelVxlan.create(kernel, engine, false).addPeerToResolve();
        final List<String> arguments = new ArrayList<>(List.of(
            "--local", engine.underlayV4(), "--mac", Overlay.mac(engine),
            "--learning", "--flood", kernel.underlayV4(), "--address", "10.244.1.0/16"));
        final Bridge bridge = Bridge.start(engine, DEVICE, arguments);
        Traffic.ping(engine, Overlay.v4(engine), kernel, Overlay.v4(kernel));
        bridge.stop("TERM");
    }

    @Test
    void shouldFindTheKernelThroughAMulticastGroup()
    {
        KernelVxlan.createWithGroup(kernel, "239.1.1.1");
        final Bridge bridge = Bridge.start(engine, DEVICE, List.of(
            "--mac", Overlay.mac(engine), "--group", "239.1.1.1", "--dev", engine.underlayDevice(),
            "--learning", "--address", Overlay.v4(engine) + "/8"));
        final Capture capture = Capture.start(kernel, directory.resolve("group.pcap"));
        Traffic.ping(engine, Overlay.v4(engine), kernel, Overlay.v4(kernel));
        capture.stop();
        final String toGroup = "vxlan && ip.dst == 239.1.1.1 && ip.src == " + engine.underlayV4();
        assertTrue(capture.matching(toGroup + " && arp").size() > 0, "no ARP to the group");
        assertEquals(List.of(), capture.matching(toGroup + " && ip.ttl != 1"));
        bridge.stop("TERM");
    }

    @Test
    void shouldMarkOuterHeadersAsAsked()
    {
        KernelVxlan.create(kernel, engine, false).addPeer();
        final List<String> arguments = new ArrayList<>(Bridge.vxlan(engine, kernel, "libc", false));
        arguments.addAll(List.of("--ttl", "inherit", "--tos", "0x48", "--df", "inherit", "--udp-checksum", "off"));
        final Bridge bridge = Bridge.start(engine, DEVICE, arguments);
        final Capture capture = Capture.start(kernel, directory.resolve("outer.pcap"));
        ping();
        capture.stop();
        final String ours = "vxlan && ip.src == " + engine.underlayV4();
        assertTrue(capture.matching(ours).size() > 0, "nothing was seen");
        assertEquals(List.of(), capture.matching(ours + " && !(udp.checksum == 0)"));
        assertEquals(List.of(), capture.matching(ours + " && !(ip.dsfield.dscp == 18)"));
        Traffic.stream(engine, Overlay.v4(engine), kernel, Overlay.v4(kernel));
        bridge.stop("TERM");
    }

    @Test
    void shouldDecodeCleanlyOnTheWire()
    {
        KernelVxlan.create(kernel, engine, false).addPeer();
        engine.switchOffloadOff(engine.underlayDevice());
        kernel.switchOffloadOff(kernel.underlayDevice());
        kernel.switchOffloadOff(DEVICE);
        final Bridge bridge = Bridge.start(engine, DEVICE, Bridge.vxlan(engine, kernel, "libc", false));

        final Capture capture = Capture.start(kernel, directory.resolve("wire.pcap"));
        ping();
        Traffic.stream(engine, kernel, Overlay.v4(kernel), 1);
        Traffic.stream(engine, kernel, Overlay.v6(kernel), 1);
        Traffic.stream(kernel, engine, Overlay.v4(engine), 1);
        capture.stop();

        for (final String protocol : List.of("icmp", "icmpv6", "tcp"))
        {
            capture.assertSawGood(engine.underlayV4(), protocol);
        }
        capture.assertNothingWrong();
        bridge.stop("TERM");
    }

    private void ping()
    {
        Traffic.ping(engine, Overlay.v4(engine), kernel, Overlay.v4(kernel));
        Traffic.ping(engine, Overlay.v6(engine), kernel, Overlay.v6(kernel));
    }
}
