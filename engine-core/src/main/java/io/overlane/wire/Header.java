// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.memory.MemoryBuffer;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/** The place of a header in a buffer, and access to its fields in network byte order, by their offset in the header. */
abstract class Header
{
    @SuppressWarnings("NullAway.Init")
    MemoryBuffer buffer;
    int offset;
    int length;

    final void aim(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        // With one class the accesses below need no dispatch. Frames have it; only another buffer costs an object.
        this.buffer = MemoryBuffer.of(buffer);
        this.offset = offset;
        this.length = length;
    }

    final int u8(final int field)
    {
        return buffer.getByte(offset + field) & 0xFF;
    }

    final void u8(final int field, final int value)
    {
        buffer.putByte(offset + field, (byte)value);
    }

    final int u16(final int field)
    {
        return buffer.getShort(offset + field, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    final void u16(final int field, final int value)
    {
        buffer.putShort(offset + field, (short)value, ByteOrder.BIG_ENDIAN);
    }

    final int i32(final int field)
    {
        return buffer.getInt(offset + field, ByteOrder.BIG_ENDIAN);
    }

    final void i32(final int field, final int value)
    {
        buffer.putInt(offset + field, value, ByteOrder.BIG_ENDIAN);
    }

    final long i64(final int field)
    {
        return buffer.getLong(offset + field, ByteOrder.BIG_ENDIAN);
    }

    final void i64(final int field, final long value)
    {
        buffer.putLong(offset + field, value, ByteOrder.BIG_ENDIAN);
    }

    /** Six bytes as the low 48 bits, without access to a seventh. */
    final long mac(final int field)
    {
        return (long)u16(field) << 32 | i32(field + 2) & 0xFFFF_FFFFL;
    }

    final void mac(final int field, final long value)
    {
        u16(field, (int)(value >>> 32));
        i32(field + 2, (int)value);
    }
}
