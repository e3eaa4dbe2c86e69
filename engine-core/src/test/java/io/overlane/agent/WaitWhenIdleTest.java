package io.overlane.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.signal.Doorbell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Waits where there is no work, and never once it is told to stop. */
class WaitWhenIdleTest
{
    private final List<Long> waits = new ArrayList<>();
    private final AtomicInteger wakes = new AtomicInteger();
    private final WaitWhenIdle idle = new WaitWhenIdle(waits::add, wakes::incrementAndGet);

    @Test
    void shouldWaitOnlyWithoutWork()
    {
        idle.idle(1);
        idle.idle(64);
        assertEquals(List.of(), waits);

        idle.idle(0);
        assertEquals(1, waits.size());
        assertTrue(waits.get(0) > 0 && waits.get(0) <= TimeUnit.SECONDS.toNanos(1), "bounded, for ageing");
    }

    @Test
    void shouldWakeAndNeverWaitAgainOnceStopped()
    {
        idle.stop();
        assertEquals(1, wakes.get());
        idle.idle(0);
        idle.idle();

        assertEquals(List.of(), waits);
    }

    @Test
    void shouldEndWaitThatIsGoingOn() throws InterruptedException
    {
        final Doorbell doorbell = new Doorbell();
        final WaitWhenIdle endless = new WaitWhenIdle(timeoutNs -> doorbell.await(Long.MAX_VALUE), doorbell::ring);
        final Thread waiter = new Thread(() -> endless.idle(0));
        waiter.start();
        endless.stop();

        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> waiter.join());
    }
}
