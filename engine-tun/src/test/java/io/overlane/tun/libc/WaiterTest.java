// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Long waits that must end early; one that does not runs into the time limit. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaiterTest
{
    private static final long FOREVER_NS = Long.MAX_VALUE;

    private final Descriptor descriptor = new Descriptor(LibC.get().eventfd(0, Linux.O_CLOEXEC));
    private final Waiter waiter;

    WaiterTest() throws IOException
    {
        waiter = new Waiter(descriptor);
    }

    @AfterEach
    void close()
    {
        descriptor.close();
        waiter.close();
    }

    @Test
    void shouldRememberAWakeUpForTheNextWait()
    {
        waiter.wake();
        waiter.wake();
        waiter.await(FOREVER_NS);
    }

    @Test
    void shouldForgetAWakeUpOnceItEndedAWait()
    {
        waiter.wake();
        waiter.await(FOREVER_NS);
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(5);
        final long beforeNs = System.nanoTime();
        waiter.await(timeoutNs);
        assertTrue(System.nanoTime() - beforeNs >= timeoutNs);
    }

    @Test
    void shouldWaitNoLessThanAskedWhenNothingHappens()
    {
        final long timeoutNs = 300_000;
        final long beforeNs = System.nanoTime();
        waiter.await(timeoutNs);
        assertTrue(System.nanoTime() - beforeNs >= timeoutNs);
    }

    @Test
    void shouldEndAWaitByWakeUpWheneverItComes() throws InterruptedException
    {
        // The wake-ups fall before, into and after waits by themselves; each wait needs one.
        final Thread waker = new Thread(() ->
        {
            while (!Thread.currentThread().isInterrupted())
            {
                waiter.wake();
                Thread.yield();
            }
        });
        waker.start();
        for (int i = 0; i < 2_000; i++)
        {
            waiter.await(FOREVER_NS);
        }
        waker.interrupt();
        waker.join();
    }

    @Test
    void shouldEndAWaitWhenClosed() throws Exception
    {
        final Thread thread = new Thread(() -> waiter.await(FOREVER_NS));
        thread.start();
        descriptor.close();
        waiter.close();
        thread.join();
    }

    @Test
    void shouldEndAWaitWhenTheDescriptorIsReadable() throws IOException
    {
        final Descriptor readable = new Descriptor(LibC.get().eventfd(1, Linux.O_CLOEXEC));
        final Waiter other = new Waiter(readable);
        other.await(FOREVER_NS);
        other.close();
        readable.close();
    }

    @Test
    void shouldNotWaitOnceTheDescriptorIsClosed()
    {
        descriptor.close();
        waiter.await(FOREVER_NS);
    }

    @Test
    void shouldNotWaitForWhatIsIgnored()
    {
        descriptor.close();
        waiter.ignore();
        waiter.await(FOREVER_NS);
    }
}
