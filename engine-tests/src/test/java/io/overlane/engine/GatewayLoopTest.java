// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static io.overlane.engine.GatewayLan.VLAN;
import static io.overlane.engine.GatewayLan.VNI;
import static io.overlane.engine.GatewayLan.vtep;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbChange;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.event.EngineEvent.DuplicateAddress;
import io.overlane.event.EngineEvent.FloodStorm;
import io.overlane.event.EngineEvent.MacChanged;
import io.overlane.event.EngineEvent.MacConflict;
import io.overlane.event.EngineEvent.Place;
import io.overlane.policy.FloodBudget;
import io.overlane.routing.Gateway;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.LoopbackPort;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several VLAN gateways of one VNI: split horizon, a loop through the LAN, storms, and duplicate addresses. */
class GatewayLoopTest
{
    private static final long FIRST = 0x0200_0000_0A01L;
    private static final long SECOND = 0x0200_0000_0A02L;
    private static final IpAddress ADDRESS = IpAddress.parse("10.9.0.1");
    private static final String OTHER = "10.9.0.2";

    private static final FrameSpec BROADCAST = ask(FIRST);

    /** A frame from the underlay never goes back to the underlay, so nobody gets it twice. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void shouldSendEachFloodedFrameToEachGatewayOnce(final int gateways)
    {
        try (GatewayLan lan = new GatewayLan(gateways, rules -> {}, segment -> {}))
        {
            final FrameSpec unknown = FrameSpec.ipv4Udp().sourceMac(FIRST).destinationMac(SECOND);
            lan.trunks.get(0).put(BROADCAST.vlan(VLAN).bytes());
            lan.trunks.get(0).put(unknown.vlan(VLAN).bytes());
            lan.run();
            for (int i = 0; i < gateways; i++)
            {
                final List<byte[]> got = lan.trunks.get(i).takeAll();
                assertEquals(i == 0 ? 0 : 2, got.size(), "gateway " + i);
                assertEquals(i == 0 ? 2 : 0, encap(lan, i).framesIn(), "frames that gateway " + i + " sent");
                assertEquals(i == 0 ? 0 : 2, decap(lan, i).framesIn(), "datagrams for gateway " + i);
                if (i > 0)
                {
                    assertArrayEquals(BROADCAST.vlan(VLAN).bytes(), got.get(0));
                }
            }
        }
    }

    /** Also where the engine switches between ports and knows that the station is behind another remote. */
    @Test
    void shouldNotForwardFromARemoteToARemote()
    {
        try (GatewayLan lan = new GatewayLan(
            3, rules -> {}, segment -> segment.addPort(new LoopbackPort("local", 1450, 16))))
        {
            lan.trunks.get(2).put(ask(SECOND).vlan(VLAN).bytes());
            lan.run();
            lan.trunks.forEach(LoopbackPort::takeAll);
            final long before = decap(lan, 2).framesIn();
            lan.trunks.get(0).put(FrameSpec.ipv4Udp().sourceMac(FIRST).destinationMac(SECOND).vlan(VLAN).bytes());
            lan.run();
            assertEquals(before + 1, decap(lan, 2).framesIn(), "straight, and not by way of gateway 1");

            // Gateway 0 loses the entry, and floods: gateway 1 knows that the station is behind gateway 2.
            lan.engines.get(0).control().operate(tables -> tables.flush(FdbFilter.ALL.kinds(FdbKind.LEARNED)));
            lan.run();
            lan.trunks.get(0).put(FrameSpec.ipv4Udp().sourceMac(FIRST).destinationMac(SECOND).vlan(VLAN).bytes());
            lan.run();
            assertEquals(1, decap(lan, 1).dropped(DropReason.SPLIT_HORIZON));
            assertEquals(before + 2, decap(lan, 2).framesIn());
        }
    }

    /** Without a limit one frame circulates for ever, in both directions. */
    @Test
    void shouldLoopThroughTheLanWithoutALimit()
    {
        try (GatewayLan lan = new GatewayLan(2, rules -> {}, segment -> {}).join(0, 1))
        {
            lan.send(BROADCAST.vlan(VLAN).bytes());
            for (int i = 0; i < 200; i++)
            {
                assertEquals(2, lan.hop());
            }
        }
    }

    /** Four seconds of a LAN that could carry every frame 2,000 times a second. */
    @Test
    void shouldBoundALoopByTheFloodLimitAndReportIt()
    {
        final int limit = 50;
        final int seconds = 4;
        try (GatewayLan lan = new GatewayLan(
            2, rules -> rules.floodBudget(new FloodBudget(limit, 0, 0)), segment -> {}).join(0, 1))
        {
            for (int i = 0; i < seconds; i++)
            {
                for (int frame = 0; frame < 10; frame++)
                {
                    lan.send(BROADCAST.vlan(VLAN).bytes());
                }
                lan.pass(1000, 2);
            }
            assertTrue(lan.carried() <= 2 * limit * (seconds + 1), "the LAN carried " + lan.carried());
            assertTrue(lan.carried() > limit, "the LAN carried " + lan.carried());
            for (int i = 0; i < 2; i++)
            {
                assertTrue(encap(lan, i).dropped(DropReason.PORT_FLOOD_LIMIT) > 0);
                final List<FloodStorm> storms = lan.events(i, FloodStorm.class);
                assertFalse(storms.isEmpty());
                assertEquals(VNI, storms.get(0).vni());
                assertEquals(DropReason.PORT_FLOOD_LIMIT, storms.get(0).limit());
                final List<MacConflict> conflicts = lan.events(i, MacConflict.class);
                assertTrue(!conflicts.isEmpty() && conflicts.size() <= seconds + 1, conflicts::toString);
                final MacConflict conflict = conflicts.get(0);
                assertEquals(new MacAddress(FIRST), conflict.mac());
                assertEquals(new Place(null, "trunk" + i + "." + VLAN), conflict.port());
                assertEquals(new Place(vtep(1 - i), null), conflict.remote());
            }
        }
    }

    /** A station that moves from a remote to the port has not sent from the remote for a while, or does so once. */
    @Test
    void shouldNotTakeAMoveForAConflict()
    {
        try (GatewayLan lan = new GatewayLan(2, rules -> {}, segment -> {}))
        {
            lan.trunks.get(1).put(BROADCAST.vlan(VLAN).bytes());
            lan.run();
            lan.clock.step(3, TimeUnit.SECONDS);
            for (int i = 0; i < 5; i++)
            {
                lan.trunks.get(0).put(BROADCAST.vlan(VLAN).bytes());
                lan.run();
                lan.clock.step(1, TimeUnit.SECONDS);
                lan.run();
            }
            assertEquals(List.of(), lan.events(0, MacConflict.class));
            assertEquals(List.of(), lan.events(0, DuplicateAddress.class));
        }
    }

    /** With several ports the engine learns its own stations, too; it pins the one that moves too often. */
    @Test
    void shouldPinAStationThatMovesBetweenPortAndRemote()
    {
        try (GatewayLan lan = new GatewayLan(
            2, rules -> {}, segment -> segment.addPort(new LoopbackPort("local", 1450, 4096))).join(0, 1))
        {
            lan.send(BROADCAST.vlan(VLAN).bytes());
            lan.pass(100, 1);
            for (int i = 0; i < 2; i++)
            {
                final List<FdbChange> changes =
                    lan.events(i, MacChanged.class).stream().map(MacChanged::change).toList();
                assertTrue(changes.contains(FdbChange.MOVED), changes::toString);
                assertTrue(changes.contains(FdbChange.PINNED), changes::toString);
                assertEquals(List.of(), lan.events(i, MacConflict.class));
            }
        }
    }

    /** A storm of requests, of which the engine answers one half and floods the other. */
    @Test
    void shouldBoundArpStormsOfAPort()
    {
        final int limit = 100;
        try (GatewayLan lan = new GatewayLan(
            2,
            rules -> rules.floodBudget(new FloodBudget(0, 0, 0, limit)),
            segment -> segment.neighbor(IpAddress.parse(OTHER), new MacAddress(SECOND))))
        {
            final FrameSpec known = FrameSpec.arpRequest("10.9.0.1", OTHER).sourceMac(FIRST).senderMac(FIRST);
            final FrameSpec solicitation = FrameSpec.neighborSolicitation("fd00::1", "fd00::2").sourceMac(FIRST);
            final FrameSpec other = FrameSpec.ipv4Udp().sourceMac(FIRST).destinationMac(FrameSpec.BROADCAST);
            for (int i = 0; i < 1000; i++)
            {
                lan.clock.step(1, TimeUnit.MILLISECONDS);
                for (final FrameSpec frame : List.of(known, BROADCAST, solicitation, other))
                {
                    lan.trunks.get(0).put(frame.vlan(VLAN).bytes());
                }
                lan.run();
                lan.trunks.get(0).takeAll();
            }
            final PathCounters encap = encap(lan, 0);
            final long passed = 3000 - encap.dropped(DropReason.PORT_ARP_LIMIT);
            assertTrue(passed >= limit && passed <= 2 * limit, "requests that passed: " + passed);
            assertTrue(encap.answered() > 0 && encap.answered() < passed);
            assertEquals(1000 + passed - encap.answered(), encap.delivered(), "other frames are not limited");
            lan.clock.step(1, TimeUnit.SECONDS);
            lan.run();
            assertEquals(
                List.of(DropReason.PORT_ARP_LIMIT),
                lan.events(0, FloodStorm.class).stream().map(FloodStorm::limit).distinct().toList());
        }
    }

    /** One behind the port and one behind a remote, both of which ask for others from time to time. */
    @Test
    void shouldReportTwoStationsWithOneAddress()
    {
        try (GatewayLan lan = new GatewayLan(2, rules -> {}, segment -> {}))
        {
            for (int i = 0; i < 4; i++)
            {
                lan.trunks.get(0).put(ask(FIRST).vlan(VLAN).bytes());
                lan.run();
                lan.trunks.get(1).put(ask(SECOND).vlan(VLAN).bytes());
                lan.run();
                lan.clock.step(10, TimeUnit.SECONDS);
                lan.run();
            }
            for (int i = 0; i < 2; i++)
            {
                final List<DuplicateAddress> duplicates = lan.events(i, DuplicateAddress.class);
                assertEquals(1, duplicates.size(), duplicates::toString);
                final DuplicateAddress duplicate = duplicates.get(0);
                assertEquals(List.of(VNI, ADDRESS), List.of(duplicate.vni(), duplicate.address()));
                assertEquals(new MacAddress(FIRST), duplicate.mac());
                assertEquals(new MacAddress(SECOND), duplicate.other());
                final Place port = new Place(null, "trunk" + i + "." + VLAN);
                final Place remote = new Place(vtep(1 - i), null);
                assertEquals(i == 0 ? port : remote, duplicate.place());
                assertEquals(i == 0 ? remote : port, duplicate.otherPlace());
            }
        }
    }

    @Test
    void shouldReportTwoStationsWithOneIpv6Address()
    {
        try (GatewayLan lan = new GatewayLan(2, rules -> {}, segment -> {}))
        {
            for (int i = 0; i < 3; i++)
            {
                final long mac = i % 2 == 0 ? FIRST : SECOND;
                lan.trunks.get(i % 2).put(FrameSpec.neighborAdvertisement("fd00::7", "ff02::1")
                    .sourceMac(mac).ndLinkAddress(mac).vlan(VLAN).bytes());
                lan.run();
                lan.clock.step(2, TimeUnit.SECONDS);
            }
            assertEquals(
                List.of(IpAddress.parse("fd00::7")),
                lan.events(1, DuplicateAddress.class).stream().map(DuplicateAddress::address).toList());
        }
    }

    /** A standby router that takes an address over does so once, and a probe claims nothing. */
    @Test
    void shouldNotReportAnAddressThatMoves()
    {
        try (GatewayLan lan = new GatewayLan(2, rules -> {}, segment -> {}))
        {
            lan.trunks.get(0).put(ask(FIRST).vlan(VLAN).bytes());
            lan.run();
            lan.trunks.get(1).put(ask(SECOND).vlan(VLAN).bytes());
            lan.trunks.get(0).put(FrameSpec.arpRequest("0.0.0.0", "10.9.0.1").senderMac(FIRST).vlan(VLAN).bytes());
            lan.run();
            lan.clock.step(2, TimeUnit.MINUTES);
            lan.trunks.get(0).put(ask(FIRST).vlan(VLAN).bytes());
            lan.run();
            assertEquals(List.of(), lan.events(0, DuplicateAddress.class));
            assertEquals(List.of(), lan.events(1, DuplicateAddress.class));
        }
    }

    /** The address of a neighbour that a control plane or an operator configured. */
    @Test
    void shouldReportAStationThatClaimsAConfiguredAddress()
    {
        try (GatewayLan lan = new GatewayLan(
            2, rules -> {}, segment -> segment.neighbor(ADDRESS, new MacAddress(SECOND))))
        {
            lan.trunks.get(0).put(ask(SECOND).vlan(VLAN).bytes());
            lan.run();
            assertEquals(List.of(), lan.events(0, DuplicateAddress.class));
            for (int i = 0; i < 130; i++)
            {
                lan.trunks.get(0).put(ask(FIRST).vlan(VLAN).bytes());
                lan.run();
                lan.clock.step(1, TimeUnit.SECONDS);
            }
            final List<DuplicateAddress> duplicates = lan.events(0, DuplicateAddress.class);
            assertEquals(3, duplicates.size(), "once a minute");
            assertEquals(new MacAddress(FIRST), duplicates.get(0).mac());
            assertEquals(new MacAddress(SECOND), duplicates.get(0).other());
            assertEquals(null, duplicates.get(0).otherPlace());
        }
    }

    /** A station that has the address of the IP gateway, whatever the MAC of that is. */
    @Test
    void shouldReportAStationThatClaimsTheAddressOfTheGateway()
    {
        try (GatewayLan lan = new GatewayLan(
            2, rules -> {}, segment -> segment.gateway(Gateway.of("blue", "10.9.0.1/24"))))
        {
            lan.trunks.get(0).put(ask(FIRST).vlan(VLAN).bytes());
            lan.run();
            final List<DuplicateAddress> duplicates = lan.events(0, DuplicateAddress.class);
            assertEquals(1, duplicates.size());
            assertEquals(ADDRESS, duplicates.get(0).address());
            assertEquals(new MacAddress(FIRST), duplicates.get(0).mac());
            assertEquals(RoutingContext.DEFAULT_GATEWAY_MAC, duplicates.get(0).other());
        }
    }

    private static FrameSpec ask(final long mac)
    {
        return FrameSpec.arpRequest("10.9.0.1", "10.9.0.77").sourceMac(mac).senderMac(mac);
    }

    private static PathCounters encap(final GatewayLan lan, final int gateway)
    {
        return lan.engines.get(gateway).counters().encap();
    }

    private static PathCounters decap(final GatewayLan lan, final int gateway)
    {
        return lan.engines.get(gateway).counters().decap();
    }
}
