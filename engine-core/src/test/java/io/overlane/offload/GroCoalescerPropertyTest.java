// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random traffic, spoiled in every way the wire knows. Whatever was joined, cut again, is what came; the one difference
 * allowed is that IPv4 ids which all stayed the same under "don't fragment" count up.
 */
class GroCoalescerPropertyTest
{
    private static final int TUNNEL_LENGTH = 8;

    private int joined;
    private int outOfPlace;

    @Test
    void shouldGiveBackEverySegmentInTheOrderOfItsFlow()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            check(new Random(seed), "seed " + seed);
        }
        assertTrue(joined > 2_000, "most batches test nothing: " + joined);
        assertTrue(outOfPlace > 200, "flows are hardly interleaved: " + outOfPlace);
    }

    private void check(final Random random, final String message)
    {
        final List<byte[]> frames = traffic(random);
        final int maxFrames = random.nextInt(2, 200);
        final Collector collector = new Collector(random.nextInt(1, 9), random.nextInt(1, 17), maxFrames);
        final List<Frame> views = layOut(frames);
        final long[] bytesOf = new long[2];
        for (int i = 0; i < frames.size(); i++)
        {
            // A flow has one remote, but for some.
            final int remote = random.nextInt(50) == 0 ? 1 : 0;
            bytesOf[remote] += frames.get(i).length;
            collector.add(views.get(i), remote, remote);
            if (random.nextInt(100) == 0)
            {
                collector.flush();
            }
        }
        collector.flush();

        int segments = 0;
        for (final Collector.Entry entry : collector.delivered)
        {
            segments += entry.segments();
            bytesOf[entry.remote()] -= entry.length();
            assertLimits(entry, message);
        }
        assertEquals(frames.size(), segments, message);
        assertEquals(0, bytesOf[0], message);
        assertEquals(0, bytesOf[1], message);
        assertOrder(frames, collector.delivered, message);
    }

    private static void assertLimits(final Collector.Entry entry, final String message)
    {
        final NaivePacket packet = new NaivePacket(entry.bytes());
        if (entry.segments() > 1)
        {
            assertTrue(entry.isSuperFrame(), message);
            assertTrue(entry.bytes().length - packet.l3() <= 65_535, message);
            assertTrue(!packet.isUdp() || entry.segments() <= 64, message);
        }
        else
        {
            assertFalse(entry.isSuperFrame(), message);
            assertEquals(
                packet.isChecksumUnfinished() ? Frame.NEEDS_CHECKSUM : 0, entry.metadata().flags(), message);
        }
    }

    private void assertOrder(final List<byte[]> frames, final List<Collector.Entry> delivered, final String message)
    {
        final Map<String, Deque<Integer>> waiting = new HashMap<>();
        for (int i = 0; i < frames.size(); i++)
        {
            waiting.computeIfAbsent(new NaivePacket(frames.get(i)).flow(), flow -> new ArrayDeque<>()).add(i);
        }
        int lastFragment = -1;
        int latest = -1;
        for (final Collector.Entry entry : delivered)
        {
            int lastOfEntry = -1;
            NaivePacket first = null;
            final List<byte[]> cut = entry.cut();
            assertEquals(entry.segments(), cut.size(), message);
            for (final byte[] segment : cut)
            {
                final String flow = new NaivePacket(segment).flow();
                final Deque<Integer> next = waiting.get(flow);
                assertTrue(next != null && !next.isEmpty(), () -> message + " nobody sent " + Hex.of(segment));
                final int index = next.remove();
                final NaivePacket original = new NaivePacket(frames.get(index));
                first = first == null ? original : first;
                assertSame(original, segment, lastOfEntry >= 0 && original.hasFixedIdOf(first), message);
                assertTrue(entry.segments() == 1 || original.areChecksumsRight(), message);
                assertTrue(index > lastFragment || flow.equals(Hex.of(segment)), message + " overtaken by a fragment");
                if (NaivePacket.ANY_FLOW.equals(flow))
                {
                    assertTrue(index > latest, message + " a fragment was overtaken");
                    lastFragment = index;
                }
                lastOfEntry = index;
                outOfPlace += index < latest ? 1 : 0;
                latest = Math.max(latest, flow.equals(Hex.of(segment)) ? -1 : index);
            }
            joined += entry.segments() > 1 ? 1 : 0;
        }
    }

    private static void assertSame(
        final NaivePacket original, final byte[] segment, final boolean isFixedId, final String message)
    {
        final NaivePacket actual = new NaivePacket(segment);
        final byte[] wanted = isFixedId ? original.withoutId() : original.bytes();
        assertEquals(Hex.of(wanted), Hex.of(isFixedId ? actual.withoutId() : segment), message);
        assertTrue(!isFixedId || actual.areChecksumsRight(), message);
    }

    /** Frames one behind the other, each behind its tunnel header, as UDP_GRO delivers them. */
    private static List<Frame> layOut(final List<byte[]> frames)
    {
        final int length = frames.stream().mapToInt(frame -> TUNNEL_LENGTH + frame.length).sum();
        final byte[] memory = new byte[FrameSlab.HEADROOM + length];
        final List<Frame> views = new ArrayList<>();
        int offset = FrameSlab.HEADROOM;
        for (final byte[] frame : frames)
        {
            offset += TUNNEL_LENGTH;
            System.arraycopy(frame, 0, memory, offset, frame.length);
            views.add(new Frame(new MemoryBuffer(memory)).wrap(offset, frame.length));
            offset += frame.length;
        }
        return views;
    }

    private static List<byte[]> traffic(final Random random)
    {
        final List<Deque<byte[]>> flows = new ArrayList<>();
        for (int i = random.nextInt(1, 12); i > 0; i--)
        {
            flows.add(flow(random));
        }
        final List<byte[]> frames = new ArrayList<>();
        while (!flows.isEmpty())
        {
            final Deque<byte[]> flow = flows.get(random.nextInt(flows.size()));
            for (int burst = random.nextInt(1, 6); burst > 0 && !flow.isEmpty(); burst--)
            {
                frames.add(flow.remove());
            }
            if (flow.isEmpty())
            {
                flows.remove(flow);
            }
            if (random.nextInt(12) == 0)
            {
                frames.add(odd(random).bytes());
            }
        }
        return frames;
    }

    private static FrameSpec odd(final Random random)
    {
        return switch (random.nextInt(6))
        {
            case 0 -> FrameSpec.arpRequest("10.0.0." + random.nextInt(1, 255), "10.0.0.2");
            case 1 -> FrameSpec.icmpEchoRequest().payloadLength(random.nextInt(100)).icmpSequence(random.nextInt(999));
            case 2 -> FrameSpec.icmpv6EchoRequest().payloadLength(random.nextInt(100)).icmpId(random.nextInt(999));
            case 3 -> FrameSpec.ipv4Udp().payloadLength(64).ipId(random.nextInt(0x1_0000)).fragment(0, true);
            case 4 -> FrameSpec.ipv6Udp().payloadLength(64).ipId(random.nextInt(0x1_0000)).fragment(64, false);
            default -> FrameSpec.ethernet(0x88B5, (byte)random.nextInt(), (byte)random.nextInt());
        };
    }

    /** Some super-frames' segments, one behind the other, with what happens to them on the way. */
    private static Deque<byte[]> flow(final Random random)
    {
        final List<FrameSpec> specs = new ArrayList<>();
        SuperFrameSpec superFrame = SuperFrameSpec.random(random, 9_000);
        if (random.nextInt(20) == 0)
        {
            // Longer than one packet, or more than 64 datagrams.
            final byte[] payload = new byte[superFrame.isTcp() ? 80_000 : 300 * 20];
            superFrame = new SuperFrameSpec(superFrame.spec(), payload, superFrame.isTcp() ? 1400 : 20);
        }
        final boolean isClean = random.nextInt(3) == 0;
        final boolean hasFixedId = random.nextInt(4) == 0;
        for (final FrameSpec segment : superFrame.segmentSpecs())
        {
            final FrameSpec plain = superFrame.isTcp() && random.nextInt(4) > 0 ?
                segment.tcpFlags(FrameSpec.ACK) :
                segment;
            final FrameSpec spec = hasFixedId ? plain.ipId(7) : plain;
            specs.add(isClean || random.nextInt(6) > 0 ? spec : spoiled(spec, random));
        }
        for (int i = 0; i < specs.size() && !isClean; i++)
        {
            final int other = random.nextInt(specs.size());
            switch (random.nextInt(20))
            {
                case 0 -> specs.set(i, specs.get(other));
                case 1 -> specs.set(other, specs.set(i, specs.get(other)));
                case 2 -> specs.remove(i);
                default ->
                {
                }
            }
        }
        final Deque<byte[]> frames = new ArrayDeque<>();
        specs.forEach(spec -> frames.add(spec.bytes()));
        return frames;
    }

    private static FrameSpec spoiled(final FrameSpec spec, final Random random)
    {
        final int value = random.nextInt(0x1_0000);
        return switch (random.nextInt(16))
        {
            case 0 -> spec.badChecksum();
            case 1 -> spec.badIpChecksum();
            case 2 -> spec.tcpFlags(FrameSpec.ACK | FrameSpec.PSH);
            case 3 -> spec.tcpFlags(value & 0xFF);
            case 4 -> spec.tos(value & 0xFF);
            case 5 -> spec.ttl(value & 0xFF);
            case 6 -> spec.tcpOptions((byte)1, (byte)1, (byte)1, (byte)0);
            case 7 -> spec.window(value);
            case 8 -> spec.acknowledgment(value);
            case 9 -> spec.ipId(value);
            case 10 -> spec.payloadLength(random.nextInt(1400));
            case 11 -> spec.checksum(random.nextBoolean() ? 0 : 0xFFFF);
            case 12 -> spec.urgentPointer(value);
            case 13 -> spec.trailer(new byte[random.nextInt(1, 20)]);
            case 14 -> spec.vlan(value);
            default -> spec.sequence(value);
        };
    }
}
