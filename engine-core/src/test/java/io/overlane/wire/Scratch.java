// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.memory.MemoryBuffer;
import java.util.HexFormat;

/** A buffer of 0xA5 with room on both sides, so that a byte written astray or forgotten shows. */
public final class Scratch
{
    public static final int OFFSET = 13;
    private static final int MARGIN = 24;
    private static final byte FILL = (byte)0xA5;

    public final MemoryBuffer buffer;
    private final int length;

    Scratch(final int length)
    {
        this.length = length;
        buffer = new MemoryBuffer(new byte[OFFSET + length + MARGIN]);
        buffer.setMemory(0, buffer.capacity(), FILL);
    }

    /** @return a buffer with these bytes at {@link #OFFSET}. */
    public static Scratch of(final String hex)
    {
        final byte[] bytes = bytes(hex);
        final Scratch scratch = new Scratch(bytes.length);
        scratch.buffer.putBytes(OFFSET, bytes);
        return scratch;
    }

    public static byte[] bytes(final String hex)
    {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** Exactly these bytes were written, and none beside them. */
    void assertHolds(final String hex)
    {
        final byte[] written = new byte[length];
        buffer.getBytes(OFFSET, written);
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(written));
        for (int i = 0; i < buffer.capacity(); i++)
        {
            if (i < OFFSET || i >= OFFSET + length)
            {
                assertEquals(FILL, buffer.getByte(i), "stray byte at " + (i - OFFSET));
            }
        }
    }
}
