// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Six bytes of a buffer as the low 48 bits of a {@code long}, touching no seventh. */
final class MacField
{
    private MacField()
    {
    }

    static long get(final UnsafeBuffer buffer, final int index)
    {
        return ((buffer.getShort(index, ByteOrder.BIG_ENDIAN) & 0xFFFFL) << 32) |
            (buffer.getInt(index + 2, ByteOrder.BIG_ENDIAN) & 0xFFFF_FFFFL);
    }

    static void put(final UnsafeBuffer buffer, final int index, final long mac)
    {
        buffer.putShort(index, (short)(mac >>> 32), ByteOrder.BIG_ENDIAN);
        buffer.putInt(index + 2, (int)mac, ByteOrder.BIG_ENDIAN);
    }
}
