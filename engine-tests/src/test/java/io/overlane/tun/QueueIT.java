// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.QueueContext;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.Frame;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.status.EngineCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An engine with two queues of a TAP and two sockets on one port. */
@InNamespace
class QueueIT extends Scenario
{
    private static final int VNI = 1;
    private static final int FLOWS = 64;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:02");

    @Test
    void shouldSpreadFlowsOverQueuesBothWays() throws Exception
    {
        spread(ThreadingMode.SPLIT);
    }

    @Test
    void shouldSpreadFlowsOverQueuesOfOneThreadEach() throws Exception
    {
        spread(ThreadingMode.SHARED);
    }

    private void spread(final ThreadingMode mode) throws Exception
    {
        final TunOptions options = new TunOptions(TunKind.TAP, "vx0").multiQueue(true);
        final TunDevice device = create(options);
        device.mtu(1450);
        address(device, "10.9.0.1/24");
        final LibcUnderlay peer = closeLater(LibcUnderlay.open(
            new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)));
        final LibcUnderlay underlay = LibcUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add));
        final LibcUnderlay further = underlay.openFurther();
        final TunPort port = new TunPort(device, errors::add);
        final TunPort second = new TunPort(TunDevice.attach(options), errors::add);
        final boolean shared = mode == ThreadingMode.SHARED;
        final OverlayEngine engine = closeLater(OverlayEngine.launch(new EngineContext()
            .underlay(underlay)
            .segment(new SegmentContext(VNI)
                .port(port)
                .fdb(PEER_MAC, peer.local())
                .neighbor(IpAddress.parse("10.9.0.2"), PEER_MAC))
            .queue(new QueueContext(further, second, shared ? new DeviceWait(further) : null))
            .idleWait(shared ? new DeviceWait(underlay) : null)
            .threadingMode(mode)
            .threadFactory(new DataPathThread())
            .errorHandler(errors::add)));

        final EngineCounters counters = engine.counters();
        for (int i = 0; i < FLOWS; i++)
        {
            try (DatagramSocket socket = new DatagramSocket())
            {
                socket.send(new DatagramPacket(new byte[100], 100, InetAddress.getByName("10.9.0.2"), 7));
            }
            sendFromNewPort(engine);
        }
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while ((counters.encap().delivered() < FLOWS || counters.decap().delivered() < FLOWS) &&
            System.nanoTime() < deadlineNs)
        {
            Thread.yield();
        }
        assertTrue(counters.encap().delivered() >= FLOWS, "encap");
        assertEquals(FLOWS, counters.decap().delivered());
        assertTrue(counters.encap(1).framesIn() > 0, "nothing came by the second queue");
        assertTrue(counters.encap(1).framesIn() < counters.encap().framesIn(), "nothing came by the first queue");
        assertTrue(counters.decap(1).framesIn() > 0, "nothing came by the second socket");
        assertTrue(counters.decap(1).framesIn() < FLOWS, "nothing came by the first socket");
        engine.close();
        assertEquals(List.of(), errors);
    }

    private void sendFromNewPort(final OverlayEngine engine) throws IOException
    {
        final byte[] datagram = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(VNI).datagram();
        final Frame frame = TestFrames.offHeap(datagram);
        final SendBatch batch = new SendBatch(1);
        batch.add(frame, LOOPBACK.high(), LOOPBACK.low(), engine.local().udpPort(), 0, 0, 0, 0);
        try (LibcUnderlay sender = LibcUnderlay.open(
            new UnderlayOptions(LOOPBACK, 0).pollDatagrams(1).errorHandler(errors::add)))
        {
            sender.send(batch);
        }
    }
}
