// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.control.ReconcileResult;
import io.overlane.control.TableResult;
import io.overlane.policy.SegmentContext;
import io.overlane.port.ForwardingPort;
import io.overlane.port.Port;
import io.overlane.port.RingPort;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Adds and removes segments and ports of an engine with threads of its own, which is its own peer over loopback. */
class ThreadedSegmentsTest
{
    private static final int FRAMES = 2_000;
    private static final int WINDOW = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final MacAddress M = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);
    private static final byte[] FRAME = FrameSpec.ipv4Udp().bytes();

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldLoseNothingOnASegmentWhileAnotherComesAndGoes(final ThreadingMode mode) throws Exception
    {
        final RingPort port = new RingPort("a", 1450, 256);
        final OverlayEngine engine = launch(mode, port);
        try
        {
            assertTimeoutPreemptively(PATIENCE, () ->
            {
                assertEquals(TableResult.DONE, engine.control().operate(
                    tables -> tables.replace(new FdbRequest(1, M, engine.local()))).get());
                int sent = 0;
                int taken = 0;
                int rounds = 0;
                while (taken < FRAMES)
                {
                    for (; sent < FRAMES && sent - taken < WINDOW; sent++)
                    {
                        RingFrames.put(port, FrameSpec.ipv4Udp().payload((byte)sent, (byte)(sent >> 8)).bytes());
                    }
                    if (rounds * 20 <= taken)
                    {
                        comeAndGo(engine, 2 + rounds % 5);
                        rounds++;
                    }
                    while (taken < sent)
                    {
                        assertArrayEquals(
                            FrameSpec.ipv4Udp().payload((byte)taken, (byte)(taken >> 8)).bytes(),
                            RingFrames.take(port));
                        taken++;
                    }
                }
                assertTrue(rounds >= 50, "rounds");
            });
            assertEquals(1, engine.segments().all().size());
            assertEquals(1, engine.snapshot().tables().fdb());
        }
        finally
        {
            engine.close();
        }
        // The engine counts a frame after it has offered it.
        assertEquals(FRAMES, engine.segments().get(1).totals().encapFrames());
        assertEquals(FRAMES, engine.segments().get(1).totals().decapFrames());
        assertEnd();
    }

    @Test
    void shouldSwitchBetweenPortsOnSplitThreads() throws Exception
    {
        final RingPort one = new RingPort("one", 1450, 64);
        final RingPort two = new RingPort("two", 1450, 64);
        final OverlayEngine engine = launch(ThreadingMode.SPLIT, one);
        final byte[] back = FrameSpec.ipv4Udp()
            .sourceMac(FrameSpec.DEFAULT_DESTINATION_MAC).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC).bytes();
        try
        {
            assertTimeoutPreemptively(PATIENCE, () ->
            {
                engine.segments().addPort(1, two).get();
                for (int i = 0; i < 200; i++)
                {
                    RingFrames.put(one, FRAME);
                    assertArrayEquals(FRAME, RingFrames.take(two));
                    RingFrames.put(two, back);
                    assertArrayEquals(back, RingFrames.take(one));
                }
                // One thread learns the MAC, another looks it up.
                while (engine.counters().encap().switched() == 0)
                {
                    RingFrames.put(one, FRAME);
                    assertArrayEquals(FRAME, RingFrames.take(two));
                }
                engine.segments().removePort(1, one).get();
                RingFrames.put(two, back);
                while (engine.counters().encap().framesIn() !=
                    engine.counters().encap().delivered() + engine.counters().encap().dropped())
                {
                    Thread.onSpinWait();
                }
            });
        }
        finally
        {
            engine.close();
        }
        assertEnd();
    }

    @Test
    void shouldWaitForADeviceBesideAnotherOnSplitThreads() throws Exception
    {
        final Device first = new Device("first");
        final Device second = new Device("second");
        final Device third = new Device("third");
        final OverlayEngine engine = launch(context(ThreadingMode.SPLIT)
            .segment(new SegmentContext(1).port(first))
            .segment(new SegmentContext(2).port(second)));
        try
        {
            assertTimeoutPreemptively(PATIENCE, () ->
            {
                engine.segments().add(new SegmentContext(3).port(third)).get();
                for (int vni = 1; vni <= 3; vni++)
                {
                    final FdbRequest request = new FdbRequest(vni, M, engine.local());
                    assertEquals(
                        TableResult.DONE, engine.control().operate(tables -> tables.replace(request)).get());
                }
                for (int i = 0; i < 100; i++)
                {
                    echo(first);
                    echo(second);
                    echo(third);
                }
                // The test removes the port in which the polling thread waits: the others still wake it.
                engine.segments().remove(1).get();
                for (int i = 0; i < 100; i++)
                {
                    echo(second);
                    echo(third);
                }
                engine.segments().remove(3).get();
                engine.segments().remove(2).get();
                assertTrue(second.isClosed && third.isClosed);
                final Device last = new Device("last");
                engine.segments().add(new SegmentContext(1).port(last).fdb(M, engine.local())).get();
                echo(last);
            });
        }
        finally
        {
            engine.close();
        }
        assertEnd();
    }

    @Test
    void shouldRefuseADeviceOnASharedThread() throws Exception
    {
        final OverlayEngine engine = launch(ThreadingMode.SHARED, new RingPort("a", 1450, 16));
        assertTimeoutPreemptively(PATIENCE, () ->
        {
            final Throwable refusal = assertThrows(CompletionException.class,
                () -> engine.segments().add(new SegmentContext(2).port(new Device("tap9"))).join()).getCause();
            assertInstanceOf(IllegalArgumentException.class, refusal);
            assertTrue(refusal.getMessage().startsWith("port tap9 cannot wake"), refusal.getMessage());
            assertEquals(1, engine.segments().all().size());
            engine.close();
        });
        assertEnd();
    }

    private void comeAndGo(final OverlayEngine engine, final int vni) throws Exception
    {
        final RingPort port = new RingPort("b" + vni, 1450, 16);
        engine.segments().add(new SegmentContext(vni).port(port).policy(p -> p.learning(true))).get();
        final ReconcileResult applied = engine.control().apply("plane", new DesiredState()
            .fdb(vni, M, engine.local()).neighbor(vni, IpAddress.parse("10.0.0.9"), M)).get();
        assertTrue(applied.isComplete(), applied::toString);
        RingFrames.put(port, FRAME);
        assertArrayEquals(FRAME, RingFrames.take(port));
        final SegmentView.Totals totals = engine.segments().remove(vni).get();
        assertEquals(1, totals.encapFrames());
        assertEquals(1, totals.decapFrames());
    }

    private static void echo(final Device device)
    {
        assertTrue(device.put(FRAME));
        byte[] frame = device.take();
        while (frame == null)
        {
            Thread.onSpinWait();
            frame = device.take();
        }
        assertArrayEquals(FRAME, frame);
    }

    private void assertEnd() throws InterruptedException
    {
        assertEquals(List.of(), List.copyOf(errors));
        for (final Thread thread : threads)
        {
            thread.join(PATIENCE.toMillis());
            assertFalse(thread.isAlive(), thread.getName());
        }
    }

    private OverlayEngine launch(final ThreadingMode mode, final Port port) throws IOException
    {
        return launch(context(mode).segment(new SegmentContext(1).port(port)));
    }

    private static OverlayEngine launch(final EngineContext context)
    {
        return OverlayEngine.launch(context);
    }

    private EngineContext context(final ThreadingMode mode) throws IOException
    {
        return new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(errors::add)))
            .errorHandler(errors::add)
            .threadingMode(mode)
            .threadFactory(task ->
            {
                final Thread thread = new Thread(task);
                threads.add(thread);
                return thread;
            })
            .fdb(fdb -> fdb.maxEntries(64)).maxNeighbors(64).maxRemotes(64).maxRoutes(64).maxDropLines(64);
    }

    /** A port that blocks the waiting thread and cannot wake another. */
    private static final class Device extends ForwardingPort
    {
        private final LoopbackPort device;
        private volatile boolean isClosed;

        private Device(final String name)
        {
            this(new LoopbackPort(name, 1450, 64));
        }

        private Device(final LoopbackPort port)
        {
            super(port);
            device = port;
        }

        private boolean put(final byte[] frame)
        {
            return device.put(frame);
        }

        private byte[] take()
        {
            return device.takeBytes();
        }

        @Override
        public boolean wakes(final Runnable wake)
        {
            return false;
        }

        @Override
        public void close()
        {
            isClosed = true;
            super.close();
        }
    }
}
