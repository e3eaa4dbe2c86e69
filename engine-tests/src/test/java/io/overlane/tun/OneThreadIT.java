// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.port.PortSelector;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayOptions;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Test;

/** An engine that serves a TAP and its socket on one thread. */
@InNamespace
class OneThreadIT extends Scenario
{
    private static final int VNI = 1;
    private static final int ROUNDS = 200;
    private static final long PATIENCE_MS = TimeUnit.SECONDS.toMillis(10);
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final Semaphore waits = new Semaphore(0);
    private final ReceiveBatch received = new ReceiveBatch(16);

    /** The peer asks for the host's MAC address and gets an answer: each way the thread is woken by another source. */
    @Test
    void shouldBeWokenByDeviceAndSocket() throws Exception
    {
        final TunDevice device = device();
        final LibcUnderlay peer = closeLater(LibcUnderlay.open(
            new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)));
        final OverlayEngine engine = launch(device, peer);
        final SendBatch request = new SendBatch(1);
        for (int i = 0; i < ROUNDS; i++)
        {
            final byte[] datagram = FrameSpec.vxlan(
                FrameSpec.arpRequest("10.9.0.2", "10.9.0.1").sourceMac(PEER_MAC.value())).vni(VNI).datagram();
            request.clear();
            request.add(
                TestFrames.offHeap(datagram), LOOPBACK.high(), LOOPBACK.low(), engine.local().udpPort(), 0, 0, 0, 0);
            peer.send(request);
            assertTrue(poll(peer, received) > 0, "no answer in round " + i);
        }
        assertEquals(1, threads.size());
        stop(engine);
        assertTrue(engine.counters().encap().delivered() >= ROUNDS);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldStopWhileBlocked() throws Exception
    {
        final OverlayEngine engine = launch(device(), null);
        assertTrue(waits.tryAcquire(PATIENCE_MS, TimeUnit.MILLISECONDS), "the thread never waits");
        stop(engine);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldNotSpinWhenTheDeviceIsRemoved() throws Exception
    {
        expectNoSpin(false);
    }

    @Test
    void shouldNotSpinWhenATrunkIsRemoved() throws Exception
    {
        expectNoSpin(true);
    }

    private void expectNoSpin(final boolean isPart) throws Exception
    {
        assumeTrue(new File("/sbin/ip").exists(), "no ip(8) to remove the device with");
        final TunDevice device = device();
        final TunPort port = port(device);
        final LibcUnderlay underlay = closeLater(LibcUnderlay.open(
            new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)));
        final DeviceWait wait = closeLater(isPart ? new DeviceWait(underlay, port) : new DeviceWait(underlay));
        if (!isPart)
        {
            wait.add(port, () -> {});
        }
        assertEquals(0, new ProcessBuilder("/sbin/ip", "link", "delete", "vx0").inheritIO().start().waitFor());
        final FrameBatch batch = new FrameBatch(64);
        for (int i = 0; i < 10; i++)
        {
            batch.clear();
            port.poll(batch, 64);
        }
        assertEquals(1, errors.size(), errors::toString);
        wait.select();
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(20);
        final long beforeNs = System.nanoTime();
        wait.await(timeoutNs);
        assertTrue(System.nanoTime() - beforeNs >= timeoutNs);
    }

    private TunDevice device() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        device.mtu(1450);
        address(device, "10.9.0.1/24");
        return device;
    }

    private OverlayEngine launch(final TunDevice device, final LibcUnderlay peer) throws IOException
    {
        final LibcUnderlay underlay = LibcUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add));
        final TunPort port = new TunPort(device, errors::add);
        final SegmentContext segment = new SegmentContext(VNI).port(port);
        if (peer != null)
        {
            segment.fdb(PEER_MAC, peer.local());
        }
        return closeLater(OverlayEngine.launch(new EngineContext()
            .underlay(underlay)
            .segment(segment)
            .threadingMode(ThreadingMode.SHARED)
            .idleWait(new SeenWait(new DeviceWait(underlay)))
            .threadFactory(work ->
            {
                final Thread thread = new DataPathThread().newThread(work);
                threads.add(thread);
                return thread;
            })
            .errorHandler(errors::add)));
    }

    private void stop(final OverlayEngine engine) throws InterruptedException
    {
        final Thread closer = new Thread(() -> CloseHelper.close(engine));
        closer.start();
        closer.join(PATIENCE_MS);
        assertFalse(closer.isAlive(), "the engine does not stop");
        for (final Thread thread : threads)
        {
            thread.join(PATIENCE_MS);
            assertFalse(thread.isAlive(), thread.getName());
        }
    }

    /** Tells when the thread is about to wait; a wake-up from then on ends that wait. */
    private final class SeenWait implements PortSelector
    {
        private final PortSelector wait;

        private SeenWait(final PortSelector wait)
        {
            this.wait = wait;
        }

        @Override
        public boolean takes(final Port port)
        {
            return wait.takes(port);
        }

        @Override
        public void add(final Port port, final Runnable onReady)
        {
            wait.add(port, onReady);
        }

        @Override
        public void remove(final Port port)
        {
            wait.remove(port);
        }

        @Override
        public void select()
        {
            wait.select();
        }

        @Override
        public void await(final long timeoutNs)
        {
            waits.release();
            wait.await(timeoutNs);
        }

        @Override
        public void wake()
        {
            wait.wake();
        }

        @Override
        public void close()
        {
            wait.close();
        }
    }
}
