package io.overlane.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ring is answered, never lost. */
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
