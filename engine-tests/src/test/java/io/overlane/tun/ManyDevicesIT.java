// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

/** What each further device costs an engine: counts of bytes, threads and calls, which no load of a machine changes. */
@InNamespace
class ManyDevicesIT extends Scenario
{
    private static final int DEVICES = 100;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void shouldNeedNoMemoryForFramesOfEachDevice() throws Exception
    {
        final long one = directMemory(1);
        final long all = directMemory(DEVICES);
        final long each = (all - one) / (DEVICES - 1);
        assertTrue(each < 4 * 1024, "each further device takes " + each + " bytes of direct memory");
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldWaitForAllDevicesOnTwoThreads() throws Exception
    {
        carryFramesOfEach(ThreadingMode.SPLIT, 2);
    }

    @Test
    void shouldWaitForAllDevicesOnOneThread() throws Exception
    {
        carryFramesOfEach(ThreadingMode.SHARED, 1);
    }

    @Test
    void shouldReportOnlyTheDeviceThatHasFramesOfAFew() throws Exception
    {
        reportOnlyTheDeviceThatHasFrames(3);
    }

    @Test
    void shouldReportOnlyTheDeviceThatHasFramesOfMany() throws Exception
    {
        reportOnlyTheDeviceThatHasFrames(9);
    }

    private void reportOnlyTheDeviceThatHasFrames(final int count) throws Exception
    {
        final DeviceWait wait = closeLater(new DeviceWait());
        final List<String> ready = new ArrayList<>();
        final List<TunPort> ports = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            final TunDevice device = create(new TunOptions(TunKind.TUN, "t" + i));
            final TunPort port = port(device);
            address(device, "10.9." + i + ".1/24");
            wait.add(port, () -> ready.add(port.name()));
            ports.add(port);
        }
        final LibcUnderlay host = closeLater(LibcUnderlay.open(
            new UnderlayOptions(IpAddress.ANY_V4, 0).errorHandler(errors::add)));
        send(host, "10.9.1.2", 1);
        wait.await(PATIENCE_NS);
        assertEquals(List.of("t1"), ready);

        final FrameBatch batch = new FrameBatch(8);
        assertEquals(1, ports.get(1).poll(batch, 8));
        assertEquals(0, ports.get(1).poll(batch, 7));
        send(host, "10.9.1.2", 1);
        send(host, "10.9.2.2", 1);
        ready.clear();
        // The first only clears the way: it does nothing directly after a wait.
        wait.select();
        wait.select();
        assertEquals(List.of("t1", "t2"), ready);
        assertEquals(1, ports.get(2).poll(batch, 5));
        assertEquals(0, ports.get(2).poll(batch, 4));

        wait.remove(ports.get(1));
        ports.get(1).poll(batch, 6);
        ready.clear();
        send(host, "10.9.1.2", 1);
        wait.select();
        assertEquals(List.of(), ready, "t1 was removed");
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldKeepAWakeUpWhenItOnlyLooks() throws Exception
    {
        final DeviceWait wait = closeLater(new DeviceWait());
        wait.wake();
        wait.select();
        // Else this lasts for ever.
        wait.await(Long.MAX_VALUE);
    }

    private void carryFramesOfEach(final ThreadingMode mode, final int expectedThreads) throws Exception
    {
        final LibcUnderlay peer = closeLater(LibcUnderlay.open(
            new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)));
        try (OverlayEngine engine = OverlayEngine.launch(context(mode, DEVICES, peer)))
        {
            assertEquals(expectedThreads, threads.size(), threads::toString);
            final BitSet answered = new BitSet();
            final ReceiveBatch received = new ReceiveBatch(64);
            for (int vni = 1; vni <= DEVICES; vni++)
            {
                ask(peer, engine, vni);
                final long deadlineNs = System.nanoTime() + PATIENCE_NS;
                while (!answered.get(vni) && System.nanoTime() - deadlineNs < 0)
                {
                    poll(peer, received);
                    for (int i = 0; i < received.size(); i++)
                    {
                        final Frame frame = received.frame(i);
                        answered.set((frame.buffer().getByte(frame.offset() + 5) & 0xFF) << 8 |
                            frame.buffer().getByte(frame.offset() + 6) & 0xFF);
                    }
                }
                assertTrue(answered.get(vni), "no answer of segment " + vni);
            }
            // The host's answer to each request, and reads that found no more: nowhere near devices times requests.
            final int most = 10 * DEVICES;
            assertTrue(reads.get() < most, reads + " reads of devices, not below " + most);
        }
        assertEquals(List.of(), errors);
    }

    /** The host answers for its address on the device of a segment. */
    private static void ask(final LibcUnderlay peer, final OverlayEngine engine, final int vni)
    {
        final byte[] datagram = FrameSpec.vxlan(
            FrameSpec.arpRequest("10.9." + vni + ".2", "10.9." + vni + ".1").sourceMac(PEER_MAC.value()))
            .vni(vni).datagram();
        final Frame frame = TestFrames.offHeap(datagram);
        final SendBatch request = new SendBatch(1);
        request.add(frame, LOOPBACK.high(), LOOPBACK.low(), engine.local().udpPort(), 0, 0, 0, 0);
        peer.send(request);
    }

    private static void send(final LibcUnderlay host, final String to, final int length)
    {
        final IpAddress address = IpAddress.parse(to);
        final SendBatch batch = new SendBatch(1);
        batch.add(
            new FrameSlab(1, length).frame(0).wrap(FrameSlab.HEADROOM, length),
            address.high(), address.low(), 9, 0, 0, 0, 0);
        host.send(batch);
    }

    private EngineContext context(final ThreadingMode mode, final int devices, final LibcUnderlay peer)
        throws IOException
    {
        final LibC counting = new LibC()
        {
            @Override
            public int read(final int fd, final MutableDirectBuffer buffer, final int offset, final int length)
            {
                reads.incrementAndGet();
                return super.read(fd, buffer, offset, length);
            }
        };
        final LibcUnderlay underlay = closeLater(LibcUnderlay.open(
            new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)));
        final EngineContext context = new EngineContext()
            .threadingMode(mode)
            .underlay(underlay)
            .idleWait(mode == ThreadingMode.SHARED ? new DeviceWait(underlay) : null)
            .threadFactory(work ->
            {
                final Thread thread = new DataPathThread().newThread(work);
                threads.add(thread);
                return thread;
            })
            .errorHandler(errors::add);
        for (int vni = 1; vni <= devices; vni++)
        {
            final TunDevice device = create(new TunOptions(TunKind.TAP, "vx" + vni).offload(TunOffload.ALL));
            device.mtu(1450);
            address(device, "10.9." + vni + ".1/24");
            final SegmentContext segment =
                new SegmentContext(vni).port(new TunPort(counting, device, 1450, errors::add));
            context.segment(peer == null ? segment : segment.fdb(PEER_MAC, peer.local()));
        }
        return context;
    }

    /** Taken by an engine with so many devices. */
    private long directMemory(final int devices) throws IOException
    {
        final long before = directMemory();
        try (OverlayEngine engine = OverlayEngine.launch(context(ThreadingMode.SPLIT, devices, null)))
        {
            assertEquals(devices, engine.segments().all().size());
            return directMemory() - before;
        }
    }

    private static long directMemory()
    {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> "direct".equals(pool.getName()))
            .mapToLong(BufferPoolMXBean::getTotalCapacity)
            .sum();
    }
}
