package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A descriptor number is given back once, and not while somebody uses it. */
class DescriptorTest
{
    private final int fd = LibC.calls().eventfd(0, Linux.O_CLOEXEC);
    private final Descriptor descriptor = new Descriptor(fd);

    @Test
    void shouldCloseAtOnceWhenNobodyUsesIt()
    {
        descriptor.close();
        assertFalse(isOpen());
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
        assertTrue(isOpen());
        descriptor.release();
        assertFalse(isOpen());
    }

    @Test
    void shouldCloseOnlyOnce()
    {
        descriptor.close();
        final int next = LibC.calls().eventfd(0, Linux.O_CLOEXEC);
        assertEquals(fd, next, "the number is given again");
        descriptor.close();
        assertTrue(isOpen(), "and is somebody else's");
        LibC.close(next);
    }

    @Test
    void shouldStayOpenForWhoeverAcquiredItWhileItIsClosed() throws InterruptedException
    {
        for (int round = 0; round < 200; round++)
        {
            final Descriptor contended = new Descriptor(LibC.calls().eventfd(0, Linux.O_CLOEXEC));
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
                        if (LibC.setNonBlocking(contended.fd()) != 0)
                        {
                            usedAfterClose.incrementAndGet();
                        }
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
        }
    }

    private boolean isOpen()
    {
        return LibC.setNonBlocking(fd) == 0;
    }
}
