// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.MacAddress;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.status.DropSample;
import io.overlane.status.PathCounters;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VxlanHeader;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * Reports to the error handler that received frames are dropped again and again because their source is a MAC address
 * of this node: another node has the same address, or there is a loop. No frame of that node arrives then, and the
 * counter alone is easily overlooked. At most once a minute; on the thread that writes the tables.
 */
final class OwnMacWatch
{
    /** A network may send a few of our own frames back once. */
    static final int REPEATED = 10;

    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private final PathCounters decap;
    private final NanoClock clock;
    private final ErrorHandler errorHandler;
    private long reported;
    private long nextNs;

    OwnMacWatch(final PathCounters decap, final NanoClock clock, final ErrorHandler errorHandler)
    {
        this.decap = decap;
        this.clock = clock;
        this.errorHandler = errorHandler;
        nextNs = clock.nanoTime();
    }

    void check()
    {
        final long dropped = decap.dropped(DropReason.OWN_MAC);
        if (dropped - reported < REPEATED)
        {
            return;
        }
        final long nowNs = clock.nanoTime();
        if (nowNs - nextNs >= 0)
        {
            final List<DropSample> samples = decap.samples().last(DropReason.OWN_MAC);
            errorHandler.onError(new IllegalStateException(
                (dropped - reported) +
                " received frames had a MAC address of this node as their source and were dropped" +
                (samples.isEmpty() ? "" : describe(samples.get(samples.size() - 1))) +
                ": give each node a MAC address of its own, or look for a loop"));
            reported = dropped;
            nextNs = nowNs + INTERVAL_NS;
        }
    }

    private static String describe(final DropSample last)
    {
        final MemoryBuffer datagram = new MemoryBuffer(last.bytes());
        final EthernetHeader inner =
            new EthernetHeader().wrap(datagram, VxlanHeader.LENGTH, datagram.capacity() - VxlanHeader.LENGTH);
        return ", the last from " + last.remote() + " in VNI " + last.vni() + " with " +
            MacAddress.toString(inner.source());
    }
}
