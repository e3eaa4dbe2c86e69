// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Long waits that must end early; one that does not runs into the time limit. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DescriptorWaitTest
{
    private static final long FOREVER_NS = Long.MAX_VALUE;

    private final Descriptor descriptor = new Descriptor(LibC.get().eventfd(0, Linux.O_CLOEXEC));
    private final DescriptorWait wait = new DescriptorWait();

    DescriptorWaitTest() throws IOException
    {
        wait.add(descriptor, Linux.EPOLLIN, false, () -> {});
    }

    @AfterEach
    void close()
    {
        descriptor.close();
        wait.close();
    }

    @Test
    void shouldRememberAWakeUpForTheNextWait()
    {
        wait.wake();
        wait.wake();
        wait.await(FOREVER_NS);
    }

    @Test
    void shouldForgetAWakeUpOnceItEndedAWait()
    {
        wait.wake();
        wait.await(FOREVER_NS);
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(5);
        final long beforeNs = System.nanoTime();
        wait.await(timeoutNs);
        assertTrue(System.nanoTime() - beforeNs >= timeoutNs);
    }

    @Test
    void shouldWaitNoLessThanAskedWhenNothingHappens()
    {
        final long timeoutNs = 300_000;
        final long beforeNs = System.nanoTime();
        wait.await(timeoutNs);
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
                wait.wake();
                Thread.yield();
            }
        });
        waker.start();
        for (int i = 0; i < 2_000; i++)
        {
            wait.await(FOREVER_NS);
        }
        waker.interrupt();
        waker.join();
    }

    @Test
    void shouldEndAWaitWhenClosed() throws Exception
    {
        final Thread thread = new Thread(() -> wait.await(FOREVER_NS));
        thread.start();
        descriptor.close();
        wait.close();
        thread.join();
    }

    @Test
    void shouldEndAWaitWhenTheDescriptorIsReadable() throws IOException
    {
        final Descriptor readable = new Descriptor(LibC.get().eventfd(1, Linux.O_CLOEXEC));
        wait.add(readable, Linux.EPOLLIN, false, () -> {});
        wait.await(FOREVER_NS);
        readable.close();
    }

    @Test
    void shouldNotWaitForADescriptorThatIsRemoved() throws IOException
    {
        final Descriptor readable = new Descriptor(LibC.get().eventfd(1, Linux.O_CLOEXEC));
        wait.remove(wait.add(readable, Linux.EPOLLIN, false, () -> {}));
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(5);
        final long beforeNs = System.nanoTime();
        wait.await(timeoutNs);
        assertTrue(System.nanoTime() - beforeNs >= timeoutNs);
        readable.close();
    }

    @Test
    void shouldEndAWaitForManyDescriptors() throws IOException
    {
        final List<Descriptor> more = new ArrayList<>();
        final List<Integer> ready = new ArrayList<>();
        for (int i = 0; i < 8; i++)
        {
            final int number = i;
            more.add(new Descriptor(LibC.get().eventfd(i == 7 ? 1 : 0, Linux.O_CLOEXEC)));
            wait.add(more.get(i), Linux.EPOLLIN, false, () -> ready.add(number));
        }
        wait.await(FOREVER_NS);
        assertEquals(List.of(7), ready);
        wait.wake();
        wait.await(FOREVER_NS);
        more.forEach(Descriptor::close);
    }
}
