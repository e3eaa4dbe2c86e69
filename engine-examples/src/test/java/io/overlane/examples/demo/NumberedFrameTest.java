// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.overlane.memory.MemoryBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A changed frame is noticed. */
class NumberedFrameTest
{
    private static final int LENGTH = 1400;
    private static final int OFFSET = 5;

    private final DemoHost left = DemoHost.of("left", "02:00:00:00:00:01", "10.99.0.1");
    private final DemoHost right = DemoHost.of("right", "02:00:00:00:00:02", "10.99.0.2");
    private final NumberedFrame writer = new NumberedFrame(left, right, LENGTH);
    private final NumberedFrame reader = new NumberedFrame(left, right, LENGTH);
    private final byte[] bytes = new byte[LENGTH + 2 * OFFSET];
    private final MemoryBuffer buffer = new MemoryBuffer(bytes);

    @Test
    void shouldTellTheSequenceNumber()
    {
        for (final long sequence : new long[] {0, 1, 77, Long.MAX_VALUE})
        {
            writer.write(buffer, OFFSET, sequence);
            assertEquals(sequence, reader.check(buffer, OFFSET, LENGTH));
        }
    }

    @Test
    void shouldNoticeEveryChangedByte()
    {
        writer.write(buffer, OFFSET, 7);
        for (int i = OFFSET; i < OFFSET + LENGTH; i++)
        {
            bytes[i] ^= 0x10;
            assertEquals(NumberedFrame.WRONG, reader.check(buffer, OFFSET, LENGTH), "byte " + (i - OFFSET));
            bytes[i] ^= 0x10;
        }
        assertEquals(7, reader.check(buffer, OFFSET, LENGTH));
    }

    @Test
    void shouldNoticeAnotherLength()
    {
        writer.write(buffer, OFFSET, 7);
        assertEquals(NumberedFrame.WRONG, reader.check(buffer, OFFSET, LENGTH - 1));
        assertEquals(NumberedFrame.WRONG, reader.check(buffer, OFFSET, LENGTH + 1));
    }

    @Test
    void shouldWriteTheFrameAndNothingElse()
    {
        Arrays.fill(bytes, (byte)0xA5);
        writer.write(buffer, OFFSET, 7);
        for (int i = 0; i < OFFSET; i++)
        {
            assertEquals((byte)0xA5, bytes[i]);
            assertEquals((byte)0xA5, bytes[OFFSET + LENGTH + i]);
        }
    }

    @Test
    void shouldFillFramesDifferently()
    {
        writer.write(buffer, OFFSET, 0);
        final byte[] first = Arrays.copyOfRange(bytes, OFFSET + 22, OFFSET + LENGTH - 4);
        writer.write(buffer, OFFSET, 1);
        assertFalse(Arrays.equals(first, Arrays.copyOfRange(bytes, OFFSET + 22, OFFSET + LENGTH - 4)));
    }
}
