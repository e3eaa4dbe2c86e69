// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.lease.Backoff;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Repeats a call of the registry with growing pauses while that may help, and reports each failure. */
final class Attempts
{
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final CountDownLatch stop;
    private final Consumer<String> events;

    Attempts(final CountDownLatch stop, final Consumer<String> events)
    {
        this.stop = stop;
        this.events = events;
    }

    /**
     * @return the answer, or null if the node is stopped first.
     * @throws RegistryException of kind {@code RECONFIGURED}, for which another call is needed first.
     * @throws IOException if the registry refuses.
     */
    <T> @Nullable T call(final Supplier<T> call) throws IOException, InterruptedException
    {
        final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (stop.getCount() > 0)
        {
            final Duration pause = backoff.next();
            try
            {
                return call.get();
            }
            catch (final RegistryException ex)
            {
                if (ex.kind() == Kind.RECONFIGURED)
                {
                    throw ex;
                }
                if (ex.kind() == Kind.REFUSED)
                {
                    throw new IOException(ex.getMessage(), ex);
                }
                events.accept(ex.getMessage() + "; trying again in " + pause.toSeconds() + " s");
            }
            if (stop.await(pause.toMillis(), TimeUnit.MILLISECONDS))
            {
                break;
            }
        }
        return null;
    }
}
