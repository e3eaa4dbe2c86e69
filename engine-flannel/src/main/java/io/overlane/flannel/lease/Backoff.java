// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import java.time.Duration;

/** Pauses between attempts, each twice as long as the one before it, up to a longest one. */
public final class Backoff
{
    private final Duration first;
    private final Duration longest;
    private Duration next;

    public Backoff(final Duration first, final Duration longest)
    {
        this.first = first;
        this.longest = longest;
        next = first;
    }

    /** @return the pause to make now. */
    public Duration next()
    {
        final Duration now = next;
        final Duration twice = now.multipliedBy(2);
        next = twice.compareTo(longest) < 0 ? twice : longest;
        return now;
    }

    /** After a success: start with the shortest pause again. */
    public void reset()
    {
        next = first;
    }
}
