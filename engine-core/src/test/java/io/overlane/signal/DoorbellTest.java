// SPDX-License-Identifier: Apache-2.0
package io.overlane.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every ring ends a wait. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoorbellTest
{
    private final Doorbell doorbell = new Doorbell();

    @Test
    void shouldKeepARingForTheNextAwait()
    {
        doorbell.ring();
        doorbell.ring();

        doorbell.await(Long.MAX_VALUE);
    }

    @Test
    void shouldReturnAtOnceWithoutTime()
    {
        doorbell.await(0);
        doorbell.await(-1);
    }

    @Test
    void shouldBlockAnInterruptedThreadTooAndLeaveItInterrupted() throws InterruptedException
    {
        final AtomicInteger interrupted = new AtomicInteger();
        final Thread waiter = new Thread(() ->
        {
            for (int i = 0; i < 3; i++)
            {
                Thread.currentThread().interrupt();
                doorbell.await(Long.MAX_VALUE);
                interrupted.addAndGet(Thread.interrupted() ? 1 : 0);
            }
        });
        waiter.start();
        for (int i = 0; i < 3; i++)
        {
            while (waiter.getState() != Thread.State.TIMED_WAITING || interrupted.get() != i)
            {
                assertTrue(waiter.isAlive());
                Thread.yield();
            }
            doorbell.ring();
        }
        waiter.join();
        assertEquals(3, interrupted.get());
    }

    @Test
    void shouldNotLoseARingBetweenThreads() throws InterruptedException
    {
        final int rounds = 20_000;
        final AtomicInteger published = new AtomicInteger();
        final AtomicInteger answered = new AtomicInteger();
        final Doorbell back = new Doorbell();
        final Thread waiter = new Thread(() ->
        {
            while (answered.get() < rounds)
            {
                while (published.get() == answered.get())
                {
                    doorbell.await(Long.MAX_VALUE);
                }
                answered.incrementAndGet();
                back.ring();
            }
        });
        waiter.start();

        for (int i = 1; i <= rounds; i++)
        {
            published.set(i);
            doorbell.ring();
            while (answered.get() < i)
            {
                back.await(Long.MAX_VALUE);
            }
        }

        waiter.join();
        assertEquals(rounds, answered.get());
    }
}
