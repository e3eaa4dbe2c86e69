// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.error.GuardedErrorHandler;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;

/** A thread waits only without work, ends when it is stopped, and goes on after cycles that fail. */
class AgentThreadTest
{
    private static final long PATIENCE_S = 60;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final GuardedErrorHandler errorHandler = GuardedErrorHandler.of(errors::add);
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();
    private final AtomicInteger cycles = new AtomicInteger();
    private final AtomicInteger waits = new AtomicInteger();

    @Test
    void shouldWaitOnlyWithoutWork() throws Exception
    {
        final CountDownLatch hasWaited = new CountDownLatch(1);
        final AgentThread thread = thread(() -> cycles.incrementAndGet() < 10 ? 1 : 0, timeoutNs ->
        {
            waits.compareAndSet(0, cycles.get());
            assertTrue(timeoutNs > 0 && timeoutNs <= TimeUnit.SECONDS.toNanos(1), "bounded, for ageing");
            hasWaited.countDown();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }, () -> {});
        thread.start(Thread::new);
        assertTrue(hasWaited.await(PATIENCE_S, TimeUnit.SECONDS));
        thread.stop();

        assertEquals(10, waits.get(), "the cycle after which it waited first");
        assertEnded();
        assertEquals(List.of(), List.copyOf(errors));
    }

    @Test
    void shouldEndWaitThatIsGoingOn() throws Exception
    {
        final CountDownLatch wake = new CountDownLatch(1);
        final AgentThread thread = thread(() -> 0, timeoutNs -> awaitForEver(wake), wake::countDown);
        thread.start(Thread::new);
        thread.stop();

        assertEnded();
    }

    @Test
    void shouldStopBeforeItRuns() throws Exception
    {
        final AgentThread thread = thread(cycles::incrementAndGet, timeoutNs -> {}, () -> {});
        thread.stop();
        thread.start(Thread::new);

        assertEnded();
        assertEquals(0, cycles.get());
    }

    @Test
    void shouldGoOnAfterCyclesThatFail() throws Exception
    {
        final CountDownLatch enough = new CountDownLatch(4);
        final AgentThread thread = thread(() ->
        {
            enough.countDown();
            throw new IllegalStateException("of the test");
        }, timeoutNs -> {}, () -> {});
        thread.start(Thread::new);
        assertTrue(enough.await(PATIENCE_S, TimeUnit.SECONDS));
        thread.stop();

        assertEnded();
        assertTrue(errors.size() >= 4, errors::toString);
    }

    @Test
    void shouldSayWhatIsWrongWithThreadFactory()
    {
        assertRefused(task -> null, "the thread factory returned null for the thread cycle");
        assertRefused(task ->
        {
            throw new IllegalArgumentException("no more");
        }, "the thread factory threw java.lang.IllegalArgumentException: no more for the thread cycle");
        assertRefused(task -> Thread.currentThread(),
            "the thread factory returned a thread that had been started before, for the thread cycle");
        assertRefused(task -> new Thread(() -> {}),
            "the thread factory returned a thread for cycle that does not run the given Runnable;" +
                " return one that does");
    }

    private void assertRefused(final ThreadFactory factory, final String message)
    {
        final AgentThread thread = thread(() -> 0, timeoutNs -> {}, () -> {});

        assertEquals(message, assertThrows(IllegalStateException.class, () -> thread.start(factory)).getMessage());
    }

    private void assertEnded() throws Exception
    {
        assertEquals(null, end.get(PATIENCE_S, TimeUnit.SECONDS));
    }

    private AgentThread thread(final DutyCycle cycle, final LongConsumer await, final Runnable wake)
    {
        final Agent agent = new Agent()
        {
            @Override
            public int doWork()
            {
                return cycle.doWork();
            }

            @Override
            public String roleName()
            {
                return "cycle";
            }
        };
        return new AgentThread(agent, await, wake, () -> false, errorHandler, end::complete);
    }

    private static void awaitForEver(final CountDownLatch latch)
    {
        try
        {
            latch.await();
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    /** One cycle. */
    private interface DutyCycle
    {
        int doWork();
    }
}
