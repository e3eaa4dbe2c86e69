// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunException;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.calls.LibcCalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
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
    void shouldKeepOnlyTheUsedPagesOfLargeMemoryResident() throws IOException
    {
        assertNotNull(LibC.get());
        final MemoryBuffer memory = MemoryBuffer.allocate(8 << 20, 64);
        final long unused = residentPages(memory);
        memory.putByte(3 << 20, (byte)1);
        memory.putByte(5 << 20, (byte)2);

        // At most the beginning and the end of the memory, which share 64 KiB with other memory.
        assertTrue(unused <= 32, () -> unused + " pages");
        assertEquals(unused + 2, residentPages(memory));
        assertEquals(1, memory.getByte(3 << 20));
        assertEquals(0, memory.getByte(4 << 20));
        assertEquals(2, memory.getByte(5 << 20));
    }

    /** From {@code /proc/self/pagemap}: eight bytes for each page of 4 KiB, whose highest bit says that it is there. */
    private static long residentPages(final MemoryBuffer memory) throws IOException
    {
        final long first = memory.addressOffset() >> 12;
        final long last = memory.addressOffset() + memory.capacity() - 1 >> 12;
        try (RandomAccessFile file = new RandomAccessFile("/proc/self/pagemap", "r"))
        {
            final byte[] entries = new byte[(int)(last - first + 1) * Long.BYTES];
            file.seek(first * Long.BYTES);
            file.readFully(entries);
            return IntStream.range(0, entries.length / Long.BYTES)
                .filter(page -> entries[page * Long.BYTES + 7] < 0)
                .count();
        }
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
