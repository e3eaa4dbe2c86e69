// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunException;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.calls.LibcCalls;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The bindings: their shape, and that errors come through. */
class LibCTest
{
    @Test
    void shouldBindFunctionsOfAtMostFiveArguments()
    {
        for (final Method method : LibcCalls.class.getDeclaredMethods())
        {
            assertTrue(method.getParameterCount() <= 5, () -> method + ": jnr-ffi breaks the sixth argument");
        }
    }

    @Test
    void shouldPassOnlyPrimitivesSoThatNothingIsAllocated()
    {
        final Set<Class<?>> allowed = Set.of(int.class, long.class);
        for (final Method method : LibcCalls.class.getDeclaredMethods())
        {
            assertTrue(allowed.contains(method.getReturnType()), method::toString);
            assertTrue(allowed.containsAll(Arrays.asList(method.getParameterTypes())), method::toString);
        }
    }

    @Test
    void shouldTellTheErrorOfAFailedCall()
    {
        assertEquals(-1, LibC.get().ioctl(-1, 0, 0));
        assertEquals(Linux.EBADF, LibC.errno());
        assertEquals(-1, LibC.open("/nonexistent/file", Linux.O_RDWR));
        assertEquals(Linux.ENOENT, LibC.errno());
        assertEquals(-1, LibC.get().setsockopt(-1, 1, 2, new MemoryBuffer(ByteBuffer.allocateDirect(4)), 0, 4));
        assertEquals(Linux.EBADF, LibC.errno());
    }

    @Test
    void shouldNotLetTheKernelLeaveTheBuffer()
    {
        final LibC libc = LibC.get();
        final MemoryBuffer buffer = new MemoryBuffer(ByteBuffer.allocateDirect(16));
        buffer.putInt(0, 20);
        assertThrows(IndexOutOfBoundsException.class, () -> libc.read(-1, buffer, 8, 9));
        assertThrows(IndexOutOfBoundsException.class, () -> libc.write(-1, buffer, -1, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> libc.bind(-1, buffer, 17));
        assertThrows(IndexOutOfBoundsException.class, () -> libc.getsockopt(-1, 1, 2, buffer, 4, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> libc.ppoll(buffer, 0, 3, 0));
    }

    @Test
    void shouldNameErrors()
    {
        assertTrue(LibC.describe(Linux.EBUSY).startsWith("EBUSY ("), LibC.describe(Linux.EBUSY));
        assertEquals("errno 4242", LibC.describe(4242));
    }

    @Test
    void shouldSayInOneLineWhyThereAreNoNativeCalls() throws Exception
    {
        final Process process = new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Dos.name=Plan9",
            "-cp",
            System.getProperty("java.class.path"),
            Elsewhere.class.getName()).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        assertEquals(
            "native calls are not available: this is Plan9 on " + System.getProperty("os.arch") +
                ", not 64-bit little-endian Linux",
            output);
    }

    /** Asks for native calls where there are none. */
    static final class Elsewhere
    {
        private Elsewhere()
        {
        }

        public static void main(final String[] args)
        {
            try
            {
                TunDevice.create(new TunOptions(TunKind.TAP, "vx0"));
            }
            catch (final UnsupportedOperationException | TunException ex)
            {
                System.out.println(ex.getMessage());
            }
        }
    }
}
