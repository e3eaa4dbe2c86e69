// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.offload.GroCoalescer;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.InNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Segments of a peer, joined by {@link GroCoalescer} and written to a TAP, arrive at a socket of the kernel's as the
 * peer sent them.
 *
 * <pre>
 *   segments ──► GroCoalescer ──► TunPort ──► vx0 ──► kernel ──► socket
 * </pre>
 */
@InNamespace(ipv6 = true)
class JoinedFrameIT extends Scenario
{
    private static final String HOST = "10.9.0.1";
    private static final String PEER = "10.9.0.2";
    private static final String HOST_V6 = "fd00:9::1";
    private static final String PEER_V6 = "fd00:9::2";
    private static final int PEER_PORT = 40_000;
    private static final int PEER_SEQUENCE = 0xFFFF_F000;
    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int TCP_SYN_ACK = 0x12;
    private static final int SEGMENT = 1400;
    private static final int SEGMENTS = 20;

    private final FrameSlab slab = new FrameSlab(2 * SEGMENTS, 2048);
    private final Joined joined = new Joined();
    private TunDevice device;
    private TunPort port;
    private boolean hasV6;
    private final byte[] payload = new byte[(SEGMENTS - 1) * SEGMENT + 123];

    @BeforeEach
    void open() throws IOException
    {
        device = create(new TunOptions(TunKind.TAP, "vx0").offload(TunOffload.ALL));
        port = port(device);
        address(device, HOST + "/24");
        hasV6 = addressV6(device, HOST_V6 + "/64") &&
            NetworkInterface.getByName("vx0").inetAddresses().anyMatch(Inet6Address.class::isInstance);
        new Random(11).nextBytes(payload);
    }

    @Test
    void shouldDeliverJoinedTcpV4() throws Exception
    {
        final FrameSpec toHost = FrameSpec.ipv4Tcp().dontFragment().source(PEER).destination(HOST);
        announce(FrameSpec.arpRequest(PEER, HOST));
        deliverTcp(toHost, HOST, Frame.GSO_TCPV4);
    }

    @Test
    void shouldDeliverJoinedTcpV6() throws Exception
    {
        assumeTrue(hasV6, "no IPv6 here");
        final FrameSpec toHost = FrameSpec.ipv6Tcp().source(PEER_V6).destination(HOST_V6);
        announce(FrameSpec.neighborSolicitation(PEER_V6, HOST_V6));
        deliverTcp(toHost, HOST_V6, Frame.GSO_TCPV6);
    }

    @Test
    void shouldDeliverJoinedUdpV4() throws Exception
    {
        assumeTrue(port.takesSuperFrames(Frame.GSO_UDP_L4), "this kernel has no UDP segmentation on a TAP (Linux 6.2)");
        deliverUdp(FrameSpec.ipv4Udp().dontFragment().source(PEER).destination(HOST), HOST);
    }

    @Test
    void shouldDeliverJoinedUdpV6() throws Exception
    {
        assumeTrue(port.takesSuperFrames(Frame.GSO_UDP_L4), "this kernel has no UDP segmentation on a TAP (Linux 6.2)");
        assumeTrue(hasV6, "no IPv6 here");
        deliverUdp(FrameSpec.ipv6Udp().source(PEER_V6).destination(HOST_V6), HOST_V6);
    }

    /** One that the kernel refused would have its kind written in pieces for as long as the port lives. */
    @Test
    void shouldHaveTheKernelTakeWhateverAPeerSends() throws IOException
    {
        assumeTrue(device.offload() == TunOffload.ALL, "this kernel has no UDP segmentation on a TAP (Linux 6.2)");
        device.up(true);
        final FrameSlab received = new FrameSlab(256, 2048);
        final Random random = new Random(17);
        for (int i = 0; i < 2_000; i++)
        {
            final List<byte[]> segments = SuperFrameSpec.random(random, i % 10 == 0 ? 200 : 20_000).segments();
            for (int j = 0; j < segments.size(); j++)
            {
                final byte[] bytes = segments.get(j);
                final Frame frame = received.frame(j).wrap(FrameSlab.HEADROOM, bytes.length);
                frame.buffer().putBytes(frame.offset(), bytes);
                joined.add(frame);
            }
            joined.flush();
        }
        assertTrue(joined.segments.size() > 900, "joined " + joined.segments.size());
        for (final int gsoType : new int[]{Frame.GSO_TCPV4, Frame.GSO_TCPV6, Frame.GSO_UDP_L4})
        {
            assertTrue(joined.gsoTypes.contains(gsoType) && port.takesSuperFrames(gsoType), "type " + gsoType);
        }
        assertTrue(errors.isEmpty(), errors::toString);
    }

    private void deliverUdp(final FrameSpec toHost, final String host) throws IOException
    {
        final DatagramSocket socket = closeLater(new DatagramSocket(0, InetAddress.getByName(host)));
        socket.setSoTimeout(10_000);
        socket.setReceiveBufferSize(1 << 20);
        final FrameSpec flow = toHost.destinationMac(device.mac().value()).ports(PEER_PORT, socket.getLocalPort());

        deliver(new SuperFrameSpec(flow, payload, SEGMENT), Frame.GSO_UDP_L4);

        final DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        for (int from = 0; from < payload.length; from += SEGMENT)
        {
            socket.receive(packet);
            assertArrayEquals(Arrays.copyOfRange(payload, from, Math.min(payload.length, from + SEGMENT)),
                Arrays.copyOf(packet.getData(), packet.getLength()), "datagram at " + from);
            assertEquals(PEER_PORT, packet.getPort());
            packet.setLength(2048);
        }
        assertTrue(errors.isEmpty(), errors::toString);
    }

    /** A handshake by hand, then the stream in one super-frame. */
    private void deliverTcp(final FrameSpec toHost, final String host, final int gsoType) throws IOException
    {
        final ServerSocket server = closeLater(new ServerSocket());
        server.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
        server.setSoTimeout(10_000);
        final FrameSpec flow =
            toHost.destinationMac(device.mac().value()).ports(PEER_PORT, server.getLocalPort()).window(0xFFFF);
        offer(flow.tcpFlags(FrameSpec.SYN).sequence(PEER_SEQUENCE & 0xFFFF_FFFFL).bytes());
        final int tcp = ETHERNET + (gsoType == Frame.GSO_TCPV6 ? IPV6 : IPV4);
        final Frame answer = pollFor(port, frame -> isSynAck(frame, tcp));
        final int hostSequence = answer.buffer().getInt(answer.offset() + tcp + 4, BIG_ENDIAN);

        final FrameSpec established = flow.tcpFlags(FrameSpec.ACK)
            .sequence(PEER_SEQUENCE + 1 & 0xFFFF_FFFFL).acknowledgment(hostSequence + 1 & 0xFFFF_FFFFL);
        offer(established.bytes());
        final Socket socket = closeLater(server.accept());
        socket.setSoTimeout(10_000);

        deliver(new SuperFrameSpec(established, payload, SEGMENT), gsoType);

        assertArrayEquals(payload, socket.getInputStream().readNBytes(payload.length));
        assertTrue(errors.isEmpty(), errors::toString);
    }

    private static boolean isSynAck(final Frame frame, final int tcp)
    {
        final int start = frame.offset() + tcp;
        return frame.length() >= tcp + 20 &&
            (frame.buffer().getShort(start + 2, BIG_ENDIAN) & 0xFFFF) == PEER_PORT &&
            (frame.buffer().getByte(start + 13) & 0x3F) == TCP_SYN_ACK;
    }

    /** As a burst of one batch, which becomes one super-frame. */
    private void deliver(final SuperFrameSpec spec, final int gsoType)
    {
        assertTrue(port.takesSuperFrames(gsoType));
        final List<byte[]> segments = spec.segments();
        for (int i = 0; i < segments.size(); i++)
        {
            joined.add(put(i, segments.get(i)));
        }
        joined.flush();
        assertEquals(List.of(SEGMENTS), joined.segments, "joined into one");
        assertEquals(List.of(gsoType), joined.gsoTypes);
        assertTrue(port.takesSuperFrames(gsoType), "the kernel took it whole");
    }

    /** The host learns the peer's MAC address by being asked for its own, so it need not ask. */
    private void announce(final FrameSpec question)
    {
        offer(question.sourceMac(FrameSpec.DEFAULT_SOURCE_MAC).bytes());
    }

    private void offer(final byte... bytes)
    {
        final Frame frame = put(slab.count() - 1, bytes);
        port.offer(batch(frame));
        assertEquals(DropReason.NONE, frame.verdict());
    }

    private Frame put(final int slot, final byte... bytes)
    {
        final Frame frame = slab.frame(slot).wrap(FrameSlab.HEADROOM, bytes.length);
        frame.buffer().putBytes(frame.offset(), bytes);
        return frame;
    }

    /** A batch with a coalescer, for the port. */
    private final class Joined
    {
        /** One for each super-frame. */
        final List<Integer> segments = new ArrayList<>();
        final List<Integer> gsoTypes = new ArrayList<>();
        private final GroCoalescer coalescer = new GroCoalescer(4, 4, true);
        private final List<Frame> places = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();

        void add(final Frame frame)
        {
            GroCoalescer.Verdict verdict = coalescer.add(frame, 0, 0, places.size());
            if (verdict == GroCoalescer.Verdict.FLUSH_FIRST)
            {
                flush();
                verdict = coalescer.add(frame, 0, 0, 0);
            }
            if (verdict == GroCoalescer.Verdict.NEW_PLACE)
            {
                places.add(frame);
                counts.add(1);
                return;
            }
            final int place = coalescer.place();
            places.set(place, coalescer.superFrame());
            counts.set(place, counts.get(place) + 1);
        }

        void flush()
        {
            coalescer.finish();
            final FrameBatch batch = new FrameBatch(Math.max(1, places.size()));
            for (int i = 0; i < places.size(); i++)
            {
                batch.add(places.get(i));
                if (counts.get(i) > 1)
                {
                    segments.add(counts.get(i));
                    gsoTypes.add(places.get(i).gsoType());
                }
            }
            port.offer(batch);
            places.forEach(frame -> assertEquals(DropReason.NONE, frame.verdict()));
            places.clear();
            counts.clear();
        }
    }
}
