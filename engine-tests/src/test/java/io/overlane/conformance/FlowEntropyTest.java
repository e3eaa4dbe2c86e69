// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The flow hash that chooses outer source ports: stable for a flow, and different enough for many. */
class FlowEntropyTest
{
    private static final int FLOWS = 1024;
    /** Source ports as many as a socket fan may have. */
    private static final int PORTS = 64;

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    static Stream<Arguments> kinds()
    {
        return Stream.of(
            kind("IPv4 UDP", flow -> FrameSpec.ipv4Udp().sourcePort(1024 + flow)),
            kind("IPv4 TCP", flow -> FrameSpec.ipv4Tcp().sourcePort(1024 + flow)),
            kind("IPv4 without ports", flow -> FrameSpec.ipv4(47, (byte)1).source(address(flow))),
            kind("IPv6 UDP", flow -> FrameSpec.ipv6Udp().sourcePort(1024 + flow)),
            kind("IPv6 TCP", flow -> FrameSpec.ipv6Tcp().destinationPort(1024 + flow)),
            kind("VLAN", flow -> FrameSpec.ipv4Udp().sourcePort(1024 + flow).vlan(7)),
            kind("two tags", flow -> FrameSpec.ipv6Udp().sourcePort(1024 + flow).vlan(7).tag(0x88A8, 8)),
            kind("seven tags", flow -> tagged(FrameSpec.ipv4Tcp().sourcePort(1024 + flow), 7)),
            kind("not IP, by MAC", flow ->
                FrameSpec.ethernet(0x88B5, new byte[50]).sourceMac(0x02_00_00_01_00_00L + flow)));
    }

    private static Arguments kind(final String name, final IntFunction<FrameSpec> flows)
    {
        return Arguments.of(name, flows);
    }

    private static FrameSpec tagged(final FrameSpec spec, final int tags)
    {
        FrameSpec tagged = spec;
        for (int i = 0; i < tags; i++)
        {
            tagged = tagged.tag(0x88A8, i);
        }
        return tagged;
    }

    private static String address(final int flow)
    {
        return "10.7." + (flow >> 8) + "." + (flow & 0xFF);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    @Conformance(row = {54, 55}, behaviour = "many flows of any kind spread over all source ports; non-IP by MACs",
        deviation = "Linux gives all non-IP frames one port; RFC 7348 §5 asks for a hash of the inner headers")
    void shouldSpreadFlowsOverPorts(final String name, final IntFunction<FrameSpec> flows)
    {
        launch();
        for (int flow = 0; flow < FLOWS; flow++)
        {
            harness.transmit(flows.apply(flow).bytes());
        }
        assertSpread(harness.underlay().takeHashes());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    @Conformance(row = 53)
    void shouldKeepFlowOnItsPort(final String name, final IntFunction<FrameSpec> flows)
    {
        launch();
        harness.transmit(flows.apply(5).bytes());
        harness.transmit(flows.apply(6).bytes());
        harness.transmit(flows.apply(5).bytes());
        final List<Integer> hashes = harness.underlay().takeHashes();
        assertEquals(hashes.get(0), hashes.get(2));
    }

    @Test
    @Conformance(row = 54)
    void shouldSpreadPacketsOfTheIpMode()
    {
        harness.underlay().useFlowHash();
        harness.launch(new IpNetworkContext().route(IpPrefix.parse("10.0.0.0/8"), EngineHarness.A));
        harness.attach(EngineHarness.A);
        for (int flow = 0; flow < FLOWS; flow++)
        {
            final byte[] frame =
                FrameSpec.ipv4Udp().destination("10.1.2.3").ttl(9).sourcePort(1024 + flow).bytes();
            harness.transmit(Arrays.copyOfRange(frame, 14, frame.length));
        }
        assertSpread(harness.underlay().takeHashes());
    }

    /** As the fan of sockets does it: the upper bits scaled to the number of ports. */
    private static void assertSpread(final List<Integer> hashes)
    {
        assertEquals(FLOWS, hashes.size());
        final int[] flowsOnPort = new int[PORTS];
        hashes.forEach(hash -> flowsOnPort[(int)((hash & 0xFFFF_FFFFL) * PORTS >>> 32)]++);
        final int mean = FLOWS / PORTS;
        for (int port = 0; port < PORTS; port++)
        {
            assertTrue(flowsOnPort[port] > 0 && flowsOnPort[port] < 3 * mean, Arrays.toString(flowsOnPort));
        }
    }

    private void launch()
    {
        harness.underlay().useFlowHash();
        harness.launch(new SegmentContext(42)
            .fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), EngineHarness.A));
        harness.attach(EngineHarness.A);
    }
}
