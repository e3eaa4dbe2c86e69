// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.policy.SegmentContext;
import io.overlane.port.ForwardingPort;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The nap of the thread that polls the ports is much longer here than the test waits. */
class NapTest
{
    private static final int VNI = 1;
    private static final int PATIENCE_MS = 30_000;
    private static final long NAP_NS = TimeUnit.MINUTES.toNanos(2);
    private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:02");

    private final LoopbackPort host = new LoopbackPort("host", 1450, 16);
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    @Test
    void shouldEndWhenTheHostMayAnswer() throws IOException
    {
        final byte[] frame = FrameSpec.ipv4Udp().destinationMac(STATION.value()).bytes();
        try (DatagramSocket peer = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
        {
            peer.setSoTimeout(PATIENCE_MS);
            // Two frames in one poll are followed by a nap.
            host.put(frame);
            host.put(frame);
            try (OverlayEngine engine = launch(Vtep.parse("127.0.0.1:" + peer.getLocalPort(), 0)))
            {
                receive(peer);
                receive(peer);
                awaitNap();
                host.put(frame);
                send(peer, engine.local(), FrameSpec.icmpEchoRequest().sourceMac(STATION.value()));
                receive(peer);
            }
        }
        assertEquals(List.of(), errors);
    }

    private OverlayEngine launch(final Vtep remote) throws IOException
    {
        return OverlayEngine.launch(new EngineContext()
            .threadingMode(ThreadingMode.SPLIT)
            .napNs(NAP_NS)
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0)))
            .errorHandler(errors::add)
            .threadFactory(task ->
            {
                final Thread thread = new Thread(task);
                threads.add(thread);
                return thread;
            })
            .segment(new SegmentContext(VNI).fdb(STATION, remote).port(new ForwardingPort(host)
            {
                @Override
                public boolean takesSuperFrames(final int gsoType)
                {
                    return true;
                }
            })));
    }

    private void awaitNap()
    {
        final long startNs = System.nanoTime();
        while (threads.stream().noneMatch(thread -> LockSupport.getBlocker(thread) instanceof EncapAgent))
        {
            assertTrue(System.nanoTime() - startNs < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS), "there is no nap");
            Thread.onSpinWait();
        }
    }

    private static void receive(final DatagramSocket peer) throws IOException
    {
        peer.receive(new DatagramPacket(new byte[2048], 2048));
    }

    private static void send(final DatagramSocket peer, final Vtep engine, final FrameSpec inner) throws IOException
    {
        final byte[] packet = FrameSpec.vxlan(inner).vni(VNI).packet();
        final int headers = 28;
        peer.send(new DatagramPacket(packet, headers, packet.length - headers,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), engine.udpPort())));
    }
}
