package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    private boolean isOpen()
    {
        return LibC.setNonBlocking(fd) == 0;
    }
}
