// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.limit.RateLimit;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.decap.IpDecapPath;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.pipeline.encap.IpEncapPath;
import io.overlane.pipeline.encap.SendQueue;
import io.overlane.policy.IpNetworkContext;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.IpNetwork;
import io.overlane.status.DropReason;
import io.overlane.status.EngineCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.ReceiveBatch;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** Super-frames without Ethernet and without a tunnel header: cut on the way out, joined on the way in. */
class IpOffloadTest
{
    private final EngineCounters counters = new EngineCounters(4, 16, 64, 1, SystemNanoClock.INSTANCE);
    private final Fates encapFates = new Fates(counters.encap());
    private final Fates decapFates = new Fates(counters.decap());
    private final RemoteTable remotes = new RemoteTable(4);
    private final HeadroomPort port = new HeadroomPort();
    private final WireUnderlay wire = new WireUnderlay(true);
    private final IpNetwork network;

    IpOffloadTest()
    {
        final RouteTable routes = new RouteTable(4);
        final int remote = remotes.intern(0, IpAddress.v4Low(0xC0A8_0001), 8285);
        routes.put(IpPrefix.parse("10.0.0.0/24"), remote);
        final IpNetworkContext settings = new IpNetworkContext()
            .port(port).address(IpAddress.ofV4(0x0A00_0001)).local(IpPrefix.parse("10.0.0.0/24"))
            .outer(new OuterContext().ecn(EcnEncap.OFF));
        network = IpNetwork.of(
            settings,
            port,
            routes,
            counters.newTraffic("encap", 0, "ip"),
            counters.newTraffic("decap", 0, "ip"));
    }

    @Test
    void shouldCutWithTheTimeToLiveOfEverySegmentDecremented()
    {
        final SuperFrameSpec spec = new SuperFrameSpec(FrameSpec.ipv4Tcp().ttl(64).ipId(5), new byte[9_500], 1000);
        encap(spec);
        final SuperFrameSpec expected = new SuperFrameSpec(spec.spec().ttl(63), spec.payload(), 1000);
        assertSame(expected.segmentSpecs().stream().map(FrameSpec::packet).toList(), wire.received(0));
        assertEquals(List.of(10), wire.shape());
        assertEquals(10, counters.encap().framesIn());
        assertEquals(10, counters.encap().delivered());
    }

    @Test
    void shouldDropEverySegmentThatFindsNoWay()
    {
        encap(new SuperFrameSpec(FrameSpec.ipv4Udp().ttl(1), new byte[2_500], 1000));
        assertEquals(3, counters.encap().dropped(DropReason.TTL_EXPIRED));
        encap(new SuperFrameSpec(FrameSpec.ipv4Udp(), new byte[3_500], 1_480));
        assertEquals(3, counters.encap().dropped(DropReason.OVERSIZE));
        encap(new SuperFrameSpec(FrameSpec.ipv6Udp(), new byte[3_500], 1_000));
        assertEquals(1, counters.encap().dropped(DropReason.BAD_IP_VERSION));
        assertEquals(7, counters.encap().framesIn());
    }

    /** The headroom of every packet is the end of the one before it. */
    @Test
    void shouldJoinPacketsAndDamageNone()
    {
        port.takes = true;
        final SuperFrameSpec spec = new SuperFrameSpec(FrameSpec.ipv4Tcp().ttl(64), new byte[5_000], 1000);
        final List<byte[]> packets = new ArrayList<>(spec.segmentSpecs().stream().map(FrameSpec::packet).toList());
        final FrameSpec other = FrameSpec.ipv4Udp().payloadLength(1000 + 12);
        packets.add(1, other.sourcePort(1).packet());
        packets.add(other.sourcePort(2).packet());
        packets.add(other.icmpType(8).protocol(1).packet());
        decap(packets);
        assertEquals(4, port.frames.size());
        assertEquals(Hex.of(new SuperFrameSpec(spec.spec().ttl(63), spec.payload(), 1000).packet()),
            Hex.of(port.frames.get(0)));
        assertEquals(Hex.of(other.sourcePort(1).ttl(63).packet()), Hex.of(port.frames.get(1)));
        assertEquals(Hex.of(other.sourcePort(2).ttl(63).packet()), Hex.of(port.frames.get(2)));
        assertEquals(8, counters.decap().delivered());
    }

    private void encap(final SuperFrameSpec spec)
    {
        final byte[] bytes = spec.packet();
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + bytes.length]);
        buffer.putBytes(FrameSlab.HEADROOM, bytes);
        final FrameBatch batch = new FrameBatch(1);
        batch.add(new Frame(buffer).wrap(FrameSlab.HEADROOM, bytes.length).offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength() - spec.l2Length(), spec.gsoSize(),
            spec.checksumStart() - spec.l2Length(), spec.checksumOffset()));
        new IpEncapPath(
            network,
            new SendQueue(Guards.underlay(wire), 8, remotes, encapFates, 0, SystemNanoClock.INSTANCE),
            encapFates,
            Guards.port(), new RateLimit(1000), Guards.stages()).encap(batch);
    }

    private void decap(final List<byte[]> packets)
    {
        final int length = packets.stream().mapToInt(packet -> packet.length).sum();
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + length]);
        int offset = FrameSlab.HEADROOM;
        for (final byte[] packet : packets)
        {
            buffer.putBytes(offset, packet);
            offset += packet.length;
        }
        final ReceiveBatch batch = new ReceiveBatch(1);
        batch.add(
            new Frame(buffer).wrap(FrameSlab.HEADROOM, length), 0, IpAddress.v4Low(0xC0A8_0001), 9, 0,
            packets.get(0).length);
        new DatagramFeed(new IpDecapPath(
            network, remotes, new OfferQueue(64, false, decapFates, Guards.port()), decapFates, Guards.stages()))
            .feed(batch);
    }

    private static void assertSame(final List<byte[]> expected, final List<byte[]> actual)
    {
        assertEquals(expected.stream().map(Hex::of).toList(), actual.stream().map(Hex::of).toList());
    }
}
