// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.ContextPlan;
import io.overlane.cli.bridge.plan.FakeHost;
import io.overlane.cli.bridge.plan.PlanChange;
import io.overlane.control.DesiredState;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gateways, routing contexts and their routes in a configuration file. */
class ContextConfigTest
{
    private static final String START = """
        local: 192.0.2.1
        gateway-mac: 02:00:5e:00:00:01
        contexts:
          - name: red
            l3-vni: 5000
            router-mac: 02:00:00:00:50:01
            routes:
              - ROUTE
          - name: blue
            gateway-mac: 02:00:5e:00:00:02
        segments:
          - {vni: 10, context: red, gateways: [10.10.0.1/24, "fd00:10::1/64"], mtu: 1400}
          - {vni: 20, context: red, gateways: 10.20.0.1/24}
          - {vni: 30, context: blue, gateways: [10.10.0.1/24]}
          - {vni: 40}
        """;

    @Test
    void shouldReadContextsAndGateways()
    {
        final ConfigFile.Contents contents =
            parse(START.replace("ROUTE", "{prefix: 10.60.0.0/16, remote: 192.0.2.4, mac: 02:00:00:00:50:04}\n" +
                "      - 10.50.0.0/16,via=10.20.0.254\n      - {prefix: 10.70.0.0/16, type: blackhole}"));
        final ContextPlan red = contents.contexts().get(0);
        assertEquals(
            new RoutingContext("red", mac("02:00:5e:00:00:01"), 5000, mac("02:00:00:00:50:01")), red.settings());
        assertEquals(
            Map.of(
                IpPrefix.parse("10.60.0.0/16"),
                new RouteTarget.Remote(Vtep.parse("192.0.2.4", 8472), mac("02:00:00:00:50:04")),
                IpPrefix.parse("10.50.0.0/16"), new RouteTarget.Via(IpPrefix.parse("10.20.0.254/32").address()),
                IpPrefix.parse("10.70.0.0/16"), new RouteTarget.Blackhole()),
            red.routes());
        assertEquals(
            new RoutingContext("blue").gatewayMac(mac("02:00:5e:00:00:02")), contents.contexts().get(1).settings());
        final List<BridgePlan> plans = contents.plans();
        assertEquals(
            List.of(IpPrefix.parse("10.10.0.1/24"), IpPrefix.parse("fd00:10::1/64")), plans.get(0).gateways());
        assertEquals(false, plans.get(3).isGateway());
        final DesiredState state = new DesiredState();
        plans.forEach(plan -> plan.addTo(state));
        contents.contexts().forEach(context -> context.addTo(state));
        assertEquals(3 + 2 + 3, state.entries().size());
    }

    @Test
    void shouldMakeContextsThatSegmentsName()
    {
        final List<ContextPlan> contexts = parse("""
            local: 192.0.2.1
            segments:
              - {vni: 10, gateways: [10.10.0.1/24]}
              - {vni: 20, gateways: [10.20.0.1/24], context: blue}
            """).contexts();
        assertEquals(
            List.of(new RoutingContext("default"), new RoutingContext("blue")),
            contexts.stream().map(ContextPlan::settings).toList());
    }

    @Test
    void shouldReadAFileWithOneSegment()
    {
        final ContextPlan only = parse("""
            local: 192.0.2.1
            gateways: [10.10.0.1/24]
            l3-vni: 5000
            routes: ["10.60.0.0/16,remote=192.0.2.4:4789,mac=02:00:00:00:50:04"]
            """).contexts().get(0);
        assertEquals("default", only.name());
        assertEquals(
            new RouteTarget.Remote(Vtep.parse("192.0.2.4:4789", 8472), mac("02:00:00:00:50:04")),
            only.routes().get(IpPrefix.parse("10.60.0.0/16")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        10.60.0.1/16,type=blackhole | 10.60.0.1/16 has host bits; did you mean 10.60.0.0/16?
        10.60.0.0/16 | give one of via=IP, remote=IP[:PORT],mac=MAC and type=blackhole
        10.60.0.0/16,type=gone | not a type: 'gone' (expected blackhole or unreachable)
        10.60.0.0/16,to=10.10.0.9 | unknown part 'to=10.10.0.9' (a route has via=…, vni=…,
        10.60.0.0/16,via=10.10.0.9,mac=02:00:00:00:00:01 | vni=… needs via=…, and mac=… needs remote=…
        10.60.0.0/16,via=fd00:10::9 | next hop fd00:10::9 is of another family than 10.60.0.0/16
        10.60.0.0/16,via=10.99.0.9 | no gateway of context red has a prefix with the next hop
        10.60.0.0/16,via=10.10.0.1 | next hop 10.10.0.1 is the gateway of VNI 10 itself
        fd00:60::/64,via=fe80::9 | next hop fe80::9 is link-local; name the VNI of its segment
        fd00:60::/64,via=fe80::9,vni=30 | VNI 30 has no gateway in context red
        10.60.0.0/16,remote=192.0.2.4 | mac=… is missing
        10.60.0.0/16,remote=192.0.2.1,mac=02:00:00:00:50:04 | remote 192.0.2.1:8472 is this node's own address
        10.60.0.0/16,remote=192.0.2.4,mac=02:00:00:00:50:01 | the MAC address is router-mac, that of this engine
        10.10.0.0/24,type=blackhole | the gateway of VNI 10 has this prefix, and needs no route
        """)
    void shouldRefuseARouteInItsLine(final String route, final String why)
    {
        assertEquals("bridge.yaml:8: ", refused(START.replace("ROUTE", "\"" + route + "\"")).substring(0, 15));
        final String message = refused(START.replace("ROUTE", "\"" + route + "\""));
        assertTrue(message.startsWith("bridge.yaml:8: route " + route + ": " + why), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {vni: 10, context: red, | {vni: 10, context: rde, | 12: context rde is not in 'contexts'
        gateways: 10.20.0.1/24 | gateways: 10.20.0.0/24 | 13: gateway 10.20.0.0/24: this is the network, not the address
        gateways: 10.20.0.1/24 | gateways: 10.10.0.2/24 | 13: gateway 10.10.0.2/24: VNI 10 of the same context
        gateways: 10.20.0.1/24 | gateways: 224.0.0.1/24 | 13: gateway 224.0.0.1/24: gateway address
        gateways: 10.20.0.1/24 | mtu: 1400 | 13: context red: needs gateway
        l3-vni: 5000 | l3-vni: 20 | 5: l3-vni 20: a segment has this VNI
        l3-vni: 5000 | l3-vni: 99999999 | 5: l3-vni 99999999: outside 0...16777215
        l3-vni: 5000 | l3vni: 5000 | 5: unknown key 'l3vni' of a context
        router-mac: 02 | router-mac: 01 | 6: router-mac 01:00:00:00:50:01: not a station's MAC address
        name: blue | name: red | 9: context red is taken by the context in line 4
        - name: blue | - mtu: 1400 | 9: a context needs a name
        gateway-mac: 02:00:5e:00:00:02 | l3-vni: 5000 | 9: L3 VNI 5000 is taken by the context in line 4
        local: 192.0.2.1 | l3-vni: 5000 | 1: 'l3-vni' is a setting of one routing context: move it into 'contexts'
        """)
    void shouldRefuseAWrongSettingInItsLine(final String right, final String wrong, final String message)
    {
        final String text = START.replace("ROUTE", "10.50.0.0/16,type=unreachable");
        assertTrue(text.contains(right), right);
        final String refused = refused(text.replace(right, wrong));
        assertTrue(refused.startsWith("bridge.yaml:" + message), refused);
    }

    @Test
    void shouldRefuseSettingsWithoutAGateway()
    {
        assertEquals(
            "bridge.yaml:2: l3-vni 5000: needs gateway", refused("local: 192.0.2.1\nl3-vni: 5000\n"));
        assertEquals(
            "bridge.yaml:3: 'contexts' needs mode vxlan",
            refused("local: 192.0.2.1\nmode: ip-udp\ncontexts: [{name: red}]\n"));
    }

    @Test
    void shouldChangeGatewaysWhileTheBridgeRuns()
    {
        final BridgePlan running = parse("local: 192.0.2.1\ngateways: [10.10.0.1/24]\n").plans().get(0);
        final BridgePlan wanted =
            parse("local: 192.0.2.1\ngateways: [10.10.0.1/24, 10.11.0.1/24]\ncontext: red\n").plans().get(0);
        final PlanChange change = PlanChange.of(running, wanted);
        assertEquals(List.of(), change.kept());
        assertEquals(wanted, change.plan());
    }

    private static MacAddress mac(final String text)
    {
        return MacAddress.parse(text);
    }

    private static ConfigFile.Contents parse(final String text)
    {
        return BridgeConfig.parse("bridge.yaml", text, new FakeHost());
    }

    private static String refused(final String text)
    {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> parse(text)).getMessage());
    }
}
