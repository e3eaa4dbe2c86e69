// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Capture;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Station;
import io.overlane.examples.lab.SwitchLab;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two segments of one engine against two devices of the kernel, with the same MACs and the same IPs in both. */
@Timeout(600)
class SegmentsApartIT
{
    private static final List<Integer> VNIS = List.of(42, 43);

    @TempDir
    private Path directory;

    @AutoClose
    private SwitchLab lab;
    private LabHost engine;
    private LabHost kernel;
    private Bridge bridge;

    @BeforeEach
    void openLab() throws IOException
    {
        lab = SwitchLab.openOrSkip(2);
        engine = lab.host(1);
        kernel = lab.host(2);
        for (final int vni : VNIS)
        {
            engine.addBridge("br" + vni);
            kernel.addBridge("br" + vni);
            KernelVxlan.createLearning(kernel, vni, "br" + vni, engine);
        }
        final Path file = Files.writeString(directory.resolve("engine.yaml"), """
            local: 192.0.2.1
            learning: true
            segments:
              - {vni: 42, flood: [192.0.2.2]}
              - {vni: 43, flood: [192.0.2.2]}
            """);
        bridge = Bridge.start(engine, "vx43", List.of("--config", file.toString()));
        for (final int vni : VNIS)
        {
            engine.addToBridge("vx" + vni, "br" + vni);
        }
    }

    @Test
    void shouldNotMixSegmentsWithTheSameAddresses()
    {
        final Station near42 = lab.addStation(engine, "br42", 1);
        final Station near43 = lab.addStation(engine, "br43", 1);
        final Station far42 = lab.addStation(kernel, "br42", 2);
        final Station far43 = lab.addStation(kernel, "br43", 2);
        assertEquals(near42.mac(), near43.mac());
        assertEquals(far42.address(), far43.address());

        Traffic.ping(near42.host(), far42.address());
        assertNotEquals(0, far42.echoRequests());
        assertEquals(0, far43.echoRequests());
        Traffic.ping(far43.host(), near43.address());
        assertNotEquals(0, near43.echoRequests());
        assertEquals(0, near42.echoRequests());

        final int before = far42.echoRequests();
        Traffic.ping(near43.host(), far43.address());
        assertNotEquals(0, far43.echoRequests());
        assertEquals(before, far42.echoRequests());
        bridge.stop("TERM");
    }

    @Test
    void shouldNotFindAStationOfTheOtherSegment()
    {
        final Station near42 = lab.addStation(engine, "br42", 1);
        final Station near43 = lab.addStation(engine, "br43", 1);
        final Station far43 = lab.addStation(kernel, "br43", 2);
        Traffic.ping(near43.host(), far43.address());
        final int before = far43.echoRequests();

        final Capture capture = Capture.start(kernel, directory.resolve("kernel.pcap"));
        near42.assertUnanswered(far43);
        // What was sent before this answer is through.
        near43.pingOnce(far43);
        capture.stop();
        assertEquals(before + 1, far43.echoRequests());
        final String ours = "vxlan && ip.src == " + engine.underlayV4();
        assertTrue(capture.matching(ours + " && vxlan.vni == 42 && arp").size() > 0, "nobody asked");
        assertEquals(List.of(), capture.matching(ours + " && vxlan.vni == 43 && arp.opcode == 1 && eth.dst == " +
            "ff:ff:ff:ff:ff:ff"));
        bridge.stop("TERM");
    }
}
