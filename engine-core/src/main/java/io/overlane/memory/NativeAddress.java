// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * Where memory lies, for native calls. {@code MemorySegment} answers this from JDK 22 on. Older JDKs have no such API:
 * there {@code sun.misc.Unsafe} of the module {@code jdk.unsupported} reads the field of the buffer, and those JDKs
 * print no warning about it. Both are found by name, since the code is compiled for JDK 17.
 */
final class NativeAddress
{
    private static final int FIRST_WITH_SEGMENTS = 22;
    private static final MethodHandle OF_DIRECT = ofDirect();

    private NativeAddress()
    {
    }

    /** The address of index 0 of a direct buffer whose position is 0. */
    static long of(final ByteBuffer direct)
    {
        try
        {
            return (long)OF_DIRECT.invokeExact(direct);
        }
        catch (final Throwable ex)
        {
            throw new IllegalStateException("this JVM does not tell the address of " + direct, ex);
        }
    }

    /** Where the first byte of an array lies in its object: other buffers of Agrona count from there. */
    static int arrayBase()
    {
        return ArrayBase.VALUE;
    }

    private static MethodHandle ofDirect()
    {
        final Lookup lookup = MethodHandles.lookup();
        try
        {
            if (Runtime.version().feature() >= FIRST_WITH_SEGMENTS)
            {
                final Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                final MethodHandle ofBuffer =
                    lookup.findStatic(segment, "ofBuffer", MethodType.methodType(segment, Buffer.class));
                final MethodHandle address =
                    lookup.findVirtual(segment, "address", MethodType.methodType(long.class));
                return MethodHandles.filterReturnValue(ofBuffer, address)
                    .asType(MethodType.methodType(long.class, ByteBuffer.class));
            }
            final Class<?> type = Class.forName("sun.misc.Unsafe");
            final Field field = type.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            final Object unsafe = field.get(null);
            final long offset = (long)type.getMethod("objectFieldOffset", Field.class)
                .invoke(unsafe, Buffer.class.getDeclaredField("address"));
            final MethodHandle getLong = lookup
                .findVirtual(type, "getLong", MethodType.methodType(long.class, Object.class, long.class))
                .bindTo(unsafe);
            return MethodHandles.insertArguments(getLong, 1, offset)
                .asType(MethodType.methodType(long.class, ByteBuffer.class));
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new IllegalStateException("this JVM has neither java.lang.foreign nor jdk.unsupported", ex);
        }
    }

    /** Loaded only if somebody asks for the address of a buffer on the heap. */
    private static final class ArrayBase
    {
        private static final int VALUE = value();

        private static int value()
        {
            try
            {
                return Class.forName("sun.misc.Unsafe").getField("ARRAY_BYTE_BASE_OFFSET").getInt(null);
            }
            catch (final ReflectiveOperationException ex)
            {
                throw new UnsupportedOperationException("this JVM has no module jdk.unsupported", ex);
            }
        }
    }
}
