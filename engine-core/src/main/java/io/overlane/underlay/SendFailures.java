package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;

/**
 * Reports datagrams that the system refused: for each reason one line a minute, with their number. A remote that a
 * firewall forbids fails for every datagram. Sending thread only.
 */
final class SendFailures
{
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private final ErrorHandler errorHandler;
    private final Map<String, Reason> reasons = new HashMap<>();

    /**
     * @param errorHandler to tell.
     */
    SendFailures(final ErrorHandler errorHandler)
    {
        this.errorHandler = errorHandler;
    }

    /**
     * One datagram was refused.
     *
     * @param remote where it was to go.
     * @param cause  what the system said.
     * @param nowNs  on the clock of {@link System#nanoTime()}.
     */
    void report(final InetSocketAddress remote, final IOException cause, final long nowNs)
    {
        final String text = String.valueOf(cause.getMessage());
        final Reason reason = reasons.computeIfAbsent(text, (key) -> new Reason());
        reason.datagrams++;
        if (!reason.isKnown || nowNs - reason.toldNs >= INTERVAL_NS)
        {
            final Vtep vtep = new Vtep(IpAddress.of(remote.getAddress()), remote.getPort());
            errorHandler.onError(new IOException("cannot send to " + vtep + ": " + text +
                (reason.datagrams == 1 ? "" : " (" + reason.datagrams + " times since the last such line)"), cause));
            reason.isKnown = true;
            reason.toldNs = nowNs;
            reason.datagrams = 0;
        }
    }

    /** What is to be told about one reason. */
    private static final class Reason
    {
        private boolean isKnown;
        private long toldNs;
        private long datagrams;
    }
}
