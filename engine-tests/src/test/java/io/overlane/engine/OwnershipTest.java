// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.frame.FrameBatch;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.MemoryFabric;
import io.overlane.testkit.SilentPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A port or an underlay belongs to one engine, must be open at launch, and is reported if it closes early. */
class OwnershipTest
{
    private static final int VNI = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Vtep LOCAL = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep OTHER = Vtep.parse("192.0.2.2:8472", 0);
    private static final Vtep A = Vtep.parse("192.0.2.10:8472", 0);
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");

    private final MemoryFabric fabric = new MemoryFabric(SystemNanoClock.INSTANCE);
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final List<OverlayEngine> engines = new ArrayList<>();

    @AfterEach
    void close()
    {
        engines.forEach(OverlayEngine::close);
    }

    @Test
    void shouldRefuseContextThatHasBeenLaunched()
    {
        final KnownPort port = new KnownPort("a");
        final EngineContext context = context(LOCAL, port);
        final OverlayEngine first = launch(context);

        assertRefused(context, "this context has been launched before");
        assertTrue(first.isRunning());
        assertEquals(0, port.closed.get());
        assertFalse(context.underlay().isClosed());
        first.close();
        assertRefused(context, "this context has been launched before");
    }

    @Test
    void shouldRefusePortOfAnotherEngineAndCloseTheRest()
    {
        final KnownPort port = new KnownPort("a");
        final OverlayEngine first = launch(context(LOCAL, port));
        final KnownPort own = new KnownPort("own");
        final EngineContext second = context(OTHER, own);
        second.segment(new SegmentContext(2).port(port));

        assertRefused(second, "port a belongs to another engine");
        assertTrue(own.closed.get() > 0, "taken, so closed");
        assertTrue(second.underlay().isClosed(), "likewise");
        assertEquals(0, port.closed.get(), "the first engine's");
        assertTrue(first.isRunning());
    }

    @Test
    void shouldRefuseUnderlayOfAnotherEngine()
    {
        final EngineContext first = context(LOCAL, new KnownPort("a"));
        launch(first);

        assertRefused(
            context(OTHER, new KnownPort("b")).underlay(first.underlay()),
            "underlay 192.0.2.1:8472 belongs to another engine");
        assertFalse(first.underlay().isClosed());
    }

    @Test
    void shouldRefuseUnderlayForTwoQueues()
    {
        final EngineContext context = context(LOCAL, new KnownPort("a"));
        context.queue(new QueueContext(context.underlay(), new KnownPort("b"), null));

        assertRefused(context, "underlay 192.0.2.1:8472 is given twice");
        assertTrue(context.underlay().isClosed());
    }

    @Test
    void shouldRefusePortOfAnotherEngineWhileRunning()
    {
        final KnownPort port = new KnownPort("a");
        launch(context(LOCAL, port));
        final OverlayEngine second = launch(context(OTHER, new KnownPort("b")));

        assertRefused(second.segments().addPort(VNI, port), "port a belongs to another engine");
        assertRefused(
            second.segments().add(new SegmentContext(2).port(new KnownPort("c")).addPort(port)),
            "port a belongs to another engine");
        assertEquals(0, port.closed.get());
    }

    @Test
    void shouldGiveBackPortThatCouldNotBeAdded() throws Exception
    {
        final OverlayEngine first = launch(context(LOCAL, new KnownPort("a")).maxRemotes(3));
        final OverlayEngine second = launch(context(OTHER, new KnownPort("b")));
        final KnownPort port = new KnownPort("c");
        await(first.control().operate(tables -> tables.append(FdbRequest.flood(VNI, A))));
        await(first.control().operate(tables -> tables.append(FdbRequest.flood(VNI, OTHER))));

        assertRefused(first.segments().addPort(VNI, port), "no room for a port");
        assertRefused(
            first.segments().add(new SegmentContext(2).port(port).flood(A).flood(Vtep.parse("192.0.2.9:1", 0))
                .flood(Vtep.parse("192.0.2.9:2", 0)).flood(Vtep.parse("192.0.2.9:3", 0))),
            "room");
        assertEquals(0, port.closed.get());
        await(second.segments().addPort(VNI, port));
        second.close();
        assertTrue(port.closed.get() > 0, "the engine that took it closes it");
    }

    @Test
    void shouldRefuseClosedPortAndClosedUnderlay()
    {
        final KnownPort closed = new KnownPort("a");
        closed.close();
        assertRefused(context(LOCAL, closed), "port a is closed");
        final EngineContext context = context(LOCAL, new KnownPort("b"));
        context.underlay().close();
        assertRefused(context, "underlay 192.0.2.1:8472 is closed");

        final OverlayEngine running = launch(context(OTHER, new KnownPort("c")));
        assertRefused(running.segments().addPort(VNI, closed), "port a is closed");
        assertRefused(running.segments().addPort(VNI, null), "port=null; give it a value");
        assertRefused(running.segments().add(null), "segment=null; give it a value");
    }

    @Test
    void shouldTellPortsApartByIdentity()
    {
        launch(context(LOCAL, new AlikePort()));
        launch(context(OTHER, new AlikePort()));

        assertEquals(List.of(), List.copyOf(errors));
    }

    @ParameterizedTest
    @EnumSource
    void shouldReportPortThatSomebodyElseCloses(final ThreadingMode mode)
    {
        final KnownPort closing = new KnownPort("closing");
        final LoopbackPort other = new LoopbackPort("other", 1450, 16, 2048);
        final EngineContext context = context(LOCAL, closing).threadingMode(mode);
        context.segments().get(0).addPort(other);
        final OverlayEngine engine = launch(context);
        closing.close();
        run(engine, () -> !errors.isEmpty());

        other.put(FrameSpec.ipv4Udp().destinationMac(M.value() + 1).bytes());
        run(engine, () -> engine.counters().encap().dropped() > 0);
        assertEquals(1, engine.counters().encap().dropped(DropReason.PORT_ERROR));
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.peek().getMessage().startsWith("port closing was closed while the engine uses it"),
            errors::toString);
        removePort(engine, closing);
        assertTrue(engine.isRunning());
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldReportUnderlayThatSomebodyElseCloses(final ThreadingMode mode) throws Exception
    {
        final LoopbackPort port = new LoopbackPort("port", 1450, 16, 2048);
        final Underlay underlay = NioUnderlay.open(
            new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(errors::add));
        final EngineContext context = context(LOCAL, port).threadingMode(mode);
        context.underlay().close();
        context.underlay(underlay);
        context.segments().get(0).flood(new Vtep(IpAddress.parse("127.0.0.2"), 8472));
        final OverlayEngine engine = launch(context);
        underlay.close();
        run(engine, () -> !errors.isEmpty());
        for (int i = 0; i < 10; i++)
        {
            port.put(FrameSpec.ipv4Udp().destinationMac(M.value() + 1).bytes());
        }
        run(engine, () -> engine.counters().encap().dropped() == 10);

        assertEquals(10, engine.counters().encap().dropped(DropReason.UNDERLAY_ERROR));
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.peek().getMessage().startsWith("the underlay was closed while the engine uses it"),
            errors::toString);
        assertEquals(TableResult.DONE, await(engine.control().operate(
            tables -> tables.delete(FdbRequest.flood(VNI, new Vtep(IpAddress.parse("127.0.0.2"), 8472))))));
    }

    private EngineContext context(final Vtep local, final Port port)
    {
        return new EngineContext()
            .underlay(fabric.attach(local))
            .errorHandler(errors::add)
            .fdb(fdb -> fdb.maxEntries(64)).maxNeighbors(64).maxRemotes(64).maxRoutes(64).maxDropLines(64)
            .segment(new SegmentContext(VNI).port(port));
    }

    private OverlayEngine launch(final EngineContext context)
    {
        final OverlayEngine engine = OverlayEngine.launch(context);
        engines.add(engine);
        return engine;
    }

    private static void run(final OverlayEngine engine, final BooleanSupplier until)
    {
        assertTimeoutPreemptively(PATIENCE, () ->
        {
            while (!until.getAsBoolean())
            {
                invoke(engine);
                Thread.yield();
            }
        });
    }

    private static void removePort(final OverlayEngine engine, final Port port)
    {
        final CompletableFuture<Void> removed = engine.segments().removePort(VNI, port);
        run(engine, removed::isDone);
        assertFalse(removed.isCompletedExceptionally());
    }

    /** Does the work of the engine's own threads in the other modes. */
    private static void invoke(final OverlayEngine engine)
    {
        try
        {
            engine.doWork();
        }
        catch (final IllegalStateException ex)
        {
            // The engine has threads of its own.
        }
    }

    private static void assertRefused(final EngineContext context, final String message)
    {
        assertMessage(assertThrows(IllegalArgumentException.class, () -> OverlayEngine.launch(context)), message);
    }

    private static void assertRefused(final CompletableFuture<?> future, final String message)
    {
        final Throwable refusal = assertThrows(ExecutionException.class, () -> await(future)).getCause();
        assertEquals(IllegalArgumentException.class, refusal.getClass(), refusal::toString);
        assertMessage(refusal, message);
    }

    private static void assertMessage(final Throwable refusal, final String message)
    {
        assertTrue(refusal.getMessage().contains(message), refusal::toString);
        assertFalse(refusal.getMessage().contains("\n"), refusal::toString);
    }

    private static <T> T await(final CompletableFuture<T> future) throws Exception
    {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** A port that wakes any thread, has no frames, and refuses frames when it is closed. */
    private static class KnownPort extends SilentPort
    {
        private final AtomicInteger closed = new AtomicInteger();

        KnownPort(final String name)
        {
            super(name);
        }

        @Override
        public boolean wakes(final Runnable wake)
        {
            return true;
        }

        @Override
        public void offer(final FrameBatch batch)
        {
            for (int i = 0; isClosed() && i < batch.size(); i++)
            {
                batch.get(i).verdict(DropReason.PORT_ERROR);
            }
        }

        @Override
        public boolean isClosed()
        {
            return closed.get() > 0;
        }

        @Override
        public void close()
        {
            closed.incrementAndGet();
        }
    }

    /** A port that equals every other of its class. */
    private static final class AlikePort extends KnownPort
    {
        private AlikePort()
        {
            super("alike");
        }

        @Override
        public int hashCode()
        {
            return 1;
        }

        @Override
        public boolean equals(final Object other)
        {
            return other instanceof AlikePort;
        }
    }
}
