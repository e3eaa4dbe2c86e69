// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.error.GuardedErrorHandler;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Reports failed system calls to an {@link ErrorHandler}: for each kind one line a minute, with the number of failures
 * since the last line. A device that is down fails for every frame. Any thread.
 */
public final class ErrnoReporter
{
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private static final int KINDS = 160;

    private final GuardedErrorHandler errorHandler;
    private final String subject;
    private final NanoClock clock;
    /** When a kind was last reported; 0 if never. */
    private final AtomicLongArray reportedAtNs = new AtomicLongArray(KINDS);
    /** How often a kind has failed since it was last reported. */
    private final AtomicLongArray failures = new AtomicLongArray(KINDS);

    /** @param subject the device or socket, for the message. */
    public ErrnoReporter(final ErrorHandler errorHandler, final String subject)
    {
        this(errorHandler, subject, SystemNanoClock.INSTANCE);
    }

    /** For tests, which step the clock. */
    public ErrnoReporter(final ErrorHandler errorHandler, final String subject, final NanoClock clock)
    {
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        this.subject = subject;
        this.clock = clock;
    }

    public void report(final String operation, final int errno)
    {
        final long count = countIfDue(errno);
        if (count > 0)
        {
            send(operation, errno, times(count));
        }
    }

    /**
     * Report that a datagram was refused.
     *
     * @param remoteHigh first word of the destination's address.
     */
    public void reportSend(final long remoteHigh, final long remoteLow, final int remotePort, final int errno)
    {
        final long count = countIfDue(errno);
        if (count > 0)
        {
            send("send to " + new Vtep(new IpAddress(remoteHigh, remoteLow), remotePort), errno, times(count));
        }
    }

    /** Report a failure that occurs only a few times in all, each time it occurs. */
    public void reportAlways(final String operation, final int errno)
    {
        send(operation, errno, "");
    }

    /** Report a failure that no system call returned. All such failures are one kind. */
    public void report(final String message)
    {
        final long count = countIfDue(0);
        if (count > 0)
        {
            errorHandler.onError(new IOException(subject + ": " + message + times(count)));
        }
    }

    private void send(final String operation, final int errno, final String times)
    {
        errorHandler.onError(
            new IOException(subject + ": cannot " + operation + ": " + LibC.describe(errno) + times));
    }

    private static String times(final long count)
    {
        return count == 1 ? "" : " (" + count + " times since the last such line)";
    }

    /**
     * Counts one failure. Returns the number of failures since the last report, or 0 if that is less than a minute old.
     */
    private long countIfDue(final int errno)
    {
        final int kind = Math.min(errno, KINDS - 1);
        failures.incrementAndGet(kind);
        final long nowNs = clock.nanoTime() | 1;
        final long lastNs = reportedAtNs.get(kind);
        final boolean isDue =
            (lastNs == 0 || nowNs - lastNs >= INTERVAL_NS) && reportedAtNs.compareAndSet(kind, lastNs, nowNs);
        return isDue ? failures.getAndSet(kind, 0) : 0;
    }
}
