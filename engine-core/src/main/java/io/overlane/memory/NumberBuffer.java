// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import java.nio.ByteOrder;

/** Numbers in a buffer that are made of other accesses, and the old names of some atomic accesses. */
abstract class NumberBuffer extends TextBuffer
{
    private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

    @Override
    public final long getLong(final int index, final ByteOrder byteOrder)
    {
        final long value = getLong(index);
        return byteOrder == NATIVE ? value : Long.reverseBytes(value);
    }

    @Override
    public final void putLong(final int index, final long value, final ByteOrder byteOrder)
    {
        putLong(index, byteOrder == NATIVE ? value : Long.reverseBytes(value));
    }

    @Override
    public final int getInt(final int index, final ByteOrder byteOrder)
    {
        final int value = getInt(index);
        return byteOrder == NATIVE ? value : Integer.reverseBytes(value);
    }

    @Override
    public final void putInt(final int index, final int value, final ByteOrder byteOrder)
    {
        putInt(index, byteOrder == NATIVE ? value : Integer.reverseBytes(value));
    }

    @Override
    public final short getShort(final int index, final ByteOrder byteOrder)
    {
        final short value = getShort(index);
        return byteOrder == NATIVE ? value : Short.reverseBytes(value);
    }

    @Override
    public final void putShort(final int index, final short value, final ByteOrder byteOrder)
    {
        putShort(index, byteOrder == NATIVE ? value : Short.reverseBytes(value));
    }

    @Override
    public final char getChar(final int index)
    {
        return (char)getShort(index);
    }

    @Override
    public final char getChar(final int index, final ByteOrder byteOrder)
    {
        return (char)getShort(index, byteOrder);
    }

    @Override
    public final void putChar(final int index, final char value)
    {
        putShort(index, (short)value);
    }

    @Override
    public final void putChar(final int index, final char value, final ByteOrder byteOrder)
    {
        putShort(index, (short)value, byteOrder);
    }

    @Override
    public final double getDouble(final int index)
    {
        return Double.longBitsToDouble(getLong(index));
    }

    @Override
    public final double getDouble(final int index, final ByteOrder byteOrder)
    {
        return Double.longBitsToDouble(getLong(index, byteOrder));
    }

    @Override
    public final void putDouble(final int index, final double value)
    {
        putLong(index, Double.doubleToRawLongBits(value));
    }

    @Override
    public final void putDouble(final int index, final double value, final ByteOrder byteOrder)
    {
        putLong(index, Double.doubleToRawLongBits(value), byteOrder);
    }

    @Override
    public final float getFloat(final int index)
    {
        return Float.intBitsToFloat(getInt(index));
    }

    @Override
    public final float getFloat(final int index, final ByteOrder byteOrder)
    {
        return Float.intBitsToFloat(getInt(index, byteOrder));
    }

    @Override
    public final void putFloat(final int index, final float value)
    {
        putInt(index, Float.floatToRawIntBits(value));
    }

    @Override
    public final void putFloat(final int index, final float value, final ByteOrder byteOrder)
    {
        putInt(index, Float.floatToRawIntBits(value), byteOrder);
    }

    @Override
    public final char getCharVolatile(final int index)
    {
        return (char)getShortVolatile(index);
    }

    @Override
    public final void putCharVolatile(final int index, final char value)
    {
        putShortVolatile(index, (short)value);
    }

    @Override
    public final void putLongOrdered(final int index, final long value)
    {
        putLongRelease(index, value);
    }

    @Override
    public final void putIntOrdered(final int index, final int value)
    {
        putIntRelease(index, value);
    }

    @Override
    public final long addLongOrdered(final int index, final long increment)
    {
        return addLongRelease(index, increment);
    }

    @Override
    public final long addLongRelease(final int index, final long increment)
    {
        final long value = getLong(index);
        putLongRelease(index, value + increment);
        return value;
    }

    @Override
    public final long addLongOpaque(final int index, final long increment)
    {
        final long value = getLongOpaque(index);
        putLongOpaque(index, value + increment);
        return value;
    }

    @Override
    public final int addIntOrdered(final int index, final int increment)
    {
        return addIntRelease(index, increment);
    }

    @Override
    public final int addIntRelease(final int index, final int increment)
    {
        final int value = getInt(index);
        putIntRelease(index, value + increment);
        return value;
    }

    @Override
    public final int addIntOpaque(final int index, final int increment)
    {
        final int value = getIntOpaque(index);
        putIntOpaque(index, value + increment);
        return value;
    }

    @Override
    public final boolean isExpandable()
    {
        return false;
    }
}
