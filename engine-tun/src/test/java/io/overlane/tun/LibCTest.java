package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The bindings: their shape, and that errors come through. */
class LibCTest
{
    @Test
    void shouldBindFunctionsOfAtMostFiveArguments()
    {
        for (final Method method : LibC.Calls.class.getDeclaredMethods())
        {
            assertTrue(method.getParameterCount() <= 5, () -> method + ": jnr-ffi breaks the sixth argument");
        }
    }

    @Test
    void shouldPassOnlyPrimitivesSoThatNothingIsAllocated()
    {
        final Set<Class<?>> allowed = Set.of(int.class, long.class);
        for (final Method method : LibC.Calls.class.getDeclaredMethods())
        {
            assertTrue(allowed.contains(method.getReturnType()), method::toString);
            assertTrue(allowed.containsAll(Arrays.asList(method.getParameterTypes())), method::toString);
        }
    }

    @Test
    void shouldTellTheErrorOfAFailedCall()
    {
        assertEquals(-1, LibC.calls().ioctl(-1, 0, 0));
        assertEquals(Linux.EBADF, LibC.errno());
        assertEquals(-1, LibC.open("/nonexistent/file", Linux.O_RDWR));
        assertEquals(Linux.ENOENT, LibC.errno());
        assertEquals(-1, LibC.calls().setsockopt(-1, 1, 2, 0, 4));
        assertEquals(Linux.EBADF, LibC.errno());
    }

    @Test
    void shouldNameErrors()
    {
        assertTrue(LibC.describe(Linux.EBUSY).startsWith("EBUSY ("), LibC.describe(Linux.EBUSY));
        assertEquals("errno 4242", LibC.describe(4242));
    }
}
