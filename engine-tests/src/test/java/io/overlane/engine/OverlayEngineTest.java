// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.frame.FrameBatch;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.SilentPort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Launch, commands on a running engine, and close. */
class OverlayEngineTest
{
    private static final int VNI = 1;
    private static final MacAddress M = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);
    private static final FrameSpec FRAME = FrameSpec.ipv4Udp();

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldForwardAsCommandsSay() throws Exception
    {
        harness.launch(new SegmentContext(VNI));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        final EngineControl control = harness.engine().control();

        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.replace(new FdbRequest(VNI, M, EngineHarness.A)))));
        harness.transmit(FRAME.bytes());
        assertEquals(1, harness.sentTo(EngineHarness.A).size());

        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.replace(new FdbRequest(VNI, M, EngineHarness.B)))), "replaced");
        harness.transmit(FRAME.bytes());
        assertEquals(1, harness.sentTo(EngineHarness.B).size());
        assertEquals(1, harness.engine().snapshot().tables().remotes());

        assertEquals(TableResult.DONE, done(control.operate(tables -> tables.delete(new FdbRequest(VNI, M, null)))));
        assertEquals(TableResult.NOT_FOUND, done(control.operate(
            tables -> tables.delete(new FdbRequest(VNI, M, null)))));
        assertEquals(0, harness.engine().snapshot().tables().remotes());
        harness.transmit(FRAME.bytes());
        assertEquals(1, harness.encap().dropped(DropReason.NO_DESTINATION));

        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.A)))));
        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.A)))));
        harness.transmit(FRAME.bytes());
        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.delete(FdbRequest.flood(VNI, EngineHarness.A)))));
        assertEquals(TableResult.NOT_FOUND, done(control.operate(
            tables -> tables.delete(FdbRequest.flood(VNI, EngineHarness.A)))));
        assertEquals(0, harness.engine().snapshot().tables().remotes());

        final IpAddress neighbor = IpAddress.parse("10.0.0.9");
        assertEquals(TableResult.DONE, done(control.operate(tables -> tables.replaceNeighbor(VNI, neighbor, M))));
        harness.transmit(FrameSpec.arpRequest("10.0.0.1", "10.0.0.9").bytes());
        assertEquals(1, harness.encap().answered());
        assertEquals(TableResult.DONE, done(control.operate(tables -> tables.deleteNeighbor(VNI, neighbor))));
        assertEquals(TableResult.NOT_FOUND, done(control.operate(tables -> tables.deleteNeighbor(VNI, neighbor))));
    }

    @Test
    void shouldRouteAsCommandsSay() throws Exception
    {
        harness.launch(new IpNetworkContext());
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        final EngineControl control = harness.engine().control();
        final byte[] packet = FrameSpec.ipv4Udp().source("10.5.1.1").destination("10.5.2.1").packet();
        final IpPrefix prefix = IpPrefix.parse("10.5.2.0/24");

        assertEquals(TableResult.DONE, done(control.operate(tables -> tables.replaceRoute(prefix, EngineHarness.A))));
        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.replaceRoute(prefix, EngineHarness.A))), "again, the same");
        harness.transmit(packet);
        assertEquals(1, harness.sentTo(EngineHarness.A).size());

        assertEquals(TableResult.DONE, done(control.operate(tables -> tables.replaceRoute(prefix, EngineHarness.B))));
        harness.transmit(packet);
        assertEquals(1, harness.sentTo(EngineHarness.B).size());
        assertEquals(1, harness.engine().snapshot().tables().remotes());

        assertEquals(TableResult.DONE, done(control.operate(tables -> tables.deleteRoute(prefix))));
        assertEquals(TableResult.NOT_FOUND, done(control.operate(tables -> tables.deleteRoute(prefix))));
        assertEquals(0, harness.engine().snapshot().tables().remotes());
    }

    @Test
    void shouldRefuseCommandsThatMakeNoSense() throws Exception
    {
        harness.launch(new SegmentContext(VNI));
        final EngineControl control = harness.engine().control();
        final IpAddress address = IpAddress.parse("10.0.0.9");

        assertEquals(TableResult.NO_SEGMENT, done(control.operate(
            tables -> tables.replace(new FdbRequest(99, M, EngineHarness.A)))));
        assertEquals(TableResult.NO_SEGMENT, done(control.operate(
            tables -> tables.delete(new FdbRequest(99, M, null)))));
        assertEquals(TableResult.NO_SEGMENT, done(control.operate(
            tables -> tables.append(FdbRequest.flood(99, EngineHarness.A)))));
        assertEquals(TableResult.NO_SEGMENT, done(control.operate(
            tables -> tables.delete(FdbRequest.flood(99, EngineHarness.A)))));
        assertEquals(TableResult.NO_SEGMENT, done(control.operate(tables -> tables.replaceNeighbor(99, address, M))));
        assertEquals(TableResult.NO_SEGMENT, done(control.operate(tables -> tables.deleteNeighbor(99, address))));
        assertEquals(TableResult.NOT_SUPPORTED, done(control.operate(
            tables -> tables.replace(new FdbRequest(VNI, new MacAddress(MacAddress.BROADCAST), EngineHarness.A)))));
        assertEquals(TableResult.NOT_SUPPORTED, done(control.operate(
            tables -> tables.replace(new FdbRequest(VNI, new MacAddress(0), EngineHarness.A)))));
        assertEquals(TableResult.NOT_V4, done(control.operate(
            tables -> tables.replaceRoute(IpPrefix.parse("fd00::/64"), EngineHarness.A))));
    }

    @Test
    void shouldSayWhenThereIsNoRoom() throws Exception
    {
        harness.context().maxRemotes(1).maxNeighbors(1).fdb(fdb -> fdb.maxEntries(1));
        harness.launch(new SegmentContext(VNI));
        final EngineControl control = harness.engine().control();

        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.replace(new FdbRequest(VNI, M, EngineHarness.A)))));
        assertEquals(TableResult.NO_ROOM, done(control.operate(
            tables -> tables.replace(new FdbRequest(VNI, MacAddress.parse("02:00:00:00:00:55"), EngineHarness.A)))),
            "entries");
        assertEquals(1, harness.engine().forwarding().remotes().references(0));
        assertEquals(TableResult.NO_ROOM, done(control.operate(
            tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.B)))), "remotes");
        assertEquals(TableResult.DONE, done(control.operate(
            tables -> tables.replaceNeighbor(VNI, IpAddress.parse("10.0.0.1"), M))));
        assertEquals(TableResult.NO_ROOM, done(control.operate(
            tables -> tables.replaceNeighbor(VNI, IpAddress.parse("10.0.0.2"), M))), "neighbours");
    }

    @Test
    void shouldAnswerEveryCommandOnceClosed()
    {
        harness.launch(new SegmentContext(VNI));
        final EngineControl control = harness.engine().control();
        final CompletableFuture<TableResult> before = control.operate(
            tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.A)));
        harness.engine().close();
        final CompletableFuture<TableResult> after = control.operate(
            tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.A)));

        assertInstanceOf(IllegalStateException.class, assertThrows(ExecutionException.class, before::get).getCause());
        assertInstanceOf(IllegalStateException.class, assertThrows(ExecutionException.class, after::get).getCause());
    }

    @Test
    void shouldRefuseCommandWhenTooManyWait()
    {
        harness.launch(new SegmentContext(VNI));
        CompletableFuture<TableResult> last = harness.engine().control().operate(
            tables -> tables.delete(new FdbRequest(VNI, M, null)));
        for (int i = 0; i < 4096; i++)
        {
            last = harness.engine().control().operate(tables -> tables.delete(new FdbRequest(VNI, M, null)));
        }

        assertTrue(last.isCompletedExceptionally());
    }

    @Test
    void shouldCloseOnceAndWorkNoMore()
    {
        harness.launch(new SegmentContext(VNI));
        harness.port().put(FRAME.bytes());
        harness.engine().close();
        harness.engine().close();

        assertEquals(1, harness.underlay().closed());
        assertEquals(0, harness.engine().doWork());
        assertEquals(1, harness.encap().framesIn());
        assertEquals(1, harness.encap().dropped(DropReason.PORT_CLOSED));
    }

    @Test
    void shouldReceiveThoughPortIsBroken()
    {
        final List<Throwable> told = new ArrayList<>();
        harness.context().errorHandler(told::add);
        harness.context().segment(new SegmentContext(VNI).port(new BrokenPort()));
        harness.launch();
        harness.send(EngineHarness.A, 0, FrameSpec.vxlan(FRAME).datagram());
        harness.engine().doWork();

        assertEquals(1, harness.decap().delivered());
        assertEquals(1, told.size());
    }

    @Test
    void shouldRefuseToBeDrivenByHandWhileOnThreads()
    {
        harness.context().threadingMode(ThreadingMode.SHARED);
        harness.launch(new SegmentContext(VNI));

        assertThrows(IllegalStateException.class, harness.engine()::doWork);
    }

    @Test
    void shouldCloseEverythingWhenSettingsCannotWork()
    {
        assertLaunchFails("IP network", context -> context.ipNetwork(new IpNetworkContext()));
        assertLaunchFails("segment 2 has no port", context -> context.segment(new SegmentContext(2)));
        assertLaunchFails("VNI 1 given twice",
            context -> context.segment(new SegmentContext(1).port(new LoopbackPort("b", 1450, 1))));
        assertLaunchFails("port a is given twice",
            context -> context.segment(new SegmentContext(2).port(context.segments().get(0).port())));
        assertLaunchFails("portMtu=67", context -> context.segment(
            new SegmentContext(2).port(new LoopbackPort("b", 67, 1))));
        assertLaunchFails("maxRemotes=1", context ->
        {
            context.maxRemotes(1);
            context.segments().get(0).flood(EngineHarness.A).flood(EngineHarness.B);
        });
    }

    @Test
    void shouldCloseEverythingWhenPortCannotWake()
    {
        assertLaunchFails("cannot wake", context ->
        {
            context.threadingMode(ThreadingMode.SHARED);
            context.segment(new SegmentContext(2).port(new BrokenPort()));
        });
    }

    @Test
    void shouldStopFirstThreadWhenSecondCannotStart() throws InterruptedException
    {
        final AtomicInteger made = new AtomicInteger();
        final List<Thread> threads = new ArrayList<>();
        assertLaunchFails(IllegalStateException.class, "no more threads", context -> context
            .threadingMode(ThreadingMode.SPLIT)
            .threadFactory(task ->
            {
                if (made.getAndIncrement() > 0)
                {
                    throw new IllegalArgumentException("no more threads");
                }
                threads.add(new Thread(task));
                return threads.get(0);
            }));

        assertEquals(1, threads.size());
        threads.get(0).join(10_000);
        assertFalse(threads.get(0).isAlive());
    }

    @Test
    void shouldNeedUnderlayAndSomethingToCarry()
    {
        assertThrows(IllegalArgumentException.class, () -> OverlayEngine.launch(new EngineContext()));
        assertThrows(IllegalArgumentException.class, () -> OverlayEngine.launch(
            new EngineContext().underlay(harness.underlay())));
    }

    @Test
    void shouldRefuseContradictingSettings()
    {
        final SegmentContext segment = new SegmentContext(VNI).fdb(M, EngineHarness.A).fdb(M, EngineHarness.A);
        assertThrows(IllegalArgumentException.class, () -> segment.fdb(M, EngineHarness.B));
        assertThrows(IllegalArgumentException.class,
            () -> segment.fdb(new MacAddress(MacAddress.BROADCAST), EngineHarness.B));
        final IpNetworkContext network = new IpNetworkContext()
            .route(IpPrefix.parse("10.5.2.7/24"), EngineHarness.A)
            .route(IpPrefix.parse("10.5.2.0/24"), EngineHarness.A);
        assertThrows(IllegalArgumentException.class,
            () -> network.route(IpPrefix.parse("10.5.2.0/24"), EngineHarness.B));
        assertThrows(IllegalArgumentException.class, () -> network.local(IpPrefix.parse("fd00::/64")));
    }

    private static void assertLaunchFails(final String message, final Consumer<EngineContext> change)
    {
        assertLaunchFails(IllegalArgumentException.class, message, change);
    }

    private static void assertLaunchFails(
        final Class<? extends RuntimeException> type, final String message, final Consumer<EngineContext> change)
    {
        try (EngineHarness other = EngineHarness.create())
        {
            final ClosingPort port = new ClosingPort("a");
            other.context().segment(new SegmentContext(VNI).port(port));
            change.accept(other.context());
            final RuntimeException refusal = assertThrows(type, () -> OverlayEngine.launch(other.context()));
            assertNotNull(refusal.getMessage());
            assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
            assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
            assertTrue(port.closed > 0, message);
            assertEquals(1, other.underlay().closed(), message);
        }
    }

    private <T> T done(final CompletableFuture<T> answer) throws Exception
    {
        assertFalse(answer.isDone(), "commands run on the engine's thread");
        harness.run();
        return answer.get();
    }

    /** Counts the calls of close(). */
    private static class ClosingPort extends SilentPort
    {
        private int closed;

        private ClosingPort(final String name)
        {
            super(name);
        }

        @Override
        public boolean wakes(final Runnable wake)
        {
            return true;
        }

        @Override
        public void close()
        {
            closed++;
        }
    }

    /** Breaks the contract: its poll throws, and it cannot wake a thread. */
    private static final class BrokenPort extends ClosingPort
    {
        private BrokenPort()
        {
            super("broken");
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            throw new IllegalStateException("broken");
        }

        @Override
        public boolean wakes(final Runnable wake)
        {
            return false;
        }
    }
}
