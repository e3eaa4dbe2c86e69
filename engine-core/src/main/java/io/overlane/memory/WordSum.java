// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import org.agrona.UnsafeApi;

/** Adds up memory, for the Internet checksum. */
public final class WordSum
{
    /**
     * Whether the optimizing compiler makes vector instructions of a plain loop over memory outside the heap. That of
     * JDK 25 does, that of 17 does not.
     */
    private static final boolean IS_VECTORISED =
        FastAccess.IS_ON && OptimizingCompiler.IS_THERE && Runtime.version().feature() >= 25;

    /** Vectors gain nothing below this number: the loop has to find its way to them. */
    private static final int VECTOR_WORDS = 48;

    /** Words in two gigabytes, less one; no buffer has more. */
    private static final int MOST_WORDS = Integer.MAX_VALUE / Long.BYTES;

    private static final long LOWER_HALF = 0xFFFF_FFFFL;

    private WordSum()
    {
    }

    /**
     * @param index of the first word, in bytes; any alignment.
     * @param words of 64 bits.
     * @return the sum of both halves of each word, in native byte order, as numbers without a sign.
     * @throws IndexOutOfBoundsException if the words are not all in the buffer.
     */
    public static long of(final MemoryBuffer buffer, final int index, final int words)
    {
        final int length = words * Long.BYTES;
        if (words > 0 && buffer.isFast(index, length))
        {
            final long address = buffer.fastAddress + index;
            return IS_VECTORISED && words >= VECTOR_WORDS ? vectorised(address, words) : unrolled(address, words);
        }
        return checked(buffer, index, words);
    }

    /**
     * The compiler makes vectors only if the loop adds to a single variable, and if it knows that the number of words
     * times eight does not overflow.
     */
    private static long vectorised(final long address, final int words)
    {
        final int count = words & MOST_WORDS;
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            final long word = UnsafeApi.getLong(address + (long)Long.BYTES * i);
            sum += (word & LOWER_HALF) + (word >>> 32);
        }
        return sum;
    }

    /**
     * "all" may overflow, "upper" cannot; the sum of the lower halves is their difference. So no carry is needed, which
     * Java does not provide.
     */
    private static long unrolled(final long address, final int words)
    {
        long all0 = 0;
        long all1 = 0;
        long upper0 = 0;
        long upper1 = 0;
        long at = address;
        int left = words;
        for (; left >= 4; left -= 4)
        {
            final long word0 = UnsafeApi.getLong(at);
            final long word1 = UnsafeApi.getLong(at + 8);
            final long word2 = UnsafeApi.getLong(at + 16);
            final long word3 = UnsafeApi.getLong(at + 24);
            all0 += word0;
            all1 += word1;
            upper0 += word0 >>> 32;
            upper1 += word1 >>> 32;
            all0 += word2;
            all1 += word3;
            upper0 += word2 >>> 32;
            upper1 += word3 >>> 32;
            at += 32;
        }
        for (; left > 0; left--)
        {
            final long word = UnsafeApi.getLong(at);
            all0 += word;
            upper0 += word >>> 32;
            at += 8;
        }
        final long upper = upper0 + upper1;
        return upper + (all0 + all1 - (upper << 32));
    }

    private static long checked(final MemoryBuffer buffer, final int index, final int words)
    {
        long all = 0;
        long upper = 0;
        for (int i = 0; i < words; i++)
        {
            final long word = buffer.getLong(index + i * Long.BYTES);
            all += word;
            upper += word >>> 32;
        }
        return upper + (all - (upper << 32));
    }
}
