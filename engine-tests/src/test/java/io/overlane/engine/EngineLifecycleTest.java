// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.frame.FrameBatch;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.MemoryFabric;
import io.overlane.testkit.SilentPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An engine ends by close() on any thread or by an Error, and by nothing else. */
class EngineLifecycleTest
{
    private static final int VNI = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Vtep LOCAL = Vtep.parse("192.0.2.1:8472", 0);
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final Vtep A = Vtep.parse("192.0.2.10:8472", 0);

    private final MemoryFabric fabric = new MemoryFabric(SystemNanoClock.INSTANCE);
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ScriptedPort port = new ScriptedPort();
    private final AtomicReference<OverlayEngine> engine = new AtomicReference<>();

    @AfterEach
    void close()
    {
        if (engine.get() != null)
        {
            engine.get().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseFromCallbackOfFuture(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode));
        final CompletableFuture<Boolean> isRunningAfter = new CompletableFuture<>();
        final CountDownLatch isHung = new CountDownLatch(1);
        running.control().operate(tables ->
        {
            await(isHung);
            return null;
        });
        running.control().operate(tables -> tables.append(FdbRequest.flood(VNI, A))).thenAccept(isAdded ->
        {
            running.close();
            isRunningAfter.complete(running.isRunning());
        });
        isHung.countDown();
        if (mode == ThreadingMode.INVOKER)
        {
            running.doWork();
        }

        assertEquals(false, await(isRunningAfter));
        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseFromErrorHandler(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode).errorHandler(error -> engine.get().close()));
        port.toThrow.set(new IllegalStateException("broken"));
        run(running);

        assertEnded(running);
    }

    @Test
    void shouldCloseFromErrorHandlerOfThreadThatWaitsForPort()
    {
        final OverlayEngine running = launch(context(ThreadingMode.SPLIT)
            .errorHandler(error -> engine.get().close()));
        final ScriptedPort watched = new ScriptedPort();
        watched.failsToWait = true;
        running.segments().addPort(VNI, watched);

        assertEnded(running);
        assertTrue(watched.closed.get() > 0);
    }

    @Test
    void shouldCloseFromCallbackOfRemovedPort()
    {
        final OverlayEngine running = launch(context(ThreadingMode.SPLIT));
        final RingPort second = new RingPort("second", 1450, 256);
        await(running.segments().addPort(VNI, second));
        running.segments().removePort(VNI, second).thenRun(running::close);

        assertEnded(running);
    }

    @Test
    void shouldCloseFromHandlerOfFrames()
    {
        final RingPort ring = new RingPort("ring", 1450, 256);
        final EngineContext context = context(ThreadingMode.SPLIT);
        context.segments().get(0).addPort(ring);
        final OverlayEngine running = launch(context);
        await(running.control().operate(tables -> tables.replace(VNI, M, ring)));
        final RingPort other = new RingPort("other", 1450, 256);
        await(running.segments().addPort(VNI, other));
        RingFrames.put(other, FrameSpec.ipv4Udp().destinationMac(M.value()).bytes());
        assertTimeoutPreemptively(PATIENCE, () ->
        {
            while (ring.poll((buffer, offset, length) -> running.close(), 1) == 0)
            {
                ring.awaitFrames(TimeUnit.SECONDS.toNanos(1));
            }
        });

        assertTrue(running.terminated().isDone(), "not a thread of the engine: close() waited");
        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseFromASubscriberOfEvents(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode));
        running.events(Runnable::run, event -> running.close());
        final CompletableFuture<?> asked =
            running.control().operate(tables -> tables.replace(new FdbRequest(VNI, M, A)));
        while (mode == ThreadingMode.INVOKER && !asked.isDone())
        {
            running.doWork();
        }
        await(running.terminated());
        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseOnInterruptedThread(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode));
        Thread.currentThread().interrupt();
        running.close();

        assertTrue(Thread.interrupted(), "the interrupt is kept");
        assertTrue(running.terminated().isDone(), "close() waited");
        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseFromSeveralThreadsAtOnce(final ThreadingMode mode) throws InterruptedException
    {
        final OverlayEngine running = launch(context(mode));
        final AtomicInteger ended = new AtomicInteger();
        final List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 8; i++)
        {
            closers.add(new Thread(() ->
            {
                running.close();
                ended.addAndGet(running.terminated().isDone() ? 1 : 0);
            }));
        }
        closers.forEach(Thread::start);
        for (final Thread closer : closers)
        {
            closer.join(PATIENCE.toMillis());
        }

        assertEquals(8, ended.get(), "each returned when all was closed");
        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseThoughPortSaysForEverThatItHasFrames(final ThreadingMode mode)
    {
        port.claimsInput = true;
        final OverlayEngine running = launch(context(mode).drainNs(1_000_000));
        assertTimeoutPreemptively(PATIENCE, () -> running.close());

        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseThoughClockThrows(final ThreadingMode mode)
    {
        final AtomicBoolean isBroken = new AtomicBoolean();
        final OverlayEngine running = launch(context(mode).drainNs(1_000_000).clock(() ->
        {
            if (isBroken.get())
            {
                throw new IllegalStateException("no time");
            }
            return System.nanoTime();
        }));
        isBroken.set(true);
        running.close();

        assertEnded(running);
        assertTrue(errors.stream().anyMatch(error -> error.getMessage().contains("no time")), errors::toString);
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldMakeDaemonThreadsIfTheyAreWanted(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode).daemonThreads(true));
        assertEquals(mode == ThreadingMode.SPLIT ? 2 : 1, threads.size());
        assertTrue(threads.stream().allMatch(Thread::isDaemon));
        running.close();
        assertEnded(running);
    }

    @Test
    void shouldLeaveThreadsAsTheFactoryMakesThem()
    {
        launch(context(ThreadingMode.SHARED));
        assertFalse(threads.get(0).isDaemon());
    }

    @Test
    void shouldRefuseANegativeTimeToDrain()
    {
        final OverlayEngine running = launch(context(ThreadingMode.SHARED));
        final String message =
            assertThrows(IllegalArgumentException.class, () -> running.close(-1)).getMessage();
        assertTrue(message.contains("drainNs=-1"), message);
        assertTrue(running.isRunning());
    }

    @Test
    void shouldCloseTwoEnginesFromEachOthersThreads()
    {
        final OverlayEngine one = launch(context(ThreadingMode.SHARED));
        final OverlayEngine two = OverlayEngine.launch(new EngineContext()
            .underlay(fabric.attach(A))
            .segment(new SegmentContext(VNI).port(new RingPort("two", 1450, 256))));
        final CountDownLatch bothRun = new CountDownLatch(2);
        one.control().operate(tables -> closeWhen(bothRun, two));
        two.control().operate(tables -> closeWhen(bothRun, one));

        assertEnded(one);
        assertNull(await(two.terminated()));
    }

    @Test
    void shouldNotWaitForEverForThreadThatApplicationBlocks() throws InterruptedException
    {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch never = new CountDownLatch(1);
        final OverlayEngine running = launch(context(ThreadingMode.SHARED));
        running.control().operate(tables ->
        {
            begun.countDown();
            boolean isDone = false;
            while (!isDone)
            {
                try
                {
                    isDone = never.await(1, TimeUnit.DAYS);
                }
                catch (final InterruptedException ex)
                {
                    // The worst case: an interrupt does not end it either.
                }
            }
            return null;
        });
        // Without this close() may run before the thread has taken the command, and the command is cancelled then.
        assertTrue(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertTimeoutPreemptively(PATIENCE, () -> running.close());

        assertFalse(running.isRunning());
        assertFalse(running.terminated().isDone(), "what the thread uses is open");
        assertTrue(errors.stream().anyMatch(error -> error.getMessage().contains("has not ended")), errors::toString);
        never.countDown();
        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSurviveErrorHandlerThatThrows(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode).errorHandler(error ->
        {
            throw new AssertionError("of the error handler");
        }));
        port.toThrow.set(new IllegalStateException("broken"));
        run(running);
        assertTimeoutPreemptively(PATIENCE, () ->
        {
            while (port.toThrow.get() != null)
            {
                Thread.yield();
            }
        });
        final CompletableFuture<TableResult> answer = running.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, A)));
        run(running);

        assertEquals(TableResult.DONE, await(answer));
        assertTrue(running.isRunning());
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldEndWithErrorThatEndedThread(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode));
        final OutOfMemoryError cause = new OutOfMemoryError("of the test");
        port.toThrow.set(cause);
        // The command wakes the thread, which runs or refuses it.
        final CompletableFuture<TableResult> asked = running.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, A)));
        final ExecutionException end = assertThrows(
            ExecutionException.class, () -> running.terminated().get(PATIENCE.toSeconds(), TimeUnit.SECONDS));

        assertSame(cause, end.getCause());
        assertTrue(asked.isDone());
        assertFalse(running.isRunning());
        assertTrue(port.closed.get() > 0);
        assertTrue(errors.stream().anyMatch(error -> error.getCause() == cause), "the error handler got it");
        final CompletableFuture<TableResult> late = running.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, A)));
        assertTrue(late.isCompletedExceptionally());
        assertThreadsEnd();
    }

    @Test
    void shouldEndWithErrorOutOfInvokedCycle()
    {
        final OverlayEngine running = launch(context(ThreadingMode.INVOKER));
        final LinkageError cause = new LinkageError("of the test");
        port.toThrow.set(cause);

        assertSame(cause, assertThrows(LinkageError.class, running::doWork));
        assertFalse(running.isRunning());
        assertTrue(running.terminated().isCompletedExceptionally());
        assertTrue(port.closed.get() > 0);
        assertEquals(0, running.doWork());
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailCommandsThatWaitWhenClosed(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode));
        final List<CompletableFuture<?>> answers = new ArrayList<>();
        final CountDownLatch isClosing = new CountDownLatch(1);
        running.control().operate(tables ->
        {
            await(isClosing);
            return null;
        });
        for (int i = 0; i < 1_000; i++)
        {
            answers.add(running.control().operate(tables -> tables.append(FdbRequest.flood(VNI, A))));
            answers.add(running.segments().addPort(VNI, new SilentPort("p" + i)));
        }
        isClosing.countDown();
        running.close();

        answers.forEach(answer -> assertTrue(answer.isDone(), "no future is left over"));
        assertEnded(running);
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerCommandWithWhateverItThrows(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode));
        final LinkageError thrown = new LinkageError("of the command");
        final CompletableFuture<Object> answer = running.control().operate(tables ->
        {
            throw thrown;
        });
        run(running);

        assertSame(thrown, assertThrows(
            ExecutionException.class, () -> answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).getCause());
        assertTrue(running.isRunning());
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldGoOnWhenThreadIsInterrupted(final ThreadingMode mode)
    {
        final OverlayEngine running = launch(context(mode));
        await(running.control().operate(tables ->
        {
            Thread.currentThread().interrupt();
            return null;
        }));
        threads.forEach(Thread::interrupt);

        assertEquals(TableResult.DONE, await(running.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, A)))));
        assertEquals(false, await(running.control().operate(tables -> Thread.interrupted())));
        assertEquals(List.of(), List.copyOf(errors));
    }

    @Test
    void shouldRefuseDutyCycleInsideDutyCycle()
    {
        final OverlayEngine running = launch(context(ThreadingMode.INVOKER));
        final CompletableFuture<Integer> answer = running.control().operate(tables -> running.doWork());
        running.doWork();

        final Throwable refusal = assertThrows(ExecutionException.class, answer::get).getCause();
        assertTrue(refusal instanceof IllegalStateException, refusal::toString);
        assertEquals("doWork() was called inside doWork()", refusal.getMessage());
        assertEquals(0, running.doWork(), "the outer cycle has ended");
    }

    @Test
    void shouldRefuseDutyCycleWhileOtherThreadIsInOne() throws InterruptedException
    {
        final OverlayEngine running = launch(context(ThreadingMode.INVOKER));
        final CountDownLatch mayLeave = new CountDownLatch(1);
        final Thread other = startInside(running, mayLeave);

        final String refusal = assertThrows(IllegalStateException.class, running::doWork).getMessage();
        assertTrue(refusal.contains("thread other is in it"), refusal);
        mayLeave.countDown();
        other.join(PATIENCE.toMillis());
        final CompletableFuture<TableResult> answer = running.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, A)));
        running.doWork();
        assertEquals(TableResult.DONE, answer.getNow(null), "this thread goes on where the other has returned");
    }

    @Test
    void shouldCloseWhenOtherThreadLeavesDutyCycle() throws InterruptedException
    {
        final OverlayEngine running = launch(context(ThreadingMode.INVOKER));
        final CountDownLatch mayLeave = new CountDownLatch(1);
        startInside(running, mayLeave);
        final Thread closer = new Thread(running::close, "closer");
        closer.start();
        assertEquals(0, port.closed.get(), "a duty cycle uses it");
        mayLeave.countDown();
        closer.join(PATIENCE.toMillis());

        assertFalse(closer.isAlive());
        assertEnded(running);
    }

    /** A thread that stays in a duty cycle until it may leave. */
    private static Thread startInside(final OverlayEngine running, final CountDownLatch mayLeave)
    {
        final CountDownLatch isInside = new CountDownLatch(1);
        running.control().operate(tables ->
        {
            isInside.countDown();
            await(mayLeave);
            return null;
        });
        final Thread other = new Thread(running::doWork, "other");
        other.start();
        await(isInside);
        return other;
    }

    private EngineContext context(final ThreadingMode mode)
    {
        return new EngineContext()
            .underlay(fabric.attach(LOCAL))
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

    private OverlayEngine launch(final EngineContext context)
    {
        engine.set(OverlayEngine.launch(context));
        return engine.get();
    }

    private static Void closeWhen(final CountDownLatch bothRun, final OverlayEngine other)
    {
        bothRun.countDown();
        await(bothRun);
        other.close();
        return null;
    }

    /** Does the work of the engine's own threads in the other modes. */
    private static void run(final OverlayEngine engine)
    {
        try
        {
            engine.doWork();
            engine.doWork();
        }
        catch (final IllegalStateException ex)
        {
            // The engine has threads of its own.
        }
    }

    private void assertEnded(final OverlayEngine ended)
    {
        assertNull(await(ended.terminated()));
        assertFalse(ended.isRunning());
        assertTrue(port.closed.get() > 0, "its port is closed");
        assertTrue(ended.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, A))).isCompletedExceptionally(), "it answers no command");
        // The underlay's address is free again.
        fabric.attach(LOCAL).close();
        assertThreadsEnd();
    }

    private void assertThreadsEnd()
    {
        for (final Thread thread : threads)
        {
            assertTimeoutPreemptively(PATIENCE, () -> thread.join(), thread::getName);
        }
    }

    private static <T> T await(final CompletableFuture<T> future)
    {
        return assertTimeoutPreemptively(PATIENCE, () -> future.get());
    }

    private static void await(final CountDownLatch latch)
    {
        try
        {
            assertTrue(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    /** A port that wakes any thread, has no frames, and throws its exception once. */
    private static final class ScriptedPort extends SilentPort
    {
        private final AtomicReference<Throwable> toThrow = new AtomicReference<>();
        private final AtomicInteger closed = new AtomicInteger();
        private volatile boolean failsToWait;
        private volatile boolean claimsInput;

        private ScriptedPort()
        {
            super("scripted");
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            final Throwable thrown = toThrow.getAndSet(null);
            if (thrown instanceof Error error)
            {
                throw error;
            }
            if (thrown instanceof RuntimeException exception)
            {
                throw exception;
            }
            return 0;
        }

        @Override
        public boolean hasInput()
        {
            return claimsInput;
        }

        @Override
        public boolean wakes(final Runnable wake)
        {
            return !failsToWait;
        }

        @Override
        public void await(final long timeoutNs)
        {
            if (failsToWait)
            {
                throw new IllegalStateException("no wait");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }

        @Override
        public void close()
        {
            closed.incrementAndGet();
        }
    }
}
