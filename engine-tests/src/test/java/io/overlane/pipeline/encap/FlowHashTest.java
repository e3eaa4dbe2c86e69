// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Layer3;
import io.overlane.testdata.FrameSpec;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** One number for all frames of a flow, many numbers for many flows. */
class FlowHashTest
{
    private static final int FLOWS = 2_000;
    private static final int PORTS = 8;
    private static final byte[] EXTENSION = {0, 0, 1, 4, 0, 0, 0, 0};

    private final FlowHash hash = new FlowHash();

    @Test
    void shouldNotLookAtWhatVariesInsideAFlow()
    {
        for (final FrameSpec flow : new FrameSpec[]{
            FrameSpec.ipv4Tcp(), FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()})
        {
            final int expected = hash(flow.ports(4000, 80).payloadLength(100));
            assertEquals(expected, hash(flow.ports(4000, 80).payloadLength(1400).ttl(3).tos(2)));
            assertEquals(expected, hash(flow.ports(4000, 80).payloadLength(1).badChecksum().pad(90)));
        }
        assertEquals(
            hash(FrameSpec.ipv4Tcp().sequence(1).ipId(7).tcpFlags(FrameSpec.ACK)),
            hash(FrameSpec.ipv4Tcp().sequence(99_999).ipId(8).tcpFlags(FrameSpec.FIN)));
    }

    @Test
    void shouldLookBehindTagsOptionsAndExtensionHeaders()
    {
        for (final FrameSpec flow : new FrameSpec[]{FrameSpec.ipv4Tcp(), FrameSpec.ipv6Udp()})
        {
            assertEquals(hash(flow), hash(flow.vlan(7)));
            assertEquals(hash(flow), hash(flow.tag(EtherType.SERVICE_VLAN, 9).vlan(7)));
        }
        assertEquals(
            hash(FrameSpec.ipv4Udp()), hash(FrameSpec.ipv4Udp().ipOptions((byte)1, (byte)1, (byte)1, (byte)0)));
        assertEquals(
            hash(FrameSpec.ipv6Tcp()),
            hash(FrameSpec.ipv6Tcp()
                .ipv6Extension(IpProtocol.HOP_BY_HOP, EXTENSION)
                .ipv6Extension(IpProtocol.DESTINATION_OPTIONS, EXTENSION)));
    }

    @Test
    void shouldKeepFragmentsOfAPacketTogether()
    {
        for (final FrameSpec packet : new FrameSpec[]{FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()})
        {
            final Set<Integer> hashes = new HashSet<>();
            packet.payloadLength(4000).fragments(1000).forEach(fragment -> hashes.add(hash(fragment)));
            assertEquals(1, hashes.size());
        }
    }

    @Test
    void shouldGiveAPacketTheSameNumberWithAndWithoutEthernet()
    {
        final byte[] packet = FrameSpec.ipv4Tcp().packet();
        assertEquals(hash(FrameSpec.ipv4Tcp()), hash(packet, false));
        final byte[] v6 = FrameSpec.ipv6Tcp().packet();
        assertEquals(hash(FrameSpec.ipv6Tcp()), hash(v6, false));
    }

    @Test
    void shouldSpreadFlowsOverAllPorts()
    {
        assertSpread(i -> FrameSpec.ipv4Tcp().ports(32_768 + i, 80));
        assertSpread(i -> FrameSpec.ipv4Udp().ports(5000, i + 1));
        assertSpread(i -> FrameSpec.ipv6Tcp().ports(32_768 + i, 80));
        assertSpread(i -> FrameSpec.ipv6Udp().source("2001:db8::" + Integer.toHexString(i + 1)));
        assertSpread(i -> FrameSpec.ipv4Tcp().vlan(7).ports(32_768 + i, 80));
        assertSpread(i -> FrameSpec.icmpEchoRequest().destination("10.0." + (i >> 8) + "." + (i & 0xFF)));
        assertSpread(i -> FrameSpec.ethernet(0x88B5, new byte[50]).sourceMac(0x02_00_00_00_00_00L + i));
        assertSpread(i -> FrameSpec.ethernet(0x88B5, new byte[50]).destinationMac(0x02_00_00_00_00_00L + i));
    }

    @Test
    void shouldTellDirectionsAndProtocolsApart()
    {
        final FrameSpec there = FrameSpec.ipv4Udp().ports(53, 4000).source("10.0.0.1").destination("10.0.0.2");
        final FrameSpec back = FrameSpec.ipv4Udp().ports(4000, 53).source("10.0.0.2").destination("10.0.0.1");
        assertNotEquals(hash(there), hash(back));
        assertNotEquals(
            hash(FrameSpec.ipv4Udp().ports(7, 8)), hash(FrameSpec.ipv4Tcp().ports(7, 8)));
    }

    @Test
    void shouldTakeAnyBytes()
    {
        final Random random = new Random(4);
        for (int i = 0; i < 20_000; i++)
        {
            final byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            if (bytes.length > 14 && random.nextBoolean())
            {
                final int type = random.nextBoolean() ? EtherType.IPV6 : EtherType.IPV4;
                bytes[12] = (byte)(type >> 8);
                bytes[13] = (byte)type;
                bytes[14] = (byte)(type == EtherType.IPV6 ? 0x60 : 0x45);
            }
            hash(bytes, true);
            hash(bytes, false);
        }
    }

    private void assertSpread(final IntFunction<FrameSpec> flows)
    {
        final int[] frames = new int[PORTS];
        final Set<Integer> hashes = new HashSet<>();
        for (int i = 0; i < FLOWS; i++)
        {
            final int hash = hash(flows.apply(i));
            hashes.add(hash);
            frames[(int)((hash & 0xFFFF_FFFFL) * PORTS >>> Integer.SIZE)]++;
        }
        assertTrue(hashes.size() >= FLOWS - 1, "different flows, different numbers: " + hashes.size());
        for (final int count : frames)
        {
            // Six standard deviations around an even share of 250.
            assertTrue(count > 160 && count < 340, "uneven: " + count);
        }
    }

    private int hash(final FrameSpec spec)
    {
        return hash(spec.bytes(), true);
    }

    private int hash(final byte[] bytes, final boolean isEthernet)
    {
        final Frame frame = frame(bytes);
        return hash.of(frame, Layer3.of(frame, isEthernet));
    }

    /** At the very end of its buffer: a look behind it would throw. */
    private static Frame frame(final byte[] bytes)
    {
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + bytes.length]);
        buffer.putBytes(FrameSlab.HEADROOM, bytes);
        return new Frame(buffer).wrap(FrameSlab.HEADROOM, bytes.length);
    }
}
