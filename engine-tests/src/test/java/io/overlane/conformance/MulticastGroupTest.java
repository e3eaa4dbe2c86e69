// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Segments whose floods go to a multicast group of the underlay. */
class MulticastGroupTest
{
    private static final IpAddress GROUP = IpAddress.parse("239.1.1.1");
    private static final FrameSpec BROADCAST =
        FrameSpec.ipv4Udp().payload("to all").destinationMac(FrameSpec.BROADCAST);

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    @Conformance(row = 64, behaviour = "one copy to the group; TTL 1 unless set")
    void shouldSendOneCopyToTheGroup() throws IOException
    {
        harness.attach(EngineHarness.A).join(GROUP);
        harness.attach(EngineHarness.B).join(GROUP);
        harness.attach(EngineHarness.C);
        harness.launch(new SegmentContext(42).policy(p -> p.group(GROUP)));
        harness.transmit(BROADCAST.bytes());

        assertEquals(List.of(0), harness.underlay().takeOuters(), "one datagram; 0 leaves the TTL to the socket: 1");
        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(1, harness.sentTo(EngineHarness.B).size());
        assertEquals(0, harness.sentTo(EngineHarness.C).size());
        assertEquals(1, harness.encap().delivered());
        assertEquals(0, harness.decap().framesIn(), "no copy of its own");
    }

    @Test
    void shouldHearTheGroupInEverySegmentThatHasIt()
    {
        final LoopbackPort second = new LoopbackPort("second", 1450, 16, 2048);
        harness.context().segment(new SegmentContext(43).policy(p -> p.group(GROUP)).port(second));
        harness.launch(new SegmentContext(42).policy(p -> p.group(GROUP)));
        final Vtep group = new Vtep(GROUP, EngineHarness.LOCAL.udpPort());
        harness.sendTo(group, EngineHarness.A, FrameSpec.vxlan(BROADCAST).vni(42).datagram());
        harness.sendTo(group, EngineHarness.A, FrameSpec.vxlan(BROADCAST).vni(43).datagram());
        harness.run();
        assertEquals(1, harness.delivered().size());
        assertEquals(1, second.offered());
    }

    @Test
    void shouldStayInTheGroupUntilItsLastSegmentGoes()
    {
        harness.context().segment(
            new SegmentContext(43).policy(p -> p.group(GROUP)).port(new LoopbackPort("second", 1450, 16, 2048)));
        harness.launch(new SegmentContext(42).policy(p -> p.group(GROUP)));
        final Vtep group = new Vtep(GROUP, EngineHarness.LOCAL.udpPort());
        harness.engine().segments().remove(43);
        harness.run();
        harness.sendTo(group, EngineHarness.A, FrameSpec.vxlan(BROADCAST).vni(42).datagram());
        harness.run();
        assertEquals(1, harness.delivered().size());

        harness.engine().segments().remove(42);
        harness.run();
        harness.sendTo(group, EngineHarness.A, FrameSpec.vxlan(BROADCAST).vni(42).datagram());
        harness.run();
        assertEquals(1, harness.decap().framesIn(), "nothing comes of a group that was left");
    }

    @Test
    void shouldRefuseGroupWhereUnderlayCannotJoin()
    {
        harness.fabric().features(Set.of());
        final String message = assertThrows(IllegalArgumentException.class,
            () -> harness.launch(new SegmentContext(42).policy(p -> p.group(GROUP)))).getMessage();
        assertEquals(
            "segment 42, group 239.1.1.1: the underlay cannot send to multicast groups", message);
    }

    @Test
    void shouldRefuseWhatIsNoGroup()
    {
        assertThrows(IllegalArgumentException.class,
            () -> new SegmentContext(42).policy(p -> p.group(IpAddress.parse("192.0.2.1"))));
    }
}
