// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;

/**
 * Reports failures of a socket that come again and again: for each reason one line a minute, with the number of
 * failures since the last line. A remote that a firewall forbids fails for every datagram. One thread only.
 */
public final class RepeatedFailures
{
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private final ErrorHandler errorHandler;
    private final Map<String, Reason> reasons = new HashMap<>();

    /**
     * @param errorHandler to tell.
     */
    public RepeatedFailures(final ErrorHandler errorHandler)
    {
        this.errorHandler = errorHandler;
    }

    /**
     * Something failed once more.
     *
     * @param operation what was tried, a verb and what belongs to it.
     * @param object    of the verb; becomes text only in a line that is written.
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

    /** What is to be told about one reason. */
    private static final class Reason
    {
        private boolean isKnown;
        private long toldNs;
        private long failures;
    }
}
