// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A descriptor number is given back once, and not while somebody uses it. What is counted is the giving back: in this
 * process any thread may be given the same number the moment after.
 */
class DescriptorTest
{
    private static final int FD = 4711;

    private final List<Integer> closed = new CopyOnWriteArrayList<>();
    private final Descriptor descriptor = new Descriptor(FD, closed::add);

    @Test
    void shouldCloseAtOnceWhenNobodyUsesIt()
    {
        descriptor.close();
        assertEquals(List.of(FD), closed);
        assertFalse(descriptor.acquire());
    }

    @Test
    void shouldStayOpenUntilTheLastUserLeaves()
    {
        assertTrue(descriptor.acquire());
        assertTrue(descriptor.acquire());
        descriptor.close();
        assertFalse(descriptor.acquire());
        descriptor.release();
        assertEquals(List.of(), closed);
        descriptor.release();
        assertEquals(List.of(FD), closed);
    }

    @Test
    void shouldCloseOnlyOnce()
    {
        descriptor.close();
        descriptor.close();
        assertEquals(List.of(FD), closed);
    }

    @Test
    void shouldCloseOnlyOnceWhenClosedAgainWhileInUse()
    {
        assertTrue(descriptor.acquire());
        descriptor.close();
        descriptor.close();
        assertEquals(List.of(), closed);
        descriptor.release();
        descriptor.close();
        assertEquals(List.of(FD), closed);
    }

    @Test
    void shouldStayOpenForWhoeverAcquiredItWhileItIsClosed() throws InterruptedException
    {
        for (int round = 0; round < 200; round++)
        {
            final AtomicInteger closings = new AtomicInteger();
            final Descriptor contended = new Descriptor(FD, fd -> closings.incrementAndGet());
            final AtomicInteger usedAfterClose = new AtomicInteger();
            final CountDownLatch running = new CountDownLatch(2);
            final Thread[] users = new Thread[2];
            for (int i = 0; i < users.length; i++)
            {
                users[i] = new Thread(() ->
                {
                    running.countDown();
                    while (contended.acquire())
                    {
                        usedAfterClose.addAndGet(closings.get());
                        contended.release();
                    }
                });
                users[i].start();
            }
            running.await();
            contended.close();
            for (final Thread user : users)
            {
                user.join();
            }
            assertEquals(0, usedAfterClose.get());
            assertEquals(1, closings.get());
        }
    }
}
