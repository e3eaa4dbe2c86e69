// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.conformance.Conformance;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;
import io.overlane.tun.TunOffload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What options mean together. The host is 192.0.2.1 with an MTU of 1500. */
class BridgePlannerTest
{
    private final FakeHost host = new FakeHost();

    @Test
    void shouldBeFlannelsVxlanByDefault()
    {
        final BridgePlan plan = plan("");

        assertEquals(BridgeMode.VXLAN, plan.mode());
        assertEquals(UnderlayKind.LIBC, plan.underlay());
        assertEquals(Vtep.parse("0.0.0.0", 8472), plan.local());
        assertEquals("flannel.1", plan.device());
        assertEquals(FakeHost.STABLE_MAC, plan.mac());
        assertEquals(1450, plan.mtu());
        assertEquals(1, plan.vni());
        assertEquals(List.of(), plan.addresses());
        assertEquals(List.of(), plan.peers());
        assertEquals(Map.of(), plan.fdb());
        assertEquals(Set.of(), plan.flood());
        assertEquals(Map.of(), plan.neighbors());
        assertFalse(plan.policy().learning());
        assertEquals(TunOffload.ALL, plan.offload());
        assertTrue(plan.policy().isSameAs(new SegmentPolicy()));
        assertFalse(plan.allIcmpErrors());
        assertEquals(List.of(), plan.subnets());
        assertEquals(List.of(), plan.hostEntries());
        assertEquals(0, plan.remotes());
    }

    @Test
    void shouldBeFlannelsUdpInIpMode()
    {
        final BridgePlan plan = plan("--mode ip-udp");

        assertEquals(BridgeMode.IP_UDP, plan.mode());
        assertEquals(Vtep.parse("0.0.0.0", 8285), plan.local());
        assertEquals("flannel0", plan.device());
        assertNull(plan.mac());
        assertEquals(1472, plan.mtu());
        assertEquals(0, plan.vni());
        assertEquals(SourcePolicy.KNOWN, plan.source());
        assertFalse(plan.allIcmpErrors());
        assertEquals(List.of(), plan.subnets());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        1500  | --flood 192.0.2.2                                         | 0.0.0.0      | 1450
        1500  | --flood 2001:db8::2                                       | ::           | 1430
        1500  | --local :: --flood 192.0.2.2                              | ::           | 1450
        1500  | --local :: --flood 192.0.2.2 --flood 2001:db8::2          | ::           | 1430
        1500  | --local ::                                                | ::           | 1430
        1500  | --local 2001:db8::1                                       | 2001:db8::1  | 1430
        1500  | --local 192.0.2.1 --mtu 1400                              | 192.0.2.1    | 1400
        1500  | --mode ip-udp --peer 2001:db8::2,subnet=10.1.2.0/24       | ::           | 1452
        1500  | --mtu 68                                                  | 0.0.0.0      | 68
        1500  | --mtu 1280 --address fd00::1/64                           | 0.0.0.0      | 1280
        9000  | ""                                                        | 0.0.0.0      | 8950
        65536 | ""                                                        | 0.0.0.0      | 65485
        65536 | --mode ip-udp                                             | 0.0.0.0      | 65507
        """)
    @Conformance(row = 79, behaviour = "what the underlay towards the remotes leaves over",
        deviation = "Linux looks at a device only if one is named")
    void shouldLeaveRoomForTheEncapsulation(
        final int underlayMtu, final String line, final String local, final int mtu)
    {
        final BridgePlan plan = BridgeOptionsParser.plan(line, host.mtu(underlayMtu));
        assertEquals(IpAddress.parse(local), plan.local().address());
        assertEquals(mtu, plan.mtu());
    }

    @Test
    void shouldTakeAPeerWithAnIpv4AndAnIpv6Subnet()
    {
        final BridgePlan plan = plan(
            "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24 " +
            "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=fd00:2::/64");

        assertEquals(
            List.of("10.1.2.0/24", "fd00:2::/64"),
            plan.peers().stream().map(peer -> peer.subnet().toString()).toList());
        assertEquals(Map.of(MacAddress.parse("02:00:00:00:00:02"), Vtep.parse("192.0.2.2", 8472)), plan.fdb());
        assertEquals(1, plan.remotes());
        assertFalse(plan.hostEntries().isEmpty());
    }

    @Test
    void shouldTakeTwoPeersBehindOneGateway()
    {
        final BridgePlan plan = plan(
            "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24,gateway=10.9.9.9 " +
            "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.3.0/24,gateway=10.9.9.9");
        assertEquals(2, plan.peers().size());
    }

    @Test
    void shouldCountARemoteOnceHoweverOftenItIsNamed()
    {
        final BridgePlan plan = plan(
            "--peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24 --fdb 02:00:00:00:00:03=192.0.2.2 " +
            "--flood 192.0.2.2 --flood 192.0.2.2 --flood 192.0.2.3");

        assertEquals(2, plan.fdb().size());
        assertEquals(Set.of(Vtep.parse("192.0.2.2", 8472), Vtep.parse("192.0.2.3", 8472)), plan.flood());
        assertEquals(2, plan.remotes());
    }

    @Test
    void shouldSendToThePortItBindsUnlessARemoteNamesAnother()
    {
        final BridgePlan plan = plan(
            "--port 4789 --flood 192.0.2.2 --flood 192.0.2.3:8472 --flood [::ffff:192.0.2.4]:7");

        assertEquals(4789, plan.local().udpPort());
        assertEquals(
            List.of("192.0.2.2:4789", "192.0.2.3:8472", "192.0.2.4:7"),
            plan.flood().stream().map(Vtep::toString).toList());
    }

    @Test
    void shouldAllowAnotherEngineOnThisHost()
    {
        assertEquals(1, plan("--flood 192.0.2.1:8473").remotes());
        assertEquals(1, plan("--local 127.0.0.1 --flood 127.0.0.2").remotes());
    }

    @Test
    void shouldMakeTheMacAddressFromWhatOthersReachThisNodeBy()
    {
        plan("--flood 192.0.2.2");
        assertEquals(IpAddress.parse("192.0.2.1"), host.macAskedFor(), "the source towards the first remote");

        plan("--local 192.0.2.7");
        assertEquals(IpAddress.parse("192.0.2.7"), host.macAskedFor(), "the bound address");

        host.withoutRoutes();
        plan("--flood 192.0.2.2");
        assertEquals(IpAddress.ANY_V4, host.macAskedFor(), "nothing better known");
    }

    @Test
    void shouldTakeTheMacAddressGiven()
    {
        assertEquals(MacAddress.parse("02:00:00:00:00:09"), plan("--mac 2:0:0:0:0:9").mac());
        assertNull(host.macAskedFor());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ""                                             | ""
        --address 10.1.1.1/32                          | ""
        --address 10.1.1.1/24                          | 10.1.1.0/24 10.1.1.1/32
        --address 10.1.1.1/32 --subnet 10.1.1.0/24     | 10.1.1.0/24 10.1.1.1/32
        --subnet 10.1.1.77/24                          | 10.1.1.0/24
        --address 10.9.9.9/16 --subnet 10.1.1.0/24     | 10.1.1.0/24 10.9.9.9/32
        """)
    void shouldLetInPacketsForItsSubnetsAndItself(final String line, final String subnets)
    {
        final List<String> expected = subnets.isEmpty() ? List.of() : List.of(subnets.split(" "));
        assertEquals(expected, plan("--mode ip-udp " + line).subnets().stream().map(IpPrefix::toString).toList());
    }

    @Test
    void shouldTakeWhatElseIsGiven()
    {
        final BridgePlan plan = plan(
            "--offload off --device vx%d --vni 16777215 --learning --source known --underlay nio " +
            "--address 10.1.1.1/32 --neighbor fd00::2=02:00:00:00:00:02");

        assertEquals(TunOffload.NONE, plan.offload());
        assertEquals("vx%d", plan.device());
        assertEquals(16_777_215, plan.vni());
        assertTrue(plan.policy().learning());
        assertEquals(SourcePolicy.KNOWN, plan.policy().sourcePolicy());
        assertEquals(UnderlayKind.NIO, plan.underlay());
        assertEquals(List.of(IpPrefix.parse("10.1.1.1/32")), plan.addresses());
        assertEquals(
            Map.of(IpAddress.parse("fd00::2"), MacAddress.parse("02:00:00:00:00:02")), plan.neighbors());
        assertFalse(plan.hostEntries().isEmpty());
        assertTrue(plan("--mode ip-udp --icmp-errors all").allIcmpErrors());
        assertEquals(SourcePolicy.ROUTED, plan("--mode ip-udp --source routed").source());
    }

    @Test
    void shouldSetProfileFirstAndRulesAfter()
    {
        final SegmentPolicy strict = rules("--policy strict");
        assertEquals(SourcePolicy.KNOWN, strict.sourcePolicy());
        assertEquals(VlanPolicy.DROP, strict.encapVlan());

        final SegmentPolicy relaxed = rules(
            "--inner-vlan pass --accept-from 192.0.2.0/24,2001:db8::7 --policy strict");
        assertEquals(VlanPolicy.PASS, relaxed.decapVlan());
        assertEquals(VlanPolicy.PASS, relaxed.encapVlan());
        assertEquals(SourcePolicy.LISTED, relaxed.sourcePolicy());
        assertEquals(
            Set.of(IpPrefix.parse("192.0.2.0/24"), IpPrefix.parse("2001:db8::7/128")), relaxed.sources());

        assertEquals(SourcePolicy.ANY, rules("--policy strict --accept-from any").sourcePolicy());
        assertEquals(SourcePolicy.KNOWN, rules("--accept-from known").sourcePolicy());
        assertEquals(0, rules("--policy rfc7348").reservedBits());
    }

    @Test
    void shouldLimitWhatIsLearnedAndFlooded()
    {
        final BridgePlan plan = plan("--max-learned 100 --flood-limit copies=3,port=1 --fdb-age 60 --nap 0");
        assertEquals(100, plan.policy().maxLearned());
        assertEquals(new FloodBudget(1, 0, 3), plan.policy().floodBudget());
        assertEquals(TimeUnit.SECONDS.toNanos(60), plan.policy().fdbAgeNs());
        assertEquals(0, plan.napNs());
        assertEquals(0, plan("").policy().maxLearned());
        assertEquals(new FloodBudget(0, 0, 0), plan("").policy().floodBudget());
        assertEquals(SegmentPolicy.ENGINE_AGE, plan("").policy().fdbAgeNs());
        assertEquals(TimeUnit.MICROSECONDS.toNanos(100), plan("").napNs());
        assertEquals(2048, plan("").maxSegments());
        assertEquals(0, plan("--mode ip-udp --nap 0").napNs());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "1", "port", "port=", "port=0", "port=-1", "port=1,", "port=1,port=2", "frames=1", "port=1000000001",
        "copies=99999999999"})
    void shouldRefuseRatesThatAreNone(final String text)
    {
        final String message =
            assertThrows(IllegalArgumentException.class, () -> plan("--flood-limit=" + text)).getMessage();
        assertEquals(
            "--flood-limit " + text + ": expected port=N,segment=N,copies=N,arp=N in frames a second, or none",
            message);
    }

    private SegmentPolicy rules(final String line)
    {
        return plan(line).policy();
    }

    private BridgePlan plan(final String line)
    {
        return BridgeOptionsParser.plan(line, host);
    }
}
