// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.VlanPolicy;
import io.overlane.port.VlanTrunk;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Mutated and random datagrams and frames through whole engines. The seed is fixed, so a failure is the same next time.
 * No exception, every frame accounted exactly once, and what comes out is byte for byte what went in, save what a path
 * is there to change.
 */
class PathFuzzTest
{
    private static final int ROUNDS = 200_000;
    private static final int BATCH = 32;
    private static final int VNI = 1;
    private static final int ROOM = 2048;

    private final Frame lent = new FrameSlab(1, ROOM).frame(0);
    private final Random random = new Random(0x0E7A);
    private final EngineHarness harness = EngineHarness.create(EngineHarness.LOCAL, 2000);

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldAccountForEveryVxlanDatagram()
    {
        final List<String> reports = new ArrayList<>();
        harness.context().fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(2)))
            .errorHandler(ex -> reports.add(ex.getMessage()));
        harness.launch(segment().policy(p -> p.learning(true)));
        final List<byte[]> seeds = datagramsOf(frames());
        final List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i += BATCH)
        {
            sent.clear();
            for (int j = 0; j < BATCH; j++)
            {
                final byte[] datagram = mutate(seeds);
                harness.send(random.nextInt(4) == 0 ? EngineHarness.STRANGER : EngineHarness.A,
                    random.nextInt(4), datagram);
                sent.add(datagram);
            }
            harness.clock().step(random.nextInt(50), TimeUnit.MILLISECONDS);
            harness.run();
            assertInOrder(sent, 8, harness.delivered(), 0, true);
        }

        assertRan(harness.decap());
        reports.removeIf(report -> report.contains("had a MAC address of this node as their source"));
        assertEquals(List.of(), reports, "reported to the error handler");
    }

    @Test
    void shouldAccountForEveryFrameIntoVxlan()
    {
        harness.launch(segment());
        harness.attach(EngineHarness.A);
        final List<byte[]> seeds = frames();
        for (int i = 0; i < ROUNDS; i += BATCH)
        {
            final List<byte[]> put = new ArrayList<>();
            for (int j = 0; j < BATCH; j++)
            {
                final byte[] frame = mutate(seeds);
                final Frame copy = lend(frame);
                if (random.nextInt(8) == 0)
                {
                    // No kind of super-frame has bit 1; what is cut into segments is fuzzed with the splitter.
                    copy.offload(
                        random.nextInt(4),
                        random.nextInt(4) == 0 ? random.nextInt(256) | 2 : Frame.GSO_NONE,
                        random.nextInt(100),
                        random.nextInt(2000),
                        random.nextInt(200) - 20,
                        random.nextInt(40) - 10);
                }
                put.add(frame);
                assertTrue(harness.port().put(copy));
            }
            harness.run();
            final List<byte[]> datagrams = harness.sentTo(EngineHarness.A);
            datagrams.forEach(datagram -> assertEquals("0800000000000100", Hex.of(datagram, 0, 8)));
            assertInOrder(put, 0, datagrams, 8, true);
            harness.delivered();
        }

        assertRan(harness.encap());
    }

    /** Tags come off and go on where the frame lies, both ways. */
    @ParameterizedTest
    @EnumSource(VlanPolicy.class)
    void shouldAccountForEveryFrameUnderPolicies(final VlanPolicy vlans)
    {
        final LoopbackPort device = new LoopbackPort("tap", 1500, 64, 4096);
        final VlanTrunk trunk = new VlanTrunk(device, BATCH);
        harness.context().segment(segment()
            .policy(p -> p.profile(PolicyProfile.STRICT).decapVlan(vlans).encapVlan(vlans)).port(trunk.vlan(7)));
        harness.launch();
        harness.attach(EngineHarness.A);
        final List<byte[]> inner = frames();
        inner.add(FrameSpec.ipv4Udp().vlan(7).vlan(8).vlan(9).bytes());
        final List<byte[]> datagrams = datagramsOf(inner);
        final List<byte[]> seeds = new ArrayList<>();
        inner.forEach(frame ->
            seeds.add(Hex.parse(Hex.of(frame, 0, 12) + "81000007" + Hex.of(frame, 12, frame.length - 12))));
        int put = 0;
        for (int i = 0; i < ROUNDS / 4; i += BATCH)
        {
            for (int j = 0; j < BATCH; j++)
            {
                assertTrue(device.put(lend(mutate(seeds))));
                put++;
                harness.send(
                    random.nextInt(4) == 0 ? EngineHarness.STRANGER : EngineHarness.A,
                    random.nextInt(4),
                    mutate(datagrams));
            }
            harness.run();
            harness.run();
            harness.sentTo(EngineHarness.A);
            for (final byte[] frame : device.takeAll())
            {
                assertEquals("81000007", Hex.of(frame, 12, 4));
            }
        }

        assertEquals(put, harness.encap().framesIn());
        assertTrue(harness.encap().delivered() > put / 4 && harness.encap().dropped() > 0);
        assertTrue(harness.decap().delivered() > put / 4 && harness.decap().dropped() > 0);
    }

    @Test
    void shouldAccountForEveryIpDatagram()
    {
        harness.launch(network());
        final List<byte[]> seeds = packets("10.5.2.1", "10.5.1.1");
        final List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i += BATCH)
        {
            sent.clear();
            for (int j = 0; j < BATCH; j++)
            {
                final byte[] packet = mutate(seeds);
                harness.send(random.nextInt(8) == 0 ? EngineHarness.STRANGER : EngineHarness.A, 0, packet);
                sent.add(packet);
            }
            harness.run();
            assertInOrder(sent, 0, harness.delivered(), 0, false);
        }

        assertRan(harness.decap());
    }

    @Test
    void shouldAccountForEveryPacketIntoIp()
    {
        harness.launch(network());
        harness.attach(EngineHarness.A);
        final List<byte[]> seeds = packets("10.5.1.1", "10.5.2.1");
        for (int i = 0; i < ROUNDS; i += BATCH)
        {
            final List<byte[]> put = new ArrayList<>();
            for (int j = 0; j < BATCH; j++)
            {
                put.add(mutate(seeds));
                final Frame packet = lend(put.get(j));
                if (random.nextInt(8) == 0)
                {
                    packet.offload(random.nextInt(4), 0, 0, 0, random.nextInt(200) - 20, random.nextInt(40) - 10);
                }
                assertTrue(harness.port().put(packet));
            }
            harness.run();
            assertInOrder(put, 0, harness.sentTo(EngineHarness.A), 0, true);
            harness.delivered();
        }

        assertRan(harness.encap());
    }

    /** Some of each fate: a fuzz whose every frame ends at the first check proves nothing. */
    private static void assertRan(final PathCounters path)
    {
        assertTrue(path.framesIn() >= ROUNDS, "in " + path.framesIn());
        assertTrue(path.delivered() > ROUNDS / 20, "delivered " + path.delivered());
        assertTrue(path.dropped() > ROUNDS / 20, "dropped " + path.dropped());
    }

    /** What came out is a subsequence of what went in, headers of the path apart. */
    private static void assertInOrder(
        final List<byte[]> in,
        final int inHeader,
        final List<byte[]> out,
        final int outHeader,
        final boolean isWhole)
    {
        int next = 0;
        for (final byte[] frame : out)
        {
            while (next < in.size() && !isSame(in.get(next), inHeader, frame, outHeader, isWhole))
            {
                next++;
            }
            assertTrue(next < in.size(), () -> "nobody sent " + Hex.of(frame));
            next++;
        }
    }

    private static boolean isSame(
        final byte[] in, final int inHeader, final byte[] out, final int outHeader, final boolean isWhole)
    {
        final int inLength = in.length - inHeader;
        final int outLength = out.length - outHeader;
        if (isWhole ? inLength != outLength : inLength < outLength)
        {
            return false;
        }
        // The path may change a congestion mark or the time to live, and two checksums.
        int different = 0;
        for (int i = 0; i < outLength; i++)
        {
            different += out[outHeader + i] == in[inHeader + i] ? 0 : 1;
        }
        return different <= 5;
    }

    private byte[] mutate(final List<byte[]> seeds)
    {
        if (random.nextInt(16) == 0)
        {
            final byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        if (random.nextInt(4) == 0)
        {
            bytes = Arrays.copyOf(bytes, random.nextInt(4) == 0 ? random.nextInt(1600) : random.nextInt(bytes.length));
        }
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--)
        {
            bytes[random.nextInt(Math.min(bytes.length, 80))] = (byte)random.nextInt();
        }
        return bytes;
    }

    private Frame lend(final byte[] bytes)
    {
        lent.buffer().putBytes(FrameSlab.HEADROOM, bytes);
        return lent.wrap(FrameSlab.HEADROOM, bytes.length);
    }

    private static SegmentContext segment()
    {
        return new SegmentContext(VNI)
            .flood(EngineHarness.A)
            .fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), EngineHarness.A)
            .ownMac(MacAddress.parse("02:00:00:00:00:aa"))
            .neighbor(IpAddress.parse("10.0.0.9"), MacAddress.parse("02:00:00:00:00:99"))
            .neighbor(IpAddress.parse("fd00::9"), MacAddress.parse("02:00:00:00:00:99"));
    }

    private static IpNetworkContext network()
    {
        return new IpNetworkContext()
            .address(IpAddress.parse("10.5.1.0"))
            .local(IpPrefix.parse("10.5.1.0/24"))
            .allIcmpErrors(true)
            .route(IpPrefix.parse("10.5.2.0/24"), EngineHarness.A);
    }

    private static List<byte[]> frames()
    {
        final List<byte[]> frames = new ArrayList<>();
        for (final FrameSpec spec : List.of(
            FrameSpec.ipv4Udp().payload("udp"),
            FrameSpec.ipv4Tcp().payloadLength(300),
            FrameSpec.ipv6Tcp().payloadLength(100),
            FrameSpec.ipv6Udp().vlan(7),
            FrameSpec.ipv4Udp().tag(0x88A8, 1).vlan(7).payloadLength(50),
            FrameSpec.ipv4Udp().ipOptions(new byte[]{1, 1, 1, 0}),
            FrameSpec.icmpEchoRequest(),
            FrameSpec.icmpv6EchoRequest(),
            FrameSpec.arpRequest("10.0.0.1", "10.0.0.9"),
            FrameSpec.arpRequest("10.0.0.1", "10.0.0.8"),
            FrameSpec.gratuitousArp("10.0.0.1"),
            FrameSpec.neighborSolicitation("fd00::1", "fd00::9"),
            FrameSpec.neighborSolicitation("::", "fd00::9"),
            FrameSpec.neighborAdvertisement("fd00::1", "fd00::9"),
            FrameSpec.ipv4Udp().payloadLength(1450),
            FrameSpec.vxlan(FrameSpec.ipv4Udp()),
            FrameSpec.ethernet(0x88B5)))
        {
            frames.add(spec.bytes());
        }
        return frames;
    }

    private static List<byte[]> datagramsOf(final List<byte[]> frames)
    {
        final List<byte[]> datagrams = new ArrayList<>();
        frames.forEach(frame -> datagrams.add(FrameSpec.vxlan(frame).vni(VNI).datagram()));
        return datagrams;
    }

    private static List<byte[]> packets(final String source, final String destination)
    {
        final List<byte[]> packets = new ArrayList<>();
        for (final FrameSpec spec : List.of(
            FrameSpec.ipv4Udp().payload("udp"),
            FrameSpec.ipv4Tcp().payloadLength(300),
            FrameSpec.ipv4Udp().ipOptions(new byte[]{1, 1, 1, 0}),
            FrameSpec.ipv4Udp().ttl(1),
            FrameSpec.ipv4Udp().payloadLength(1450),
            FrameSpec.icmpEchoRequest()))
        {
            packets.add(spec.source(source).destination(destination).packet());
        }
        packets.add(FrameSpec.ipv4Udp().source(source).destination("10.9.9.9").packet());
        packets.add(FrameSpec.ipv6Udp().packet());
        return packets;
    }
}
