// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.conformance.Conformance;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.LoopbackPort;
import io.overlane.tun.udp.DualStack;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.DualStackUnderlay;
import io.overlane.underlay.OuterFields;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The outer headers the kernel makes of what it was asked for, seen on a TUN device that is the network. */
@InNamespace(ipv6 = true)
class OuterHeaderIT extends Scenario
{
    private static final IpAddress HOST = IpAddress.parse("10.9.0.1");
    private static final Vtep PEER = Vtep.parse("10.9.0.2:8472", 0);
    private static final IpAddress HOST_V6 = IpAddress.parse("fd00:9::1");
    private static final Vtep PEER_V6 = Vtep.parse("[fd00:9::2]:8472", 0);
    private static final IpAddress GROUP = IpAddress.parse("239.1.1.1");
    private static final IpAddress GROUP_V6 = IpAddress.parse("ff05::1:1");
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int DF = 0x4000;
    private static final int UDP = 17;

    private final FrameSlab slab = new FrameSlab(8, 65_535);
    private final SendBatch out = new SendBatch(8);
    private final ReceiveBatch in = new ReceiveBatch(8);
    private TunDevice device;
    private TunPort wire;
    private boolean hasIpv6;

    @BeforeEach
    void open() throws IOException
    {
        device = create(new TunOptions(TunKind.TUN, "wire0").offload(TunOffload.NONE));
        wire = port(device);
        device.mtu(1500);
        address(device, "10.9.0.1/24");
        hasIpv6 = addressV6(device, "fd00:9::1/64");
    }

    @Conformance(row = 59)
    @Test
    void shouldSendWithTtl64AndTosZeroAndDfAndChecksum() throws IOException
    {
        final Frame packet = sent(open(new UnderlayOptions(HOST, 0)), PEER, 0, 100);
        assertEquals(64, ttl(packet));
        assertEquals(0, tos(packet));
        assertEquals(DF, flags(packet));
        assertNotEquals(0, udpChecksum(packet, 20));
    }

    @Conformance(row = {60, 61, 62, 63, 65})
    @Test
    void shouldSetFieldsOfEveryDatagram() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0));
        final int[] asked =
        {
            OuterFields.pack(0x4A, 9, OuterFields.DF_DEFAULT),
            OuterFields.pack(0x52, 255, OuterFields.DF_CLEAR),
            OuterFields.pack(0, 1, OuterFields.DF_SET),
            OuterFields.pack(2, 0, OuterFields.DF_CLEAR),
            0
        };
        for (int i = 0; i < asked.length; i++)
        {
            add(PEER, asked[i], 100 + i, 0);
        }
        underlay.send(out);
        for (int i = 0; i < asked.length; i++)
        {
            assertEquals(DropReason.NONE, out.verdict(i));
            final int length = 28 + 100 + i;
            final Frame packet = pollFor(wire, frame -> frame.length() == length);
            assertEquals(OuterFields.tos(asked[i]), tos(packet));
            assertEquals(OuterFields.ttl(asked[i]) == 0 ? 64 : OuterFields.ttl(asked[i]), ttl(packet));
            assertEquals(OuterFields.df(asked[i]) == OuterFields.DF_CLEAR ? 0 : DF, flags(packet));
        }
    }

    @Conformance(row = {65, 81})
    @Test
    void shouldNotFragmentThoughDfIsClear() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0));
        final int clear = OuterFields.pack(0, 0, OuterFields.DF_CLEAR);
        add(PEER, clear, 1473, 0);
        add(PEER, clear, 1472, 0);
        underlay.send(out);
        assertEquals(DropReason.OVERSIZE, out.verdict(0));
        assertEquals(DropReason.NONE, out.verdict(1));
        assertEquals(0, flags(pollFor(wire, frame -> frame.length() == 1500)));
    }

    @Test
    void shouldSetFieldsOfJoinedDatagrams() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0));
        add(PEER, OuterFields.pack(0x48, 7, OuterFields.DF_CLEAR), 2500, 1000);
        underlay.send(out);
        assertEquals(DropReason.NONE, out.verdict(0));
        for (final int length : new int[]{1028, 1028, 528})
        {
            final Frame packet = pollFor(wire, frame -> frame.length() == length);
            assertEquals(0x48, tos(packet));
            assertEquals(7, ttl(packet));
            assertEquals(0, flags(packet));
        }
        assertTrue(underlay.gainsFromJoining());
    }

    @Test
    void shouldEndJoinedDatagramsThatAreTooLongAsOversizeAndKeepJoining() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0));
        add(PEER, 0, 3000, 1473);
        underlay.send(out);
        assertEquals(DropReason.OVERSIZE, out.verdict(0));
        assertTrue(underlay.gainsFromJoining(), "still on");
        assertEquals(1500, underlay.pathMtu(PEER.address().high(), PEER.address().low()));
    }

    @Conformance(row = 66)
    @Test
    void shouldSendWithoutChecksumAndSaySo() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0).checksum(false));
        assertEquals(0, udpChecksum(sent(underlay, PEER, 0, 100), 20));
        assertFalse(underlay.gainsFromJoining());
        assertTrue(underlay.description().contains("segmentation off (no UDP checksum)"), underlay.description());

        out.clear();
        add(PEER, 0, 2000, 1000);
        underlay.send(out);
        assertEquals(DropReason.NONE, out.verdict(0));
        assertEquals(0, udpChecksum(pollFor(wire, frame -> frame.length() == 1028), 20));
    }

    @Conformance(row = 67, behaviour = "hop limit 64, traffic class from inner ECN, checksum unless switched off")
    @Test
    void shouldSetFieldsOverIpv6() throws IOException
    {
        assumeTrue(hasIpv6, "no IPv6 here");
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST_V6, 0));
        final Frame plain = sent(underlay, PEER_V6, 0, 100);
        assertEquals(64, hopLimit(plain));
        assertEquals(0, trafficClass(plain));
        assertNotEquals(0, udpChecksum(plain, 40));

        out.clear();
        final Frame chosen = sent(underlay, PEER_V6, OuterFields.pack(0x4A, 9, OuterFields.DF_CLEAR), 101);
        assertEquals(9, hopLimit(chosen));
        assertEquals(0x4A, trafficClass(chosen));

        out.clear();
        assertEquals(0, udpChecksum(sent(open(new UnderlayOptions(HOST_V6, 0).checksum(false)), PEER_V6, 0, 102), 40));
    }

    @Conformance(row = 20, behaviour = "dropped by the socket, delivered when asked for")
    @Test
    void shouldAcceptZeroChecksumOverIpv6WhenAskedTo() throws IOException
    {
        assumeTrue(hasIpv6, "no IPv6 here");
        final byte[] datagram = FrameSpec.ipv6Udp()
            .source("fd00:9::2").destination("fd00:9::1").ports(7, 4001).payload("zero").zeroChecksum().packet();
        final LibcUnderlay strict = open(new UnderlayOptions(HOST_V6, 4001));
        receive(datagram);
        strict.await(SECOND_NS / 20);
        assertEquals(0, strict.poll(in));
        strict.close();
        final LibcUnderlay lax = open(new UnderlayOptions(HOST_V6, 4001).acceptZeroChecksum(true));
        receive(datagram);
        lax.await(SECOND_NS);
        assertEquals(1, lax.poll(in));
    }

    @Conformance(row = 78)
    @Test
    void shouldCarryFullSizeOverIpv6AndNoMore() throws IOException
    {
        assumeTrue(hasIpv6, "no IPv6 here");
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST_V6, 0));
        add(PEER_V6, 0, 1500 - 48 + 1, 0);
        add(PEER_V6, 0, 1500 - 48, 0);
        underlay.send(out);
        assertEquals(DropReason.OVERSIZE, out.verdict(0));
        assertEquals(DropReason.NONE, out.verdict(1));
        assertEquals(1500, underlay.pathMtu(PEER_V6.address().high(), PEER_V6.address().low()));
    }

    @Conformance(row = 86, behaviour = "the path's MTU is the kernel's, asked when a datagram is refused")
    @Test
    void shouldKnowWhatARouterSaid() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0));
        final byte[] packet = bytes(sent(underlay, PEER, 0, 1472));
        receive(fragmentationNeeded(packet, 1400));

        // The kernel works on it before the write to the device is over.
        assertEquals(1400, underlay.pathMtu(PEER.address().high(), PEER.address().low()));
        out.clear();
        add(PEER, 0, 1373, 0);
        add(PEER, 0, 1372, 0);
        underlay.send(out);
        assertEquals(DropReason.OVERSIZE, out.verdict(0));
        assertEquals(DropReason.NONE, out.verdict(1));
        assertEquals(1500, underlay.pathMtu(PEER.address().high(), PEER.address().low() + 1), "another remote");
    }

    @Test
    void shouldFollowTheInterfacesMtu() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0));
        device.mtu(1300);
        add(PEER, 0, 1273, 0);
        underlay.send(out);
        assertEquals(DropReason.OVERSIZE, out.verdict(0));
        assertEquals(1300, underlay.pathMtu(PEER.address().high(), PEER.address().low()));
        device.mtu(1400);
        underlay.send(out);
        assertEquals(DropReason.NONE, out.verdict(0));
    }

    @Conformance(row = 64)
    @Test
    void shouldSendToGroupWithTtl1AndHearOnlyOthers() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(IpAddress.ANY_V4, 4100).multicastInterface("wire0"));
        underlay.join(GROUP);
        underlay.join(GROUP);
        final Vtep group = new Vtep(GROUP, 4100);
        assertEquals(1, ttl(sent(underlay, group, 0, 100)));
        out.clear();
        assertEquals(5, ttl(sent(underlay, group, OuterFields.pack(0, 5, 0), 101)), "as with a fixed TTL in Linux");
        underlay.await(SECOND_NS / 50);
        assertEquals(0, underlay.poll(in), "not what we sent ourselves");

        receive(FrameSpec.ipv4Udp().source("10.9.0.2").destination("239.1.1.1").ports(9, 4100).payload("hi").packet());
        underlay.await(SECOND_NS);
        assertEquals(1, underlay.poll(in));
        assertEquals(PEER.address(), new IpAddress(in.sourceHigh(0), in.sourceLow(0)));
    }

    @Test
    void shouldLeaveAGroupWithItsLastSegment() throws Exception
    {
        final OverlayEngine engine = closeLater(OverlayEngine.launch(new EngineContext()
            .threadingMode(ThreadingMode.INVOKER)
            .underlay(LibcUnderlay.open(
                new UnderlayOptions(IpAddress.ANY_V4, 4105).multicastInterface("wire0").errorHandler(errors::add)))
            .segment(new SegmentContext(1).policy(p -> p.group(GROUP)).port(new LoopbackPort("one", 1400, 8)))
            .segment(new SegmentContext(2).policy(p -> p.group(GROUP)).port(new LoopbackPort("two", 1400, 8)))));
        assertTrue(isMember());
        finish(engine, engine.segments().remove(2));
        assertTrue(isMember(), "segment 1 is in it still");
        finish(engine, engine.segments().change(1, rules -> rules.groups(Set.of())));
        assertFalse(isMember());
        finish(engine, engine.segments().change(1, rules -> rules.group(GROUP)));
        assertTrue(isMember());
        finish(engine, engine.segments().add(
            new SegmentContext(3).policy(p -> p.group(GROUP)).port(new LoopbackPort("three", 1400, 8))));
        finish(engine, engine.segments().remove(1));
        assertTrue(isMember(), "segment 3 is in it still");
        finish(engine, engine.segments().remove(3));
        assertFalse(isMember());
        assertEquals(List.of(), errors);
    }

    private static void finish(final OverlayEngine engine, final CompletableFuture<?> change)
    {
        while (!change.isDone())
        {
            engine.doWork();
        }
        change.join();
    }

    /** The kernel prints the address as a number of its own byte order. */
    private static boolean isMember() throws IOException
    {
        final String group = String.format("%08X", Integer.reverseBytes(GROUP.v4()));
        return Files.readString(Path.of("/proc/net/igmp")).contains(group);
    }

    @Test
    void shouldNotHearGroupsOthersHaveJoined() throws IOException
    {
        final LibcUnderlay member = open(new UnderlayOptions(IpAddress.ANY_V4, 4101).multicastInterface("wire0"));
        member.join(GROUP);
        final LibcUnderlay stranger = closeLater(member.openFurther());
        receive(FrameSpec.ipv4Udp().source("10.9.0.2").destination("239.1.1.1").ports(9, 4101).payload("hi").packet());
        member.await(SECOND_NS);
        assertEquals(1, member.poll(in));
        stranger.await(SECOND_NS / 50);
        assertEquals(0, stranger.poll(in));
    }

    @Test
    void shouldJoinIpv6Groups() throws IOException
    {
        assumeTrue(hasIpv6, "no IPv6 here");
        final LibcUnderlay underlay =
            open(new UnderlayOptions(IpAddress.ANY_V6, 4102).v6Only(true).multicastInterface("wire0"));
        underlay.join(GROUP_V6);
        assertEquals(1, hopLimit(sent(underlay, new Vtep(GROUP_V6, 4102), 0, 333)));
        receive(FrameSpec.ipv6Udp().source("fd00:9::2").destination("ff05::1:1").ports(9, 4102).payload("hi").packet());
        underlay.await(SECOND_NS);
        assertEquals(1, underlay.poll(in));
    }

    @Test
    void shouldSayThatGroupsAreTooMany() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(IpAddress.ANY_V4, 0).multicastInterface("wire0"));
        final int most = Integer.parseInt(Files.readAllLines(
            Path.of("/proc/sys/net/ipv4/igmp_max_memberships")).get(0).strip());
        for (int i = 0; i < most; i++)
        {
            underlay.join(IpAddress.ofV4(0xEF02_0000 + i));
        }
        final String message =
            assertThrows(IOException.class, () -> underlay.join(IpAddress.ofV4(0xEF02_0000 + most))).getMessage();
        assertTrue(message.startsWith("cannot join 239.2.0." + most + " on wire0: ") &&
            message.contains("igmp_max_memberships"), message);
    }

    @Test
    void shouldSayThatOneAddressHearsNoGroup() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(HOST, 0));
        final String message = assertThrows(IOException.class, () -> underlay.join(GROUP)).getMessage();
        assertTrue(message.contains("bound to 10.9.0.1"), message);
    }

    @Test
    void shouldSayThatThereIsNoSuchInterface()
    {
        final String message = assertThrows(IOException.class,
            () -> open(new UnderlayOptions(HOST, 0).multicastInterface("nowhere0"))).getMessage();
        assertEquals("cannot open UDP 10.9.0.1:0: no interface of this host is called nowhere0", message);
    }

    @Conformance(row = 25, behaviour = "not received by a socket kept to IPv6; dual stack is two sockets")
    @Test
    void shouldKeepToIpv6WhenAskedTo() throws IOException
    {
        assumeTrue(hasIpv6, "no IPv6 here");
        final LibcUnderlay underlay = open(new UnderlayOptions(IpAddress.ANY_V6, 4103).v6Only(true));
        receive(FrameSpec.ipv4Udp().source("10.9.0.2").destination("10.9.0.1").ports(9, 4103).payload("4").packet());
        underlay.await(SECOND_NS / 50);
        assertEquals(0, underlay.poll(in));
        out.clear();
        add(PEER, 0, 100, 0);
        underlay.send(out);
        assertEquals(DropReason.UNDERLAY_UNREACHABLE, out.verdict(0));
    }

    @Conformance(row = 25)
    @Test
    void shouldCarryBothVersionsByTwoSockets() throws IOException
    {
        assumeTrue(hasIpv6, "no IPv6 here");
        final DualStackUnderlay both = closeLater(DualStack.open(
            new UnderlayOptions(IpAddress.ANY_V6, 4104).errorHandler(errors::add)));
        receive(FrameSpec.ipv4Udp().source("10.9.0.2").destination("10.9.0.1").ports(9, 4104).payload("4").packet());
        both.await(SECOND_NS);
        assertEquals(1, both.poll(in));
        in.clear();
        receive(FrameSpec.ipv6Udp().source("fd00:9::2").destination("fd00:9::1").ports(9, 4104).payload("6").packet());
        both.await(SECOND_NS);
        assertEquals(1, both.poll(in));

        add(PEER, 0, 200, 0);
        add(PEER_V6, 0, 201, 0);
        both.send(out);
        assertEquals(DropReason.NONE, out.verdict(0));
        assertEquals(DropReason.NONE, out.verdict(1));
        pollFor(wire, frame -> frame.length() == 228);
        pollFor(wire, frame -> frame.length() == 249);
    }

    private LibcUnderlay open(final UnderlayOptions options) throws IOException
    {
        return closeLater(LibcUnderlay.open(options.errorHandler(errors::add)));
    }

    private void add(final Vtep to, final int outer, final int length, final int segmentSize)
    {
        final Frame frame = slab.frame(out.size()).wrap(FrameSlab.HEADROOM, length);
        out.add(frame, to.address().high(), to.address().low(), to.udpPort(), 0, 0, outer, segmentSize);
    }

    private Frame sent(final Underlay underlay, final Vtep to, final int outer, final int length)
    {
        add(to, outer, length, 0);
        underlay.send(out);
        assertEquals(DropReason.NONE, out.verdict(0));
        final int packetLength = length + (to.address().isV4() ? 28 : 48);
        return pollFor(wire, frame -> frame.length() == packetLength && isUdp(frame));
    }

    /** A packet comes from the network. */
    private void receive(final byte[] packet)
    {
        final Frame frame = slab.frame(7).wrap(FrameSlab.HEADROOM, packet.length);
        frame.buffer().putBytes(frame.offset(), packet);
        wire.offer(batch(frame));
        assertEquals(DropReason.NONE, frame.verdict());
    }

    private static byte[] fragmentationNeeded(final byte[] about, final int mtu)
    {
        final ByteBuffer message = ByteBuffer.allocate(8 + 28);
        message.put((byte)3).put((byte)4).putShort((short)0).putInt(mtu).put(about, 0, 28);
        int sum = 0;
        for (int i = 0; i < message.capacity(); i += 2)
        {
            sum += message.getShort(i) & 0xFFFF;
        }
        message.putShort(2, (short)~((sum & 0xFFFF) + (sum >>> 16)));
        return FrameSpec.ipv4(1, message.array()).source("10.9.0.9").destination("10.9.0.1").packet();
    }

    private static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }

    private static boolean isUdp(final Frame packet)
    {
        final MutableDirectBuffer buffer = packet.buffer();
        final int version = (buffer.getByte(packet.offset()) & 0xFF) >>> 4;
        return buffer.getByte(packet.offset() + (version == 4 ? 9 : 6)) == UDP;
    }

    private static int tos(final Frame packet)
    {
        return packet.buffer().getByte(packet.offset() + 1) & 0xFF;
    }

    private static int ttl(final Frame packet)
    {
        return packet.buffer().getByte(packet.offset() + 8) & 0xFF;
    }

    private static int flags(final Frame packet)
    {
        return packet.buffer().getShort(packet.offset() + 6, BIG_ENDIAN);
    }

    private static int hopLimit(final Frame packet)
    {
        return packet.buffer().getByte(packet.offset() + 7) & 0xFF;
    }

    private static int trafficClass(final Frame packet)
    {
        return packet.buffer().getShort(packet.offset(), BIG_ENDIAN) >>> 4 & 0xFF;
    }

    private static int udpChecksum(final Frame packet, final int ipHeader)
    {
        return packet.buffer().getShort(packet.offset() + ipHeader + 6, BIG_ENDIAN) & 0xFFFF;
    }
}
