// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the parts of an input one after the other. Behind its end there are zeros and empty parts. */
public final class Input
{
    private final byte[] bytes;
    private int next;

    public Input(final byte[] bytes)
    {
        this.bytes = bytes;
    }

    public boolean hasMore()
    {
        return next < bytes.length;
    }

    /** @return the next byte, 0…255. */
    public int u8()
    {
        return hasMore() ? bytes[next++] & 0xFF : 0;
    }

    /** @return the next two bytes, the lower one first. */
    public int u16()
    {
        return u8() | u8() << 8;
    }

    /** @return the next bytes, at most this number of them. */
    public byte[] bytes(final int length)
    {
        final int from = next;
        next = Math.min(bytes.length, from + length);
        return Arrays.copyOfRange(bytes, from, next);
    }

    /** @return all bytes that are left. */
    public byte[] rest()
    {
        return bytes(bytes.length - next);
    }

    /** @return the text of an input that is one text. */
    public static String text(final byte[] bytes)
    {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** @return the bytes of a text. */
    public static byte[] of(final String text)
    {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** @return the bytes of several texts, one input for each. */
    public static List<byte[]> ofEach(final String... texts)
    {
        final List<byte[]> inputs = new ArrayList<>();
        for (final String text : texts)
        {
            inputs.add(of(text));
        }
        return inputs;
    }

    /** Assert that a message for people is one line which is not empty and not longer than a screen. */
    public static void assertOneLine(final Throwable error)
    {
        final String message = String.valueOf(error.getMessage());
        if (message.isBlank() || message.lines().count() != 1 || message.equals("null"))
        {
            throw new AssertionError("not one line: '" + message + "'", error);
        }
    }

    /** Assert that a function of a value undoes another one. */
    public static void assertSame(final Object expected, final Object actual, final String what)
    {
        assertEquals(expected, actual, what);
    }

    /** Assert that no step of the work on an input made much more than the input. */
    static void assertModest(final long allocated, final int length)
    {
        final long limit = (64L << 20) + 8192L * length;
        assertTrue(allocated <= limit, () -> "allocated " + allocated + " bytes for " + length + " bytes of input");
    }
}
