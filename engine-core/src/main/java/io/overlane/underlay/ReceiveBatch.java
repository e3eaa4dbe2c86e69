// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.frame.Frame;

/**
 * Datagrams received together, each with its source address and the fields that the network reported. The batch is
 * reused, and has a fixed capacity. Entries have indexes 0…size-1.
 *
 * <p>An entry is the payload of one datagram, or of several that the network joined (UDP_GRO): equal pieces of
 * {@link #segmentSize(int)} bytes, of which the last may be shorter.
 */
public final class ReceiveBatch extends DatagramBatch
{
    /** The network did not report the type of service. */
    public static final int TOS_UNKNOWN = -1;

    private final int[] tos;

    public ReceiveBatch(final int capacity)
    {
        super(capacity);
        tos = new int[capacity];
    }

    /**
     * @param frame       the UDP payload, lent until the underlay's next poll.
     * @param sourceHigh  first word of the outer source address ({@code IpAddress}).
     * @param sourceLow   second word.
     * @param sourcePort  outer source port.
     * @param tos         outer type of service or traffic class, or {@link #TOS_UNKNOWN}.
     * @param segmentSize bytes per joined datagram, 0 for a single datagram.
     */
    public void add(
        final Frame frame,
        final long sourceHigh,
        final long sourceLow,
        final int sourcePort,
        final int tos,
        final int segmentSize)
    {
        this.tos[add(frame, sourceHigh, sourceLow, sourcePort, segmentSize)] = tos;
    }

    /** @return first word of the outer source address. */
    public long sourceHigh(final int index)
    {
        return remoteHigh[index];
    }

    /** @return second word of the outer source address. */
    public long sourceLow(final int index)
    {
        return remoteLow[index];
    }

    /** @return outer source port. */
    public int sourcePort(final int index)
    {
        return remotePort[index];
    }

    /** @return outer type of service or traffic class, or {@link #TOS_UNKNOWN}. */
    public int tos(final int index)
    {
        return tos[index];
    }
}
