// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.conformance.Conformance;
import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Capture;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Station;
import io.overlane.examples.lab.SwitchLab;
import io.overlane.examples.lab.TaggedStations;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One segment over three hosts that learn and flood, a bridge on each: the engine on host 1, the kernel on 2 and 3. */
@Tag("tunnel")
@Timeout(600)
class LearningBridgeIT
{
    private static final String DEVICE = "vx1";
    private static final String BRIDGE = "br0";
    private static final int ADMIN_TIMEOUT_S = 120;

    @TempDir
    private Path directory;

    @AutoClose
    private SwitchLab lab;
    private LabHost engine;
    private LabHost second;
    private LabHost third;
    private Path socket;
    private Bridge bridge;

    @BeforeEach
    void openLab()
    {
        lab = SwitchLab.openOrSkip(3);
        engine = lab.host(1);
        second = lab.host(2);
        third = lab.host(3);
        socket = directory.resolve("admin.sock");
        for (final LabHost host : List.of(engine, second, third))
        {
            host.addBridge(BRIDGE);
        }
        KernelVxlan.createLearning(second, 1, BRIDGE, engine, third);
        KernelVxlan.createLearning(third, 1, BRIDGE, engine, second);
        bridge = Bridge.start(engine, DEVICE, List.of(
            "--device", DEVICE, "--local", engine.underlayV4(), "--learning",
            "--flood", second.underlayV4(), "--flood", third.underlayV4(), "--admin", socket.toString()));
        engine.addToBridge(DEVICE, BRIDGE);
    }

    @Test
    @Conformance(row = 109)
    void shouldReachEveryStationAndReflectNothing()
    {
        final Station one = lab.addStation(engine, BRIDGE, 1);
        final Station two = lab.addStation(second, BRIDGE, 2);
        final Station three = lab.addStation(third, BRIDGE, 3);
        final Capture capture = Capture.start(engine, directory.resolve("engine.pcap"));
        for (final Station from : List.of(one, two, three))
        {
            for (final Station to : List.of(one, two, three))
            {
                if (from != to)
                {
                    // Else it knows the other from an earlier question, and asks nobody.
                    from.forgetNeighbors();
                    Traffic.ping(from.host(), to.address());
                }
            }
        }
        Traffic.pingFullSize(one.host(), three.address(), 1450);
        Traffic.stream(one.host(), two.host(), two.address(), 8);
        Traffic.stream(three.host(), one.host(), one.address(), 8);
        capture.stop();

        final String ours = "vxlan && ip.src == " + engine.underlayV4();
        final String arp = " && arp && eth.dst == ff:ff:ff:ff:ff:ff";
        for (final Station remote : List.of(two, three))
        {
            assertFalse(capture.matching("vxlan && ip.dst == " + engine.underlayV4() + arp +
                " && eth.src == " + remote.mac()).isEmpty(), "no broadcast came here: nothing was tested");
            assertEquals(List.of(), capture.matching(ours + " && eth.src == " + remote.mac()));
        }
        for (final LabHost remote : List.of(second, third))
        {
            assertFalse(capture.matching(ours + arp + " && ip.dst == " + remote.underlayV4()).isEmpty());
        }
        stop();
    }

    @Test
    @Conformance(row = 37)
    void shouldFollowAStationThatMovesWithItsFirstFrame()
    {
        final Station one = lab.addStation(engine, BRIDGE, 1);
        final Station mobile = lab.addStation(second, BRIDGE, 4);
        one.pingOnce(mobile);
        mobile.move(third, BRIDGE);
        final Capture atSecond = Capture.start(second, directory.resolve("second.pcap"));
        mobile.pingOnce(one);
        one.pingOnce(mobile);
        assertNothingFor(mobile, atSecond);

        mobile.move(second, BRIDGE);
        mobile.announce();
        Poll.until("the FDB follows a gratuitous ARP", ADMIN_TIMEOUT_S, () -> isBehind(mobile, second));
        final Capture atThird = Capture.start(third, directory.resolve("third.pcap"));
        final int requests = mobile.echoRequests();
        one.pingOnce(mobile);
        assertEquals(requests + 1, mobile.echoRequests());
        Traffic.ping(one.host(), mobile.address());
        assertNothingFor(mobile, atThird);
        stop();
    }

    /** Its first frame told where it is now: not even the answer to that one goes to where it was. */
    private static void assertNothingFor(final Station station, final Capture whereItWas)
    {
        whereItWas.stop();
        assertEquals(List.of(), whereItWas.matching("vxlan && eth.dst == " + station.mac()));
    }

    /** Before its first frame from the new place all of it goes to the old one, after it none. */
    @Test
    void shouldSendNothingToTheOldPlaceAfterTheFirstFrameFromTheNewOne()
    {
        // Else a datagram on the wire may stand for several, which UDP_SEGMENT left joined.
        engine.switchOffloadOff(engine.underlayDevice());
        final Station one = lab.addStation(engine, BRIDGE, 1);
        final Station mobile = lab.addStation(second, BRIDGE, 4);
        final Station atSecond = lab.addStation(second, BRIDGE, 2);
        final Station atThird = lab.addStation(third, BRIDGE, 3);
        one.pingOnce(mobile);
        one.pingOnce(atSecond);
        one.pingOnce(atThird);
        mobile.move(third, BRIDGE);
        final int before = 7;
        final Capture oldBefore = Capture.start(second, directory.resolve("old-before.pcap"));
        final Capture newBefore = Capture.start(third, directory.resolve("new-before.pcap"));
        one.send(mobile, before);
        one.pingOnce(atSecond);
        one.pingOnce(atThird);
        assertEquals(before, echoRequests(oldBefore, mobile, atSecond));
        assertEquals(0, echoRequests(newBefore, mobile, atThird));

        mobile.announce();
        Poll.until("the FDB follows a gratuitous ARP", ADMIN_TIMEOUT_S, () -> isBehind(mobile, third));
        final int after = 100;
        final Capture oldAfter = Capture.start(second, directory.resolve("old-after.pcap"));
        final Capture newAfter = Capture.start(third, directory.resolve("new-after.pcap"));
        one.send(mobile, after);
        one.pingOnce(atSecond);
        one.pingOnce(atThird);
        assertEquals(after, echoRequests(newAfter, mobile, atThird));
        assertEquals(0, echoRequests(oldAfter, mobile, atSecond));
        stop();
    }

    /** Those to one station that came before the one to another. */
    private static int echoRequests(final Capture capture, final Station station, final Station last)
    {
        final String to = "vxlan && icmp.type == 8 && eth.dst == ";
        capture.stopAfter(1, to + last.mac());
        return capture.matching(to + station.mac()).size();
    }

    @Test
    void shouldJoinStationsOverIpv6()
    {
        final Station one = lab.addStation(engine, BRIDGE, 1);
        final Station two = lab.addStation(second, BRIDGE, 2);
        final Station three = lab.addStation(third, BRIDGE, 3);
        final List<Station> all = List.of(one, two, three);
        all.forEach(Station::openIpv6);
        for (final Station from : all)
        {
            for (final Station to : all)
            {
                if (from != to)
                {
                    from.forgetNeighbors();
                    Traffic.ping(from.host(), to.addressV6());
                }
            }
        }
        Traffic.stream(one.host(), two.host(), two.addressV6(), 8);
        Traffic.stream(three.host(), one.host(), one.addressV6(), 8);
        Traffic.stream(two.host(), three.host(), three.addressV6(), 8);
        stop();
    }

    @Test
    void shouldFollowAStationThatMovesToTheEngineAndAway()
    {
        final Station two = lab.addStation(second, BRIDGE, 2);
        final Station mobile = lab.addStation(third, BRIDGE, 4);
        final Station one = lab.addStation(engine, BRIDGE, 1);
        mobile.pingOnce(two);
        mobile.pingOnce(one);
        assertTrue(isBehind(mobile, third));

        mobile.move(engine, BRIDGE);
        mobile.pingOnce(two);
        two.pingOnce(mobile);
        one.pingOnce(mobile);

        mobile.move(third, BRIDGE);
        mobile.pingOnce(one);
        one.pingOnce(mobile);
        two.pingOnce(mobile);
        stop();
    }

    @Test
    void shouldCarryTaggedFramesAsTheyAre()
    {
        TaggedStations.exchange(engine, second, BRIDGE);
        TaggedStations.exchange(third, engine, BRIDGE);
        stop();
    }

    private boolean isBehind(final Station station, final LabHost remote)
    {
        final List<String> arguments = List.of("--admin", socket.toString(), "fdb", "show");
        return engine.start(Bridge.command(List.of("-XX:TieredStopAtLevel=1"), "ctl", arguments)).await(ADMIN_TIMEOUT_S)
            .orFail().output().contains(station.mac() + "  " + remote.underlayV4());
    }

    private void stop()
    {
        bridge.stop("TERM");
    }
}
