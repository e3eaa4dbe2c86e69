// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.underlay.OuterFields.DF_CLEAR;
import static io.overlane.underlay.OuterFields.DF_DEFAULT;
import static io.overlane.underlay.OuterFields.DF_SET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.frame.TestFrames;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.OuterFields;
import io.overlane.underlay.UnderlayFeature;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine asks of the underlay for each frame: type of service, time to live, don't-fragment bit. */
class OuterHeaderTest
{
    private static final int VNI = 42;
    private static final FrameSpec IPV4 = FrameSpec.ipv4Udp().payload("inner").ttl(33);
    private static final FrameSpec IPV6 = FrameSpec.ipv6Udp().payload("inner").ttl(33);
    private static final FrameSpec NOT_IP = FrameSpec.ethernet(0x88B5, new byte[100]);
    private static final int CE = 3;

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    @Conformance(row = 59, behaviour = "TTL 64, TOS 0 and the inner congestion bits, checksum on; DF set",
        deviation = "Linux leaves DF clear and may then fragment, against RFC 7348 §4.3")
    void shouldLeaveHeaderToUnderlayWhenNothingIsSet()
    {
        launch(new OuterContext());
        assertOuter(0, 0, DF_DEFAULT, IPV4.tos(0x48));
        assertOuter(0, 0, DF_DEFAULT, IPV6.tos(0x48));
        assertOuter(0, 0, DF_DEFAULT, NOT_IP);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,2", "3,2"})
    @Conformance(row = {60, 67}, behaviour = "outer ECN 0, 1, 2, 2 for inner 0, 1, 2, 3, behind VLAN tags too")
    void shouldCopyCongestionBitsButCongestionItself(final int inner, final int outer)
    {
        launch(new OuterContext());
        assertOuter(outer, 0, DF_DEFAULT, IPV4.tos(inner));
        assertOuter(outer, 0, DF_DEFAULT, IPV6.tos(inner));
        assertOuter(outer, 0, DF_DEFAULT, IPV4.tos(inner).vlan(7));
        assertOuter(outer, 0, DF_DEFAULT, IPV6.tos(inner).vlan(7).tag(0x88A8, 8));
    }

    @Test
    @Conformance(row = 60)
    void shouldCopyCongestionToWhenAskedForRfc6040()
    {
        launch(new OuterContext().ecn(EcnEncap.RFC6040));
        assertOuter(CE, 0, DF_DEFAULT, IPV4.tos(CE));
        assertOuter(1, 0, DF_DEFAULT, IPV4.tos(1));
    }

    @Test
    @Conformance(row = 60)
    void shouldClearCongestionBitsWhenAskedTo()
    {
        launch(new OuterContext().ecn(EcnEncap.OFF));
        assertOuter(0, 0, DF_DEFAULT, IPV4.tos(CE));
    }

    @Test
    @Conformance(row = 61)
    void shouldInheritTypeOfService()
    {
        launch(new OuterContext().tos(OuterContext.INHERIT));
        assertOuter(0x52, 0, DF_DEFAULT, IPV4.tos(0x53));
        assertOuter(0x52, 0, DF_DEFAULT, IPV6.tos(0x53));
        assertOuter(0x51, 0, DF_DEFAULT, IPV4.tos(0x51).vlan(3));
        assertOuter(0, 0, DF_DEFAULT, NOT_IP);
    }

    @Test
    @Conformance(row = 62)
    void shouldPutCongestionBitsBesideFixedTypeOfService()
    {
        launch(new OuterContext().tos(0x4B));
        assertOuter(0x4A, 0, DF_DEFAULT, IPV4.tos(CE));
        assertOuter(0x48, 0, DF_DEFAULT, NOT_IP);
    }

    @Test
    @Conformance(row = 63)
    void shouldSetFixedTimeToLive()
    {
        launch(new OuterContext().ttl(9));
        assertOuter(0, 9, DF_DEFAULT, IPV4);
        assertOuter(0, 9, DF_DEFAULT, IPV6);
        assertOuter(0, 9, DF_DEFAULT, NOT_IP);
    }

    @Test
    @Conformance(row = 63, behaviour = "9; 33; non-IP inner: the system's default")
    void shouldInheritTimeToLive()
    {
        launch(new OuterContext().ttl(OuterContext.INHERIT));
        assertOuter(0, 33, DF_DEFAULT, IPV4);
        assertOuter(0, 33, DF_DEFAULT, IPV6);
        assertOuter(0, 33, DF_DEFAULT, IPV6.vlan(5));
        assertOuter(0, 0, DF_DEFAULT, NOT_IP);
    }

    @Test
    @Conformance(row = 65, behaviour = "set / as the inner header, IPv6 inner 1, non-IP 0 / clear",
        deviation = "set unless asked for; and while it is clear this host still does not fragment")
    void shouldInheritDontFragment()
    {
        launch(new OuterContext().dontFragment(DontFragment.INHERIT));
        assertOuter(0, 0, DF_SET, IPV4.dontFragment());
        assertOuter(0, 0, DF_CLEAR, IPV4);
        assertOuter(0, 0, DF_SET, IPV6);
        assertOuter(0, 0, DF_CLEAR, NOT_IP);
        assertOuter(0, 0, DF_SET, IPV4.dontFragment().vlan(9));
    }

    @Test
    @Conformance(row = 65)
    void shouldFixDontFragment()
    {
        launch(new OuterContext().dontFragment(DontFragment.UNSET));
        assertOuter(0, 0, DF_CLEAR, IPV4.dontFragment());
        assertOuter(0, 0, DF_CLEAR, IPV6);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 20, 33})
    void shouldTreatTruncatedHeaderAsNotIp(final int length)
    {
        launch(new OuterContext().ttl(OuterContext.INHERIT).tos(OuterContext.INHERIT));
        assertOuter(0, 0, DF_DEFAULT, IPV4.tos(0xFF).truncate(length));
        assertOuter(0, 0, DF_DEFAULT, IPV6.tos(0xFF).truncate(length));
    }

    @Test
    void shouldInheritFromSuperFrames()
    {
        launch(new OuterContext().ttl(OuterContext.INHERIT));
        final SuperFrameSpec spec =
            new SuperFrameSpec(FrameSpec.ipv4Tcp().ttl(17).tos(2), new byte[5000], 1000);
        harness.port().put(TestFrames.superFrame(spec));
        harness.run();
        final List<Integer> outers = harness.underlay().takeOuters();
        assertTrue(outers.size() >= 1);
        outers.forEach(outer -> assertEquals(OuterFields.pack(2, 17, DF_DEFAULT), outer));
    }

    @Test
    void shouldInheritInTheIpModeButNotCongestionBits()
    {
        harness.launch(new IpNetworkContext()
            .outer(new OuterContext().ttl(OuterContext.INHERIT).tos(OuterContext.INHERIT)
                .dontFragment(DontFragment.INHERIT))
            .route(IpPrefix.parse("10.0.0.0/8"), EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(FrameSpec.ipv4Udp().destination("10.1.2.3").tos(0x4B).ttl(33).dontFragment().packet());
        assertEquals(
            List.of(OuterFields.pack(0x48, 33, DF_SET)), harness.underlay().takeOuters(), "as the packet came");
    }

    @Test
    void shouldRefuseAtLaunchWhatUnderlayCannotDo()
    {
        harness.fabric().features(Set.of(UnderlayFeature.MULTICAST));
        assertRefused("ttl=9: ", new OuterContext().ttl(9));
    }

    @Test
    void shouldRefuseInheritedFieldsToo()
    {
        harness.fabric().features(Set.of());
        assertRefused("tos=inherit: ", new OuterContext().tos(OuterContext.INHERIT));
    }

    @Test
    void shouldRefuseDontFragmentWhenUnderlayCannot()
    {
        harness.fabric().features(Set.of(UnderlayFeature.TOS, UnderlayFeature.ECN, UnderlayFeature.TTL));
        assertRefused("dontFragment=UNSET: ", new OuterContext().dontFragment(DontFragment.UNSET));
    }

    @Test
    void shouldLeaveCongestionBitsOutWhenUnderlayCannotSetThem()
    {
        harness.fabric().features(Set.of());
        launch(new OuterContext());
        assertOuter(0, 0, DF_DEFAULT, IPV4.tos(CE));
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 256})
    void shouldRefuseValuesThatAreNoOctet(final int value)
    {
        assertThrows(IllegalArgumentException.class, () -> new OuterContext().ttl(value));
        assertThrows(IllegalArgumentException.class, () -> new OuterContext().tos(value));
    }

    private void launch(final OuterContext outer)
    {
        final SegmentContext segment = new SegmentContext(VNI)
            .policy(p -> p.outer(outer))
            .fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), EngineHarness.A);
        harness.launch(segment, new LoopbackPort("port", 1450, 64, 8192));
        harness.attach(EngineHarness.A);
    }

    private void assertRefused(final String start, final OuterContext outer)
    {
        final String message =
            assertThrows(IllegalArgumentException.class, () -> launch(outer)).getMessage();
        assertTrue(message.startsWith(start) && message.lines().count() == 1, message);
    }

    private void assertOuter(final int tos, final int ttl, final int df, final FrameSpec inner)
    {
        harness.transmit(inner.bytes());
        assertEquals(List.of(OuterFields.pack(tos, ttl, df)), harness.underlay().takeOuters());
    }
}
