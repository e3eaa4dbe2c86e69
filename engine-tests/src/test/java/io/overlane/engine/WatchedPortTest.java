// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.port.RingPort;
import io.overlane.port.RingPortContext;
import io.overlane.port.SlowReader;
import io.overlane.testkit.SilentPort;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that waits for a device in place of the polling thread. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WatchedPortTest
{
    /** An interrupt in the turn of the polling thread, which would end each later wait at once if it stayed. */
    @Test
    void shouldGoOnWaitingWhenItsThreadIsInterrupted()
    {
        final AtomicReference<Thread> thread = new AtomicReference<>();
        final WatchedPort watched = WatchedPort.watch(
            new SilentPort("silent"),
            task ->
            {
                thread.set(new Thread(task));
                return thread.get();
            },
            error ->
            {
                throw new AssertionError(error);
            });
        thread.get().interrupt();
        while (thread.get().isInterrupted() || thread.get().getState() != Thread.State.WAITING)
        {
            assertTrue(thread.get().isAlive());
            Thread.yield();
        }
        watched.close();
    }

    /** Every one of these numbers is 0 for a device, and for a port that does not pass them on. */
    @Test
    void shouldReportHowFullThePortIs()
    {
        final RingPort ring = new RingPort(
            new RingPortContext().mtu(1450).capacity(1).slowReader(SlowReader.DROP_OLDEST));
        final WatchedPort watched = WatchedPort.watch(ring, Thread::new, Assertions::fail);
        while (ring.send(new byte[100]) != RingPort.FULL)
        {
            assertTrue(ring.fill() > 0);
        }
        while (ring.overwritten() == 0)
        {
            final FrameBatch batch = new FrameBatch(1);
            batch.add(new Frame(new MemoryBuffer(new byte[100])).wrap(0, 100));
            watched.offer(batch);
        }
        assertEquals(1, watched.refused());
        assertEquals(ring.fill(), watched.fill());
        assertEquals(ring.overwritten(), watched.overwritten());
        assertEquals(ring.fillOut(), watched.fillOut());
        assertTrue(watched.fillOut() > 0);
        watched.close();
    }
}
