package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineHarness;
import io.overlane.port.LoopbackPort;
import io.overlane.segment.SegmentContext;
import io.overlane.segment.SourcePolicy;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.wire.VxlanHeader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Receipt of VXLAN headers, row by row as Linux {@code vxlan_rcv} does it; the number in a name is that of the case.
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
    void shouldDeliverInnerBytesUnchangedInRow1()
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).datagram());

        assertDelivered(INNER.bytes());
        assertEquals(1, harness.decap().delivered());
        assertEquals(INNER.bytes().length, harness.decap().deliveredBytes());
        assertEquals(INNER.bytes().length + 8, harness.decap().bytesIn());
    }

    @Test
    void shouldDropClearIFlagInRow2()
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).vxlanFlags(0).datagram());

        harness.assertDatagramDropped(DropReason.NO_I_FLAG, DropLedger.NO_VNI, EngineHarness.A);
    }

    @Test
    void shouldDropUnknownVniInRow3()
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).vni(43).datagram());

        harness.assertDatagramDropped(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, EngineHarness.A);
    }

    @Test
    void shouldDropVniZeroInRow4()
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).vni(0).datagram());

        harness.assertDatagramDropped(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, EngineHarness.A);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0xFF_FFFF})
    void shouldDeliverSmallestAndLargestVni(final int vni)
    {
        harness.launch(new SegmentContext(vni)).receive(EngineHarness.A, datagram(INNER).vni(vni).datagram());

        assertDelivered(INNER.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x02, 0x04, 0x10, 0x20, 0x40, 0x80})
    void shouldDropOtherFlagBitsInRow5(final int bit)
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).vxlanFlags(0x08 | bit).datagram());

        harness.assertDatagramDropped(DropReason.RESERVED_BITS, VNI, EngineHarness.A);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00_0001, 0x80_0000, 0x00_FF00})
    void shouldDropReservedBytesInRow6(final int reserved)
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).vxlanReserved(reserved).datagram());

        harness.assertDatagramDropped(DropReason.RESERVED_BITS, VNI, EngineHarness.A);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x80})
    void shouldDropReservedLastByteInRow7(final int reserved)
    {
        harness.launch(segment()).receive(EngineHarness.A, datagram(INNER).vxlanReservedLast(reserved).datagram());

        harness.assertDatagramDropped(DropReason.RESERVED_BITS, VNI, EngineHarness.A);
    }

    @Test
    void shouldDeliverReservedBitsThatAreMaskedInRow8()
    {
        harness.launch(segment().reservedBits(0)).receive(
            EngineHarness.A,
            datagram(INNER).vxlanFlags(0xFF).vxlanReserved(0xFF_FFFF).vxlanReservedLast(0xFF).datagram());

        assertDelivered(INNER.bytes());
    }

    @Test
    void shouldDropOnlyReservedBitsOfTheMask()
    {
        harness.launch(segment().reservedBits(0xFF));
        harness.receive(EngineHarness.A, datagram(INNER).vxlanFlags(0x88).vxlanReserved(5).datagram());
        assertDelivered(INNER.bytes());

        harness.receive(EngineHarness.A, datagram(INNER).vxlanReservedLast(1).datagram());
        harness.assertDatagramDropped(DropReason.RESERVED_BITS, VNI, EngineHarness.A);
    }

    @Test
    void shouldNeverTakeIFlagAndVniForReserved()
    {
        harness.launch(segment().reservedBits(-1L)).receive(EngineHarness.A, datagram(INNER).datagram());

        assertDelivered(INNER.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void shouldDropShortHeaderInRow11(final int length)
    {
        harness.launch(segment());
        harness.receive(EngineHarness.A, Arrays.copyOf(datagram(INNER).datagram(), length));

        harness.assertDatagramDropped(DropReason.SHORT_HEADER, DropLedger.NO_VNI, EngineHarness.A);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13})
    void shouldDropShortInnerFrameInRow12(final int length)
    {
        harness.launch(segment());
        harness.receive(EngineHarness.A, Arrays.copyOf(datagram(INNER).datagram(), VxlanHeader.LENGTH + length));

        harness.assertDatagramDropped(DropReason.INNER_TOO_SHORT, VNI, EngineHarness.A);
    }

    @Test
    void shouldDeliverInnerFrameOf14BytesInRow13()
    {
        final FrameSpec bare = FrameSpec.ethernet(0x88B5);
        harness.launch(segment()).receive(EngineHarness.A, datagram(bare).datagram());

        assertEquals(14, bare.bytes().length);
        assertDelivered(bare.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 33})
    void shouldDropTruncatedInnerIpv4HeaderInRow14(final int length)
    {
        harness.launch(segment());
        harness.receive(EngineHarness.A, Arrays.copyOf(datagram(INNER).datagram(), VxlanHeader.LENGTH + length));

        harness.assertDatagramDropped(DropReason.INNER_IP_TRUNCATED, VNI, EngineHarness.A);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 34, 53})
    void shouldDropTruncatedInnerIpv6HeaderInRow14(final int length)
    {
        final byte[] datagram = datagram(FrameSpec.ipv6Udp()).datagram();
        harness.launch(segment());
        harness.receive(EngineHarness.A, Arrays.copyOf(datagram, VxlanHeader.LENGTH + length));

        harness.assertDatagramDropped(DropReason.INNER_IP_TRUNCATED, VNI, EngineHarness.A);
    }

    @Test
    void shouldDeliverInnerIpHeaderWithoutPayloadInRow14()
    {
        final byte[] inner = Arrays.copyOf(INNER.bytes(), 34);
        harness.launch(segment()).receive(EngineHarness.A, FrameSpec.vxlan(inner).vni(VNI).datagram());

        assertDelivered(inner);
    }

    @Test
    void shouldDeliverFromSourceNeverSeenInRow23()
    {
        harness.launch(segment()).receive(EngineHarness.STRANGER, datagram(INNER).datagram());

        assertDelivered(INNER.bytes());
    }

    @Test
    void shouldDropSourceNeverSeenWhenOnlyKnownAreAllowedInRow23()
    {
        harness.launch(segment().sourcePolicy(SourcePolicy.KNOWN).flood(EngineHarness.A));
        harness.receive(EngineHarness.STRANGER, datagram(INNER).datagram());

        harness.assertDatagramDropped(DropReason.SOURCE_NOT_ALLOWED, VNI, EngineHarness.STRANGER);

        harness.receive(EngineHarness.A, datagram(INNER).datagram());
        assertDelivered(INNER.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {53, 1, 65535})
    void shouldNotLookAtSourcePortInRow24(final int sourcePort)
    {
        harness.launch(segment().sourcePolicy(SourcePolicy.KNOWN).flood(EngineHarness.A));
        harness.receive(new Vtep(EngineHarness.A.address(), sourcePort), datagram(INNER).datagram());

        assertDelivered(INNER.bytes());
    }

    @Test
    void shouldDropOwnMacInRow26()
    {
        harness.launch(segment().ownMac(new MacAddress(FrameSpec.DEFAULT_SOURCE_MAC)));
        harness.receive(EngineHarness.A, datagram(INNER).datagram());

        harness.assertDatagramDropped(DropReason.OWN_MAC, VNI, EngineHarness.A);
    }

    @Test
    void shouldDeliverUnknownAndBroadcastDestinationsInRow27()
    {
        final FrameSpec unknown = INNER.destinationMac("02:00:00:00:99:99");
        final FrameSpec broadcast = INNER.destinationMac(FrameSpec.BROADCAST);
        harness.launch(segment());
        harness.receive(EngineHarness.A, datagram(unknown).datagram());
        harness.receive(EngineHarness.A, datagram(broadcast).datagram());

        assertDelivered(unknown.bytes(), broadcast.bytes());
    }

    @Test
    void shouldDeliverVlanTagInRow28()
    {
        final FrameSpec tagged = INNER.vlan(100);
        harness.launch(segment()).receive(EngineHarness.A, datagram(tagged).datagram());

        assertDelivered(tagged.bytes());
    }

    @Test
    void shouldNotSendFloodedFrameBackToOtherRemotesInRow109()
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
        harness.launch(segment().sourcePolicy(SourcePolicy.KNOWN).learning(true)
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
        assertEquals(3, harness.engine().forwarding().segments().lookup(7).decapTraffic().frames());
        assertEquals(3, harness.engine().forwarding().segments().lookup(VNI).decapTraffic().frames());
    }

    @Test
    void shouldCountDeliveriesPerRemote()
    {
        harness.launch(segment().flood(EngineHarness.A).flood(EngineHarness.B));
        harness.receive(EngineHarness.B, datagram(INNER).datagram());
        harness.receive(EngineHarness.STRANGER, datagram(INNER).datagram());

        final int b = harness.engine().forwarding().remotes().find(
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
            v6.launch(segment().sourcePolicy(SourcePolicy.KNOWN).flood(peer));
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
