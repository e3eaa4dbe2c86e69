// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.port.Port;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A port or an underlay as an interface of a capture. */
final class CaptureInterface
{
    private final int id;
    private final @Nullable Port port;
    private final int queue;
    private final AtomicLong lost = new AtomicLong();

    /** Of the writing thread: how many lost records its records have reported. */
    private long reported;

    /** Null for the underlay of a queue. */
    CaptureInterface(final int id, final @Nullable Port port, final int queue)
    {
        this.id = id;
        this.port = port;
        this.queue = queue;
    }

    int id()
    {
        return id;
    }

    boolean isUnderlay()
    {
        return port == null;
    }

    String name()
    {
        return port != null ? port.name() : queue == 0 ? "underlay" : "underlay-" + queue;
    }

    /** A record found no room. Any thread. */
    void lose()
    {
        lost.getAndIncrement();
    }

    /** Records that found no room so far. Any thread. */
    long lost()
    {
        return lost.get();
    }

    /** Return how many records were lost since the last report, of the number that were lost until now. */
    long report(final long lostUntilNow)
    {
        final long more = Math.max(lostUntilNow - reported, 0);
        reported += more;
        return more;
    }
}
