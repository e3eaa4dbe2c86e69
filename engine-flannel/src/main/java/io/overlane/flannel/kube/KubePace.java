// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.lease.Backoff;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Spares a server in trouble: after a failure no request is sent for a while, which grows with each failure and is
 * longer if the server asked for that. It is partly chosen by chance, so that the nodes of a cluster do not all return
 * at once. A request before its end fails at once, without being sent. Any thread may use it.
 */
final class KubePace
{
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** A server that asks for more is asked again all the same. */
    private static final long LONGEST_ASKED_S = 60;

    private final RandomGenerator random;
    private final LongSupplier nanoClock;
    private final Backoff backoff = new Backoff(FIRST, LONGEST);
    private boolean isWaiting;
    private long untilNs;
    private String why = "";

    KubePace(final RandomGenerator random, final LongSupplier nanoClock)
    {
        this.random = random;
        this.nanoClock = nanoClock;
    }

    /** @throws RegistryException of kind {@code UNREACHABLE} if no request may be sent now. */
    synchronized void requireOpen()
    {
        final long leftNs = untilNs - nanoClock.getAsLong();
        if (isWaiting && leftNs > 0)
        {
            throw new RegistryException(Kind.UNREACHABLE,
                why + "; not asked again for " + (TimeUnit.NANOSECONDS.toMillis(leftNs) + 1) + " ms");
        }
    }

    /**
     * @param reason       one line.
     * @param retrySeconds after which the server wants to be asked again; 0 if it did not say.
     */
    synchronized void failed(final String reason, final long retrySeconds)
    {
        final long nextNs = backoff.next().toNanos();
        final long askedNs = TimeUnit.SECONDS.toNanos(Math.max(0, Math.min(LONGEST_ASKED_S, retrySeconds)));
        untilNs = nanoClock.getAsLong() + askedNs + nextNs / 2 + random.nextLong(nextNs / 2 + 1);
        isWaiting = true;
        why = reason;
    }

    synchronized void succeeded()
    {
        isWaiting = false;
        backoff.reset();
    }
}
