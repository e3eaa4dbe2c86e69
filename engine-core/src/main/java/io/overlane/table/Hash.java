// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

/**
 * The steps of all hashes. Tables seed their hashes, so that senders cannot choose addresses that collide; none is
 * cryptographic.
 */
public final class Hash
{
    /** Odd, and its set bits are spread evenly: 2^64 divided by the golden ratio. */
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private Hash()
    {
    }

    /**
     * A hash of 32 bits without a seed, for caches that lose little by a collision, and for keys that no sender
     * chooses.
     */
    public static int of(final long a, final long b)
    {
        return (int)(mix(a, b) >>> 32);
    }

    /**
     * The same hash in 64 bits, of which the upper ones are good: for longer keys, and to tell keys apart.
     *
     * @param a first word, or the hash of the words before.
     * @param b next word.
     */
    public static long mix(final long a, final long b)
    {
        return (a * MIX ^ b) * MIX;
    }

    /** Both halves of a 128-bit product. At least one factor should be secret. */
    static long fold(final long a, final long b)
    {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }

    /** One more multiplication: without it keys in arithmetic progression form clusters. 32 bits. */
    static long finish(final long folded)
    {
        return (folded ^ (folded >>> 32)) * MIX >>> 32;
    }
}
