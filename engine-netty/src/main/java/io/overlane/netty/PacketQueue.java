// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.socket.DatagramPacket;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one thread to one. A slot that is null is free: the threads share nothing else, so each keeps
 * its index to itself.
 */
final class PacketQueue
{
    private final AtomicReferenceArray<@Nullable DatagramPacket> slots;
    /** Of the thread that offers. */
    private int tail;
    /** Of the thread that polls. */
    private int head;

    /** @param capacity a power of two. */
    PacketQueue(final int capacity)
    {
        slots = new AtomicReferenceArray<>(capacity);
    }

    /** False if the queue is full. */
    boolean offer(final DatagramPacket packet)
    {
        if (slots.getAcquire(tail) != null)
        {
            return false;
        }
        slots.setRelease(tail, packet);
        tail = next(tail);
        return true;
    }

    /** The next packet, which stays in the queue; null if there is none. */
    @Nullable DatagramPacket peek()
    {
        return slots.getAcquire(head);
    }

    /** The next packet; null if there is none. */
    @Nullable DatagramPacket poll()
    {
        final DatagramPacket packet = peek();
        if (packet != null)
        {
            slots.setRelease(head, null);
            head = next(head);
        }
        return packet;
    }

    private int next(final int index)
    {
        return index + 1 & slots.length() - 1;
    }
}
