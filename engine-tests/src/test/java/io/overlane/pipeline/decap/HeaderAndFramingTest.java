// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.conformance.Conformance;
import io.overlane.engine.Internals;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Receipt of VXLAN datagrams, as far as it is not a row of the conformance list: the order of checks, the counters, and
 * segments beside each other.
 */
class HeaderAndFramingTest
{
    private static final int VNI = 42;
    private static final FrameSpec INNER = FrameSpec.ipv4Udp().payload("inner");

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldCountWholeInnerFrames()
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).datagram());

        assertDelivered(INNER.bytes());
        assertEquals(1, harness.decap().delivered());
        assertEquals(INNER.bytes().length, harness.decap().deliveredBytes());
        assertEquals(INNER.bytes().length + 8, harness.decap().bytesIn());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0xFF_FFFF})
    void shouldDeliverSmallestAndLargestVni(final int vni)
    {
        harness.launch(new SegmentContext(vni)).receive(EngineHarness.A, datagram(INNER).vni(vni).datagram());

        assertDelivered(INNER.bytes());
    }

    @Test
    void shouldCountWhatHasNoSegmentBySource()
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).vni(43).datagram());

        harness.assertDatagramDropped(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, EngineHarness.A);
    }

    @Test
    void shouldJudgeEachDatagramOfABatchByItself()
    {
        harness.launch(segment());
        harness.send(EngineHarness.A, 0, datagram(INNER).datagram());
        harness.send(EngineHarness.A, 0, (byte)8, (byte)0);
        harness.send(EngineHarness.B, 0, datagram(INNER).vni(43).datagram());
        harness.send(EngineHarness.B, 0, datagram(INNER).datagram());
        harness.run();

        final PathCounters decap = harness.decap();
        assertEquals(1, EngineHarness.ledger(
            decap, DropReason.SHORT_HEADER, DropLedger.NO_VNI, EngineHarness.A), "not of the VNI before it");
        assertEquals(1, EngineHarness.ledger(decap, DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, EngineHarness.B));
        assertEquals(4, decap.framesIn());
        assertEquals(2, decap.delivered());
        assertEquals(2L * INNER.bytes().length, decap.deliveredBytes());
    }

    @Test
    void shouldDropSourceNeverSeenWhenOnlyKnownAreAllowed()
    {
        harness.launch(segment().policy(p -> p.sourcePolicy(SourcePolicy.KNOWN)).flood(EngineHarness.A));
        harness.receive(EngineHarness.STRANGER, datagram(INNER).datagram());

        harness.assertDatagramDropped(DropReason.SOURCE_NOT_ALLOWED, VNI, EngineHarness.STRANGER);

        harness.receive(EngineHarness.A, datagram(INNER).datagram());
        assertDelivered(INNER.bytes());
    }

    @Test
    @Conformance(row = 109)
    void shouldNotSendFloodedFrameBackToOtherRemotes()
    {
        harness.launch(segment().flood(EngineHarness.A).flood(EngineHarness.B));
        harness.attach(EngineHarness.B);
        harness.receive(EngineHarness.A, datagram(INNER.destinationMac(FrameSpec.BROADCAST)).datagram());

        assertEquals(1, harness.delivered().size());
        assertEquals(List.of(), harness.sentTo(EngineHarness.A));
        assertEquals(List.of(), harness.sentTo(EngineHarness.B));
    }

    /** Each datagram breaks a rule and every later one too; the first must be named. */
    @Test
    void shouldCheckInTheOrderOfTheKernel()
    {
        harness.launch(segment().policy(p -> p.sourcePolicy(SourcePolicy.KNOWN).learning(true))
            .flood(EngineHarness.A)
            .ownMac(MacAddress.parse("02:00:00:00:00:aa"))
            .fdb(MacAddress.parse("02:00:00:00:00:bb"), EngineHarness.B));
        final FrameSpec notEct = INNER.tos(0);

        assertFirst(DropReason.SHORT_HEADER, EngineHarness.STRANGER, "00000000000099");
        assertFirst(DropReason.NO_I_FLAG, EngineHarness.STRANGER, "f700000000009901");
        assertFirst(DropReason.UNKNOWN_VNI, EngineHarness.STRANGER, "ff00000000009901");
        assertFirst(DropReason.RESERVED_BITS, EngineHarness.STRANGER, "ff00000000002a01");
        assertFirst(DropReason.SOURCE_NOT_ALLOWED, EngineHarness.STRANGER, "0800000000002a00");
        assertFirst(DropReason.INNER_TOO_SHORT, EngineHarness.A, "0800000000002a00" + "020000000002");
        final String header = "0800000000002a00020000000002";
        assertFirst(DropReason.OWN_MAC, EngineHarness.A, header + "0200000000aa" + "0800");
        assertFirst(DropReason.BAD_SOURCE_MAC, EngineHarness.A, header + "010000000001" + "0800");
        assertFirst(DropReason.STATIC_VIOLATION, EngineHarness.A, header + "0200000000bb" + "0800");
        assertFirst(DropReason.INNER_IP_TRUNCATED, EngineHarness.A, header + "0200000000cc" + "0800");
        assertFirst(DropReason.ECN_NOT_CAPABLE, EngineHarness.A, Hex.of(datagram(notEct).datagram()));
        assertEquals(0, harness.decap().delivered());
    }

    @Test
    void shouldDropWhenPortIsFull()
    {
        harness.launch(segment(), new LoopbackPort("small", 1450, 2));
        for (int i = 0; i < 5; i++)
        {
            harness.send(EngineHarness.A, 0, datagram(INNER).datagram());
        }
        harness.run();

        assertEquals(2, harness.decap().delivered());
        assertEquals(3, harness.decap().dropped(DropReason.PORT_FULL));
        assertEquals(3, EngineHarness.ledger(harness.decap(), DropReason.PORT_FULL, VNI, EngineHarness.A));
    }

    @Test
    void shouldGiveEachFrameOfOneBatchToThePortOfItsSegment()
    {
        final LoopbackPort other = new LoopbackPort("other", 1450, 16);
        harness.context().segment(new SegmentContext(7).port(other));
        harness.launch(segment());
        for (int i = 0; i < 6; i++)
        {
            final FrameSpec inner = FrameSpec.ipv4Udp().payload((byte)i);
            harness.send(EngineHarness.A, 0, datagram(inner).vni(i % 2 == 0 ? VNI : 7).datagram());
        }
        harness.run();

        assertDelivered(
            FrameSpec.ipv4Udp().payload((byte)0).bytes(),
            FrameSpec.ipv4Udp().payload((byte)2).bytes(),
            FrameSpec.ipv4Udp().payload((byte)4).bytes());
        assertEquals(3, other.offered());
        assertArrayEquals(FrameSpec.ipv4Udp().payload((byte)1).bytes(), other.takeBytes());
        assertEquals(3, Internals.forwarding(harness.engine()).segments().lookup(7).decapTraffic().frames());
        assertEquals(3, Internals.forwarding(harness.engine()).segments().lookup(VNI).decapTraffic().frames());
    }

    @Test
    void shouldCountDeliveriesPerRemote()
    {
        harness.launch(segment().flood(EngineHarness.A).flood(EngineHarness.B));
        harness.receive(EngineHarness.B, datagram(INNER).datagram());
        harness.receive(EngineHarness.STRANGER, datagram(INNER).datagram());

        final int b = Internals.forwarding(harness.engine()).remotes().find(
            EngineHarness.B.address().high(), EngineHarness.B.address().low());
        assertEquals(1, harness.decap().remotes().frames(b));
        assertEquals(INNER.bytes().length, harness.decap().remotes().bytes(b));
        assertEquals(1, harness.decap().remotes().frames(-1));
    }

    @Test
    void shouldReceiveOverIpv6()
    {
        final Vtep peer = Vtep.parse("[2001:db8::2]:8472", 0);
        try (EngineHarness v6 = EngineHarness.create(Vtep.parse("[2001:db8::1]:8472", 0), 1500))
        {
            v6.launch(segment().policy(p -> p.sourcePolicy(SourcePolicy.KNOWN)).flood(peer));
            v6.receive(peer, datagram(INNER).datagram());
            v6.receive(Vtep.parse("[2001:db8::3]:8472", 0), datagram(INNER).datagram());

            assertEquals(1, v6.delivered().size());
            assertEquals(1, v6.decap().dropped(DropReason.SOURCE_NOT_ALLOWED));
        }
    }

    private void assertFirst(final DropReason reason, final Vtep from, final String datagram)
    {
        final long before = harness.decap().dropped(reason);
        harness.receive(from, 3, Hex.parse(datagram));
        assertEquals(before + 1, harness.decap().dropped(reason), () -> reason.label() + " for " + datagram);
    }

    private void assertDelivered(final byte[]... frames)
    {
        final List<byte[]> delivered = harness.delivered();
        assertEquals(frames.length, delivered.size());
        for (int i = 0; i < frames.length; i++)
        {
            assertArrayEquals(frames[i], delivered.get(i));
        }
    }

    private static SegmentContext segment()
    {
        return new SegmentContext(VNI);
    }

    private static FrameSpec datagram(final FrameSpec inner)
    {
        return FrameSpec.vxlan(inner).vni(VNI);
    }
}
