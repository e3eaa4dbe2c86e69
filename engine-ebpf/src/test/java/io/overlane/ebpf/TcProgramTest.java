// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.ebpf.kernel.ProgramRun;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastTraffic;
import io.overlane.policy.SegmentContext;
import io.overlane.status.Volume;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
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
@InNamespace(ipv6 = true)
class TcProgramTest
{
    static final int REDIRECT = 7;
    static final int NEXT = -1;
    /** The kernel runs programs on no frame without a whole IP header. */
    private static final int SHORTEST = 54;
    static final FastTraffic NONE = new FastTraffic()
    {
        @Override
        public void ofSegment(final int vni, final long a, final long b, final long c, final long d)
        {
        }

        @Override
        public void ofRemote(final int remote, final long a, final long b, final long c, final long d)
        {
        }

        @Override
        public void stopped(final int vni, final String whyNot)
        {
        }
    };
    private static final MacAddress STRANGER = MacAddress.parse("02:00:00:00:00:66");

    FastPathLab lab;
    ProgramRun encap;
    ProgramRun decap;

    /** Whether the underlay is of IPv6. Its datagrams have UDP checksums. */
    boolean isOverIpv6()
    {
        return false;
    }

    /** The remote of the station, which has the IP version of the underlay. */
    final Vtep remote()
    {
        return isOverIpv6() ? FastPathLab.REMOTE_V6 : FastPathLab.REMOTE;
    }

    private LibcUnderlay underlay() throws Exception
    {
        return isOverIpv6() ? FastPathLab.underlay(FastPathLab.LOCAL_V6) : FastPathLab.underlay();
    }

    DecapHook hook()
    {
        return DecapHook.TC;
    }

    /** The program that decapsulates. */
    ProgramRun decap()
    {
        return new ProgramRun(lab.path.decap());
    }

    /** Run that program, and return whether it redirects the frame or leaves it to the next. */
    int receive(final byte[] frame) throws Exception
    {
        return decap.run(frame, lab.device, 0);
    }

    /** What the program made of the frame. */
    byte[] received()
    {
        return decap.frame();
    }

    @BeforeEach
    void open() throws Exception
    {
        FastPathLab.requireBpf();
        lab = FastPathLab.open(this::underlay, remote(), hook());
        encap = new ProgramRun(lab.path.encap());
        decap = decap();
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
    static FrameSpec inner()
    {
        return FrameSpec.ipv4Udp().payload("hello");
    }

    static FrameSpec reply(final FrameSpec inner)
    {
        return inner.sourceMac(FastPathLab.STATION.value()).destinationMac(FastPathLab.OURS.value());
    }

    /** What the remote sends, as it is accepted in every case. */
    final FrameSpec datagram(final FrameSpec inner)
    {
        return isOverIpv6() ? checked(inner) : checked(inner).zeroChecksum();
    }

    /** A datagram from the remote with a UDP checksum. */
    FrameSpec checked(final FrameSpec inner)
    {
        return checked(inner.bytes());
    }

    private FrameSpec checked(final byte[] inner)
    {
        return from(inner, remote(), lab.underlay.local()).ports(50_000, 8472);
    }

    /** What the programs make of a frame; the kernel replaces the outer MAC addresses when it finds the neighbour. */
    private FrameSpec sent(final FrameSpec frame, final int sourcePort)
    {
        final FrameSpec sent =
            from(frame.bytes(), lab.underlay.local(), remote()).ports(sourcePort, 8472).ttl(64);
        return isOverIpv6() ? sent : sent.ipId(0).dontFragment().zeroChecksum();
    }

    static FrameSpec from(final byte[] inner, final Vtep source, final Vtep destination)
    {
        final FrameSpec datagram = FrameSpec.vxlan(inner).vni(FastPathLab.VNI);
        return (source.address().isV4() ? datagram : datagram.overIpv6())
            .source(source.address().toString()).destination(destination.address().toString());
    }

    int send(final FrameSpec frame) throws Exception
    {
        return encap.run(frame.bytes(), lab.tap, 0);
    }

    int receive(final FrameSpec frame) throws Exception
    {
        return receive(frame.bytes());
    }

    @Test
    void shouldEncapsulate() throws Exception
    {
        for (final FrameSpec frame : new FrameSpec[]{
            inner(), FrameSpec.ipv6Udp().payload("six"), FrameSpec.ipv4Tcp(), FrameSpec.icmpEchoRequest().tos(0xb8),
            FrameSpec.icmpv6EchoRequest(),
            inner().payloadLength(Math.min(1_450, 1_500 - Outer.of(remote().address()).tunnelLength) - 28)})
        {
            assertEquals(REDIRECT, send(frame), frame::toString);
            final int sourcePort = new SentDatagram(encap.frame()).sourcePort();
            assertTrue(Arrays.stream(lab.underlay.sourcePorts()).anyMatch(port -> port == sourcePort));
            assertArrayEquals(sent(frame, sourcePort).bytes(), encap.frame());
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
            final int port = new SentDatagram(out).sourcePort();
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
            assertEquals(0x28 | mark, new SentDatagram(encap.frame()).tos());
            assertEquals(9, new SentDatagram(encap.frame()).ttl());
        }
        lab.path.end(FastPathLab.VNI);
        lab.path.begin(new FastSegment(FastPathLab.VNI, lab.port, new OuterContext(), 1464));
        send(FrameSpec.ipv6Udp().tos(3));
        assertEquals(2, new SentDatagram(encap.frame()).tos(), "Linux turns the mark into ECT(0)");
    }

    @Test
    void shouldLeaveFramesToTheEngineWhileTheSegmentIsNotCarried() throws Exception
    {
        lab.path.end(FastPathLab.VNI);
        assertEquals(NEXT, send(inner()));
        assertEquals(NEXT, receive(datagram(reply(inner()))));
        final FastSegment segment = new FastSegment(FastPathLab.VNI, lab.port, new OuterContext(), 1464);
        assertNull(lab.path.begin(segment));
        assertEquals(REDIRECT, send(inner()));
        assertEquals(REDIRECT, receive(datagram(reply(inner()))));
        lab.path.end(FastPathLab.VNI);
        lab.path.leave(FastPathLab.VNI);
        assertEquals(NEXT, send(inner()));
        assertNull(lab.path.begin(segment));
        assertEquals(REDIRECT, send(inner()));
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
        lab.put(FastPathLab.STATION, remote(), false, true);
        assertEquals(NEXT, send(inner()), "only the other way");
        lab.path.remove(FastPathLab.VNI, FastPathLab.STATION.value());
        assertEquals(NEXT, send(inner()), "removed");
    }

    @Test
    void shouldDecapsulate() throws Exception
    {
        for (final FrameSpec frame : new FrameSpec[]{
            reply(inner()), reply(FrameSpec.ipv6Udp()), reply(FrameSpec.ipv4Tcp()), reply(FrameSpec.icmpEchoRequest())})
        {
            assertEquals(REDIRECT, receive(datagram(frame)));
            assertArrayEquals(frame.bytes(), received());
        }
        assertEquals(remote().address().isV4() ? REDIRECT : NEXT,
            receive(datagram(reply(inner().ipOptions(new byte[]{1, 1, 1, 1})))));
        assertEquals(REDIRECT, receive(datagram(reply(inner())).tos(0xba)), "ECT(0)");
    }

    @Test
    void shouldDecapsulateDatagramsWithAUdpChecksum() throws Exception
    {
        for (final FrameSpec frame : new FrameSpec[]{
            reply(inner()), reply(FrameSpec.ipv6Udp().payload("odd")), reply(FrameSpec.ipv4Tcp().payload("data")),
            reply(FrameSpec.ipv6Tcp()), reply(FrameSpec.icmpEchoRequest()), reply(FrameSpec.icmpv6EchoRequest())})
        {
            assertEquals(REDIRECT, receive(checked(frame)), frame::toString);
            assertArrayEquals(frame.bytes(), received());
        }
        final byte[] unfinished = checked(reply(inner())).bytes();
        final byte[] frame = reply(inner().partialChecksum()).bytes();
        System.arraycopy(frame, 0, unfinished, unfinished.length - frame.length, frame.length);
        assertEquals(REDIRECT, receive(unfinished), "a sender that left the inner one to the device");
        final FrameSpec odd = reply(FrameSpec.ipv4(132, new byte[20]));
        assertEquals(hook() == DecapHook.TC ? REDIRECT : NEXT, receive(checked(odd).partialChecksum()),
            "a sender on the same machine, whose device has yet to set the checksum");
    }

    @Test
    void shouldLeaveDatagramsToTheEngineThatItMightRefuse() throws Exception
    {
        final FrameSpec inner = reply(inner());
        final Map<String, FrameSpec> frames = new LinkedHashMap<>();
        final boolean isV4 = remote().address().isV4();
        frames.put("another address", datagram(inner).destination(isV4 ? "10.0.0.9" : "fd10::9"));
        frames.put("another remote", datagram(inner).source(isV4 ? "10.0.0.3" : "fd10::1:0:2"));
        frames.put("another port", datagram(inner).destinationPort(4789));
        frames.put("another VNI", datagram(inner).vni(2));
        frames.put("UDP checksum", checked(inner).badChecksum());
        frames.put("UDP checksum of a fragment", checked(reply(inner()).fragment(0, true)));
        frames.put("UDP checksum of a protocol", checked(reply(FrameSpec.ipv4(132, new byte[20]))));
        if (isV4)
        {
            frames.put("IP checksum", datagram(inner).badIpChecksum());
            frames.put("fragment", datagram(inner).fragment(0, true));
            frames.put("options", datagram(inner).ipOptions(new byte[]{1, 1, 1, 1}));
        }
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
            assertArrayEquals(frame.getValue().bytes(), received(), frame.getKey());
        }
        lab.put(FastPathLab.STATION, remote(), true, false);
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

            @Override
            public void stopped(final int vni, final String whyNot)
            {
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
        final RandomFrames frames = new RandomFrames(seed, this::checked);
        int taken = 0;
        try (EngineHarness harness = EngineHarness.create(lab.underlay.local(), 2_000))
        {
            harness.launch(new SegmentContext(FastPathLab.VNI)
                .fdb(FastPathLab.STATION, remote()).policy(policy -> policy.learning(true)));
            harness.attach(remote());
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
        harness.attach(remote()).poll(sent);
        assertEquals(1, sent.size(), text);
        final SentDatagram datagram = new SentDatagram(encap.frame());
        assertArrayEquals(EngineHarness.bytes(sent.frame(0)), datagram.payload(), text);
        assertEquals(sent.tos(0), datagram.tos(), text);
        assertTrue(!datagram.hasChecksum() || datagram.isIntact(), text);
        return true;
    }

    private boolean receivesAs(final EngineHarness harness, final byte[] frame, final String text) throws Exception
    {
        if (receive(frame) != REDIRECT)
        {
            assertArrayEquals(frame, received(), text);
            return false;
        }
        final SentDatagram datagram = new SentDatagram(frame);
        assertTrue(datagram.isFor(lab.underlay.local()), text);
        assertTrue(datagram.hasChecksum() ?
            datagram.isIntact() || hook() == DecapHook.TC && datagram.isUnfinished() :
            remote().address().isV4(), text);
        harness.receive(remote(), datagram.tos(), datagram.payload());
        final List<byte[]> delivered = harness.delivered();
        assertEquals(1, delivered.size(), text);
        assertArrayEquals(delivered.get(0), received(), text);
        return true;
    }

    @Test
    void shouldLeaveRemotesToTheEngineWithoutARouteThroughTheDevice() throws Exception
    {
        final String address = remote().address().toString();
        final int mtu = 1_300;
        // Ethernet and UDP over IPv4.
        final int longest = mtu - Outer.of(remote().address()).tunnelLength - 28;
        Peer.run("ip", "link", "set", "lo", "up");
        Peer.run("ip", "route", "add", "unreachable", address);
        lab.path.read(NONE);
        assertEquals(NEXT, send(inner()), "unreachable");
        Peer.run("ip", "route", "del", "unreachable", address);
        Peer.run("ip", "route", "add", address, "dev", "under0", "mtu", Integer.toString(mtu));
        lab.path.read(NONE);
        assertEquals(REDIRECT, send(inner().payloadLength(longest)));
        assertEquals(NEXT, send(inner().payloadLength(longest + 1)), "longer than the path");
        Peer.run("ip", "route", "del", address);
        Peer.run("ip", "route", "add", address, "dev", "lo");
        lab.path.read(NONE);
        assertEquals(NEXT, send(inner()), "another device");
        Peer.run("ip", "route", "del", address);
        Peer.run((isOverIpv6() ?
            "ip route add " + address + " encap seg6 mode encap segs fd10::9 dev under0" :
            "ip route add " + address + " encap ip id 7 dst 10.0.0.9 dev under0").split(" "));
        lab.path.read(NONE);
        assertEquals(NEXT, send(inner()), "a tunnel");
        Peer.run("ip", "route", "del", address);
        Peer.run("ip", "link", "set", "under0", "mtu", "1400");
        lab.path.read(NONE);
        assertEquals(REDIRECT, send(inner()));
        assertEquals(NEXT, send(inner().payloadLength(1400)), "longer than the device allows");
    }

    @Test
    void shouldKnowTheMtuOfADeviceThatIsRenamed() throws Exception
    {
        Peer.run("ip", "link", "set", "under0", "name", "wan0");
        Peer.run("ip", "link", "set", "wan0", "mtu", "1400");
        lab.path.read(NONE);
        assertEquals(REDIRECT, send(inner()));
        assertEquals(NEXT, send(inner().payloadLength(1400)), "longer than the device allows");
        Peer.run("ip", "link", "set", "wan0", "name", "under0");
    }

    @Test
    void shouldLeaveAllFramesToTheEngineWhileTheHostHasPoliciesOfIpsec() throws Exception
    {
        Peer.run(("ip xfrm policy add src " + lab.underlay.local().address() + " dst " + remote().address() +
            " proto udp dir out tmpl proto esp mode transport").split(" "));
        lab.path.read(NONE);
        assertEquals(NEXT, send(inner()));
        assertEquals(NEXT, receive(datagram(reply(inner()))));
        assertEquals("the host has policies of IPsec", lab.path.report().remotes().get(0).whyNot());
        assertEquals("no fast path: this host has policies of IPsec, which would not be applied to its datagrams; " +
            "let the engine carry all frames, or remove them (ip xfrm policy)",
            BpfFastPath.whyUnavailable(lab.underlay));

        Peer.run("ip", "xfrm", "policy", "flush");
        lab.path.read(NONE);
        assertEquals(REDIRECT, send(inner()));
        assertEquals(REDIRECT, receive(datagram(reply(inner()))));
    }

    @Test
    void shouldLeaveAllFramesToTheEngineWhileTheDeviceDoesNotHaveItsAddress() throws Exception
    {
        final String address = lab.underlay.local().address() + (isOverIpv6() ? "/64" : "/24");
        Peer.run("ip", "addr", "del", address, "dev", "under0");
        Peer.run("ip", "route", "add", remote().address().toString(), "dev", "under0");
        lab.path.read(NONE);
        assertEquals(NEXT, send(inner()));
        assertEquals(NEXT, receive(datagram(reply(inner()))));

        Peer.run("ip", "addr", "add", address, "dev", "under0");
        lab.path.read(NONE);
        assertEquals(REDIRECT, send(inner()));
        assertEquals(REDIRECT, receive(datagram(reply(inner()))));
    }

    /** The kernel uses the memory of an entry for another key while a program reads it. */
    @Test
    void shouldPassIfWhatItReadIsOfAnother() throws Exception
    {
        final BpfMap stations = lab.path.maps().get(Layout.STATIONS);
        final BpfMap segments = lab.path.maps().get(Layout.SEGMENTS);
        final BpfMap remotes = lab.path.maps().get(Layout.REMOTES);
        lab.path.idleMs(FastPathLab.VNI, FastPathLab.STATION.value());
        stations.value().putInt(Layout.STATION_KEY_VNI, FastPathLab.VNI + 1);
        stations.put();
        assertEquals(NEXT, send(inner()), "a station of another segment");
        assertEquals(NEXT, receive(datagram(reply(inner()))), "a station of another segment");

        lab.put(FastPathLab.STATION, remote(), true, true);
        assertEquals(REDIRECT, send(inner()));
        assertEquals(REDIRECT, receive(datagram(reply(inner()))));
        segments.key().putInt(0, FastPathLab.VNI);
        assertTrue(segments.get());
        segments.value().putInt(Layout.SEGMENT_VNI, FastPathLab.VNI + 1);
        segments.put();
        assertEquals(NEXT, receive(datagram(reply(inner()))), "another segment");

        segments.value().putInt(Layout.SEGMENT_VNI, FastPathLab.VNI);
        segments.put();
        assertEquals(REDIRECT, receive(datagram(reply(inner()))));
        remotes.key().putInt(0, FastPathLab.REMOTE_NUMBER);
        assertTrue(remotes.get());
        remotes.value().putByte(Layout.REMOTE_USE, (byte)1);
        remotes.put();
        assertEquals(NEXT, send(inner()), "the number is of another remote now");
        assertEquals(NEXT, receive(datagram(reply(inner()))), "the number is of another remote now");
    }

    @Test
    void shouldUseTheNumberOfARemoteForAnother() throws Exception
    {
        final Vtep other = Vtep.parse(isOverIpv6() ? "[fd10::3]:8472" : "10.0.0.3:8472", 0);
        assertEquals(REDIRECT, send(inner()));
        lab.put(FastPathLab.STATION, other, true, true);
        assertEquals(NEXT, receive(datagram(reply(inner()))), "it comes from the remote that it was behind before");
        lab.path.read(NONE);
        assertEquals(other, lab.path.report().remotes().get(0).vtep());
        assertEquals(Volume.NONE, lab.path.report().remotes().get(0).encap(), "that was to the remote before");

        final FrameSpec frame = inner();
        assertEquals(REDIRECT, send(frame));
        lab.path.read(NONE);
        assertEquals(
            new Volume(1, frame.bytes().length), lab.path.report().remotes().get(0).encap());
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
