// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.conformance.Conformance;
import io.overlane.engine.Internals;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encapsulation, flooding and refusals; a row in a name is a case of Linux {@code vxlan_xmit}. */
class VxlanEncapPathTest
{
    private static final int VNI = 42;
    private static final FrameSpec UNICAST = FrameSpec.ipv4Udp().payload("unicast");
    private static final FrameSpec BROADCAST = UNICAST.destinationMac(FrameSpec.BROADCAST);
    private static final MacAddress DESTINATION = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    @Conformance(row = 52)
    void shouldPutHeaderInFrontAndPadNothingInRow52()
    {
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(UNICAST.bytes());

        assertSent(EngineHarness.A, FrameSpec.vxlan(UNICAST).vni(VNI).datagram());
        assertEquals(UNICAST.bytes().length, harness.encap().deliveredBytes());
        final int a = Internals.forwarding(harness.engine()).remotes().find(
            EngineHarness.A.address().high(), EngineHarness.A.address().low());
        assertEquals(1, harness.encap().remotes().frames(a));
        assertEquals(UNICAST.bytes().length, harness.encap().remotes().bytes(a));
        assertEquals(1, Internals.forwarding(harness.engine()).segments().lookup(VNI).encapTraffic().frames());
    }

    @Test
    void shouldSendToFdbEntryOnlyEvenWithFloodList()
    {
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A).flood(EngineHarness.B));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.transmit(UNICAST.bytes());

        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(List.of(), harness.sentTo(EngineHarness.B));
    }

    @Test
    @Conformance(row = 68, behaviour = "dropped as no-destination")
    void shouldDropUnknownUnicastAndBroadcastWithoutFloodListInRow68()
    {
        harness.launch(segment());
        harness.transmit(UNICAST.bytes());
        harness.assertFrameDropped(DropReason.NO_DESTINATION, VNI, null);

        harness.transmit(BROADCAST.bytes());
        assertEquals(2, harness.encap().dropped(DropReason.NO_DESTINATION));
    }

    @Test
    @Conformance(row = 69, behaviour = "a copy to each, in the order configured, from one source port")
    void shouldFloodToEveryRemoteOnceInRow69()
    {
        harness.launch(segment().flood(EngineHarness.A).flood(EngineHarness.B).flood(EngineHarness.C));
        final List<Vtep> remotes = List.of(EngineHarness.A, EngineHarness.B, EngineHarness.C);
        remotes.forEach(harness::attach);
        harness.transmit(BROADCAST.bytes());
        harness.transmit(UNICAST.bytes());

        for (final Vtep remote : remotes)
        {
            final List<byte[]> datagrams = harness.sentTo(remote);
            assertEquals(2, datagrams.size());
            assertArrayEquals(FrameSpec.vxlan(BROADCAST).vni(VNI).datagram(), datagrams.get(0));
            assertArrayEquals(FrameSpec.vxlan(UNICAST).vni(VNI).datagram(), datagrams.get(1));
        }
        assertEquals(2, harness.encap().delivered());
        assertEquals(4, harness.encap().floodCopies());
        assertEquals(0, harness.encap().floodCopiesRefused());
    }

    @Test
    void shouldFloodMoreCopiesThanFitOneBatch()
    {
        harness.context().batchLimit(2);
        harness.launch(segment().flood(EngineHarness.A).flood(EngineHarness.B).flood(EngineHarness.C));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.attach(EngineHarness.C);
        for (int i = 0; i < 7; i++)
        {
            harness.port().put(BROADCAST.payload((byte)i).bytes());
        }
        harness.run();

        assertEquals(7, harness.encap().delivered());
        assertEquals(14, harness.encap().floodCopies());
        assertEquals(7, harness.sentTo(EngineHarness.A).size());
        assertEquals(7, harness.sentTo(EngineHarness.C).size());
    }

    private static List<DropReason> refusals()
    {
        return List.of(
            DropReason.UNDERLAY_BUSY,
            DropReason.UNDERLAY_UNREACHABLE,
            DropReason.UNDERLAY_ERROR,
            DropReason.OVERSIZE);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldDropWhatUnderlayRefuses(final DropReason reason)
    {
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.underlay().refuse(EngineHarness.A, reason);
        harness.transmit(UNICAST.bytes());

        harness.assertFrameDropped(reason, VNI, EngineHarness.A);
    }

    @Test
    @Conformance(row = 74, behaviour = "dropped as underlay-unreachable, counted for the remote")
    void shouldDropFrameForRemoteThatIsNotThereInRow74()
    {
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.transmit(UNICAST.bytes());

        harness.assertFrameDropped(DropReason.UNDERLAY_UNREACHABLE, VNI, EngineHarness.A);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldDeliverFloodedFrameWhenOneCopyIsTaken(final int taken)
    {
        final List<Vtep> remotes = List.of(EngineHarness.A, EngineHarness.B, EngineHarness.C);
        final SegmentContext segment = segment();
        remotes.forEach(segment::flood);
        harness.launch(segment);
        for (final Vtep remote : remotes)
        {
            harness.attach(remote);
            harness.underlay().refuse(remote, DropReason.UNDERLAY_BUSY);
        }
        harness.underlay().refuse(remotes.get(taken), DropReason.NONE);
        harness.transmit(BROADCAST.bytes());

        assertEquals(1, harness.encap().delivered());
        assertEquals(0, harness.encap().dropped());
        assertEquals(0, harness.encap().floodCopies());
        assertEquals(2, harness.encap().floodCopiesRefused());
    }

    @Test
    void shouldDropFloodedFrameOnceWhenNoCopyIsTaken()
    {
        harness.launch(segment().flood(EngineHarness.A).flood(EngineHarness.B));
        harness.underlay().refuse(EngineHarness.A, DropReason.UNDERLAY_BUSY);
        harness.underlay().refuse(EngineHarness.B, DropReason.UNDERLAY_ERROR);
        harness.transmit(BROADCAST.bytes());

        assertEquals(1, harness.encap().dropped());
        assertEquals(1, harness.encap().dropped(DropReason.UNDERLAY_BUSY), "the first refusal names the reason");
        assertEquals(1, harness.encap().floodCopiesRefused());
        assertEquals(1, EngineHarness.ledger(
            harness.encap(), DropReason.UNDERLAY_ERROR, VNI, EngineHarness.B), "each refusal has its line");
    }

    @Test
    @Conformance(row = 75)
    void shouldSendVlanTagAsItIsInRow75()
    {
        final FrameSpec tagged = UNICAST.vlan(7);
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(tagged.bytes());

        assertSent(EngineHarness.A, FrameSpec.vxlan(tagged).vni(VNI).datagram());
    }

    @Test
    @Conformance(row = 76, behaviour = "sent and counted as sent", deviation = "Linux counts a drop")
    void shouldSendBareHeaderInRow76()
    {
        final FrameSpec bare = FrameSpec.ethernet(0x88B5);
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(bare.bytes());

        assertSent(EngineHarness.A, FrameSpec.vxlan(bare).vni(VNI).datagram());
        assertEquals(1, harness.encap().delivered());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13})
    void shouldDropFrameWithoutEthernetHeader(final int length)
    {
        harness.launch(segment().flood(EngineHarness.A));
        harness.transmit(Arrays.copyOf(UNICAST.bytes(), length));

        harness.assertFrameDropped(DropReason.INNER_TOO_SHORT, VNI, null);
    }

    @Test
    void shouldSendPacketOfPortMtu()
    {
        final FrameSpec full = UNICAST.payloadLength(1450 - 28);
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.transmit(full.bytes());

        assertEquals(1472, harness.sentTo(EngineHarness.A).get(0).length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1451, 1454, 1455, 1500})
    @Conformance(row = 84, behaviour = "dropped as oversize, with its size")
    void shouldDropPacketLongerThanPortMtuInRow81(final int packetLength)
    {
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.transmit(UNICAST.payloadLength(packetLength - 28).bytes());

        harness.assertFrameDropped(DropReason.OVERSIZE, VNI, null);
    }

    @Test
    void shouldNotCountOneVlanTagAgainstPortMtu()
    {
        try (EngineHarness jumbo = EngineHarness.create(EngineHarness.LOCAL, 1600))
        {
            jumbo.launch(segment().fdb(DESTINATION, EngineHarness.A));
            jumbo.attach(EngineHarness.A);
            jumbo.transmit(UNICAST.vlan(7).payloadLength(1450 - 28).bytes());
            assertEquals(1, jumbo.encap().delivered());

            jumbo.transmit(UNICAST.vlan(7).payloadLength(1451 - 28).bytes());
            jumbo.transmit(UNICAST.vlan(7).vlan(8).payloadLength(1450 - 28).bytes());
            assertEquals(2, jumbo.encap().dropped(DropReason.OVERSIZE));
        }
    }

    @Test
    void shouldCompletePartialChecksumBeforeSending()
    {
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.port().put(frame(UNICAST.partialChecksum().bytes(), Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 34, 6));
        harness.run();

        assertSent(EngineHarness.A, FrameSpec.vxlan(UNICAST).vni(VNI).datagram());
    }

    @Test
    void shouldDropChecksumRequestBeyondFrame()
    {
        final byte[] bytes = UNICAST.bytes();
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.port().put(frame(bytes, Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, bytes.length - 1, 0));
        harness.run();

        harness.assertFrameDropped(DropReason.BAD_OFFLOAD, VNI, null);
    }

    @Test
    void shouldKeepSegmentsOfOneEngineApart()
    {
        final LoopbackPort other = new LoopbackPort("other", 1450, 16);
        harness.context().segment(new SegmentContext(7).port(other).fdb(DESTINATION, EngineHarness.B));
        harness.launch(segment().fdb(DESTINATION, EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        other.put(UNICAST.bytes());
        harness.transmit(UNICAST.bytes());

        assertSent(EngineHarness.A, FrameSpec.vxlan(UNICAST).vni(VNI).datagram());
        assertSent(EngineHarness.B, FrameSpec.vxlan(UNICAST).vni(7).datagram());
    }

    private void assertSent(final Vtep remote, final byte[] datagram)
    {
        final List<byte[]> datagrams = harness.sentTo(remote);
        assertEquals(1, datagrams.size());
        assertArrayEquals(datagram, datagrams.get(0));
    }

    private static Frame frame(
        final byte[] bytes, final int flags, final int gsoType, final int checksumStart, final int checksumOffset)
    {
        final Frame frame = new FrameSlab(1, bytes.length).frame(0);
        frame.buffer().putBytes(FrameSlab.HEADROOM, bytes);
        return frame.wrap(FrameSlab.HEADROOM, bytes.length)
            .offload(flags, gsoType, 0, 0, checksumStart, checksumOffset);
    }

    private static SegmentContext segment()
    {
        return new SegmentContext(VNI);
    }
}
