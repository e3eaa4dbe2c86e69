// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.status.EngineSnapshot;
import io.overlane.signal.DoorbellWait;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two engines on threads of their own, ring ports at the ends and UDP over loopback between them. */
class ThreadedEngineTest
{
    private static final int VNI = 1;
    private static final int FRAMES = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final MacAddress LEFT_MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress RIGHT_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldEchoEveryFrame(final ThreadingMode mode) throws Exception
    {
        final RingPort leftPort = new RingPort("left", 1450, 256);
        final RingPort rightPort = new RingPort("right", 1450, 256);
        final byte[] there = FrameSpec.ipv4Udp().sourceMac(LEFT_MAC.value()).destinationMac(RIGHT_MAC.value()).bytes();
        final byte[] back = FrameSpec.ipv4Udp().sourceMac(RIGHT_MAC.value()).destinationMac(LEFT_MAC.value()).bytes();
        final OverlayEngine left = launch(mode, leftPort);
        final OverlayEngine right = launch(mode, rightPort);
        try
        {
            assertTimeoutPreemptively(PATIENCE, () ->
            {
                assertEquals(TableResult.DONE, left.control().operate(
                    tables -> tables.replace(new FdbRequest(VNI, RIGHT_MAC, right.local()))).get());
                assertEquals(TableResult.DONE, right.control().operate(
                    tables -> tables.replace(new FdbRequest(VNI, LEFT_MAC, left.local()))).get());
                // One frame at a time: each must wake idle threads on both sides.
                for (int i = 0; i < FRAMES; i++)
                {
                    RingFrames.put(leftPort, there);
                    assertArrayEquals(there, RingFrames.take(rightPort));
                    RingFrames.put(rightPort, back);
                    assertArrayEquals(back, RingFrames.take(leftPort));
                }
            });
        }
        finally
        {
            left.close();
            right.close();
        }
        assertSums(left.counters().encap());
        assertSums(left.counters().decap());
        assertSums(right.counters().encap());
        assertSums(right.counters().decap());
        assertEquals(List.of(), List.copyOf(errors));
        assertThreadsEnd();
        assertEquals(mode == ThreadingMode.SHARED ? 2 : 4, threads.size());
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldShowCountersThatOnlyGrowWhileFramesFlow(final ThreadingMode mode) throws Exception
    {
        final RingPort port = new RingPort("port", 1450, 256);
        final byte[] frame = FrameSpec.ipv4Udp().destinationMac(RIGHT_MAC.value()).bytes();
        final List<EngineSnapshot> snapshots = new ArrayList<>();
        final AtomicBoolean isDone = new AtomicBoolean();
        final OverlayEngine engine = launch(context(mode, port).latency(true));
        try (engine)
        {
            // The engine is its own peer.
            assertEquals(TableResult.DONE, engine.control().operate(
                tables -> tables.replace(new FdbRequest(VNI, RIGHT_MAC, engine.local()))).get());
            final Thread reader = new Thread(() ->
            {
                while (!isDone.get())
                {
                    snapshots.add(engine.snapshot());
                }
            });
            reader.start();
            assertTimeoutPreemptively(PATIENCE, () ->
            {
                for (int i = 0; i < FRAMES; i++)
                {
                    RingFrames.put(port, frame);
                    assertArrayEquals(frame, RingFrames.take(port));
                }
            });
            isDone.set(true);
            reader.join();
        }
        // The engine counts a frame after it has offered it, so the last one is surely counted after the end only.
        snapshots.add(engine.snapshot());
        for (int i = 1; i < snapshots.size(); i++)
        {
            final List<Long> before = counters(snapshots.get(i - 1));
            final List<Long> after = counters(snapshots.get(i));
            for (int k = 0; k < before.size(); k++)
            {
                final int counter = k;
                assertTrue(before.get(k) <= after.get(k), () -> "counter " + counter + ": " + before + " " + after);
            }
        }
        final EngineSnapshot last = snapshots.get(snapshots.size() - 1);
        assertEquals(FRAMES, last.ports().get(0).in().frames());
        assertEquals(FRAMES, last.ports().get(0).out().frames());
        assertEquals(FRAMES, last.remotes().get(0).encap().frames());
        assertEquals(FRAMES, last.encap().latencyNs().count());
        assertTrue(last.encap().latencyNs().percentile(0) > 0);
        assertEquals(List.of(), List.copyOf(errors));
    }

    private static List<Long> counters(final EngineSnapshot snapshot)
    {
        return List.of(
            snapshot.encap().in().frames(),
            snapshot.encap().delivered().frames(),
            snapshot.encap().delivered().bytes(),
            snapshot.decap().in().frames(),
            snapshot.decap().delivered().frames(),
            snapshot.segments().get(0).encap().frames(),
            snapshot.segments().get(0).decap().bytes(),
            snapshot.ports().get(0).in().frames(),
            snapshot.ports().get(0).out().bytes(),
            snapshot.remotes().get(0).encap().frames(),
            snapshot.remotes().get(0).decap().frames(),
            snapshot.encap().batchSizes().count(),
            snapshot.decap().latencyNs().count());
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldCloseWhileIdle(final ThreadingMode mode) throws Exception
    {
        final OverlayEngine engine = launch(mode, new RingPort("idle", 1450, 256));
        assertTimeoutPreemptively(PATIENCE, () ->
        {
            assertEquals(TableResult.DONE, engine.control().operate(
                tables -> tables.replace(new FdbRequest(VNI, RIGHT_MAC, engine.local()))).get(), "a command wakes it");
            engine.close();
            engine.close();
        });

        assertThreadsEnd();
        assertEquals(List.of(), List.copyOf(errors));
    }

    @Test
    void shouldWaitWhereItIsTold() throws Exception
    {
        final DoorbellWait wait = new DoorbellWait();
        final RingPort port = new RingPort("told", 1450, 256);
        final OverlayEngine engine = launch(context(ThreadingMode.SHARED, port).idleWait(wait));
        final byte[] frame = FrameSpec.ipv4Udp().destinationMac(RIGHT_MAC.value()).bytes();
        assertTimeoutPreemptively(PATIENCE, () ->
        {
            assertEquals(TableResult.DONE, engine.control().operate(
                tables -> tables.replace(new FdbRequest(VNI, RIGHT_MAC, engine.local()))).get(),
                "a command ends the wait");
            RingFrames.put(port, frame);
            while (engine.counters().decap().framesIn() == 0)
            {
                // This wait does not wait for the socket, so a received datagram does not end it.
                wait.wake();
                Thread.yield();
            }
            assertArrayEquals(frame, RingFrames.take(port));
            engine.close();
        });
        assertThreadsEnd();
        assertTrue(wait.isClosed());
        assertEquals(List.of(), List.copyOf(errors));
    }

    @Test
    void shouldRefuseAWaitForTwoThreads() throws Exception
    {
        final DoorbellWait wait = new DoorbellWait();
        final RingPort port = new RingPort("told", 1450, 256);
        final EngineContext context = context(ThreadingMode.SPLIT, port).idleWait(wait);
        assertThrows(IllegalArgumentException.class, () -> launch(context));
        assertTrue(wait.isClosed());
    }

    @Test
    void shouldServeTwoPortsOnSplitThreads() throws Exception
    {
        final RingPort one = new RingPort("one", 1450, 256);
        final RingPort two = new RingPort("two", 1450, 256);
        final byte[] frame = FrameSpec.ipv4Udp().destinationMac(RIGHT_MAC.value()).bytes();
        final EngineContext context = context(ThreadingMode.SPLIT, one)
            .segment(new SegmentContext(2).port(two));
        try (OverlayEngine engine = launch(context))
        {
            assertTimeoutPreemptively(PATIENCE, () ->
            {
                // The engine is its own peer: a frame from a port comes back to the port of the same segment.
                assertEquals(TableResult.DONE, engine.control().operate(
                    tables -> tables.replace(new FdbRequest(VNI, RIGHT_MAC, engine.local()))).get());
                assertEquals(TableResult.DONE, engine.control().operate(
                    tables -> tables.replace(new FdbRequest(2, RIGHT_MAC, engine.local()))).get());
                for (int i = 0; i < FRAMES; i++)
                {
                    RingFrames.put(two, frame);
                    assertArrayEquals(frame, RingFrames.take(two));
                    RingFrames.put(one, frame);
                    assertArrayEquals(frame, RingFrames.take(one));
                }
            });
        }
        assertEquals(List.of(), List.copyOf(errors));
    }

    /** The agents are closed, but the threads may still be on their last few instructions. */
    private void assertThreadsEnd() throws InterruptedException
    {
        for (final Thread thread : threads)
        {
            thread.join(PATIENCE.toMillis());
            assertFalse(thread.isAlive(), thread.getName());
        }
    }

    private OverlayEngine launch(final ThreadingMode mode, final RingPort port) throws IOException
    {
        return launch(context(mode, port));
    }

    private static OverlayEngine launch(final EngineContext context)
    {
        return OverlayEngine.launch(context);
    }

    private EngineContext context(final ThreadingMode mode, final RingPort port) throws IOException
    {
        return new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)))
            .errorHandler(errors::add)
            .threadingMode(mode)
            .threadFactory(task ->
            {
                final Thread thread = new Thread(task);
                threads.add(thread);
                return thread;
            })
            .fdb(fdb -> fdb.maxEntries(64)).maxNeighbors(64).maxRemotes(64).maxRoutes(64).maxDropLines(64)
            .segment(new SegmentContext(VNI).port(port));
    }

    private static void assertSums(final PathCounters path)
    {
        assertEquals(FRAMES, path.delivered());
        assertEquals(path.framesIn(), path.delivered() + path.answered() + path.dropped());
    }
}
