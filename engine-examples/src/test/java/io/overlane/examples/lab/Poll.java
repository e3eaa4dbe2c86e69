// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what another process does, as nothing tells us when it has. */
public final class Poll
{
    private static final long PAUSE_MS = 20;

    private Poll()
    {
    }

    /**
     * @param what      it is, for the message.
     * @param seconds   at most, far more than it should take.
     * @param condition looked at again and again.
     * @return milliseconds it took.
     * @throws AssertionError if the time is over.
     */
    public static long until(final String what, final int seconds, final BooleanSupplier condition)
    {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean())
        {
            if (System.nanoTime() - startNs > TimeUnit.SECONDS.toNanos(seconds))
            {
                throw new AssertionError("not within " + seconds + " s: " + what);
            }
            try
            {
                Thread.sleep(PAUSE_MS);
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", ex);
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }
}
