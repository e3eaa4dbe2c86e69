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
public final class ReceiveBatch
{
    /** The network did not report the type of service. */
    public static final int TOS_UNKNOWN = -1;

    private final Frame[] frames;
    private final long[] sourceHigh;
    private final long[] sourceLow;
    private final int[] sourcePort;
    private final int[] tos;
    private final int[] segmentSize;
    private int size;

    public ReceiveBatch(final int capacity)
    {
        frames = new Frame[capacity];
        sourceHigh = new long[capacity];
        sourceLow = new long[capacity];
        sourcePort = new int[capacity];
        tos = new int[capacity];
        segmentSize = new int[capacity];
    }

    /** @return entries that fit. */
    public int capacity()
    {
        return frames.length;
    }

    /** @return number of entries. */
    public int size()
    {
        return size;
    }

    /** @return true if {@link #add} would throw. */
    public boolean isFull()
    {
        return size == frames.length;
    }

    /** Remove all entries. */
    public void clear()
    {
        size = 0;
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
        // Mostly it is the same frame as last time: a comparison is cheaper than the write barrier of the collector.
        if (frames[size] != frame)
        {
            frames[size] = frame;
        }
        this.sourceHigh[size] = sourceHigh;
        this.sourceLow[size] = sourceLow;
        this.sourcePort[size] = sourcePort;
        this.tos[size] = tos;
        this.segmentSize[size] = segmentSize;
        size++;
    }

    /** @return the UDP payload. */
    public Frame frame(final int index)
    {
        return frames[index];
    }

    /** @return first word of the outer source address. */
    public long sourceHigh(final int index)
    {
        return sourceHigh[index];
    }

    /** @return second word of the outer source address. */
    public long sourceLow(final int index)
    {
        return sourceLow[index];
    }

    /** @return outer source port. */
    public int sourcePort(final int index)
    {
        return sourcePort[index];
    }

    /** @return outer type of service or traffic class, or {@link #TOS_UNKNOWN}. */
    public int tos(final int index)
    {
        return tos[index];
    }

    /** @return bytes per joined datagram, 0 for a single datagram. */
    public int segmentSize(final int index)
    {
        return segmentSize[index];
    }
}
