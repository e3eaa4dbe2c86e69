// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same calls on a {@link MemoryBuffer} and on Agrona's {@code UnsafeBuffer} have the same results. Agrona's needs a
 * flag of the JVM, so the build runs this class in a JVM of its own.
 */
@Tag("unsafe-buffer")
class UnsafeBufferTwinTest
{
    private static final int LENGTH = 64;
    private static final List<Function<AtomicBuffer, Object>> CALLS = List.of(
        buffer -> buffer.putIntAscii(3, -1_234_567),
        buffer -> buffer.parseIntAscii(3, 8),
        buffer -> buffer.parseLongAscii(3, 8),
        buffer -> buffer.parseNaturalIntAscii(4, 7),
        buffer -> buffer.parseNaturalLongAscii(4, 7),
        buffer -> buffer.parseNaturalIntAscii(3, 8),
        buffer -> buffer.parseIntAscii(3, 0),
        buffer -> buffer.parseIntAscii(2, 8),
        buffer -> buffer.putIntAscii(3, Integer.MIN_VALUE),
        buffer -> buffer.parseIntAscii(3, 11),
        buffer -> buffer.putLongAscii(1, Long.MIN_VALUE),
        buffer -> buffer.parseLongAscii(1, 20),
        buffer -> buffer.putLongAscii(1, Long.MAX_VALUE),
        buffer -> buffer.parseLongAscii(1, 19),
        buffer -> buffer.putNaturalIntAscii(0, 90_210),
        buffer -> buffer.putNaturalLongAscii(0, 1L << 40),
        buffer -> buffer.putNaturalIntAsciiFromEnd(4711, 20),
        buffer -> nothing(() -> buffer.putNaturalPaddedIntAscii(5, 6, 42)),
        buffer -> nothing(() -> buffer.putNaturalPaddedIntAscii(5, 1, 42)),
        buffer -> buffer.putStringAscii(7, "gr\u00FC\u00DFe"),
        buffer -> buffer.getStringAscii(7),
        buffer -> buffer.getStringAscii(7, 3),
        buffer -> buffer.putStringAscii(7, "text", ByteOrder.BIG_ENDIAN),
        buffer -> buffer.getStringAscii(7, ByteOrder.BIG_ENDIAN),
        buffer -> buffer.putStringAscii(60, "too long"),
        buffer -> buffer.putStringAscii(9, (String)null),
        buffer -> buffer.putStringUtf8(9, "gr\u00FC\u00DFe"),
        buffer -> buffer.getStringUtf8(9),
        buffer -> buffer.putStringUtf8(9, "gr\u00FC\u00DFe", 6),
        buffer -> buffer.putStringWithoutLengthUtf8(9, "\u20AC"),
        buffer -> buffer.getStringWithoutLengthUtf8(9, 3),
        buffer -> buffer.putStringWithoutLengthAscii(20, "abcdef", 2, 3),
        buffer -> buffer.putStringWithoutLengthAscii(20, "abcdef", 4, 9),
        buffer -> buffer.getStringWithoutLengthAscii(20, 4),
        buffer ->
        {
            final StringBuilder text = new StringBuilder();
            return buffer.getStringAscii(7, text) + ":" + text;
        },
        buffer -> nothing(() -> buffer.setMemory(3, 21, (byte)0x5A)),
        buffer -> buffer.addLongRelease(8, 5),
        buffer -> buffer.getAndAddLong(8, 5),
        buffer -> buffer.compareAndExchangeLong(16, 0x5A5A_5A5A_5A5A_5A5AL, 9),
        buffer -> buffer.compareAndSetInt(24, 0, 9),
        buffer -> buffer.getAndSetInt(24, 11),
        buffer -> buffer.getDouble(17),
        buffer -> buffer.getFloat(17, ByteOrder.BIG_ENDIAN),
        buffer -> buffer.wrapAdjustment());

    @Test
    void shouldAnswerTextAndAtomicCallsAsUnsafeBufferDoes()
    {
        final ByteBuffer wrapped = MemoryBuffer.allocate(128, 8).byteBuffer();
        for (final AtomicBuffer ours : List.of(
            new MemoryBuffer(MemoryBuffer.allocate(128, 8), 32, LENGTH), new MemoryBuffer(wrapped, 32, LENGTH)))
        {
            final AtomicBuffer theirs = new UnsafeBuffer(MemoryBuffer.allocate(128, 8).byteBuffer(), 32, LENGTH);
            for (int i = 0; i < CALLS.size(); i++)
            {
                final Object result = result(CALLS.get(i), theirs);
                assertEquals(result, result(CALLS.get(i), ours), "call " + i);
                if (result instanceof Class)
                {
                    // Agrona's may have written a part before it fails, ours has not.
                    ours.putBytes(0, bytes(theirs));
                }
                assertArrayEquals(bytes(theirs), bytes(ours), "call " + i);
            }
        }
    }

    @Test
    void shouldReadAndWriteNumbersAsUnsafeBufferDoesAndFailWhereItFails()
    {
        final Random random = new Random(7);
        for (final MemoryBuffer ours : List.of(
            MemoryBuffer.allocate(LENGTH, 8),
            new MemoryBuffer(ByteBuffer.allocateDirect(LENGTH)),
            new MemoryBuffer(new byte[LENGTH])))
        {
            final boolean isHeap = ours.byteArray() != null;
            final AtomicBuffer theirs =
                new UnsafeBuffer(isHeap ? ByteBuffer.allocate(LENGTH) : ByteBuffer.allocateDirect(LENGTH));
            for (int i = 0; i < 50_000; i++)
            {
                final int index = random.nextInt(LENGTH + 20) - 10;
                final long value = random.nextLong();
                final ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
                final int width = random.nextInt(8);
                assertEquals(
                    result(buffer -> access(buffer, width, index, value, order), theirs),
                    result(buffer -> access(buffer, width, index, value, order), ours));
            }
            assertArrayEquals(bytes(theirs), bytes(ours));
            assertEquals(0, ours.compareTo(theirs));
            assertEquals(0, theirs.compareTo(ours));
        }
    }

    @Test
    void shouldExchangeBytesWithUnsafeBuffer()
    {
        for (final UnsafeBuffer theirs : List.of(
            new UnsafeBuffer(new byte[LENGTH], 8, 32),
            new UnsafeBuffer(ByteBuffer.allocate(LENGTH), 8, 32),
            new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH), 8, 32)))
        {
            for (final MemoryBuffer ours : List.of(
                new MemoryBuffer(new byte[LENGTH], 16, 40), new MemoryBuffer(MemoryBuffer.allocate(LENGTH, 8), 16, 40)))
            {
                theirs.putLong(1, 0x1122_3344_5566_7788L);
                ours.putBytes(3, theirs, 1, 8);
                assertEquals(0x1122_3344_5566_7788L, ours.getLong(3));
                ours.putLong(20, 99);
                theirs.putBytes(5, ours, 20, 8);
                assertEquals(99, theirs.getLong(5));
                ours.getBytes(3, theirs, 9, 8);
                assertEquals(0x1122_3344_5566_7788L, theirs.getLong(9));
                final UnsafeBuffer view = new UnsafeBuffer(ours, 2, 20);
                assertEquals(0x1122_3344_5566_7788L, view.getLong(1));
            }
            final MemoryBuffer shared = MemoryBuffer.of(theirs);
            shared.putLong(10, 77);
            assertEquals(77, theirs.getLong(10));
            assertEquals(32, shared.capacity());
            assertTrue(shared.equals(new MemoryBuffer(theirs, 0, 32)));
        }
    }

    private static Object access(
        final AtomicBuffer buffer, final int width, final int index, final long value, final ByteOrder order)
    {
        return switch (width)
        {
            case 0 -> buffer.getByte(index);
            case 1 -> buffer.getShort(index, order);
            case 2 -> buffer.getInt(index, order);
            case 3 -> buffer.getLong(index, order);
            case 4 -> nothing(() -> buffer.putByte(index, (byte)value));
            case 5 -> nothing(() -> buffer.putShort(index, (short)value, order));
            case 6 -> nothing(() -> buffer.putInt(index, (int)value, order));
            default -> nothing(() -> buffer.putLong(index, value, order));
        };
    }

    private static Object nothing(final Runnable call)
    {
        call.run();
        return "nothing";
    }

    /** What a call returns, or the kind of exception. */
    private static Object result(final Function<AtomicBuffer, Object> call, final AtomicBuffer buffer)
    {
        try
        {
            return call.apply(buffer);
        }
        catch (final RuntimeException ex)
        {
            return ex.getClass();
        }
    }

    private static byte[] bytes(final AtomicBuffer buffer)
    {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
