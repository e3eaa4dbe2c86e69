// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.IslFrame;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pcap4j.packet.Dot1qVlanTagPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IllegalRawDataException;

/** Priorities and further tags on a {@link VlanTrunk}. */
class VlanRulesTest
{
    private static final FrameSpec INNER = FrameSpec.ipv4Udp().payload("inner");
    private static final int SERVICE = 0x88A8;

    private final LoopbackPort device = new LoopbackPort("tap0", 1450, 64);
    private final VlanTrunk trunk = new VlanTrunk(device, 16);

    /** DSCP 46 is expedited forwarding, 8 is class selector 1, and 56 is class selector 7. */
    @ParameterizedTest
    @CsvSource({"0, 46, 0", "5, 0, 5", "7, 8, 7", "dscp, 46, 5", "dscp, 8, 1", "dscp, 7, 0", "dscp, 56, 7",
        "keep, 46, 5", "keep, 0, 0"})
    void shouldSetPriorityOfFramesWithoutTag(final String priority, final int dscp, final int expected)
        throws IllegalRawDataException
    {
        final VlanPort ten = trunk.vlan(10, new VlanRules(VlanPriority.parse(priority), false));
        for (final FrameSpec packet : List.of(INNER.tos(dscp << 2 | 3), FrameSpec.ipv6Udp().tos(dscp << 2 | 3)))
        {
            final FrameBatch batch = batch(packet.bytes());
            ten.offer(batch);
            final byte[] sent = device.takeBytes();
            assertArrayEquals(packet.vlan(expected << 13 | 10).bytes(), sent);
            final Dot1qVlanTagPacket tag =
                EthernetPacket.newPacket(sent, 0, sent.length).get(Dot1qVlanTagPacket.class);
            assertEquals(expected, tag.getHeader().getPriority());
            assertEquals(10, tag.getHeader().getVidAsInt());
            assertArrayEquals(packet.bytes(), EngineHarness.bytes(batch.get(0)));
        }
        ten.offer(batch(FrameSpec.gratuitousArp("10.1.0.1").bytes()));
        final int ofArp = priority.length() > 1 ? 0 : expected;
        assertArrayEquals(FrameSpec.gratuitousArp("10.1.0.1").vlan(ofArp << 13 | 10).bytes(), device.takeBytes());
    }

    /** A tag that has only a priority gets the VLAN, whatever the rule. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "3", "dscp", "keep"})
    void shouldKeepPriorityOfTheSegment(final String priority)
    {
        final VlanPort ten = trunk.vlan(10, new VlanRules(VlanPriority.parse(priority), false));
        final FrameBatch batch = batch(
            INNER.bytes(), INNER.vlan(6 << 13 | 1 << 12).bytes(), INNER.vlan(0).bytes(), INNER.vlan(20).bytes());
        ten.offer(batch);
        device.takeBytes();
        assertArrayEquals(INNER.vlan(6 << 13 | 1 << 12 | 10).bytes(), device.takeBytes());
        assertArrayEquals(INNER.vlan(10).bytes(), device.takeBytes());
        assertNull(device.takeBytes());
        assertArrayEquals(INNER.bytes(), EngineHarness.bytes(batch.get(0)));
        assertArrayEquals(INNER.vlan(6 << 13 | 1 << 12).bytes(), EngineHarness.bytes(batch.get(1)));
        assertArrayEquals(INNER.vlan(0).bytes(), EngineHarness.bytes(batch.get(2)));
        assertArrayEquals(INNER.vlan(20).bytes(), EngineHarness.bytes(batch.get(3)));
        assertEquals(DropReason.INNER_VLAN, batch.get(3).verdict());
    }

    @Test
    void shouldLeavePriorityInTheSegmentIfItIsKept()
    {
        final VlanPort ten = trunk.vlan(10, new VlanRules(VlanPriority.KEEP, false));
        final VlanPort rest = trunk.untagged(new VlanRules(VlanPriority.KEEP, false));
        assertReceived(ten, INNER.vlan(5 << 13 | 10), INNER.vlan(5 << 13));
        assertReceived(ten, INNER.vlan(1 << 12 | 10), INNER.vlan(1 << 12));
        assertReceived(ten, INNER.vlan(10), INNER);
        assertReceived(rest, INNER.vlan(5 << 13), INNER.vlan(5 << 13));
        assertReceived(rest, INNER, INNER);

        ten.rules(VlanRules.DEFAULT);
        assertSame(ten, trunk.vlan(10));
        assertReceived(ten, INNER.vlan(5 << 13 | 10), INNER);
        assertSame(rest, trunk.untagged(VlanRules.DEFAULT));
        assertReceived(rest, INNER.vlan(5 << 13), INNER);
    }

    @Test
    void shouldOfferUntaggedFramesWithPriorityAtMost()
    {
        final FrameBatch batch = batch(
            INNER.bytes(),
            INNER.vlan(5 << 13).bytes(),
            INNER.vlan(20).bytes(),
            INNER.vlan(5 << 13).vlan(20).bytes(),
            INNER.tag(SERVICE, 0).bytes(),
            IslFrame.of(3, 20, INNER.bytes()));
        trunk.untagged().offer(batch);
        assertArrayEquals(INNER.bytes(), device.takeBytes());
        assertArrayEquals(INNER.vlan(5 << 13).bytes(), device.takeBytes());
        assertNull(device.takeBytes(), "no frame enters a VLAN that its segment does not have");
        for (int i = 2; i < 5; i++)
        {
            assertEquals(DropReason.INNER_VLAN, batch.get(i).verdict());
        }
        assertEquals(DropReason.ISL, batch.get(5).verdict());
    }

    @Test
    void shouldCarryFurtherTagsIfAsked()
    {
        final VlanPort ten = trunk.vlan(10, new VlanRules(VlanPriority.of(0), true));
        assertReceived(ten, INNER.vlan(10).vlan(20), INNER.vlan(20));
        assertReceived(ten, INNER.vlan(10).tag(SERVICE, 20), INNER.tag(SERVICE, 20));
        assertReceived(ten, INNER.vlan(10), INNER);
        assertSent(ten, INNER.vlan(20), INNER.vlan(10).vlan(20));
        assertSent(ten, INNER.vlan(5 << 13), INNER.vlan(10).vlan(5 << 13));

        ten.rules(new VlanRules(VlanPriority.KEEP, true));
        assertReceived(ten, INNER.vlan(3 << 13 | 10).vlan(20), INNER.vlan(3 << 13).vlan(20));
        assertSent(ten, INNER.vlan(3 << 13).vlan(20), INNER.vlan(3 << 13 | 10).vlan(20));
    }

    @Test
    void shouldMapServiceVlans()
    {
        final VlanPort five = trunk.serviceVlan(5, new VlanRules(VlanPriority.of(4), true));
        assertEquals("tap0.s5", five.name());
        assertReceived(five, INNER.tag(SERVICE, 5).vlan(20), INNER.vlan(20));
        assertReceived(five, INNER.tag(SERVICE, 7 << 13 | 5), INNER);
        assertSent(five, INNER.vlan(20), INNER.tag(SERVICE, 5).vlan(20));
        assertSent(five, INNER, INNER.tag(SERVICE, 4 << 13 | 5));

        final VlanPort alsoFive = trunk.vlan(5);
        assertReceived(alsoFive, INNER.vlan(5), INNER);
        assertEquals(List.of(5, 5), List.of(five.vlanId(), alsoFive.vlanId()));
        assertEquals(List.of(true, false), List.of(five.isService(), alsoFive.isService()));

        five.rules(new VlanRules(VlanPriority.KEEP, false));
        assertReceived(five, INNER.tag(SERVICE, 3 << 13 | 5), INNER.vlan(3 << 13));
        assertSent(five, INNER.vlan(3 << 13), INNER.tag(SERVICE, 3 << 13 | 5));
    }

    /** Two batches of different sizes, of which one is offered while the other is. */
    @Test
    void shouldRestoreFramesOfTwoThreads()
    {
        final Port[] nested = new Port[1];
        final FrameBatch small = batch(INNER.vlan(2 << 13).bytes(), INNER.bytes());
        final VlanTrunk busy = new VlanTrunk(new ForwardingPort(device)
        {
            @Override
            public void offer(final FrameBatch batch)
            {
                if (batch.size() > 2)
                {
                    nested[0].offer(small);
                }
            }
        }, 16);
        nested[0] = busy.vlan(20);
        final byte[][] frames = new byte[130][];
        for (int i = 0; i < frames.length; i++)
        {
            frames[i] = (i % 2 == 0 ? INNER : INNER.vlan(1 << 13)).bytes();
        }
        final FrameBatch large = batch(frames);
        busy.vlan(10).offer(large);
        for (int i = 0; i < frames.length; i++)
        {
            assertArrayEquals(frames[i], EngineHarness.bytes(large.get(i)));
        }
        assertArrayEquals(INNER.vlan(2 << 13).bytes(), EngineHarness.bytes(small.get(0)));
        assertArrayEquals(INNER.bytes(), EngineHarness.bytes(small.get(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8", "-1", "07", "high"})
    void shouldRefuseWhatIsNoPriority(final String text)
    {
        assertEquals("'" + text + "' is not a priority; use a number of 0...7, dscp or keep",
            assertThrows(IllegalArgumentException.class, () -> VlanPriority.parse(text)).getMessage());
    }

    /** Looks alike: of another address, with another header, or too short. */
    @Test
    void shouldTakeNothingElseForIsl()
    {
        final VlanPort rest = trunk.untagged();
        final byte[] isl = IslFrame.of(1, 10, INNER.bytes());
        final byte[] cdp = isl.clone();
        cdp[3] = (byte)0xCC;
        final byte[] llc = isl.clone();
        llc[14] = 0x42;
        final byte[] shortOne = Arrays.copyOf(isl, 17);
        final byte[] ethernet = isl.clone();
        ethernet[12] = 8;
        for (final byte[] frame : new byte[][]{cdp, llc, shortOne, ethernet})
        {
            assertEquals(DropReason.NONE, poll(rest, frame).verdict());
        }
        assertEquals(DropReason.ISL, poll(rest, isl).verdict());
        assertEquals(DropReason.ISL, poll(rest, IslFrame.of(3, 10, INNER.bytes())).verdict());
    }

    private void assertReceived(final VlanPort port, final FrameSpec sent, final FrameSpec received)
    {
        final Frame frame = poll(port, sent.bytes());
        assertEquals(DropReason.NONE, frame.verdict());
        assertArrayEquals(received.bytes(), EngineHarness.bytes(frame));
    }

    private Frame poll(final Port port, final byte... frame)
    {
        device.put(frame);
        final FrameBatch batch = new FrameBatch(16);
        for (int i = 0; i < 3 && batch.isEmpty(); i++)
        {
            port.poll(batch, 16);
        }
        assertEquals(1, batch.size());
        return batch.get(0);
    }

    private void assertSent(final VlanPort port, final FrameSpec offered, final FrameSpec sent)
    {
        final FrameBatch batch = batch(offered.bytes());
        port.offer(batch);
        assertArrayEquals(sent.bytes(), device.takeBytes());
        assertArrayEquals(offered.bytes(), EngineHarness.bytes(batch.get(0)));
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
}
