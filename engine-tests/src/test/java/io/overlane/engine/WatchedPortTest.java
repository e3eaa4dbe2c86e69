// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testkit.SilentPort;
import java.util.concurrent.atomic.AtomicReference;
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
}
