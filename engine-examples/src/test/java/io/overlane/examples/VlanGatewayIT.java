// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Capture;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Station;
import io.overlane.examples.lab.SwitchLab;
import io.overlane.examples.lab.Traffic;
import io.overlane.examples.lab.VlanSwitch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** VLANs of a trunk, and a vlan-aware bridge of Linux with one vxlan device for all VNIs, which is another gateway. */
@Timeout(600)
class VlanGatewayIT
{
    private static final String TRUNK = "trunk0";
    private static final String BRIDGE = "br0";

    /** The guest is slow: on a busy machine its kernel carries about a megabyte a second. */
    private static final int QUICK_MIB = 4;

    /** VLANs of the file that are changed while packets flow on others. */
    private static final int CHANGED = 100;

    @TempDir
    private Path directory;

    @AutoClose
    private SwitchLab lab;
    @AutoClose
    private VlanSwitch guest;
    private LabHost engine;
    private LabHost kernel;
    private Path file;
    private Path socket;

    @BeforeEach
    void openLab() throws IOException
    {
        VlanSwitch.require();
        lab = SwitchLab.openOrSkip(2);
        engine = lab.host(1);
        kernel = lab.host(2);
        file = directory.resolve("engine.yaml");
        socket = directory.resolve("ctl.sock");
        engine.addBridge(BRIDGE);
        guest = VlanSwitch.start(kernel, engine, BRIDGE, directory, 10, 20);
        guest.map(10, 1010, 1);
        guest.map(20, 1020, 1);
    }

    @Test
    @Tag("tunnel")
    void shouldJoinVlansToTheKernelsBridge() throws IOException
    {
        final Bridge bridge = start();
        final Station near10 = guest.addNear(lab, 10, 1);
        final Station far10 = guest.addFar(lab, 10, 2);
        final Station near20 = guest.addNear(lab, 20, 1);
        final Station far20 = guest.addFar(lab, 20, 2);
        final Capture capture = Capture.start(kernel, directory.resolve("kernel.pcap"));
        Traffic.ping(near10.host(), near10.address(), far10.host(), far10.address());
        Traffic.ping(near20.host(), near20.address(), far20.host(), far20.address());
        Traffic.stream(near10.host(), far10.host(), far10.address(), QUICK_MIB);
        Traffic.stream(far20.host(), near20.host(), near20.address(), QUICK_MIB);

        // The stations of both VLANs have the same addresses, so a request in the wrong VLAN would be answered.
        final int before = far20.echoRequests();
        near10.pingOnce(far10);
        assertEquals(before, far20.echoRequests());
        capture.stop();
        final String ours = "vxlan && icmp.type == 8 && ip.src == " + engine.underlayV4();
        for (final int vni : List.of(1010, 1020))
        {
            assertFalse(capture.matching(ours + " && vxlan.vni == " + vni).isEmpty());
        }
        assertEquals(List.of(), capture.matching("vxlan && vlan"), "no tag goes into the tunnel");

        final List<String> vlans = ctl("vlan", "show").stdout();
        assertEquals(3, vlans.size(), vlans::toString);
        assertTrue(vlans.get(1).matches("trunk0 +10 +802.1q +1010 +0 +refuse +[1-9].*"), vlans::toString);
        assertTrue(vlans.get(2).matches("trunk0 +20 +802.1q +1020 +0 +refuse +[1-9].*"), vlans::toString);
        bridge.stop("TERM");
    }

    /** By the file and by ctl; the numbered packets of two other VLANs are counted at both ends. */
    @Test
    @Tag("long")
    void shouldLoseNothingWhileVlansAreAddedMovedAndRemoved() throws IOException
    {
        final String first = "100-199, vni: 10100";
        final Bridge bridge = start(first);
        final Station near10 = guest.addNear(lab, 10, 1);
        final Station far10 = guest.addFar(lab, 10, 2);
        final Station near20 = guest.addNear(lab, 20, 1);
        final Station far20 = guest.addFar(lab, 20, 2);
        Traffic.ping(near10.host(), far10.address());
        Traffic.ping(far20.host(), near20.address());
        try (PacketFlow there = PacketFlow.start(near10.host(), far10.address());
            PacketFlow back = PacketFlow.start(far20.host(), near20.address()))
        {
            for (int round = 0; round < 3; round++)
            {
                // Fifty are moved to other VNIs, fifty removed, and fifty added.
                write("100-149, vni: 20100", "200-249, vni: 10200");
                assertReloaded(CHANGED, CHANGED);
                write(first);
                assertReloaded(CHANGED, CHANGED);
                ctl("segment", "add", "30300", "vlan", "300-399", "dev", TRUNK, "flood", kernel.underlayV4());
                assertEquals(1 + 2 + 2 * CHANGED, ctl("vlan", "show").stdout().size());
                ctl("vlan", "set", "300-399", "dev", TRUNK, "priority", "dscp");
                ctl("segment", "del", "30300-30399");
            }
            there.assertUnbroken();
            back.assertUnbroken();
        }

        // A VLAN that was moved reaches the kernel's bridge under its new VNI.
        write("100-149, vni: 20100");
        ctl("reload");
        guest.map(100, 20100, 50);
        guest.addStation("far", "vid 120", "10.7.0.2/24");
        guest.run("ip link add link trunk name trunk.120 type vlan id 120");
        guest.addNamespace("near", "trunk.120", "10.7.0.1/24");
        guest.run("ip netns exec near ping -n -q -c 5 -i 0.1 -w 10 10.7.0.2");
        guest.run("ip netns exec far ping -n -q -c 5 -i 0.1 -w 10 10.7.0.1");
        Traffic.stream(near10.host(), far10.host(), far10.address(), QUICK_MIB);
        bridge.stop("TERM");
    }

    /** All VLANs are replaced at once: the device stays, and so does its place in the bridge. */
    @Test
    @Tag("tunnel")
    void shouldKeepTheDeviceWhenAllVlansAreReplaced() throws IOException
    {
        final Bridge bridge = start();
        final String before = index();
        Files.writeString(file, head() + "  - {vni: 7, device: " + TRUNK + ", vlan: 7}\n");
        ctl("reload");
        write();
        ctl("reload");
        assertEquals(before, index());
        final Station near10 = guest.addNear(lab, 10, 1);
        final Station far10 = guest.addFar(lab, 10, 2);
        Traffic.ping(near10.host(), near10.address(), far10.host(), far10.address());
        bridge.stop("TERM");
    }

    /** Priorities by DSCP, 802.1ad tags that select a segment, and frames with tags that select none. */
    @Test
    @Tag("tunnel")
    void shouldReadAndWriteTagsAsTheKernelDoes() throws IOException
    {
        final Bridge bridge = start("5, vni: 1005, vlan-protocol: 802.1ad");
        ctl("vlan", "set", "10", "dev", TRUNK, "priority", "dscp");
        final Station near10 = guest.addNear(lab, 10, 1);
        final Station far10 = guest.addFar(lab, 10, 2);
        Traffic.ping(near10.host(), far10.address());

        // Expedited forwarding is DSCP 46, and priority 5.
        final LabProcess tcpdump = kernel.start(List.of(
            "tcpdump", "-n", "-e", "-l", "-c", "1", "-i", "t2", "vlan 10 and ip and icmp[icmptype] == icmp-echo"));
        Poll.until("tcpdump listens", 60, () -> tcpdump.stderr().toString().contains("listening on"));
        far10.host().run("ping", "-n", "-c", "3", "-i", "0.1", "-w", "10", "-Q", "0xb8", near10.address()).orFail();
        final String frame = tcpdump.await(60).orFail().output();
        assertTrue(frame.contains("vlan 10, p 5,"), frame);

        guest.map(5, 1005, 1);
        guest.addStation("far", "vid 5", "10.7.0.2/24");
        guest.run("ip link add link trunk name service5 type vlan proto 802.1ad id 5");
        guest.addNamespace("near", "service5", "10.7.0.1/24");
        guest.run("ip netns exec near ping -n -q -c 5 -i 0.1 -w 10 10.7.0.2");
        guest.run("ip netns exec far ping -n -q -c 5 -i 0.1 -w 10 10.7.0.1");

        // A second tag, and an 802.1ad tag of which there is no segment: nobody answers, and both are counted.
        guest.run("ip link add link trunk.10 name stacked type vlan id 20");
        guest.addNamespace("two", "stacked", "10.9.0.77/16");
        guest.run("ip link add link trunk name service9 type vlan proto 802.1ad id 9");
        guest.addNamespace("nine", "service9", "10.9.0.78/16");
        guest.run("! ip netns exec two ping -n -q -c 2 -i 0.1 -W 1 " + far10.address());
        guest.run("! ip netns exec nine ping -n -q -c 2 -i 0.1 -W 1 " + far10.address());
        final String drops = ctl("drops").output();
        assertTrue(drops.matches("(?s).*encap +stacked-vlan +1010 .*"), drops);
        assertTrue(drops.matches("(?s).*encap +service-tag +- .*"), drops);
        bridge.stop("TERM");
    }

    private String index()
    {
        return engine.run("cat", "/sys/class/net/" + TRUNK + "/ifindex").orFail().output().strip();
    }

    private Bridge start(final String... ranges) throws IOException
    {
        write(ranges);
        final Bridge bridge = Bridge.start(
            engine, TRUNK, List.of("--config", file.toString(), "--admin", socket.toString()));
        engine.addToBridge(TRUNK, BRIDGE);
        return bridge;
    }

    private CommandResult ctl(final String... words)
    {
        final List<String> arguments = new ArrayList<>(List.of("--admin", socket.toString()));
        arguments.addAll(List.of(words));
        return engine.run(Bridge.command(List.of(), "ctl", arguments).toArray(String[]::new)).orFail();
    }

    private void assertReloaded(final int removed, final int added)
    {
        final String done = ctl("reload").output();
        assertEquals(removed, count(done, "removed with " + TRUNK), done);
        assertEquals(added, count(done, "added on " + TRUNK), done);
    }

    private static long count(final String text, final String part)
    {
        return IntStream.range(0, text.length()).filter(i -> text.startsWith(part, i)).count();
    }

    private void write(final String... ranges) throws IOException
    {
        final StringBuilder text = new StringBuilder(head());
        for (final String vlan : List.of("10, vni: 1010", "20, vni: 1020"))
        {
            text.append(segment(vlan));
        }
        for (final String range : ranges)
        {
            text.append(segment(range));
        }
        Files.writeString(file, text);
    }

    private String head()
    {
        return "local: " + engine.underlayV4() + "\nlearning: true\nsegments:\n";
    }

    private String segment(final String vlanAndVni)
    {
        return "  - {device: " + TRUNK + ", flood: [" + kernel.underlayV4() + "], vlan: " + vlanAndVni + "}\n";
    }
}
