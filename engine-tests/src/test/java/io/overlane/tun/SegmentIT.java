// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.Frame;
import io.overlane.frame.TestFrames;
import io.overlane.policy.SegmentContext;
import io.overlane.signal.DoorbellWait;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TAPs that join and leave a running engine: a segment each. */
@InNamespace
class SegmentIT extends Scenario
{
    private static final int ROUNDS = 100;
    private static final long PATIENCE_S = 10;
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ReceiveBatch received = new ReceiveBatch(16);
    private LibcUnderlay peer;

    @BeforeEach
    void open() throws IOException
    {
        peer = closeLater(LibcUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)));
    }

    /** Each device wakes the threads while the other is silent, whichever of them came first. */
    @Test
    void shouldServeDevicesThatComeAndGo() throws Exception
    {
        serve(launch(ThreadingMode.SPLIT));
    }

    @Test
    void shouldServeDevicesThatComeAndGoOnOneThread() throws Exception
    {
        final EngineContext context = context(ThreadingMode.SHARED);
        context.idleWait(new DeviceWait((LibcUnderlay)context.underlay()));
        serve(closeLater(OverlayEngine.launch(context)));
    }

    private void serve(final OverlayEngine engine) throws Exception
    {
        engine.segments().add(segment(2)).get(PATIENCE_S, TimeUnit.SECONDS);
        for (int i = 0; i < ROUNDS; i++)
        {
            ask(engine, 1, i);
            ask(engine, 2, i);
        }
        engine.segments().remove(1).get(PATIENCE_S, TimeUnit.SECONDS);
        assertFalse(Files.exists(Path.of("/sys/class/net/vx1")), "its device is gone");
        for (int i = 0; i < ROUNDS; i++)
        {
            ask(engine, 2, i);
        }
        // The name is free at once each time.
        for (int i = 0; i < 5; i++)
        {
            engine.segments().add(segment(1)).get(PATIENCE_S, TimeUnit.SECONDS);
            ask(engine, 1, i);
            ask(engine, 2, i);
            engine.segments().remove(1).get(PATIENCE_S, TimeUnit.SECONDS);
            assertFalse(Files.exists(Path.of("/sys/class/net/vx1")), "its device is gone");
        }
        engine.segments().add(segment(1)).get(PATIENCE_S, TimeUnit.SECONDS);
        ask(engine, 1, ROUNDS);
        ask(engine, 2, ROUNDS);
        engine.close();
        for (final Thread thread : threads)
        {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
            assertFalse(thread.isAlive(), thread.getName());
        }
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldRefuseADeviceOnASharedThreadThatDoesNotWaitForIt() throws Exception
    {
        final EngineContext context = context(ThreadingMode.SHARED);
        context.idleWait(new DoorbellWait());
        final OverlayEngine engine = closeLater(OverlayEngine.launch(context));
        final SegmentContext second = segment(2);
        final Throwable refusal = assertThrows(
            CompletionException.class, () -> engine.segments().add(second).join()).getCause();
        assertTrue(refusal.getMessage().contains("vx2 cannot wake"), refusal.getMessage());
        assertEquals(List.of(), errors);
    }

    /** The host answers for its address on the device of a segment. */
    private void ask(final OverlayEngine engine, final int vni, final int round)
    {
        final byte[] datagram = FrameSpec.vxlan(
            FrameSpec.arpRequest("10.9." + vni + ".2", "10.9." + vni + ".1").sourceMac(PEER_MAC.value()))
            .vni(vni).datagram();
        final Frame frame = TestFrames.offHeap(datagram);
        final SendBatch request = new SendBatch(1);
        request.add(frame, LOOPBACK.high(), LOOPBACK.low(), engine.local().udpPort(), 0, 0, 0, 0);
        peer.send(request);
        assertTrue(poll(peer, received) > 0, "no answer of segment " + vni + " in round " + round);
        final Frame answer = received.frame(0);
        assertEquals(vni, answer.buffer().getByte(answer.offset() + 6));
    }

    private SegmentContext segment(final int vni) throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx" + vni));
        device.mtu(1450);
        address(device, "10.9." + vni + ".1/24");
        return new SegmentContext(vni).port(new TunPort(device, errors::add)).fdb(PEER_MAC, peer.local());
    }

    private OverlayEngine launch(final ThreadingMode mode) throws IOException
    {
        return closeLater(OverlayEngine.launch(context(mode)));
    }

    private EngineContext context(final ThreadingMode mode) throws IOException
    {
        return new EngineContext()
            .underlay(LibcUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)))
            .segment(segment(1))
            .threadingMode(mode)
            .threadFactory(work ->
            {
                final Thread thread = new DataPathThread().newThread(work);
                threads.add(thread);
                return thread;
            })
            .errorHandler(errors::add);
    }
}
