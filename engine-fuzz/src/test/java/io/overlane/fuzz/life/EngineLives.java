// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.life;

import io.overlane.engine.ThreadingMode;

/** Engines live one after the other; the command {@code scripts/fuzz.sh lives}. */
public final class EngineLives
{
    private EngineLives()
    {
    }

    /** {@code SECONDS [SEED]}. */
    public static void main(final String[] args) throws Exception
    {
        final long endNs = System.nanoTime() + Long.parseLong(args[0]) * 1_000_000_000L;
        final long first = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime() & 0xFFFF_FFFFL;
        long seed = first;
        long frames = 0;
        while (System.nanoTime() < endNs)
        {
            frames += live(seed, 50 + seed % 400);
            seed++;
        }
        System.out.println(
            (seed - first) + " engines, seeds from " + first + " on, carried " + frames + " frames; nothing found");
        System.exit(0);
    }

    static long live(final long seed, final long milliseconds)
    {
        final ThreadingMode mode = seed % 2 == 0 ? ThreadingMode.SHARED : ThreadingMode.SPLIT;
        try
        {
            return new EngineLife(seed, mode).live(milliseconds);
        }
        catch (final Exception | AssertionError ex)
        {
            throw new AssertionError("engine " + mode + " with seed " + seed, ex);
        }
    }
}
