// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import java.util.concurrent.TimeUnit;

/**
 * Joins the fragments of a fixed number of packets. A new packet replaces the one that has waited longest, so memory is
 * bounded. Time is the capture's.
 */
final class Reassembly
{
    /** Fragmented packets at the same time; each needs 64 KiB once used. */
    static final int CAPACITY = 16;

    /** Linux {@code net.ipv4.ipfrag_time}: thirty seconds. RFC 8200 §4.5 asks for sixty, which Linux uses for IPv6. */
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    private final FragmentQueue[] queues = new FragmentQueue[CAPACITY];

    /** The queue of the packet's fragments; opens one if there is none. */
    FragmentQueue queue(
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow,
        final int identification,
        final long nowNs)
    {
        for (int i = 0; i < CAPACITY && queues[i] != null; i++)
        {
            final FragmentQueue queue = queues[i];
            if (queue.isOpen() && nowNs - queue.openedNs() > TIMEOUT_NS)
            {
                queue.close();
            }
            if (queue.matches(sourceHigh, sourceLow, destinationHigh, destinationLow, identification))
            {
                return queue;
            }
        }
        final FragmentQueue queue = freeOrOldest();
        queue.open(sourceHigh, sourceLow, destinationHigh, destinationLow, identification, nowNs);
        return queue;
    }

    private FragmentQueue freeOrOldest()
    {
        FragmentQueue oldest = queues[0];
        for (int i = 0; i < CAPACITY; i++)
        {
            if (queues[i] == null)
            {
                queues[i] = new FragmentQueue();
                return queues[i];
            }
            if (!queues[i].isOpen())
            {
                return queues[i];
            }
            if (queues[i].openedNs() < oldest.openedNs())
            {
                oldest = queues[i];
            }
        }
        return oldest;
    }
}
