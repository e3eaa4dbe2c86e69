// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testkit.SilentPort;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that waits for a device on behalf of another. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WatchedPortTest
{
    /** While it is the polling thread's turn: an interrupt that stayed would end each of its waits at once. */
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
}
