// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * A buffer of Agrona's kind, for frames and everything else, that needs no flag of the JVM: a view of a
 * {@link ByteBuffer} or an array. Applications may use it wherever Agrona asks for a buffer.
 *
 * <p>Every access is checked: outside the view it throws an {@link IndexOutOfBoundsException}, whatever
 * {@code agrona.disable.bounds.checks} says, with and without {@link FastAccess}. Numbers without a byte order have the
 * native one. Memory is freed when no buffer shows it any more.
 *
 * <p>Atomic access (volatile, acquire, release, opaque, compare and set, get and add) needs direct memory and an index
 * at a multiple of the number's length; other threads may use the same memory then. Everything else is for one thread
 * at a time, and so is {@code wrap}.
 */
public final class MemoryBuffer extends ViewBuffer
{
    private static final VarHandle LONG =
        MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
    private static final VarHandle INT =
        MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
    private static final VarHandle SHORT =
        MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
    /** A byte in each byte of a word. */
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

    /** Bytes of an allocation from which on its unused pages are worth a system call. */
    private static final int LARGE = 128 * 1024;

    private static volatile Consumer<MemoryBuffer> onUnused = memory -> {};

    /** A view of nothing; to be set with {@code wrap}. */
    public MemoryBuffer()
    {
    }

    /** A view of a whole array. */
    public MemoryBuffer(final byte[] bytes)
    {
        wrap(bytes);
    }

    /** A view of a part of an array. */
    public MemoryBuffer(final byte[] bytes, final int offset, final int length)
    {
        wrap(bytes, offset, length);
    }

    /** A view of a whole buffer, from 0 to its capacity. */
    public MemoryBuffer(final ByteBuffer bytes)
    {
        wrap(bytes);
    }

    /** A view of a part of a buffer; the offset counts from 0, not from the position. */
    public MemoryBuffer(final ByteBuffer bytes, final int offset, final int length)
    {
        wrap(bytes, offset, length);
    }

    /** A view of a part of another buffer. */
    public MemoryBuffer(final DirectBuffer bytes, final int offset, final int length)
    {
        wrap(bytes, offset, length);
    }

    /**
     * @param length    in bytes.
     * @param alignment of its first byte; a power of two.
     * @return zeroed direct memory.
     */
    public static MemoryBuffer allocate(final int length, final int alignment)
    {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(Math.addExact(length, alignment - 1));
        final int beyond = bytes.alignmentOffset(0, alignment);
        final MemoryBuffer buffer = new MemoryBuffer(bytes.slice(beyond == 0 ? 0 : alignment - beyond, length));
        buffer.onAllocated();
        if (length >= LARGE)
        {
            buffer.releasePages();
        }
        return buffer;
    }

    /**
     * Set a task for large memory that holds only zeros. The JVM writes zeros to all memory that it allocates, so every
     * page of it is resident. The task may give pages back to the system, which provides zeros again at their first
     * use. Tables and frames have room for much more than most networks need.
     *
     * @param task runs on the thread that allocates or {@linkplain #releasePages() releases}, and leaves only zeros in
     *             the memory.
     */
    public static void onUnusedPages(final Consumer<MemoryBuffer> task)
    {
        onUnused = task;
    }

    /** Gives the pages of this memory, which holds only zeros, back to the system where a task for that is set. */
    public void releasePages()
    {
        onUnused.accept(this);
    }

    /** @return the same object if it is one of this class already, else a view of it. */
    public static MemoryBuffer of(final DirectBuffer buffer)
    {
        return buffer instanceof MemoryBuffer memory ? memory : new MemoryBuffer(buffer, 0, buffer.capacity());
    }

    @Override
    public byte getByte(final int index)
    {
        return isFast(index, 1) ? UnsafeApi.getByte(fastAddress + index) : memory.get(at(index));
    }

    @Override
    public void putByte(final int index, final byte value)
    {
        if (isFast(index, 1))
        {
            UnsafeApi.putByte(fastAddress + index, value);
        }
        else
        {
            memory.put(at(index), value);
        }
    }

    @Override
    public short getShort(final int index)
    {
        return isFast(index, Short.BYTES) ? UnsafeApi.getShort(fastAddress + index) : memory.getShort(at(index));
    }

    @Override
    public void putShort(final int index, final short value)
    {
        if (isFast(index, Short.BYTES))
        {
            UnsafeApi.putShort(fastAddress + index, value);
        }
        else
        {
            memory.putShort(at(index), value);
        }
    }

    @Override
    public int getInt(final int index)
    {
        return isFast(index, Integer.BYTES) ? UnsafeApi.getInt(fastAddress + index) : memory.getInt(at(index));
    }

    @Override
    public void putInt(final int index, final int value)
    {
        if (isFast(index, Integer.BYTES))
        {
            UnsafeApi.putInt(fastAddress + index, value);
        }
        else
        {
            memory.putInt(at(index), value);
        }
    }

    @Override
    public long getLong(final int index)
    {
        return isFast(index, Long.BYTES) ? UnsafeApi.getLong(fastAddress + index) : memory.getLong(at(index));
    }

    @Override
    public void putLong(final int index, final long value)
    {
        if (isFast(index, Long.BYTES))
        {
            UnsafeApi.putLong(fastAddress + index, value);
        }
        else
        {
            memory.putLong(at(index), value);
        }
    }

    @Override
    public long getLongVolatile(final int index)
    {
        return (long)LONG.getVolatile(memory, at(index));
    }

    @Override
    public void putLongVolatile(final int index, final long value)
    {
        LONG.setVolatile(memory, at(index), value);
    }

    @Override
    public long getLongAcquire(final int index)
    {
        return (long)LONG.getAcquire(memory, at(index));
    }

    @Override
    public long getLongOpaque(final int index)
    {
        return (long)LONG.getOpaque(memory, at(index));
    }

    @Override
    public void putLongRelease(final int index, final long value)
    {
        LONG.setRelease(memory, at(index), value);
    }

    @Override
    public void putLongOpaque(final int index, final long value)
    {
        LONG.setOpaque(memory, at(index), value);
    }

    @Override
    public boolean compareAndSetLong(final int index, final long expectedValue, final long updateValue)
    {
        return LONG.compareAndSet(memory, at(index), expectedValue, updateValue);
    }

    @Override
    public long compareAndExchangeLong(final int index, final long expectedValue, final long updateValue)
    {
        return (long)LONG.compareAndExchange(memory, at(index), expectedValue, updateValue);
    }

    @Override
    public long getAndSetLong(final int index, final long value)
    {
        return (long)LONG.getAndSet(memory, at(index), value);
    }

    @Override
    public long getAndAddLong(final int index, final long delta)
    {
        return (long)LONG.getAndAdd(memory, at(index), delta);
    }

    @Override
    public int getIntVolatile(final int index)
    {
        return (int)INT.getVolatile(memory, at(index));
    }

    @Override
    public void putIntVolatile(final int index, final int value)
    {
        INT.setVolatile(memory, at(index), value);
    }

    @Override
    public int getIntAcquire(final int index)
    {
        return (int)INT.getAcquire(memory, at(index));
    }

    @Override
    public int getIntOpaque(final int index)
    {
        return (int)INT.getOpaque(memory, at(index));
    }

    @Override
    public void putIntRelease(final int index, final int value)
    {
        INT.setRelease(memory, at(index), value);
    }

    @Override
    public void putIntOpaque(final int index, final int value)
    {
        INT.setOpaque(memory, at(index), value);
    }

    @Override
    public boolean compareAndSetInt(final int index, final int expectedValue, final int updateValue)
    {
        return INT.compareAndSet(memory, at(index), expectedValue, updateValue);
    }

    @Override
    public int compareAndExchangeInt(final int index, final int expectedValue, final int updateValue)
    {
        return (int)INT.compareAndExchange(memory, at(index), expectedValue, updateValue);
    }

    @Override
    public int getAndSetInt(final int index, final int value)
    {
        return (int)INT.getAndSet(memory, at(index), value);
    }

    @Override
    public int getAndAddInt(final int index, final int delta)
    {
        return (int)INT.getAndAdd(memory, at(index), delta);
    }

    @Override
    public short getShortVolatile(final int index)
    {
        return (short)SHORT.getVolatile(memory, at(index));
    }

    @Override
    public void putShortVolatile(final int index, final short value)
    {
        SHORT.setVolatile(memory, at(index), value);
    }

    @Override
    public byte getByteVolatile(final int index)
    {
        final byte value = getByte(index);
        VarHandle.acquireFence();
        return value;
    }

    @Override
    public void putByteVolatile(final int index, final byte value)
    {
        VarHandle.releaseFence();
        putByte(index, value);
        VarHandle.fullFence();
    }

    @Override
    public void setMemory(final int index, final int length, final byte value)
    {
        boundsCheck(index, length);
        final long word = (value & 0xFF) * EACH_BYTE;
        int at = index;
        for (final int end = index + length - Long.BYTES; at <= end; at += Long.BYTES)
        {
            putLong(at, word);
        }
        for (; at < index + length; at++)
        {
            putByte(at, value);
        }
    }

    @Override
    public void getBytes(final int index, final byte[] dst)
    {
        getBytes(index, dst, 0, dst.length);
    }

    @Override
    public void getBytes(final int index, final byte[] dst, final int offset, final int length)
    {
        memory.get(at(index), dst, offset, length);
    }

    @Override
    public void getBytes(final int index, final MutableDirectBuffer dst, final int dstIndex, final int length)
    {
        boundsCheck(index, length);
        dst.putBytes(dstIndex, memory, base + index, length);
    }

    @Override
    public void getBytes(final int index, final ByteBuffer dst, final int length)
    {
        final int position = dst.position();
        getBytes(index, dst, position, length);
        dst.position(position + length);
    }

    @Override
    public void getBytes(final int index, final ByteBuffer dst, final int dstOffset, final int length)
    {
        dst.put(dstOffset, memory, at(index), length);
    }

    @Override
    public void putBytes(final int index, final byte[] src)
    {
        putBytes(index, src, 0, src.length);
    }

    @Override
    public void putBytes(final int index, final byte[] src, final int offset, final int length)
    {
        memory.put(at(index), src, offset, length);
    }

    @Override
    public void putBytes(final int index, final ByteBuffer src, final int length)
    {
        final int position = src.position();
        putBytes(index, src, position, length);
        src.position(position + length);
    }

    @Override
    public void putBytes(final int index, final ByteBuffer src, final int srcIndex, final int length)
    {
        memory.put(at(index), src, srcIndex, length);
    }

    @Override
    public void putBytes(final int index, final DirectBuffer src, final int srcIndex, final int length)
    {
        if (src instanceof MemoryBuffer from)
        {
            if (length > 0 && isFast(index, length) && from.isFast(srcIndex, length))
            {
                UnsafeApi.copyMemory(from.fastAddress + srcIndex, fastAddress + index, length);
            }
            else
            {
                memory.put(at(index), from.memory, from.at(srcIndex), length);
            }
        }
        else
        {
            boundsCheck(index, length);
            src.getBytes(srcIndex, memory, base + index, length);
        }
    }

    /** The limit of the memory is the end of the view, so only its beginning is left to check here. */
    private int at(final int index)
    {
        if (index < 0)
        {
            throw new IndexOutOfBoundsException("index=" + index + " is negative");
        }
        return base + index;
    }
}
