// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests to a bridge that is free, busy, or about to stop. */
@Timeout(60)
class BridgeTasksTest
{
    private static final long AT_ONCE_MS = 1;

    private final ExecutorService others = Executors.newCachedThreadPool();
    private final List<String> done = new ArrayList<>();

    @AfterEach
    void close()
    {
        others.shutdownNow();
    }

    @Test
    void shouldAnswerWithTheResultOrTheRefusal() throws Exception
    {
        final BridgeTasks tasks = new BridgeTasks();
        final Future<Boolean> bridge = others.submit(() -> tasks.work(0));
        assertEquals("result", tasks.ask(() -> "result"));
        final AdminException refusal = AdminException.usage("no such thing");
        assertEquals(refusal, assertThrows(AdminException.class, () -> tasks.ask(() ->
        {
            throw refusal;
        })));
        tasks.stop();
        assertFalse(bridge.get());
        assertEquals("the bridge is stopping", refused(tasks, () -> "too late"));
    }

    @Test
    void shouldNotDoLaterWhatItDidNotBeginInTime() throws Exception
    {
        final BridgeTasks tasks = new BridgeTasks(AT_ONCE_MS);
        final String answer = refused(tasks, () -> done.add("late"));
        assertTrue(answer.contains("nothing of the request was done"), answer);

        work(tasks);
        assertEquals(List.of(), done);
    }

    @Test
    void shouldSayThatItGoesOnWithWhatItBegan() throws Exception
    {
        final BridgeTasks tasks = new BridgeTasks(AT_ONCE_MS);
        final Future<Boolean> bridge = others.submit(() -> tasks.work(0));
        final CountDownLatch answered = new CountDownLatch(1);
        final Callable<Boolean> slow = () ->
        {
            answered.await();
            return done.add("slow");
        };
        String answer = refused(tasks, slow);
        while (answer.contains("nothing of the request was done"))
        {
            answer = refused(tasks, slow);
        }
        assertTrue(answer.contains("the bridge goes on with it"), answer);

        answered.countDown();
        tasks.submit(tasks::stop);
        assertFalse(bridge.get());
        assertEquals(List.of("slow"), done);
    }

    @Test
    void shouldNotLetARepeatedTaskWaitTwice() throws Exception
    {
        final BridgeTasks tasks = new BridgeTasks();
        final CyclicBarrier begun = new CyclicBarrier(2);
        final Runnable repeated = tasks.repeated(() ->
        {
            done.add("restored");
            await(begun);
            await(begun);
        });
        repeated.run();
        repeated.run();
        final Future<Boolean> bridge = others.submit(() -> tasks.work(0));
        await(begun);
        // It does not wait any more, so what happened meanwhile makes it necessary again.
        repeated.run();
        repeated.run();
        await(begun);
        await(begun);
        await(begun);
        tasks.submit(tasks::stop);
        assertFalse(bridge.get());
        assertEquals(List.of("restored", "restored"), done);
    }

    private static void await(final CyclicBarrier barrier)
    {
        try
        {
            barrier.await(30, TimeUnit.SECONDS);
        }
        catch (final Exception ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    private static String refused(final BridgeTasks tasks, final Callable<?> work)
    {
        return assertThrows(AdminException.class, () -> tasks.ask(work)).getMessage();
    }

    /** Run all tasks that wait. */
    private static void work(final BridgeTasks tasks) throws InterruptedException
    {
        tasks.submit(tasks::stop);
        assertFalse(tasks.work(0));
    }
}
