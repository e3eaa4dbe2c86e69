package io.overlane.tun;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.agrona.ErrorHandler;

/**
 * Tells an {@link ErrorHandler} of failed system calls, of each kind at most once a minute: a device that is down
 * fails for every frame. Any thread.
 */
final class ErrnoReporter
{
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private static final int KINDS = 160;

    private final ErrorHandler errorHandler;
    private final String subject;
    /** When a kind was last told of, 0 if never. */
    private final AtomicLongArray toldAtNs = new AtomicLongArray(KINDS);

    /**
     * @param errorHandler to tell.
     * @param subject      the device or socket, for the message.
     */
    ErrnoReporter(final ErrorHandler errorHandler, final String subject)
    {
        this.errorHandler = errorHandler;
        this.subject = subject;
    }

    /**
     * @param operation what failed, a verb.
     * @param errno     why; also the kind.
     */
    void report(final String operation, final int errno)
    {
        final int kind = Math.min(errno, KINDS - 1);
        if (firstInAWhile(kind))
        {
            tell(operation, errno);
        }
    }

    /**
     * What happens only a few times in all: told each time, whatever was told before.
     *
     * @param operation what failed, a verb.
     * @param errno     why.
     */
    void tell(final String operation, final int errno)
    {
        errorHandler.onError(new IOException(subject + ": cannot " + operation + ": " + LibC.describe(errno)));
    }

    /**
     * A failure that no system call reported; all of them are one kind.
     *
     * @param message what is wrong.
     */
    void report(final String message)
    {
        if (firstInAWhile(0))
        {
            errorHandler.onError(new IOException(subject + ": " + message));
        }
    }

    private boolean firstInAWhile(final int kind)
    {
        final long nowNs = System.nanoTime() | 1;
        final long toldNs = toldAtNs.get(kind);
        return (toldNs == 0 || nowNs - toldNs >= INTERVAL_NS) && toldAtNs.compareAndSet(kind, toldNs, nowNs);
    }
}
