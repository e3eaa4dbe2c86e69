// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

/** Random numbers from a seed, without allocation (xorshift64*). */
final class Dice
{
    private long state;

    Dice(final long seed)
    {
        state = seed * 0x9E37_79B9_7F4A_7C15L | 1;
    }

    /** Any 32 bits. */
    int bits()
    {
        state ^= state >>> 12;
        state ^= state << 25;
        state ^= state >>> 27;
        return (int)(state * 0x2545_F491_4F6C_DD1DL >>> 32);
    }

    /** A number of 0…bound-1; 0 if the bound is not positive. */
    int below(final int bound)
    {
        return bound <= 0 ? 0 : (int)((bits() & 0xFFFF_FFFFL) * bound >>> 32);
    }

    /** True once in so many calls, on average. */
    boolean oneIn(final int calls)
    {
        return below(calls) == 0;
    }
}
