// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Capture;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.SwitchLab;
import io.overlane.examples.lab.TaggedStations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A TAP that is a trunk: each of its VLANs reaches a VNI of its own, against devices of the kernel. */
@Timeout(600)
class VlanTrunkIT
{
    private static final String TRUNK = "trunk0";
    private static final String BRIDGE = "br0";

    @TempDir
    private Path directory;

    @AutoClose
    private SwitchLab lab;
    private LabHost engine;
    private LabHost kernel;
    private Path file;

    @BeforeEach
    void openLab()
    {
        lab = SwitchLab.openOrSkip(2);
        engine = lab.host(1);
        kernel = lab.host(2);
        file = directory.resolve("engine.yaml");
        engine.addBridge(BRIDGE);
        // Station 2 is in VNI 1010, 3 in 1020, 4 in 1030.
        for (int number = 2; number <= 4; number++)
        {
            final int vni = 990 + 10 * number;
            kernel.addBridge("br" + vni);
            KernelVxlan.createLearning(kernel, vni, "br" + vni, engine);
            lab.addStation(kernel, "br" + vni, number);
        }
    }

    @Test
    void shouldJoinEachVlanToAVni() throws IOException
    {
        final Bridge bridge = start(2);
        final Capture capture = Capture.start(kernel, directory.resolve("kernel.pcap"));
        assertEquals("10:2 20:3", TaggedStations.ask(engine, BRIDGE, "10:2:3", "20:3:2", "10:2:3"));
        final String ours = "vxlan && arp && ip.src == " + engine.underlayV4();
        capture.stopAfter(1, ours + " && vxlan.vni == 1020");
        for (final int vni : List.of(1010, 1020))
        {
            assertFalse(capture.matching(ours + " && vxlan.vni == " + vni).isEmpty());
        }
        assertEquals(List.of(), capture.matching("vxlan && vlan"), "no tag goes into the tunnel");
        bridge.stop("TERM");
    }

    @Test
    void shouldJoinVlansWithOneThreadToo() throws IOException
    {
        final Bridge bridge = start(1);
        assertEquals("10:2 20:3", TaggedStations.ask(engine, BRIDGE, "10:2:3", "20:3:2"));
        bridge.stop("TERM");
    }

    @Test
    void shouldAddAndRemoveVlansOfTheFile() throws IOException
    {
        final Bridge bridge = start(2);
        assertEquals("10:2 20:3", TaggedStations.ask(engine, BRIDGE, "10:2:3", "20:3:2"));
        Files.writeString(file, config(2, 20, 30));
        bridge.process().signal("HUP");
        bridge.process().awaitLine("tun-bridge: " + file + " read again: VNI 1010 removed with trunk0.10; " +
            "VNI 1030 added on trunk0.30; 1 entries added, 0 changed, 0 removed, 2 as they were", 20);
        assertEquals("20:3 30:4", TaggedStations.ask(engine, BRIDGE, "30:4:3", "20:3:4"));
        bridge.stop("TERM");
    }

    private Bridge start(final int threads) throws IOException
    {
        Files.writeString(file, config(threads, 10, 20));
        final Bridge bridge = Bridge.start(engine, TRUNK, List.of("--config", file.toString()));
        engine.addToBridge(TRUNK, BRIDGE);
        return bridge;
    }

    /** With a device of another segment in front, so that a thread that waits in one device waits in that. */
    private String config(final int threads, final int... vlans)
    {
        final StringBuilder text = new StringBuilder("local: " + engine.underlayV4() + "\nlearning: true\nthreads: " +
            threads + "\nsegments:\n  - {vni: 7, device: plain0, flood: [" + kernel.underlayV4() + "]}\n");
        for (final int vlan : vlans)
        {
            text.append("  - {vni: " + (1000 + vlan) + ", device: " + TRUNK + ", vlan: " + vlan + ", flood: [" +
                kernel.underlayV4() + "]}\n");
        }
        return text.toString();
    }
}
