// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.memory.MemoryBuffer;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What does an access to memory cost, beside Agrona's {@code UnsafeBuffer}, which needs a flag of the JVM? Reading and
 * writing the fields of a header in network byte order, for each field, and copying a frame of 1,400 bytes.
 */
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class MemoryBenchmark extends PathBenchmark
{
    private static final int FIELDS = 16;
    private static final int LENGTH = 1400;
    private static final int CAPACITY = 4096;
    private static final int FRAME = 128;

    private final MemoryBuffer memory = MemoryBuffer.allocate(CAPACITY, BitUtil.CACHE_LINE_LENGTH);
    private final UnsafeBuffer unsafe =
        new UnsafeBuffer(MemoryBuffer.allocate(CAPACITY, BitUtil.CACHE_LINE_LENGTH).byteBuffer());
    private int value;

    /** @return the sum of what was read. */
    @Benchmark
    @OperationsPerInvocation(FIELDS)
    public int memoryGet()
    {
        int sum = 0;
        for (int i = 0; i < FIELDS; i++)
        {
            sum += memory.getInt(FRAME + (i << 2), ByteOrder.BIG_ENDIAN);
        }
        return sum;
    }

    /** @return the sum of what was read. */
    @Benchmark
    @OperationsPerInvocation(FIELDS)
    public int unsafeGet()
    {
        int sum = 0;
        for (int i = 0; i < FIELDS; i++)
        {
            sum += unsafe.getInt(FRAME + (i << 2), ByteOrder.BIG_ENDIAN);
        }
        return sum;
    }

    /** Writes another value each time. */
    @Benchmark
    @OperationsPerInvocation(FIELDS)
    public void memoryPut()
    {
        value++;
        for (int i = 0; i < FIELDS; i++)
        {
            memory.putInt(FRAME + (i << 2), value, ByteOrder.BIG_ENDIAN);
        }
    }

    /** Writes another value each time. */
    @Benchmark
    @OperationsPerInvocation(FIELDS)
    public void unsafePut()
    {
        value++;
        for (int i = 0; i < FIELDS; i++)
        {
            unsafe.putInt(FRAME + (i << 2), value, ByteOrder.BIG_ENDIAN);
        }
    }

    /** Within the same buffer. */
    @Benchmark
    public void memoryCopy()
    {
        memory.putBytes(FRAME + 2048, memory, FRAME, LENGTH);
    }

    /** Within the same buffer. */
    @Benchmark
    public void unsafeCopy()
    {
        unsafe.putBytes(FRAME + 2048, unsafe, FRAME, LENGTH);
    }
}
