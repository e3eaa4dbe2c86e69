// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

/** Numbers in network byte order in arrays, and the checksum of the Internet (RFC 1071). */
final class Bytes
{
    private Bytes()
    {
    }

    static int u8(final byte[] bytes, final int index)
    {
        return bytes[index] & 0xFF;
    }

    static int u16(final byte[] bytes, final int index)
    {
        return u8(bytes, index) << 8 | u8(bytes, index + 1);
    }

    static int i32(final byte[] bytes, final int index)
    {
        return u16(bytes, index) << 16 | u16(bytes, index + 2);
    }

    static long mac(final byte[] bytes, final int index)
    {
        return (long)u16(bytes, index) << 32 | i32(bytes, index + 2) & 0xFFFF_FFFFL;
    }

    static long i64(final byte[] bytes, final int index)
    {
        return (long)i32(bytes, index) << 32 | i32(bytes, index + 4) & 0xFFFF_FFFFL;
    }

    static void put8(final byte[] bytes, final int index, final int value)
    {
        bytes[index] = (byte)value;
    }

    static void put16(final byte[] bytes, final int index, final int value)
    {
        bytes[index] = (byte)(value >>> 8);
        bytes[index + 1] = (byte)value;
    }

    static void put32(final byte[] bytes, final int index, final int value)
    {
        put16(bytes, index, value >>> 16);
        put16(bytes, index + 2, value);
    }

    static void put64(final byte[] bytes, final int index, final long value)
    {
        put32(bytes, index, (int)(value >>> 32));
        put32(bytes, index + 4, (int)value);
    }

    static void putMac(final byte[] bytes, final int index, final long mac)
    {
        put16(bytes, index, (int)(mac >>> 32));
        put32(bytes, index + 2, (int)mac);
    }

    /** The sum of 16-bit words, to which others may be added before {@link #checksum}. */
    static long sum(final byte[] bytes, final int offset, final int length)
    {
        long sum = 0;
        for (int i = 0; i + 1 < length; i += 2)
        {
            sum += u16(bytes, offset + i);
        }
        return sum + ((length & 1) == 0 ? 0 : (long)u8(bytes, offset + length - 1) << 8);
    }

    static int checksum(final long sum)
    {
        long folded = sum;
        while (folded >>> 16 != 0)
        {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return ~(int)folded & 0xFFFF;
    }
}
