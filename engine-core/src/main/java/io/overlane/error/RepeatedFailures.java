// SPDX-License-Identifier: Apache-2.0
package io.overlane.error;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;

/**
 * Limits the reports of a socket failure that repeats: one line a minute for each reason, with the number of failures
 * since the last line. Without a limit a remote behind a firewall causes a line for every datagram. One thread only.
 */
public final class RepeatedFailures
{
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private final ErrorHandler errorHandler;
    private final Map<String, Reason> reasons = new HashMap<>();

    public RepeatedFailures(final ErrorHandler errorHandler)
    {
        this.errorHandler = errorHandler;
    }

    /**
     * @param operation what failed: a verb, and the words that belong to it.
     * @param object    object of the verb; converted to text only if a line is written.
     * @param cause     its message is the reason.
     * @param nowNs     on the clock of {@link System#nanoTime()}.
     */
    public void report(final String operation, final Object object, final Throwable cause, final long nowNs)
    {
        final String text = String.valueOf(cause.getMessage());
        final Reason reason = reasons.computeIfAbsent(text, (key) -> new Reason());
        reason.failures++;
        if (!reason.isKnown || nowNs - reason.toldNs >= INTERVAL_NS)
        {
            errorHandler.onError(new IOException("cannot " + operation + " " + object + ": " + text +
                (reason.failures == 1 ? "" : " (" + reason.failures + " times since the last such line)"), cause));
            reason.isKnown = true;
            reason.toldNs = nowNs;
            reason.failures = 0;
        }
    }

    /** One reason: when it was last reported, and how often it occurred since. */
    private static final class Reason
    {
        private boolean isKnown;
        private long toldNs;
        private long failures;
    }
}
