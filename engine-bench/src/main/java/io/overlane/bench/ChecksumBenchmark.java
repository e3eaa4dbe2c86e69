// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.memory.MemoryBuffer;
import io.overlane.wire.Checksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** How long does the Internet checksum of a frame take, compared with a loop over two bytes at a time? */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class ChecksumBenchmark extends PathBenchmark
{
    /** Bytes summed. */
    @Param({"64", "1400", "65535"})
    private int length;

    private MemoryBuffer buffer;

    /** Fill the buffer with bytes whose sum has carries. */
    @Setup
    public void setup()
    {
        buffer = new MemoryBuffer(ByteBuffer.allocateDirect(65_536));
        for (int i = 0; i < 65_536; i++)
        {
            buffer.putByte(i, (byte)(i * 197 + 91));
        }
        if (engine() != twoBytes())
        {
            throw new IllegalStateException("the two disagree");
        }
    }

    /** @return the checksum. */
    @Benchmark
    public int engine()
    {
        return Checksum.internet(buffer, 0, length);
    }

    /** @return the checksum, by the loop of RFC 1071 §4.1. */
    @Benchmark
    public int twoBytes()
    {
        long sum = 0;
        int i = 0;
        for (; i + 1 < length; i += 2)
        {
            sum += buffer.getShort(i, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        }
        if (i < length)
        {
            sum += (buffer.getByte(i) & 0xFF) << 8;
        }
        while (sum >>> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int)~sum & 0xFFFF;
    }
}
