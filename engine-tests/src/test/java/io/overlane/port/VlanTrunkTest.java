// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.SilentPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link VlanTrunk} by itself, and as the ports of an engine's segments. */
class VlanTrunkTest
{
    private static final FrameSpec INNER = FrameSpec.ipv4Udp().payload("inner");

    private final LoopbackPort device = new LoopbackPort("tap0", 1450, 64);
    private final VlanTrunk trunk = new VlanTrunk(device, 16);
    private final List<byte[]> strangers = new ArrayList<>();
    private final List<DropReason> verdicts = new ArrayList<>();

    @Test
    void shouldSortFramesByTag()
    {
        final Port ten = trunk.vlan(10);
        final Port twenty = trunk.vlan(20);
        final Port rest = trunk.untagged();
        device.put(INNER.vlan(10).bytes());
        device.put(INNER.vlan(20 | 5 << 13).bytes());
        device.put(INNER.bytes());
        device.put(INNER.vlan(3 << 13).bytes());
        device.put(INNER.vlan(30).bytes());
        device.put(INNER.tag(0x88A8, 10).bytes());
        device.put(INNER.vlan(10).vlan(7).bytes());

        final List<byte[]> ofTen = new ArrayList<>();
        final List<byte[]> ofTwenty = new ArrayList<>();
        final List<byte[]> ofRest = new ArrayList<>();
        turns(5, ten, ofTen, twenty, ofTwenty, rest, ofRest);

        // A port returns frames with a verdict, too, so that the engine counts them.
        assertFrames(ofTen, INNER, INNER.vlan(10).vlan(7));
        assertFrames(ofTwenty, INNER);
        assertFrames(ofRest, INNER, INNER);
        assertEquals(List.of(DropReason.UNKNOWN_VLAN, DropReason.STACKED_VLAN, DropReason.SERVICE_TAG), sorted());
        assertFrames(strangers, INNER.vlan(30), INNER.tag(0x88A8, 10));
    }

    @Test
    void shouldTagWhatIsOfferedAndLeaveTheFrameAsItWas()
    {
        final FrameBatch batch = batch(INNER.bytes(), INNER.vlan(9).bytes());
        trunk.vlan(10, new VlanRules(VlanPriority.of(0), true)).offer(batch);

        assertArrayEquals(INNER.vlan(10).bytes(), device.takeBytes());
        assertArrayEquals(INNER.vlan(10).vlan(9).bytes(), device.takeBytes());
        assertArrayEquals(INNER.bytes(), EngineHarness.bytes(batch.get(0)));
        assertArrayEquals(INNER.vlan(9).bytes(), EngineHarness.bytes(batch.get(1)));

        batch.get(0).verdict(DropReason.NONE);
        batch.get(1).verdict(DropReason.OVERSIZE);
        trunk.untagged().offer(batch);
        assertArrayEquals(INNER.bytes(), device.takeBytes());
        assertNull(device.takeBytes());
    }

    @Test
    void shouldMoveChecksumWithTheTag()
    {
        final Port ten = trunk.vlan(10);
        final byte[] tagged = INNER.vlan(10).partialChecksum().bytes();
        final Frame partial = batch(tagged).get(0);
        partial.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0, 14 + 4 + 20, 6);
        device.put(partial);
        final FrameBatch batch = new FrameBatch(1);
        ten.poll(batch, 1);
        ten.poll(batch, 1);
        assertEquals(34, batch.get(0).checksumStart());

        ten.offer(batch);
        final Frame offered = device.take();
        assertEquals(38, offered.checksumStart());
        assertArrayEquals(tagged, EngineHarness.bytes(offered));
    }

    @Test
    void shouldNotLoseWhatExceedsALimit()
    {
        final Port ten = trunk.vlan(10);
        final Port twenty = trunk.vlan(20);
        for (int i = 0; i < 9; i++)
        {
            device.put(INNER.payload((byte)i).vlan(i < 6 ? 20 : 10).bytes());
        }
        final List<byte[]> ofTen = new ArrayList<>();
        final List<byte[]> ofTwenty = new ArrayList<>();
        for (int i = 0; i < 10; i++)
        {
            poll(ten, 2, ofTen);
            poll(twenty, 2, ofTwenty);
        }
        assertFrames(ofTen, INNER.payload((byte)6), INNER.payload((byte)7), INNER.payload((byte)8));
        assertEquals(6, ofTwenty.size());
        assertEquals(0, strangers.size());
    }

    /** A port that was asked for and given to nobody, or whose segment is gone. */
    @Test
    void shouldNotWaitForPortThatNobodyPolls()
    {
        final Port ten = trunk.vlan(10);
        trunk.vlan(20);
        final List<byte[]> ofTen = new ArrayList<>();
        for (int i = 0; i < 5; i++)
        {
            device.put(INNER.vlan(20).bytes());
            device.put(INNER.vlan(10).bytes());
            poll(ten, 16, ofTen);
        }
        for (int i = 0; i < 20; i++)
        {
            poll(ten, 16, ofTen);
        }

        assertEquals(5, ofTen.size());
        assertEquals(5, strangers.size());
        assertTrue(verdicts.stream().allMatch(DropReason.UNKNOWN_VLAN::equals), verdicts::toString);
    }

    @Test
    void shouldCloseTrunkWithTheLastPort()
    {
        final ClosingPort closing = new ClosingPort();
        final VlanTrunk other = new VlanTrunk(closing, 16);
        final Port ten = other.vlan(10);
        final Port twenty = other.vlan(20);
        assertSame(ten, other.vlan(10));
        ten.close();
        ten.close();
        assertEquals(0, closing.closed);
        twenty.close();
        assertEquals(1, closing.closed);
    }

    /** All its ports may be replaced at once. */
    @Test
    void shouldStayOpenWhileItIsHeld()
    {
        final ClosingPort closing = new ClosingPort();
        final VlanTrunk other = new VlanTrunk(closing, 16);
        final Port ten = other.vlan(10);
        final Runnable release = other.keepOpen();
        ten.endInput();
        ten.close();
        final Port twenty = other.vlan(20);
        release.run();
        assertEquals(0, closing.closed + closing.ended);
        twenty.endInput();
        assertEquals(1, closing.ended);
        twenty.close();
        assertEquals(1, closing.closed);

        final Runnable last = other.keepOpen();
        last.run();
        assertEquals(2, closing.closed, "without a port nobody else closes it");
    }

    @Test
    void shouldRefuseWhatIsNoVlan()
    {
        assertEquals(
            "vlanId=0 outside 1…4094",
            assertThrows(IllegalArgumentException.class, () -> trunk.vlan(0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> trunk.vlan(4095));
    }

    @Test
    void shouldMapVlansToVnisAndBack()
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            harness.context()
                .segment(new SegmentContext(1010).port(trunk.vlan(10)).flood(EngineHarness.A))
                .segment(new SegmentContext(1020).port(trunk.vlan(20)).flood(EngineHarness.A));
            harness.launch();
            harness.attach(EngineHarness.A);
            device.put(INNER.vlan(20).bytes());
            device.put(INNER.vlan(10).bytes());
            device.put(INNER.vlan(30).bytes());
            harness.run();
            harness.run();

            final List<byte[]> sent = harness.sentTo(EngineHarness.A);
            assertEquals(2, sent.size());
            assertTrue(sent.stream().anyMatch(datagram -> Arrays.equals(
                datagram, FrameSpec.vxlan(INNER).vni(1010).datagram())));
            assertTrue(sent.stream().anyMatch(datagram -> Arrays.equals(
                datagram, FrameSpec.vxlan(INNER).vni(1020).datagram())));
            assertEquals(1, harness.encap().dropped(DropReason.UNKNOWN_VLAN));

            harness.receive(EngineHarness.A, FrameSpec.vxlan(INNER).vni(1020).datagram());
            assertArrayEquals(INNER.vlan(20).bytes(), device.takeBytes());
            harness.receive(EngineHarness.A, FrameSpec.vxlan(INNER).vni(1010).datagram());
            assertArrayEquals(INNER.vlan(10).bytes(), device.takeBytes());
        }
    }

    /** Every one of these numbers is 0 for a device, and for a port that does not pass them on. */
    @Test
    void shouldReportHowFullTheTrunkIs()
    {
        final RingPort ring = new RingPort(
            new RingPortContext().mtu(1450).capacity(4).slowReader(SlowReader.DROP_OLDEST));
        final Port ten = new VlanTrunk(ring, 16).vlan(10);
        while (ring.send(INNER.vlan(10).bytes()) != RingPort.FULL)
        {
            assertTrue(ring.fill() > 0);
        }
        for (int i = 0; ring.overwritten() == 0; i++)
        {
            ten.offer(batch(INNER.payload((byte)i).bytes()));
        }
        assertEquals(1, ten.refused());
        assertEquals(ring.fill(), ten.fill());
        assertEquals(ring.overwritten(), ten.overwritten());
        assertEquals(ring.fillOut(), ten.fillOut());
        assertTrue(ten.fillOut() > 0);
        assertEquals(0, ten.slotLength());
    }

    private void turns(
        final int count,
        final Port first, final List<byte[]> ofFirst,
        final Port second, final List<byte[]> ofSecond,
        final Port third, final List<byte[]> ofThird)
    {
        for (int i = 0; i < count; i++)
        {
            poll(first, 16, ofFirst);
            poll(second, 16, ofSecond);
            poll(third, 16, ofThird);
        }
    }

    private void poll(final Port port, final int limit, final List<byte[]> frames)
    {
        final FrameBatch batch = new FrameBatch(limit);
        final int count = port.poll(batch, limit);
        assertEquals(batch.size(), count);
        for (int i = 0; i < count; i++)
        {
            final DropReason verdict = batch.get(i).verdict();
            (verdict.isWithoutSegment() ? strangers : frames).add(EngineHarness.bytes(batch.get(i)));
            assertEquals(batch.get(0).verdict().isWithoutSegment(), verdict.isWithoutSegment(), "strangers come alone");
            if (verdict != DropReason.NONE)
            {
                verdicts.add(verdict);
            }
        }
    }

    private List<DropReason> sorted()
    {
        return verdicts.stream().sorted(Comparator.comparing(DropReason::label).reversed()).toList();
    }

    private static FrameBatch batch(final byte[]... frames)
    {
        final FrameBatch batch = new FrameBatch(frames.length);
        for (final byte[] bytes : frames)
        {
            final MemoryBuffer buffer = new MemoryBuffer(new byte[64 + bytes.length]);
            buffer.putBytes(64, bytes);
            batch.add(new Frame(buffer).wrap(64, bytes.length));
        }
        return batch;
    }

    private static void assertFrames(final List<byte[]> frames, final FrameSpec... expected)
    {
        assertEquals(expected.length, frames.size());
        for (final FrameSpec spec : expected)
        {
            assertTrue(frames.stream().anyMatch(frame -> Arrays.equals(frame, spec.bytes())), spec::hex);
        }
    }

    /** Counts how often it is closed. */
    private static final class ClosingPort extends SilentPort
    {
        private int closed;
        private int ended;

        private ClosingPort()
        {
            super("closing");
        }

        @Override
        public void endInput()
        {
            ended++;
        }

        @Override
        public void close()
        {
            closed++;
        }
    }
}
