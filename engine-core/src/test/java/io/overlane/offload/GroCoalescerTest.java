// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.wire.Checksum;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a few segments, one rule at a time. */
@Tag("both-accesses")
class GroCoalescerTest
{
    private final Collector collector = new Collector(4, 4, 256);

    @Test
    void shouldJoinWhatWasOneSuperFrame()
    {
        final FrameSpec[] specs =
        {
            FrameSpec.ipv4Tcp().tcpOptions(Hex.parse("0101080a0000000100000002")).ipId(0xFFF0).vlan(5),
            FrameSpec.ipv6Tcp().flowLabel(77).tos(2),
            FrameSpec.ipv4Udp(),
            FrameSpec.ipv6Udp()
        };
        for (final FrameSpec spec : specs)
        {
            final SuperFrameSpec superFrame = superFrame(spec, 45 * 1400 - 7, 1400);
            superFrame.segments().forEach(this::add);
            final Collector.Entry entry = only();
            assertEquals(45, entry.segments());
            assertEquals(superFrame.segments().stream().mapToInt(segment -> segment.length).sum(), entry.length());
            assertEquals(Hex.of(superFrame.bytes()), Hex.of(entry.bytes()));
            final Frame metadata = entry.metadata();
            assertEquals(Frame.NEEDS_CHECKSUM, metadata.flags());
            assertEquals(superFrame.gsoType(), metadata.gsoType());
            assertEquals(1400, metadata.gsoSize());
            assertEquals(superFrame.headersLength(), metadata.headerLength());
            assertEquals(superFrame.checksumStart(), metadata.checksumStart());
            assertEquals(superFrame.checksumOffset(), metadata.checksumOffset());
        }
    }

    @Test
    void shouldPassOnASingleSegmentWhereItLies()
    {
        final byte[] segment = segment(0).bytes();
        add(segment);
        final Collector.Entry entry = only();
        assertFalse(entry.isSuperFrame());
        assertArrayEquals(segment, entry.bytes());
    }

    @Test
    void shouldEndWithAPushedAndWithAShorterSegment()
    {
        add(segment(0));
        add(segment(1).tcpFlags(FrameSpec.ACK | FrameSpec.PSH));
        add(segment(2));
        add(segment(3).payloadLength(99));
        add(segment(3).sequence(1 + 3 * 100 + 99).ipId(4));
        assertSegments(2, 2, 1);
        add(segment(0).tcpFlags(FrameSpec.ACK | FrameSpec.PSH));
        add(segment(1));
        assertSegments(1, 1);
    }

    @Test
    void shouldJoinOnlyWhatFollows()
    {
        assertApart(spec -> spec.sequence(102));
        assertApart(spec -> spec.sequence(1));
        assertApart(spec -> spec.payloadLength(101));
        assertApart(spec -> spec.ipId(2));
        assertApart(spec -> spec.ipId(0));
    }

    @Test
    void shouldJoinOnlyEqualHeaders()
    {
        assertApart(spec -> spec.acknowledgment(2));
        assertApart(spec -> spec.window(7));
        assertApart(spec -> spec.tcpOptions((byte)1, (byte)1, (byte)1, (byte)1));
        assertApart(spec -> spec.tos(3));
        assertApart(spec -> spec.ttl(63));
        assertApart(FrameSpec::dontFragment);
        assertApart(spec -> spec.vlan(1));
        assertApart(spec -> spec.sourceMac(0x02_00_00_00_00_77L));
        assertApart(spec -> spec.destinationMac(0x02_00_00_00_00_77L));
        assertApart(spec -> spec.destination("10.0.0.3"));
        assertApart(spec -> spec.sourcePort(9));
    }

    @Test
    void shouldNotJoinWhatIsNoPlainData()
    {
        assertApart(spec -> spec.tcpFlags(FrameSpec.ACK | FrameSpec.FIN));
        assertApart(spec -> spec.tcpFlags(FrameSpec.ACK | FrameSpec.SYN));
        assertApart(spec -> spec.tcpFlags(FrameSpec.ACK | FrameSpec.RST));
        assertApart(spec -> spec.tcpFlags(FrameSpec.ACK | SuperFrameSpec.CWR));
        assertApart(spec -> spec.tcpFlags(0));
        assertApart(spec -> spec.urgentPointer(1));
        assertApart(spec -> spec.payloadLength(0));
        assertApart(spec -> spec.trailer((byte)0));
        assertApart(spec -> spec.ipOptions((byte)1, (byte)1, (byte)1, (byte)1));
    }

    /** Not even among themselves; and the segments behind it, which are right, not with those before it. */
    @Test
    void shouldPassWrongChecksumsAloneAndUnrepaired()
    {
        assertApart(FrameSpec::badChecksum);
        assertApart(FrameSpec::badIpChecksum);
        final byte[] bad = segment(1).badChecksum().bytes();
        add(segment(0));
        add(bad);
        add(segment(2));
        add(segment(3));
        collector.flush();
        assertArrayEquals(bad, collector.delivered.get(1).bytes());
        assertSegments(1, 1, 2);
    }

    /** The kernel leaves checksums so on a veth; whoever takes the frame shall finish or trust them. */
    @Test
    void shouldMarkUnfinishedChecksums()
    {
        final FrameSpec[] specs =
        {
            segment(1).tcpFlags(FrameSpec.SYN).payloadLength(0),
            segment(1),
            FrameSpec.ipv4Tcp().ipOptions((byte)1, (byte)1, (byte)1, (byte)1).vlan(5),
            FrameSpec.ipv6Tcp(),
            FrameSpec.ipv4Udp().payloadLength(33),
            FrameSpec.ipv6Udp()
        };
        for (final FrameSpec spec : specs)
        {
            add(segment(0));
            add(spec.partialChecksum());
            collector.flush();
            final Collector.Entry entry = collector.delivered.get(1);
            collector.delivered.clear();
            assertArrayEquals(spec.partialChecksum().bytes(), entry.bytes());
            assertEquals(Frame.NEEDS_CHECKSUM, entry.metadata().flags());
            assertFalse(entry.isSuperFrame());
            final Frame finished = SuperFrames.frame(entry.bytes());
            finished.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0,
                entry.metadata().checksumStart(), entry.metadata().checksumOffset());
            assertEquals(DropReason.NONE, Checksum.complete(finished));
            assertArrayEquals(spec.bytes(), SuperFrames.bytes(finished));
        }
    }

    @Test
    void shouldNotMarkOtherChecksums()
    {
        for (final FrameSpec spec : List.of(
            segment(0), segment(0).badChecksum(), FrameSpec.ipv4Udp().zeroChecksum(),
            segment(0).partialChecksum().trailer((byte)0), FrameSpec.ipv4Udp().partialChecksum().fragment(0, true)))
        {
            add(spec);
            assertEquals(0, only().metadata().flags());
        }
    }

    /** 0xFFFF and 0 are equal to who verifies, and different bytes. */
    @Test
    void shouldNotJoinAChecksumThatSplittingWouldWriteOtherwise()
    {
        final byte[] without = segment(1).window(0).bytes();
        final byte[] bytes = segment(1).window((without[50] & 0xFF) << 8 | without[51] & 0xFF).bytes();
        assertEquals(0, bytes[50] | bytes[51]);
        bytes[50] = (byte)0xFF;
        bytes[51] = (byte)0xFF;
        add(segment(0).window(u16(bytes, 48)).bytes());
        add(bytes);
        add(segment(2).window(u16(bytes, 48)).bytes());
        assertSegments(1, 1, 1);
    }

    @Test
    void shouldNotJoinUdpWithoutChecksum()
    {
        final List<FrameSpec> segments = superFrame(FrameSpec.ipv4Udp(), 300, 100).segmentSpecs();
        segments.forEach(spec -> add(spec.zeroChecksum()));
        assertSegments(1, 1, 1);
    }

    @Test
    void shouldJoinOnlyFromOneRemote()
    {
        add(segment(0).bytes(), 1);
        add(segment(1).bytes(), 2);
        add(segment(2).bytes(), 2);
        assertSegments(1, 2);
    }

    @Test
    void shouldJoinIdsThatStayWhereNothingMayFragment()
    {
        add(segment(0).dontFragment().ipId(7));
        add(segment(1).dontFragment().ipId(7));
        add(segment(2).dontFragment().ipId(8));
        assertSegments(2, 1);
    }

    @Test
    void shouldStopAtTheLongestPacketAndTheMostUdpSegments()
    {
        superFrame(FrameSpec.ipv4Tcp(), 70 * 1000, 1000).segments().forEach(this::add);
        assertSegments(65, 5);
        superFrame(FrameSpec.ipv4Udp(), 200 * 10, 10).segments().forEach(this::add);
        assertSegments(64, 64, 64, 8);
    }

    @Test
    void shouldEndFlowsAtAFragment()
    {
        add(segment(0));
        add(segment(1));
        add(FrameSpec.ipv4Udp().payloadLength(64).fragment(0, true));
        add(segment(2));
        add(segment(3));
        assertSegments(2, 1, 2);
    }

    @Test
    void shouldJoinAroundFramesOfOtherFlows()
    {
        add(segment(0));
        add(FrameSpec.arpRequest("10.0.0.1", "10.0.0.2"));
        add(segment(1));
        add(FrameSpec.ipv6Udp().payloadLength(100));
        add(segment(2));
        assertSegments(3, 1, 1);
    }

    @Test
    void shouldJoinOnlyWhatIsTaken()
    {
        collector.coalescer.joins(~(1 << Frame.GSO_TCPV4));
        addTwoOfEach();
        assertSegments(1, 1, 2, 2);
        collector.coalescer.joins(~(1 << Frame.GSO_TCPV6));
        addTwoOfEach();
        assertSegments(2, 1, 1, 2);
        collector.coalescer.joins(~(1 << Frame.GSO_UDP_L4));
        addTwoOfEach();
        assertSegments(2, 2, 1, 1);
    }

    @Test
    void shouldMakeRoomForMoreFlowsThanAreJoinedAtATime()
    {
        for (int flow = 0; flow < 5; flow++)
        {
            add(segment(0).sourcePort(100 + flow));
        }
        for (int flow = 4; flow >= 1; flow--)
        {
            add(segment(1).sourcePort(100 + flow));
        }
        assertSegments(1, 2, 2, 2, 2);
    }

    @Test
    void shouldHandOnWhatThereIsWhenSlotsRunOut()
    {
        for (int flow = 0; flow < 6; flow++)
        {
            add(segment(0).sourcePort(100 + flow));
            add(segment(1).sourcePort(100 + flow));
        }
        assertEquals(1, collector.flushes);
        assertSegments(2, 2, 2, 2, 1, 1, 2);
    }

    private void addTwoOfEach()
    {
        add(segment(0));
        add(segment(1));
        superFrame(FrameSpec.ipv6Tcp(), 200, 100).segments().forEach(this::add);
        superFrame(FrameSpec.ipv4Udp(), 200, 100).segments().forEach(this::add);
    }

    /** Two segments that would be one super-frame but for what is changed in the second. */
    private void assertApart(final UnaryOperator<FrameSpec> change)
    {
        add(segment(0));
        add(change.apply(segment(1)));
        assertSegments(1, 1);
        add(segment(0));
        add(segment(1));
        assertSegments(2);
    }

    private static FrameSpec segment(final int index)
    {
        return FrameSpec.ipv4Tcp().sequence(1 + 100L * index).ipId(index).payloadLength(100);
    }

    private static SuperFrameSpec superFrame(final FrameSpec spec, final int length, final int gsoSize)
    {
        final byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return new SuperFrameSpec(spec, payload, gsoSize);
    }

    private static int u16(final byte[] bytes, final int offset)
    {
        return (bytes[offset] & 0xFF) << 8 | bytes[offset + 1] & 0xFF;
    }

    private void add(final FrameSpec spec)
    {
        add(spec.bytes());
    }

    private void add(final byte[] bytes)
    {
        add(bytes, 1);
    }

    private void add(final byte[] bytes, final int remote)
    {
        collector.add(SuperFrames.frame(bytes), 0xFFFF_0A00_0000L + remote, remote);
    }

    private Collector.Entry only()
    {
        collector.flush();
        assertEquals(1, collector.delivered.size());
        return collector.delivered.remove(0);
    }

    private void assertSegments(final Integer... expected)
    {
        collector.flush();
        final List<Integer> actual = new ArrayList<>();
        collector.delivered.forEach(entry -> actual.add(entry.segments()));
        assertEquals(List.of(expected), actual);
        collector.delivered.clear();
    }
}
