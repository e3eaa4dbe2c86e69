// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

/**
 * The steps of the tables' hashes. Seeded, so that senders cannot choose addresses that collide; not cryptographic.
 */
final class Hash
{
    /** Odd, with bits set all over: 2^64 divided by the golden ratio. */
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private Hash()
    {
    }

    /** Both halves of a 128-bit product, of factors of which at least one should be secret. */
    static long fold(final long a, final long b)
    {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }

    /** One more multiplication, without which keys in arithmetic progression fall into clumps: 32 bits. */
    static long finish(final long folded)
    {
        return (folded ^ (folded >>> 32)) * MIX >>> 32;
    }
}
