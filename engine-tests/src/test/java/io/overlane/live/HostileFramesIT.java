// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.address.IpAddress;
import io.overlane.engine.EngineContext;
import io.overlane.live.PacketSocket.OffloadHeader;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Somebody sends nonsense, on the wire or into the TAP: with the fast path, nothing else comes out than without it, and
 * the counters are the same.
 */
class HostileFramesIT extends OnAWire
{
    private static final int V4_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int ETHERNET = 14;
    /** The host numbers the datagrams of one call to the kernel, which is that many at most. */
    private static final int MAX_SEGMENTS = 64;
    private static final int HEADERS = 20 + 8 + 8 + 14 + 20 + 8;

    private final Comparison comparison = new Comparison();

    /** What to do with a lane. */
    @FunctionalInterface
    private interface Attack
    {
        void run(Lane lane) throws IOException;
    }

    private void compare(final int mtu, final Attack attack) throws IOException
    {
        compare(mtu, true, attack);
    }

    private void compare(final int mtu, final boolean hasCounters, final Attack attack) throws IOException
    {
        for (final Mode mode : Mode.values())
        {
            try (Lane lane = new Lane(
                wire,
                mode,
                new UnderlayOptions(IpAddress.parse(Wire.V4), LiveRow.UDP_PORT).sourcePorts(),
                LiveRow.OWN,
                mtu,
                new EngineContext(),
                new SegmentContext(LiveRow.VNI).flood(LiveRow.A).fdb(LiveRow.STATION, LiveRow.A)
                    .policy(policy -> policy.learning(true))))
            {
                attack.run(lane);
                if (hasCounters)
                {
                    comparison.putCounters(lane, "all");
                }
            }
        }
        comparison.assertSame();
    }

    private static byte[] datagram(final FrameSpec inner)
    {
        return FrameSpec.vxlan(inner.sourceMac(LiveRow.STATION.value()).destinationMac(LiveRow.OWN.value()))
            .vni(LiveRow.VNI).source("10.99.0.2").destination(Wire.V4).ports(50_000, LiveRow.UDP_PORT).zeroChecksum()
            .packet();
    }

    private void receive(final Lane lane, final String name, final byte[] packet) throws IOException
    {
        comparison.put(lane, name, lane.receive(List.of(packet)).toString());
    }

    @Test
    void shouldTakeNoDatagramWithAChangedBit() throws IOException
    {
        compare(1_450, lane ->
        {
            for (final FrameSpec inner : List.of(FrameSpec.ipv4Tcp().payloadLength(20), FrameSpec.ipv6Udp()))
            {
                final byte[] good = datagram(inner);
                for (int bit = 0; bit < Math.min(good.length, HEADERS) * Byte.SIZE; bit++)
                {
                    final byte[] bad = good.clone();
                    bad[bit / Byte.SIZE] ^= (byte)(1 << bit % Byte.SIZE);
                    receive(lane, inner.network() + " bit " + bit, bad);
                    if (bit < V4_HEADER * Byte.SIZE)
                    {
                        receive(lane, inner.network() + " bit " + bit + " with the right sum", summed(bad));
                    }
                }
            }
        });
        comparison.assertCarried(500, Integer.MAX_VALUE);
    }

    @Test
    void shouldTakeNoDatagramThatIsCutOrTooLong() throws IOException
    {
        compare(1_450, lane ->
        {
            for (final FrameSpec inner : List.of(FrameSpec.ipv4Udp().payloadLength(20), FrameSpec.ipv6Tcp()))
            {
                final byte[] good = datagram(inner);
                for (int length = 1; length < good.length + 5; length++)
                {
                    final byte[] cut = Arrays.copyOf(good, length);
                    receive(lane, inner.network() + " of " + length, cut);
                    if (length >= V4_HEADER + UDP_HEADER)
                    {
                        put(cut, 2, length);
                        receive(lane, inner.network() + " of " + length + ", IP length", summed(cut));
                        put(cut, V4_HEADER + 4, length - V4_HEADER);
                        receive(lane, inner.network() + " of " + length + ", both lengths", summed(cut));
                    }
                }
            }
        });
    }

    @Test
    void shouldTakeNoForgedSource() throws IOException
    {
        compare(1_450, lane ->
        {
            for (final String source : List.of("10.99.0.3", "10.99.0.1", "10.99.0.255", "0.0.0.0", "127.0.0.1",
                "224.0.0.1", "255.255.255.255", "198.51.100.1", "240.0.0.1"))
            {
                final byte[] packet = datagram(FrameSpec.ipv4Udp());
                System.arraycopy(FrameSpec.ipv4Udp().source(source).packet(), 12, packet, 12, Integer.BYTES);
                receive(lane, "from " + source, summed(packet));
            }
        });
    }

    @Test
    void shouldCarryJumboFramesTheSameWay() throws IOException
    {
        Wire.run("ip", "link", "set", Wire.NEAR, "mtu", "9000");
        Wire.run("ip", "link", "set", Wire.FAR, "mtu", "9000");
        compare(9_000, lane ->
        {
            for (final int length : new int[]{1_500, 2_000, 4_000, 8_000, 8_922, 8_923, 8_950})
            {
                final FrameSpec frame = FrameSpec.ipv4Udp().payloadLength(length - 28);
                if (length + 50 <= 9_000)
                {
                    receive(lane, "received " + length, datagram(frame));
                }
                comparison.put(lane, "sent " + length, lane.transmit(frame.bytes()).toString());
                comparison.put(lane, "sent " + length + " DF", lane.transmit(
                    frame.dontFragment().bytes()).toString());
            }
        });
    }

    @Test
    void shouldSendNoFrameWithAChangedBitAnotherWay() throws IOException
    {
        compare(1_450, lane ->
        {
            for (final FrameSpec frame : List.of(FrameSpec.ipv4Tcp(), FrameSpec.ipv6Udp()))
            {
                final byte[] good = frame.bytes();
                for (int bit = 0; bit < good.length * Byte.SIZE; bit++)
                {
                    final byte[] bad = good.clone();
                    bad[bit / Byte.SIZE] ^= (byte)(1 << bit % Byte.SIZE);
                    comparison.put(lane, frame.network() + " bit " + bit, lane.transmit(bad).toString());
                }
                for (int length = ETHERNET; length < good.length; length++)
                {
                    comparison.put(lane, frame.network() + " of " + length,
                        lane.transmit(Arrays.copyOf(good, length)).toString());
                }
            }
        });
    }

    @Test
    void shouldCutSuperFramesAsTheEngineDoes() throws IOException
    {
        compare(1_450, false, lane ->
        {
            final Random random = new Random(1);
            for (int i = 0; i < 60; i++)
            {
                final SuperFrameSpec spec = SuperFrameSpec.random(random, 9_000);
                if (spec.segments().size() > MAX_SEGMENTS)
                {
                    continue;
                }
                final OffloadHeader header = new OffloadHeader(
                    OffloadHeader.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength(), spec.gsoSize(),
                    spec.checksumStart(), spec.checksumOffset());
                comparison.put(lane, "super-frame " + i + " " + spec.spec().network() + " " + spec.isTcp(),
                    withoutCounters(lane.transmit(header, spec.bytes())));
            }
        });
    }

    @Test
    void shouldTakeNoSuperFrameWithWrongOffloads() throws IOException
    {
        compare(1_450, false, lane ->
        {
            int i = 0;
            for (final int type : new int[]{
                OffloadHeader.TCP_V4, OffloadHeader.TCP_V6, OffloadHeader.UDP_L4})
            {
                for (final FrameSpec frame : List.of(
                    FrameSpec.ipv4Tcp(), FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()))
                {
                    final FrameSpec large = frame.payloadLength(3_000).partialChecksum();
                    final int start = ETHERNET + (large.network() == FrameSpec.Network.IPV4 ? 20 : 40);
                    for (final int size : new int[]{50, 100, 1_396, 1_397, 2_999, 3_001})
                    {
                        for (final int offset : new int[]{6, 16})
                        {
                            final OffloadHeader header =
                                new OffloadHeader(OffloadHeader.NEEDS_CHECKSUM, type, start + 20, size, start, offset);
                            comparison.put(lane, "wrong super-frame " + i++ + ": " + header + " " + large.network() +
                                large.transport(), withoutCounters(lane.transmit(header, large.bytes())));
                        }
                    }
                }
            }
        });
    }

    /**
     * What came out: a super-frame that the kernel carries counts with its own bytes and not those of its segments, and
     * a contradictory one counts as delivered before the kernel discards it behind the program.
     */
    private static String withoutCounters(final List<String> outcome)
    {
        return outcome.stream().filter(line -> !line.startsWith("encap ")).toList().toString();
    }

    /** Several datagrams in one, which a neighbour on the same machine can send, and their sum is to be completed. */
    @Test
    void shouldTakeNoDatagramsThatAreOne() throws IOException
    {
        compare(1_450, lane ->
        {
            for (final FrameSpec inner : List.of(
                FrameSpec.ipv4Tcp().payloadLength(300), FrameSpec.ipv6Tcp().payloadLength(300),
                FrameSpec.ipv4Udp().payloadLength(300)))
            {
                final byte[] one = datagram(inner);
                final int payload = one.length - V4_HEADER - UDP_HEADER;
                final byte[] all = Arrays.copyOf(one, one.length + 3 * payload);
                for (int i = 1; i <= 3; i++)
                {
                    System.arraycopy(one, V4_HEADER + UDP_HEADER, all, one.length + (i - 1) * payload, payload);
                }
                put(all, 2, all.length);
                put(all, V4_HEADER + 4, all.length - V4_HEADER);
                final OffloadHeader header = new OffloadHeader(
                    OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.UDP_L4, ETHERNET + V4_HEADER + UDP_HEADER, payload,
                    ETHERNET + V4_HEADER, 6);
                comparison.put(lane, "four datagrams " + inner.network() + inner.transport(),
                    lane.receive(header, summed(all)).toString());
            }
        });
    }

    private static byte[] summed(final byte[] packet)
    {
        final byte[] right = packet.clone();
        put(right, 10, 0);
        final ByteBuffer buffer = ByteBuffer.wrap(right);
        int sum = 0;
        for (int i = 0; i < V4_HEADER; i += 2)
        {
            sum += buffer.getShort(i) & 0xffff;
        }
        put(right, 10, ~((sum & 0xffff) + (sum >>> 16)));
        return right;
    }

    private static void put(final byte[] bytes, final int at, final int value)
    {
        bytes[at] = (byte)(value >>> Byte.SIZE);
        bytes[at + 1] = (byte)value;
    }
}
