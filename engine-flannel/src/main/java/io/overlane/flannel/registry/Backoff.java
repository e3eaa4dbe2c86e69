// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

/** Pauses between attempts: 100 ms, then twice as long each time, at most 5 s, as in flannel. */
final class Backoff
{
    static final long FIRST_MS = 100;
    static final long LONGEST_MS = 5_000;

    private long nextMs = FIRST_MS;

    /** @return milliseconds to wait now. */
    long nextMs()
    {
        final long now = nextMs;
        nextMs = Math.min(LONGEST_MS, nextMs * 2);
        return now;
    }

    /** After a success: start with the shortest pause again. */
    void reset()
    {
        nextMs = FIRST_MS;
    }
}
