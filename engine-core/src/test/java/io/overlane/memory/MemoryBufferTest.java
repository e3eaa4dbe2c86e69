// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The expected bytes are written down by hand, and read without the buffer. */
@Tag("both-accesses")
class MemoryBufferTest
{
    private static final byte FREE = (byte)0xA5;
    private static final long WORD = 0x0102_0304_0506_0708L;

    /** Views of the 32 bytes from 16 on in 64 bytes, in every kind of memory. */
    static Stream<MemoryBuffer> views()
    {
        return Stream.of(
            view(new MemoryBuffer(ByteBuffer.allocateDirect(64), 16, 32)),
            view(new MemoryBuffer(ByteBuffer.allocateDirect(80).position(16).slice(), 16, 32)),
            view(new MemoryBuffer(MemoryBuffer.allocate(64, 64), 16, 32)),
            view(new MemoryBuffer(new MemoryBuffer(MemoryBuffer.allocate(64, 64), 8, 56), 8, 32)),
            view(new MemoryBuffer(ByteBuffer.allocate(64), 16, 32)),
            view(new MemoryBuffer(ByteBuffer.allocate(80).position(16).slice(), 16, 32)),
            view(new MemoryBuffer(new byte[64], 16, 32)));
    }


    private static MemoryBuffer view(final MemoryBuffer buffer)
    {
        final ByteBuffer all = buffer.byteBuffer().duplicate().clear();
        while (all.hasRemaining())
        {
            all.put(FREE);
        }
        return buffer;
    }

    /** All bytes of the memory that a view shows a part of. */
    private static byte[] memory(final MemoryBuffer buffer)
    {
        final ByteBuffer all = buffer.byteBuffer().duplicate().clear();
        final byte[] bytes = new byte[all.capacity()];
        all.get(bytes);
        return bytes;
    }

    private static void assertBytes(final MemoryBuffer buffer, final int index, final int... expected)
    {
        final byte[] model = new byte[64];
        Arrays.fill(model, FREE);
        for (int i = 0; i < expected.length; i++)
        {
            model[16 + index + i] = (byte)expected[i];
        }
        assertArrayEquals(model, memory(buffer));
    }

    @ParameterizedTest
    @MethodSource("views")
    void shouldWriteAndReadNumbersInTheGivenByteOrder(final MemoryBuffer buffer)
    {
        buffer.putLong(3, WORD, ByteOrder.BIG_ENDIAN);
        assertBytes(buffer, 3, 1, 2, 3, 4, 5, 6, 7, 8);
        assertEquals(WORD, buffer.getLong(3, ByteOrder.BIG_ENDIAN));
        assertEquals(Long.reverseBytes(WORD), buffer.getLong(3, ByteOrder.LITTLE_ENDIAN));
        assertEquals(0x0304_0506, buffer.getInt(5, ByteOrder.BIG_ENDIAN));
        assertEquals(0x0605_0403, buffer.getInt(5, ByteOrder.LITTLE_ENDIAN));
        assertEquals(0x0708, buffer.getShort(9, ByteOrder.BIG_ENDIAN));
        assertEquals(0x0807, buffer.getShort(9, ByteOrder.LITTLE_ENDIAN));
        assertEquals('\u0203', buffer.getChar(4, ByteOrder.BIG_ENDIAN));
        assertEquals(4, buffer.getByte(6));
        buffer.putLong(3, WORD, ByteOrder.LITTLE_ENDIAN);
        assertBytes(buffer, 3, 8, 7, 6, 5, 4, 3, 2, 1);
    }

    @ParameterizedTest
    @MethodSource("views")
    void shouldWriteSmallNumbersWithoutTouchingOtherBytes(final MemoryBuffer buffer)
    {
        buffer.putInt(0, 0x1122_3344, ByteOrder.BIG_ENDIAN);
        buffer.putShort(4, (short)0x5566, ByteOrder.BIG_ENDIAN);
        buffer.putByte(6, (byte)0x77);
        buffer.putChar(7, '\u8899', ByteOrder.BIG_ENDIAN);
        buffer.putFloat(9, Float.intBitsToFloat(0x1020_3040), ByteOrder.BIG_ENDIAN);
        buffer.putDouble(13, Double.longBitsToDouble(WORD), ByteOrder.LITTLE_ENDIAN);
        assertBytes(buffer, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0x10, 0x20, 0x30, 0x40,
            8, 7, 6, 5, 4, 3, 2, 1);
        assertEquals(Float.intBitsToFloat(0x1020_3040), buffer.getFloat(9, ByteOrder.BIG_ENDIAN));
        assertEquals(Double.longBitsToDouble(WORD), buffer.getDouble(13, ByteOrder.LITTLE_ENDIAN));
    }

    @ParameterizedTest
    @MethodSource("views")
    void shouldCopyBytesFromAndToEveryKindOfMemory(final MemoryBuffer buffer)
    {
        buffer.putBytes(1, new byte[]{9, 1, 2, 9}, 1, 2);
        buffer.putBytes(3, ByteBuffer.wrap(new byte[]{9, 3, 4}), 1, 2);
        final ByteBuffer source = ByteBuffer.allocateDirect(4).put(1, (byte)5).position(1);
        buffer.putBytes(5, source, 1);
        assertEquals(2, source.position());
        buffer.putBytes(6, new MemoryBuffer(new byte[]{9, 6, 7}), 1, 2);
        buffer.setMemory(8, 19, (byte)0xFE);
        final int[] expected = new int[26];
        Arrays.fill(expected, 0xFE);
        System.arraycopy(new int[]{1, 2, 3, 4, 5, 6, 7}, 0, expected, 0, 7);
        assertBytes(buffer, 1, expected);

        final byte[] bytes = new byte[4];
        buffer.getBytes(1, bytes);
        assertArrayEquals(new byte[]{1, 2, 3, 4}, bytes);
        final ByteBuffer target = ByteBuffer.allocate(8).position(2);
        buffer.getBytes(3, target, 3);
        assertEquals(5, target.position());
        assertArrayEquals(new byte[]{0, 0, 3, 4, 5, 0, 0, 0}, target.array());
        final MemoryBuffer other = MemoryBuffer.allocate(8, 8);
        buffer.getBytes(2, other, 4, 4);
        assertEquals(0x0203_0405, other.getInt(4, ByteOrder.BIG_ENDIAN));
        // To itself, where both ranges overlap.
        buffer.putBytes(2, buffer, 1, 7);
        buffer.getBytes(2, bytes);
        assertArrayEquals(new byte[]{1, 2, 3, 4}, bytes);
    }

    @ParameterizedTest
    @MethodSource("views")
    void shouldRefuseEveryAccessOutsideTheViewThoughTheMemoryHasIt(final MemoryBuffer buffer)
    {
        final List<Consumer<Integer>> accesses = List.of(
            index -> buffer.getByte(index + 7),
            index -> buffer.getShort(index + 6),
            index -> buffer.getInt(index + 4),
            index -> buffer.getLong(index),
            index -> buffer.putByte(index + 7, (byte)0),
            index -> buffer.putShort(index + 6, (short)0),
            index -> buffer.putInt(index + 4, 0),
            index -> buffer.putLong(index, 0),
            index -> buffer.getBytes(index, new byte[8]),
            index -> buffer.putBytes(index, new byte[8]),
            index -> buffer.putBytes(index, MemoryBuffer.allocate(8, 8), 0, 8),
            index -> buffer.getBytes(index, MemoryBuffer.allocate(8, 8), 0, 8),
            index -> buffer.setMemory(index, 8, (byte)0),
            index -> buffer.boundsCheck(index, 8),
            index -> buffer.forChannel(index, 8));
        for (final Consumer<Integer> access : accesses)
        {
            access.accept(24);
            assertThrows(IndexOutOfBoundsException.class, () -> access.accept(25));
            assertThrows(IndexOutOfBoundsException.class, () -> access.accept(32));
            assertThrows(IndexOutOfBoundsException.class, () -> access.accept(Integer.MAX_VALUE - 7));
            assertThrows(IndexOutOfBoundsException.class, () -> access.accept(Integer.MIN_VALUE));
        }
        for (final Consumer<Integer> access : accesses.subList(3, 4))
        {
            access.accept(0);
            assertThrows(IndexOutOfBoundsException.class, () -> access.accept(-1));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.putByte(-1, (byte)0));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.putBytes(-1, new byte[1]));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getBytes(0, new byte[1], 0, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.checkLimit(33));
        buffer.checkLimit(32);
    }

    @Test
    void shouldRefuseViewsThatDoNotFitTheirMemory()
    {
        final MemoryBuffer buffer = new MemoryBuffer(ByteBuffer.allocateDirect(64), 16, 32);
        assertThrows(IndexOutOfBoundsException.class, () -> new MemoryBuffer(buffer, 1, 32));
        assertThrows(IndexOutOfBoundsException.class, () -> new MemoryBuffer(buffer, -1, 4));
        assertThrows(IndexOutOfBoundsException.class, () -> new MemoryBuffer(ByteBuffer.allocate(4), 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> new MemoryBuffer().wrap(new byte[4], 3, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> new MemoryBuffer().getByte(0));
        assertThrows(UnsupportedOperationException.class, () -> new MemoryBuffer().wrap(1, 1));
    }

    @ParameterizedTest
    @MethodSource("views")
    void shouldTellWhereItsBytesAre(final MemoryBuffer buffer)
    {
        buffer.putByte(2, (byte)7);
        assertEquals(32, buffer.capacity());
        final byte[] array = buffer.byteArray();
        if (array != null)
        {
            assertEquals(7, array[buffer.wrapAdjustment() + 2]);
        }
        else
        {
            assertEquals(7, buffer.byteBuffer().get(buffer.wrapAdjustment() + 2));
            assertEquals(0, buffer.byteBuffer().alignmentOffset(buffer.wrapAdjustment(), 8));
            assertEquals(0, buffer.addressOffset() % 8);
            final MemoryBuffer next = new MemoryBuffer(buffer, 5, 4);
            assertEquals(buffer.addressOffset() + 5, next.addressOffset());
        }
        assertFalse(buffer.isExpandable());
    }

    @Test
    void shouldAllocateAlignedZeroes()
    {
        for (int alignment = 1; alignment <= 4096; alignment *= 2)
        {
            final MemoryBuffer buffer = MemoryBuffer.allocate(100, alignment);
            assertEquals(100, buffer.capacity());
            assertEquals(0, buffer.addressOffset() & alignment - 1);
            assertArrayEquals(new byte[100], memory(buffer));
            assertNull(buffer.byteArray());
        }
        assertEquals(0, MemoryBuffer.allocate(0, 64).capacity());
    }

    @Test
    void shouldAimAtOtherPartsOfTheSameMemoryWithoutTouchingOthersViews()
    {
        final MemoryBuffer whole = MemoryBuffer.allocate(64, 8);
        final MemoryBuffer view = new MemoryBuffer(whole, 0, 8);
        final MemoryBuffer other = new MemoryBuffer(whole, 0, 16);
        view.wrap(whole, 40, 8);
        view.putLong(0, WORD);
        assertEquals(WORD, whole.getLong(40));
        assertEquals(whole.addressOffset() + 40, view.addressOffset());
        assertEquals(16, other.capacity());
        other.putLong(8, 1);
        assertEquals(0, whole.getLong(0));
        view.wrap(view, 4, 4);
        assertEquals(whole.getInt(44), view.getInt(0));
        assertSame(whole.byteBuffer(), view.byteBuffer());
        assertSame(whole, MemoryBuffer.of(whole));
    }

    @Test
    void shouldIgnorePositionAndLimitOfTheBufferItShows()
    {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(16).order(ByteOrder.LITTLE_ENDIAN).position(4).limit(8);
        final MemoryBuffer buffer = new MemoryBuffer(bytes);
        buffer.putLong(8, WORD, ByteOrder.BIG_ENDIAN);
        assertEquals(WORD, bytes.clear().order(ByteOrder.BIG_ENDIAN).getLong(8));
        final ByteBuffer part = buffer.forChannel(8, 3);
        assertEquals(8, part.position());
        assertEquals(3, part.remaining());
        part.get(new byte[3]);
        assertEquals(0, buffer.forChannel(0, 16).position());
        assertThrows(ReadOnlyBufferException.class, () -> new MemoryBuffer(bytes.asReadOnlyBuffer()).putInt(0, 1));
    }

    @Test
    void shouldAccessNumbersAtomically()
    {
        final MemoryBuffer buffer = new MemoryBuffer(MemoryBuffer.allocate(64, 8), 8, 32);
        buffer.verifyAlignment();
        buffer.putLongVolatile(0, 5);
        assertFalse(buffer.compareAndSetLong(0, 4, 9));
        assertTrue(buffer.compareAndSetLong(0, 5, 6));
        assertEquals(6, buffer.compareAndExchangeLong(0, 6, 7));
        assertEquals(7, buffer.getAndAddLong(0, 10));
        assertEquals(17, buffer.getAndSetLong(0, 20));
        assertEquals(20, buffer.addLongOrdered(0, 1));
        assertEquals(21, buffer.addLongOpaque(0, 1));
        assertEquals(22, buffer.getLongAcquire(0));
        buffer.putLongRelease(8, WORD);
        assertEquals(WORD, buffer.getLongOpaque(8));
        buffer.putIntVolatile(16, 5);
        assertFalse(buffer.compareAndSetInt(16, 4, 9));
        assertTrue(buffer.compareAndSetInt(16, 5, 6));
        assertEquals(6, buffer.compareAndExchangeInt(16, 6, 7));
        assertEquals(7, buffer.getAndAddInt(16, 10));
        assertEquals(17, buffer.getAndSetInt(16, 20));
        assertEquals(20, buffer.addIntRelease(16, 1));
        assertEquals(21, buffer.addIntOpaque(16, 1));
        assertEquals(22, buffer.getIntAcquire(16));
        buffer.putShortVolatile(20, (short)-2);
        assertEquals((short)-2, buffer.getShortVolatile(20));
        buffer.putCharVolatile(22, 'x');
        assertEquals('x', buffer.getCharVolatile(22));
        buffer.putByteVolatile(24, (byte)3);
        assertEquals(3, buffer.getByteVolatile(24));
        assertThrows(IllegalStateException.class, () -> buffer.getLongVolatile(4));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.putLongRelease(32, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getLongVolatile(-8));
        assertThrows(IllegalStateException.class, () -> new MemoryBuffer(buffer, 4, 8).verifyAlignment());
        assertThrows(IllegalStateException.class, () -> new MemoryBuffer(new byte[8]).verifyAlignment());
    }

    @Test
    void shouldCountWhatSeveralThreadsAdd() throws InterruptedException
    {
        final MemoryBuffer buffer = MemoryBuffer.allocate(16, 8);
        final Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++)
        {
            threads[i] = new Thread(() ->
            {
                for (int n = 0; n < 10_000; n++)
                {
                    buffer.getAndAddLong(0, 3);
                    buffer.getAndAddInt(8, 1);
                }
            });
            threads[i].start();
        }
        for (final Thread thread : threads)
        {
            thread.join();
        }
        assertEquals(120_000, buffer.getLongVolatile(0));
        assertEquals(40_000, buffer.getIntVolatile(8));
    }

    @Test
    void shouldCarryARingBufferOfAgrona()
    {
        final ManyToOneRingBuffer ring =
            new ManyToOneRingBuffer(MemoryBuffer.allocate(1024 + RingBufferDescriptor.TRAILER_LENGTH, 64));
        final MemoryBuffer message = new MemoryBuffer(new byte[]{1, 2, 3});
        assertTrue(ring.write(7, message, 0, 3));
        final int read = ring.read((type, buffer, index, length) ->
        {
            assertEquals(7, type);
            assertEquals(3, length);
            assertEquals(3, buffer.getByte(index + 2));
        });
        assertEquals(1, read);
    }

    @Test
    void shouldBeEqualToABufferWithTheSameBytes()
    {
        final MemoryBuffer left = new MemoryBuffer(new byte[]{0, 1, (byte)200}, 1, 2);
        final MemoryBuffer right = MemoryBuffer.allocate(2, 1);
        assertNotEquals(left, right);
        right.putBytes(0, left, 0, 2);
        assertEquals(left, right);
        assertEquals(left.hashCode(), right.hashCode());
        assertEquals(0, left.compareTo(right));
        right.putByte(1, (byte)100);
        assertTrue(left.compareTo(right) > 0, "bytes are compared without sign");
        assertTrue(new MemoryBuffer(left, 0, 1).compareTo(left) < 0);
    }
}
