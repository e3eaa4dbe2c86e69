// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.underlay.ReceiveBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Copies of datagrams that are received when they are due, in the order of their due times and, if those are equal, of
 * their arrival. It has a fixed capacity, lent copies included. Memory for them is allocated as they come, because a
 * test may have thousands of queues that stay nearly empty. Not thread-safe.
 */
final class TimedQueue
{
    /** Due times are compared by their difference, because a nano clock may wrap. */
    private static final Comparator<Datagram> BY_TIME = (a, b) ->
    {
        final int byTime = Long.signum(a.dueNs - b.dueNs);
        return byTime != 0 ? byTime : Long.compare(a.sequence, b.sequence);
    };

    /** Slots that are allocated together. */
    private static final int SLOTS_AT_A_TIME = 8;

    private final int capacity;
    private final int slotLength;
    private final ArrayDeque<Datagram> free = new ArrayDeque<>();
    private final PriorityQueue<Datagram> waiting = new PriorityQueue<>(BY_TIME);
    private final List<Datagram> lent = new ArrayList<>();
    private int slots;
    private long sequence;

    TimedQueue(final int capacity, final int slotLength)
    {
        this.capacity = capacity;
        this.slotLength = slotLength;
    }

    int free()
    {
        return capacity - slots + free.size();
    }

    boolean isEmpty()
    {
        return waiting.isEmpty();
    }

    /** The time at which the first waiting datagram is due; only valid while one waits. */
    long nextDueNs()
    {
        return waiting.peek().dueNs;
    }

    /** Copy bytes into a free slot and return the copy; null if no slot is free. */
    @Nullable Frame add(
        final DirectBuffer bytes,
        final int offset,
        final int length,
        final long sourceHigh,
        final long sourceLow,
        final int sourcePort,
        final int tos,
        final int segmentSize,
        final long dueNs)
    {
        if (free.isEmpty())
        {
            allocate();
        }
        final Datagram datagram = free.poll();
        if (datagram == null)
        {
            return null;
        }
        datagram.frame.buffer().putBytes(FrameSlab.HEADROOM, bytes, offset, length);
        datagram.frame.wrap(FrameSlab.HEADROOM, length);
        datagram.sourceHigh = sourceHigh;
        datagram.sourceLow = sourceLow;
        datagram.sourcePort = sourcePort;
        datagram.tos = tos;
        datagram.segmentSize = segmentSize;
        datagram.dueNs = dueNs;
        datagram.sequence = sequence++;
        waiting.add(datagram);
        return datagram.frame;
    }

    /** Return lent copies. */
    void giveBack()
    {
        free.addAll(lent);
        lent.clear();
    }

    /** Lend datagrams that are due, until the batch is full. */
    int lend(final ReceiveBatch batch, final long nowNs)
    {
        int count = 0;
        while (!batch.isFull() && !waiting.isEmpty() && nextDueNs() - nowNs <= 0)
        {
            final Datagram datagram = waiting.poll();
            lent.add(datagram);
            batch.add(
                datagram.frame,
                datagram.sourceHigh,
                datagram.sourceLow,
                datagram.sourcePort,
                datagram.tos,
                datagram.segmentSize);
            count++;
        }
        return count;
    }

    /** Remove all waiting datagrams. */
    void clear()
    {
        free.addAll(waiting);
        waiting.clear();
    }

    private void allocate()
    {
        final int count = Math.min(SLOTS_AT_A_TIME, capacity - slots);
        final FrameSlab slab = new FrameSlab(count, slotLength);
        for (int i = 0; i < count; i++)
        {
            free.add(new Datagram(slab.frame(i)));
        }
        slots += count;
    }

    /** A slot and the metadata of the datagram in it. */
    private static final class Datagram
    {
        private final Frame frame;
        private long sourceHigh;
        private long sourceLow;
        private int sourcePort;
        private int tos;
        private int segmentSize;
        private long dueNs;
        private long sequence;

        private Datagram(final Frame frame)
        {
            this.frame = frame;
        }
    }
}
