// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that are too long in a segment of several ports: the answer leaves by the port the frame came from. */
class OversizePortsTest
{
    private static final int VNI = 42;
    private static final int PORT_MTU = 1450;
    private static final int LONGEST_DATAGRAM = 65_507;
    private static final int IPV4_MTU_OFFSET = 40;
    private static final FrameSpec BASE = FrameSpec.ipv4Udp().dontFragment();
    private static final FrameSpec TOO_LONG = BASE.payloadLength(PORT_MTU - 28 + 1);

    private final EngineHarness harness = EngineHarness.create();
    private final LoopbackPort[] ports = new LoopbackPort[3];

    @AfterEach
    void close()
    {
        harness.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldAnswerAPlainFrameThroughItsOwnPort(final int from)
    {
        launch(PORT_MTU);
        transmit(from, TOO_LONG);
        assertAnswered(from, PORT_MTU);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldAnswerAFloodedFrameThroughItsOwnPort(final int from)
    {
        launch(PORT_MTU);
        transmit(from, TOO_LONG.destinationMac(FrameSpec.BROADCAST));
        assertAnswered(from, PORT_MTU);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldAnswerASuperFrameThroughItsOwnPort(final int from)
    {
        launch(PORT_MTU);
        transmit(from, superFrame(FrameSpec.ipv4Tcp().dontFragment(), 1500));
        assertAnswered(from, PORT_MTU);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldAnswerThroughItsOwnPortWhenThePathIsNarrow(final int from)
    {
        launch(PORT_MTU);
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        transmit(from, BASE.payloadLength(1400 - 28));
        assertAnswered(from, 1350);
        transmit(from, superFrame(FrameSpec.ipv4Tcp().dontFragment(), 1390));
        assertAnswered(from, 1350);
    }

    @Test
    void shouldTellNobodyOfACopyThatIsTooLong()
    {
        launch(PORT_MTU);
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        final FrameSpec frame = BASE.destinationMac(FrameSpec.BROADCAST).payloadLength(1400 - 28);
        transmit(1, frame);
        assertNull(ports[1].takeBytes());
        assertEquals(frame.bytes().length, ports[0].takeBytes().length);
        assertEquals(frame.bytes().length, ports[2].takeBytes().length);
        assertEquals(1, harness.encap().delivered());
        assertEquals(1, harness.encap().floodCopiesRefused());
    }

    @Test
    @Conformance(row = 83)
    void shouldAnswerNoMoreThanSoManyASecondWhateverThePort()
    {
        launch(PORT_MTU);
        for (int i = 0; i < 60; i++)
        {
            transmit(i % 3, TOO_LONG);
        }
        assertEquals(50, harness.encap().answered());

        final CompletableFuture<?> change =
            harness.engine().segments().change(VNI, rules -> rules.outer().ttl(9));
        harness.run();
        assertTrue(change.isDone() && !change.isCompletedExceptionally());
        transmit(0, TOO_LONG);
        assertEquals(50, harness.encap().answered(), "new rules are no new allowance");

        harness.clock().step(3, TimeUnit.MILLISECONDS);
        for (int i = 0; i < 9; i++)
        {
            transmit(i % 3, TOO_LONG);
        }
        assertEquals(53, harness.encap().answered());
    }

    /** A segment of a super-frame that no datagram can hold is still delivered to the segment's other ports. */
    @Test
    void shouldCountAFloodedSuperFrameOnceThoughNoDatagramHoldsItsSegments()
    {
        launch(65_535);
        final int segment = LONGEST_DATAGRAM;
        final byte[] payload = new byte[65_535 - 40];
        final SuperFrameSpec spec = new SuperFrameSpec(
            FrameSpec.ipv4Tcp().destinationMac(FrameSpec.BROADCAST), payload, segment - 54);
        transmit(0, spec);
        assertEquals(spec.segments().size(), harness.encap().framesIn());
        assertEquals(spec.segments().size(), harness.encap().delivered(), "the other ports took it");
        assertEquals(0, harness.encap().dropped());
        assertEquals(2L * spec.segments().size(), harness.encap().floodCopiesRefused(), "two remotes");
        assertEquals(spec.segments().size(), harness.encap().floodCopies());
        harness.attach(EngineHarness.A);

        transmit(0, BASE.destinationMac(FrameSpec.BROADCAST));
        assertEquals(spec.segments().size() + 1, harness.encap().delivered());
        assertEquals(spec.segments().size() + 3, harness.encap().floodCopies(), "one port and two remotes more");
        assertEquals(2L * spec.segments().size(), harness.encap().floodCopiesRefused());
    }

    private void launch(final int mtu)
    {
        for (int i = 0; i < ports.length; i++)
        {
            ports[i] = new LoopbackPort("p" + i, mtu, 128, 70_000);
        }
        harness.context().segment(new SegmentContext(VNI)
            .port(ports[0]).addPort(ports[1]).addPort(ports[2])
            .fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), EngineHarness.A)
            .flood(EngineHarness.A).flood(EngineHarness.B));
        harness.launch();
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
    }

    private void transmit(final int from, final FrameSpec frame)
    {
        assertTrue(ports[from].put(frame.bytes()));
        harness.run();
    }

    private void transmit(final int from, final SuperFrameSpec spec)
    {
        assertTrue(ports[from].put(TestFrames.superFrame(spec)));
        harness.run();
    }

    private static SuperFrameSpec superFrame(final FrameSpec spec, final int gsoSize)
    {
        return new SuperFrameSpec(spec, new byte[4 * gsoSize], gsoSize);
    }

    private void assertAnswered(final int from, final int mtu)
    {
        final byte[] answer = ports[from].takeBytes();
        assertNotNull(answer, "nothing left by port " + from);
        assertEquals(3 << 8 | 4, ByteBuffer.wrap(answer).getShort(34), "ICMP fragmentation needed");
        assertEquals(mtu, ByteBuffer.wrap(answer).getShort(IPV4_MTU_OFFSET));
        for (final LoopbackPort port : ports)
        {
            assertNull(port.takeBytes(), port.name());
        }
        assertEquals(
            harness.encap().framesIn(),
            harness.encap().answered() + harness.encap().dropped(DropReason.OVERSIZE));
    }
}
