// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.ebpf.kernel.ProgramRun;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastTraffic;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.InNamespace;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.ReceiveBatch;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the programs do with single frames, in the kernel but at no device. {@link FrameSpec} writes the expected bytes.
 */
@InNamespace
class TcProgramTest
{
    private static final int REDIRECT = 7;
    private static final int NEXT = -1;
    private static final int SOURCE_PORT = 34;
    /** The kernel runs programs on no frame without a whole IP header. */
    private static final int SHORTEST = 54;
    private static final FastTraffic NONE = new FastTraffic()
    {
        @Override
        public void ofSegment(final int vni, final long a, final long b, final long c, final long d)
        {
        }

        @Override
        public void ofRemote(final int remote, final long a, final long b, final long c, final long d)
        {
        }
    };
    private static final MacAddress STRANGER = MacAddress.parse("02:00:00:00:00:66");

    private FastPathLab lab;
    private ProgramRun encap;
    private ProgramRun decap;

    @BeforeEach
    void open() throws Exception
    {
        FastPathLab.requireBpf();
        lab = FastPathLab.open();
        encap = new ProgramRun(lab.path.encap());
        decap = new ProgramRun(lab.path.decap());
    }

    @AfterEach
    void close() throws Exception
    {
        if (lab != null)
        {
            lab.close();
            Peer.run("ip", "link", "del", "under0");
        }
    }

    /** From our station to the known one. */
    private static FrameSpec inner()
    {
        return FrameSpec.ipv4Udp().payload("hello");
    }

    private static FrameSpec reply(final FrameSpec inner)
    {
        return inner.sourceMac(FastPathLab.STATION.value()).destinationMac(FastPathLab.OURS.value());
    }

    private static FrameSpec datagram(final FrameSpec inner)
    {
        return FrameSpec.vxlan(inner).vni(FastPathLab.VNI).source("10.0.0.2").destination("10.0.0.1")
            .ports(50_000, 8472).zeroChecksum();
    }

    private int send(final FrameSpec frame) throws Exception
    {
        return encap.run(frame.bytes(), lab.tap, 0);
    }

    private int receive(final FrameSpec frame) throws Exception
    {
        return decap.run(frame.bytes(), 1, 0);
    }

    @Test
    void shouldEncapsulate() throws Exception
    {
        for (final FrameSpec frame : new FrameSpec[]{
            inner(), FrameSpec.ipv6Udp().payload("six"), FrameSpec.ipv4Tcp(), FrameSpec.icmpEchoRequest().tos(0xb8),
            FrameSpec.icmpv6EchoRequest(),
            inner().payloadLength(1450 - 28)})
        {
            assertEquals(REDIRECT, send(frame));
            final byte[] out = encap.frame();
            final int sourcePort = (out[SOURCE_PORT] & 0xff) << 8 | out[SOURCE_PORT + 1] & 0xff;
            assertTrue(Arrays.stream(lab.underlay.sourcePorts()).anyMatch(port -> port == sourcePort));
            // The kernel replaces the outer MAC addresses when it finds the neighbour.
            assertArrayEquals(
                FrameSpec.vxlan(frame).vni(FastPathLab.VNI).source("10.0.0.1").destination("10.0.0.2")
                    .ports(sourcePort, 8472).ttl(64).ipId(0).dontFragment().zeroChecksum().bytes(),
                out);
        }
    }

    @Test
    void shouldUseTheSourcePortsOfTheEngineByFlow() throws Exception
    {
        final boolean[] used = new boolean[65_536];
        int count = 0;
        for (int flow = 0; flow < 200; flow++)
        {
            send(inner().sourcePort(1_000 + flow));
            final byte[] out = encap.frame();
            final int port = (out[SOURCE_PORT] & 0xff) << 8 | out[SOURCE_PORT + 1] & 0xff;
            count += used[port] ? 0 : 1;
            used[port] = true;
            send(inner().sourcePort(1_000 + flow));
            assertArrayEquals(out, encap.frame());
        }
        assertEquals(lab.underlay.sourcePorts().length, count);
    }

    @Test
    void shouldSetTheOuterFieldsOfTheSegment() throws Exception
    {
        lab.path.end(FastPathLab.VNI);
        lab.path.begin(new FastSegment(
            FastPathLab.VNI, lab.port, new OuterContext().ttl(9).tos(0x28).ecn(EcnEncap.RFC6040), 1464));
        for (int mark = 0; mark <= 3; mark++)
        {
            assertEquals(REDIRECT, send(inner().tos(0x10 | mark)));
            assertEquals(0x28 | mark, encap.frame()[15]);
            assertEquals(9, encap.frame()[22]);
        }
        lab.path.end(FastPathLab.VNI);
        lab.path.begin(new FastSegment(FastPathLab.VNI, lab.port, new OuterContext(), 1464));
        send(FrameSpec.ipv6Udp().tos(3));
        assertEquals(2, encap.frame()[15], "Linux turns the mark into ECT(0)");
    }

    @Test
    void shouldLeaveFramesToTheEngineThatAreNotForAKnownStation() throws Exception
    {
        final Map<String, FrameSpec> frames = new LinkedHashMap<>();
        frames.put("broadcast", inner().destinationMac(FrameSpec.BROADCAST));
        frames.put("group", inner().destinationMac("01:00:5e:00:00:01"));
        frames.put("unknown", inner().destinationMac(STRANGER.value()));
        frames.put("ARP", FrameSpec.arpRequest("10.9.9.1", "10.9.9.2").destinationMac(FastPathLab.STATION.value()));
        frames.put("discovery", FrameSpec.neighborAdvertisement("fd00::1", "fd00::2")
            .destinationMac(FastPathLab.STATION.value()));
        frames.put("tag", inner().vlan(7));
        frames.put("other type", FrameSpec.ethernet(0x88b5, new byte[60]));
        frames.put("options", inner().ipOptions(new byte[]{1, 1, 1, 1}));
        frames.put("too long", inner().payloadLength(1450 - 27));
        for (final Map.Entry<String, FrameSpec> frame : frames.entrySet())
        {
            assertEquals(NEXT, send(frame.getValue()), frame.getKey());
            assertArrayEquals(frame.getValue().bytes(), encap.frame(), frame.getKey());
        }
        assertEquals(NEXT, encap.run(inner().bytes(), 1, 0), "another device");
        lab.put(FastPathLab.STATION, FastPathLab.REMOTE, false, true);
        assertEquals(NEXT, send(inner()), "only the other way");
        lab.path.remove(FastPathLab.VNI, FastPathLab.STATION.value());
        assertEquals(NEXT, send(inner()), "removed");
    }

    @Test
    void shouldDecapsulate() throws Exception
    {
        for (final FrameSpec frame : new FrameSpec[]{
            reply(inner()), reply(FrameSpec.ipv6Udp()), reply(FrameSpec.ipv4Tcp()),
            reply(inner().ipOptions(new byte[]{1, 1, 1, 1}))})
        {
            assertEquals(REDIRECT, receive(datagram(frame)));
            assertArrayEquals(frame.bytes(), decap.frame());
        }
        assertEquals(REDIRECT, receive(datagram(reply(inner())).tos(0xba)), "ECT(0)");
    }

    @Test
    void shouldLeaveDatagramsToTheEngineThatItMightRefuse() throws Exception
    {
        final FrameSpec inner = reply(inner());
        final Map<String, FrameSpec> frames = new LinkedHashMap<>();
        frames.put("another address", datagram(inner).destination("10.0.0.9"));
        frames.put("another remote", datagram(inner).source("10.0.0.3"));
        frames.put("another port", datagram(inner).destinationPort(4789));
        frames.put("another VNI", datagram(inner).vni(2));
        frames.put("UDP checksum", FrameSpec.vxlan(inner).vni(1).source("10.0.0.2").destination("10.0.0.1")
            .ports(50_000, 8472));
        frames.put("IP checksum", datagram(inner).badIpChecksum());
        frames.put("fragment", datagram(inner).fragment(0, true));
        frames.put("options", datagram(inner).ipOptions(new byte[]{1, 1, 1, 1}));
        frames.put("ECT(1)", datagram(inner).tos(1));
        frames.put("congestion", datagram(inner).tos(3));
        frames.put("padding", datagram(inner).trailer(new byte[4]));
        frames.put("UDP length", datagram(inner).udpLength(30));
        frames.put("flags", datagram(inner).vxlanFlags(0x0c));
        frames.put("reserved", datagram(inner).vxlanReserved(1));
        frames.put("reserved last", datagram(inner).vxlanReservedLast(1));
        frames.put("group", datagram(reply(inner()).destinationMac(FrameSpec.BROADCAST)));
        frames.put("unknown source", datagram(inner().sourceMac(STRANGER.value())));
        frames.put("ARP", datagram(reply(FrameSpec.arpReply("10.9.9.2", "10.9.9.1"))));
        frames.put("discovery", datagram(reply(FrameSpec.neighborAdvertisement("fd00::2", "fd00::1"))));
        frames.put("tag", datagram(reply(inner()).vlan(7)));
        frames.put("truncated IPv6", datagram(reply(FrameSpec.ipv6Udp()).truncate(14 + 39)));
        frames.put("truncated IPv4", datagram(reply(inner()).truncate(14 + 19)));
        for (final Map.Entry<String, FrameSpec> frame : frames.entrySet())
        {
            assertEquals(NEXT, receive(frame.getValue()), frame.getKey());
            assertArrayEquals(frame.getValue().bytes(), decap.frame(), frame.getKey());
        }
        lab.put(FastPathLab.STATION, FastPathLab.REMOTE, true, false);
        assertEquals(NEXT, receive(datagram(inner)), "only the other way");
    }

    @Test
    void shouldCountFrames() throws Exception
    {
        final long[] ofSegment = new long[4];
        final long[] ofRemote = new long[4];
        final FastTraffic traffic = new FastTraffic()
        {
            @Override
            public void ofSegment(final int vni, final long a, final long b, final long c, final long d)
            {
                assertEquals(FastPathLab.VNI, vni);
                System.arraycopy(new long[]{a, b, c, d}, 0, ofSegment, 0, 4);
            }

            @Override
            public void ofRemote(final int remote, final long a, final long b, final long c, final long d)
            {
                assertEquals(3, remote);
                System.arraycopy(new long[]{a, b, c, d}, 0, ofRemote, 0, 4);
            }
        };
        final FrameSpec large = FrameSpec.ipv4Tcp().payloadLength(3_000);
        send(inner());
        assertEquals(NEXT, encap.run(large.bytes(), lab.tap, 1_411), "its segments are too long");
        assertEquals(NEXT, encap.run(FrameSpec.ipv4Udp().payloadLength(3_000).bytes(), lab.tap, 1_000), "UDP");
        receive(datagram(reply(inner())));
        receive(datagram(reply(inner())));
        assertEquals(Long.MAX_VALUE, lab.path.idleMs(FastPathLab.VNI, STRANGER.value()));
        assertTrue(lab.path.idleMs(FastPathLab.VNI, FastPathLab.STATION.value()) < 60_000);

        lab.path.read(traffic);
        final long bytes = inner().bytes().length;
        assertArrayEquals(new long[]{1, bytes, 2, 2 * bytes}, ofSegment);
        assertArrayEquals(ofSegment, ofRemote);

        Arrays.fill(ofSegment, 0);
        lab.path.read(traffic);
        assertArrayEquals(new long[4], ofSegment, "it counts from the last reading");
    }

    /** {@code -Doverlane.fastpath.frames=N} takes more of them. */
    @Test
    void shouldDoWithRandomFramesWhatTheEngineDoes() throws Exception
    {
        final int count = Integer.getInteger("overlane.fastpath.frames", 10_000);
        final long seed = Long.getLong("overlane.fastpath.seed", 1);
        final RandomFrames frames = new RandomFrames(seed);
        int taken = 0;
        try (EngineHarness harness = EngineHarness.create(FastPathLab.LOCAL, 2_000))
        {
            harness.launch(new SegmentContext(FastPathLab.VNI)
                .fdb(FastPathLab.STATION, FastPathLab.REMOTE).policy(policy -> policy.learning(true)));
            harness.attach(FastPathLab.REMOTE);
            for (int i = 0; i < count; i++)
            {
                final byte[] frame = i % 2 == 0 ?
                    frames.inner(FastPathLab.OURS.value(), FastPathLab.STATION.value()) :
                    frames.datagram(FastPathLab.STATION.value(), FastPathLab.OURS.value());
                final String text = "frame " + i + " of seed " + seed + ": " + HexFormat.of().formatHex(frame);
                if (frame.length < SHORTEST)
                {
                    continue;
                }
                final boolean isTaken = i % 2 == 0 ? sendsAs(harness, frame, text) : receivesAs(harness, frame, text);
                taken += isTaken ? 1 : 0;
            }
        }
        assertTrue(taken > count / 5, "the fast path took only " + taken);
        assertTrue(taken < count * 4 / 5, "the fast path took even " + taken);
    }

    private boolean sendsAs(final EngineHarness harness, final byte[] frame, final String text) throws Exception
    {
        if (encap.run(frame, lab.tap, 0) != REDIRECT)
        {
            assertArrayEquals(frame, encap.frame(), text);
            return false;
        }
        harness.transmit(frame);
        final ReceiveBatch sent = new ReceiveBatch(2);
        harness.attach(FastPathLab.REMOTE).poll(sent);
        assertEquals(1, sent.size(), text);
        assertArrayEquals(EngineHarness.bytes(sent.frame(0)), RandomFrames.payload(encap.frame()), text);
        assertEquals(sent.tos(0), RandomFrames.tos(encap.frame()), text);
        return true;
    }

    private boolean receivesAs(final EngineHarness harness, final byte[] frame, final String text) throws Exception
    {
        if (decap.run(frame, 1, 0) != REDIRECT)
        {
            assertArrayEquals(frame, decap.frame(), text);
            return false;
        }
        assertTrue(RandomFrames.isForEngine(frame), text);
        harness.receive(FastPathLab.REMOTE, RandomFrames.tos(frame), RandomFrames.payload(frame));
        final List<byte[]> delivered = harness.delivered();
        assertEquals(1, delivered.size(), text);
        assertArrayEquals(delivered.get(0), decap.frame(), text);
        return true;
    }

    @Test
    void shouldLeaveRemotesToTheEngineWithoutARouteThroughTheDevice() throws Exception
    {
        Peer.run("ip", "link", "set", "lo", "up");
        Peer.run("ip", "route", "add", "unreachable", "10.0.0.2");
        lab.path.read(NONE);
        assertEquals(NEXT, send(inner()), "unreachable");
        Peer.run("ip", "route", "del", "unreachable", "10.0.0.2");
        Peer.run("ip", "route", "add", "10.0.0.2", "dev", "under0", "mtu", "1000");
        lab.path.read(NONE);
        assertEquals(REDIRECT, send(inner().payloadLength(1000 - 36 - 14 - 28)));
        assertEquals(NEXT, send(inner().payloadLength(1000 - 36 - 14 - 27)), "longer than the path");
        Peer.run("ip", "route", "del", "10.0.0.2");
        Peer.run("ip", "route", "add", "10.0.0.2", "dev", "lo");
        lab.path.read(NONE);
        assertEquals(NEXT, send(inner()), "another device");
        Peer.run("ip", "route", "del", "10.0.0.2");
        Peer.run("ip", "link", "set", "under0", "mtu", "1400");
        lab.path.read(NONE);
        assertEquals(REDIRECT, send(inner()));
        assertEquals(NEXT, send(inner().payloadLength(1400)), "longer than the device allows");
    }

    @Test
    void shouldStopAtATapThatLeavesTheNamespace() throws Exception
    {
        assertEquals(REDIRECT, receive(datagram(reply(inner()))));
        final Process other = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; cat").start();
        other.getInputStream().read();
        Peer.run("ip", "link", "set", "tap0", "netns", Long.toString(other.pid()));
        lab.path.read(NONE);
        assertEquals(NEXT, receive(datagram(reply(inner()))));
        lab.path.end(FastPathLab.VNI);
        other.getOutputStream().close();
        other.waitFor();
    }
}
