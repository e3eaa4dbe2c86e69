// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.TestFrames;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.port.ForwardingPort;
import io.overlane.port.Port;
import io.overlane.port.VlanTrunk;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A port or an underlay that throws: every frame it had has a fate, the error handler has the exception, and the frames
 * after it are carried as if nothing had been.
 */
class ForeignFaultsTest
{
    private static final int VNI = 7;
    private static final MacAddress HERE = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress AT_A = MacAddress.parse("02:00:00:00:00:0a");
    private static final MacAddress AT_B = MacAddress.parse("02:00:00:00:00:0b");
    private static final MacAddress BEHIND_TWO = MacAddress.parse("02:00:00:00:00:22");
    private static final MacAddress ALL = new MacAddress(MacAddress.BROADCAST);
    @SuppressWarnings("StaticAssignmentOfThrowable")
    private static final RuntimeException FAULT = new IllegalStateException("foreign code threw");

    private final EngineHarness harness = EngineHarness.create();
    private final List<Throwable> errors = new ArrayList<>();
    private final LoopbackPort one = new LoopbackPort("one", 1450, 256, 70_000);
    private final LoopbackPort two = new LoopbackPort("two", 1450, 256, 70_000);
    private final ThrowingPort throwingOne = new ThrowingPort(one);
    private final ThrowingPort throwingTwo = new ThrowingPort(two);

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldDropABatchThatTheUnderlayThrewAt()
    {
        launch(segment(throwingOne));
        harness.underlay().failSend(FAULT);
        put(AT_A, 3);
        harness.run();
        assertThrown();
        assertEquals(3, harness.encap().dropped(DropReason.UNDERLAY_ERROR));
        assertEquals(3, EngineHarness.ledger(harness.encap(), DropReason.UNDERLAY_ERROR, VNI, EngineHarness.A));

        put(AT_B, 100);
        harness.run();
        assertEquals(100, harness.encap().delivered());
        assertEquals(List.of(), harness.sentTo(EngineHarness.A), "nothing of the batch before");
        assertSent(EngineHarness.B, AT_B, 100);
    }

    @Test
    void shouldDropAFloodThatTheUnderlayThrewAt()
    {
        launch(segment(throwingOne));
        harness.underlay().failSend(FAULT);
        put(ALL, 1);
        harness.run();
        assertThrown();
        assertEquals(1, harness.encap().dropped(DropReason.UNDERLAY_ERROR));
        put(ALL, 1);
        harness.run();
        assertEquals(1, harness.encap().delivered());
        assertSent(EngineHarness.A, ALL, 1);
        assertSent(EngineHarness.B, ALL, 1);
    }

    @Test
    void shouldDropASuperFrameThatTheUnderlayThrewAt()
    {
        launch(segment(throwingOne));
        harness.underlay().failSend(FAULT);
        putSuperFrame(one, AT_A);
        harness.run();
        assertThrown();
        assertEquals(4, harness.encap().dropped(DropReason.UNDERLAY_ERROR));
        putSuperFrame(one, AT_B);
        harness.run();
        assertEquals(List.of(), harness.sentTo(EngineHarness.A));
        assertEquals(4, harness.sentTo(EngineHarness.B).size());
    }

    @Test
    void shouldCarryWhatAnUnderlayPolledBeforeItThrew()
    {
        launch(segment(throwingOne));
        harness.underlay().failPoll(FAULT);
        hear(ALL);
        assertThrown();
        hear(ALL);
        assertEquals(2, harness.decap().delivered());
        assertArrayEquals(spec(ALL).bytes(), one.takeBytes());
        assertArrayEquals(spec(ALL).bytes(), one.takeBytes());
    }

    @Test
    void shouldGoOnWithoutAnswersFromAnUnderlayThatThrows()
    {
        launch(segment(throwingOne));
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        harness.underlay().failQuestions(FAULT);
        one.put(spec(AT_A).payloadLength(1400 - 28).bytes());
        harness.run();
        assertEquals(1, harness.encap().dropped(DropReason.OVERSIZE));
        assertTrue(errors.contains(FAULT));
        harness.underlay().failQuestions(null);
        put(AT_A, 2);
        harness.run();
        assertSent(EngineHarness.A, AT_A, 2);
    }

    @Test
    void shouldDropDatagramsThatTheOnlyPortThrewAt()
    {
        launch(segment(throwingOne));
        throwingOne.offerFault = FAULT;
        send(ALL);
        send(ALL);
        harness.run();
        assertThrown();
        assertEquals(2, harness.decap().dropped(DropReason.PORT_ERROR));
        hear(ALL);
        assertEquals(1, harness.decap().delivered());
        assertArrayEquals(spec(ALL).bytes(), one.takeBytes());
    }

    @Test
    void shouldDropTheCopyOfAPortThatThrew()
    {
        launch(segment(throwingOne).addPort(throwingTwo));
        throwingOne.offerFault = FAULT;
        hear(ALL);
        assertThrown();
        assertEquals(1, harness.decap().delivered());
        assertEquals(1, harness.decap().floodCopiesRefused());
        assertArrayEquals(spec(ALL).bytes(), two.takeBytes());
        hear(ALL);
        assertArrayEquals(spec(ALL).bytes(), one.takeBytes());
        assertArrayEquals(spec(ALL).bytes(), two.takeBytes());
    }

    @Test
    void shouldDropFramesForAPortThatThrew()
    {
        launch(segment(throwingOne).addPort(throwingTwo));
        two.put(FrameSpec.ipv4Udp().sourceMac(BEHIND_TWO.value()).destinationMac(ALL.value()).bytes());
        harness.run();
        drain();
        throwingTwo.offerFault = FAULT;
        put(BEHIND_TWO, 2);
        harness.run();
        assertThrown();
        assertEquals(2, harness.encap().dropped(DropReason.PORT_ERROR));
        put(BEHIND_TWO, 1);
        harness.run();
        assertEquals(1, harness.encap().switched());
        assertArrayEquals(spec(BEHIND_TWO).bytes(), two.takeBytes());
        assertNull(two.takeBytes());
    }

    @Test
    void shouldFloodToOthersWhenAPortThrows()
    {
        launch(segment(throwingOne).addPort(throwingTwo));
        throwingTwo.offerFault = FAULT;
        put(ALL, 1);
        harness.run();
        assertThrown();
        assertEquals(1, harness.encap().delivered());
        assertEquals(1, harness.encap().floodCopiesRefused());
        assertSent(EngineHarness.A, ALL, 1);
    }

    @Test
    void shouldCutSuperFramesForAPortThatCannotSayWhetherItTakesThem()
    {
        launch(segment(throwingOne).addPort(throwingTwo));
        two.put(FrameSpec.ipv4Udp().sourceMac(BEHIND_TWO.value()).destinationMac(ALL.value()).bytes());
        harness.run();
        drain();
        throwingTwo.questionFault = FAULT;
        putSuperFrame(one, BEHIND_TWO);
        harness.run();
        assertTrue(errors.contains(FAULT));
        assertEquals(4, harness.encap().switched());
    }

    @Test
    void shouldCarryWhatAPortPolledBeforeItThrewAndPollTheOthers()
    {
        launch(segment(throwingOne).addPort(throwingTwo));
        throwingOne.pollFault = FAULT;
        put(AT_A, 2);
        two.put(FrameSpec.ipv4Udp().destinationMac(AT_B.value()).bytes());
        harness.engine().doWork();
        assertThrown();
        assertEquals(3, harness.encap().delivered(), "of both ports in one cycle");
    }

    @Test
    void shouldDropAnAnswerThatThePortThrewAt()
    {
        launch(segment(throwingOne).neighbor(IpAddress.parse("10.1.0.9"), AT_A));
        final byte[] request = FrameSpec.arpRequest("10.1.0.1", "10.1.0.9").sourceMac(HERE.value()).bytes();
        throwingOne.offerFault = FAULT;
        one.put(request);
        harness.run();
        assertThrown();
        assertEquals(1, harness.encap().dropped(DropReason.PORT_ERROR));
        one.put(request);
        harness.run();
        assertEquals(1, harness.encap().answered());
    }

    @Test
    void shouldDropAFrameWhoseSenderCannotBeTold()
    {
        launch(segment(throwingOne));
        throwingOne.offerFault = FAULT;
        final byte[] tooLong = spec(AT_A).dontFragment().payloadLength(1450).bytes();
        one.put(tooLong);
        harness.run();
        assertThrown();
        assertEquals(1, harness.encap().dropped(DropReason.OVERSIZE));
        one.put(tooLong);
        harness.run();
        assertEquals(1, harness.encap().answered());
    }

    @Test
    void shouldDropAnIpPacketWhoseSenderCannotBeTold()
    {
        harness.context().errorHandler(errors::add).ipNetwork(new IpNetworkContext()
            .address(IpAddress.parse("10.1.0.254"))
            .route(IpPrefix.parse("10.9.0.0/16"), EngineHarness.A)
            .port(throwingOne));
        harness.launch();
        throwingOne.offerFault = FAULT;
        final byte[] packet = FrameSpec.ipv4Udp().ttl(9).destination("10.2.0.1").packet();
        one.put(packet);
        harness.run();
        assertThrown();
        assertEquals(1, harness.encap().dropped(DropReason.NO_ROUTE));
        one.put(packet);
        harness.run();
        assertEquals(1, harness.encap().answered());
    }

    @Test
    void shouldKeepTheFramesOfATrunkWhosePortThrows()
    {
        final VlanTrunk trunk = new VlanTrunk(throwingOne, 64);
        launch(segment(trunk.vlan(10)).addPort(trunk.vlan(20)));
        throwingOne.offerFault = FAULT;
        hear(ALL);
        assertThrown();
        assertEquals(1, harness.decap().delivered(), "by the second VLAN");
        assertArrayEquals(spec(ALL).vlan(20).bytes(), one.takeBytes());

        throwingOne.pollFault = FAULT;
        one.put(spec(AT_A).vlan(10).bytes());
        one.put(spec(AT_B).vlan(20).bytes());
        harness.run();
        assertThrown();
        assertEquals(2, harness.encap().delivered());
    }

    private void launch(final SegmentContext segment)
    {
        harness.context().errorHandler(errors::add).segment(segment
            .fdb(AT_A, EngineHarness.A).fdb(AT_B, EngineHarness.B)
            .flood(EngineHarness.A).flood(EngineHarness.B));
        harness.launch();
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
    }

    private static SegmentContext segment(final Port port)
    {
        return new SegmentContext(VNI).port(port);
    }

    private static FrameSpec spec(final MacAddress to)
    {
        return FrameSpec.ipv4Udp().sourceMac(HERE.value()).destinationMac(to.value());
    }

    private void put(final MacAddress to, final int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            one.put(spec(to).bytes());
        }
    }

    private static void putSuperFrame(final LoopbackPort port, final MacAddress to)
    {
        port.put(TestFrames.superFrame(new SuperFrameSpec(
            FrameSpec.ipv4Tcp().sourceMac(HERE.value()).destinationMac(to.value()), new byte[3500], 1000)));
    }

    private void send(final MacAddress to)
    {
        harness.send(EngineHarness.A, 0, FrameSpec.vxlan(spec(to)).vni(VNI).datagram());
    }

    private void hear(final MacAddress to)
    {
        send(to);
        harness.run();
    }

    private void drain()
    {
        while (one.takeBytes() != null || two.takeBytes() != null)
        {
            // Taken.
        }
        harness.sentTo(EngineHarness.A);
        harness.sentTo(EngineHarness.B);
    }

    private void assertThrown()
    {
        assertEquals(List.of(FAULT), errors);
        errors.clear();
    }

    private void assertSent(final Vtep remote, final MacAddress to, final int count)
    {
        final List<byte[]> datagrams = harness.sentTo(remote);
        assertEquals(count, datagrams.size());
        final byte[] expected = FrameSpec.vxlan(spec(to)).vni(VNI).datagram();
        datagrams.forEach(datagram -> assertArrayEquals(expected, datagram));
    }

    /** Throws once where it is told to; a poll does so behind what it has polled. */
    private static final class ThrowingPort extends ForwardingPort
    {
        private RuntimeException offerFault;
        private RuntimeException pollFault;
        private RuntimeException questionFault;

        private ThrowingPort(final Port port)
        {
            super(port);
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            final int polled = super.poll(batch, limit);
            if (pollFault != null)
            {
                final RuntimeException fault = pollFault;
                pollFault = null;
                throw fault;
            }
            return polled;
        }

        @Override
        public void offer(final FrameBatch batch)
        {
            if (offerFault != null)
            {
                final RuntimeException fault = offerFault;
                offerFault = null;
                throw fault;
            }
            super.offer(batch);
        }

        @Override
        public boolean takesSuperFrames(final int gsoType)
        {
            if (questionFault != null)
            {
                throw questionFault;
            }
            return false;
        }
    }
}
