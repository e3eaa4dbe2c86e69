// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.frame.Frame;

/**
 * Datagrams received together, each with what the network said of it. Reused; a fixed number at most.
 *
 * <p>An entry is the payload of one datagram, or of several that the network joined (UDP_GRO): equal pieces of
 * {@link #segmentSize(int)} bytes, the last perhaps shorter.
 */
public final class ReceiveBatch
{
    /** The type of service octet was not reported. */
    public static final int TOS_UNKNOWN = -1;

    private final Frame[] frames;
    private final long[] sourceHigh;
    private final long[] sourceLow;
    private final int[] sourcePort;
    private final int[] tos;
    private final int[] segmentSize;
    private int size;

    /**
     * @param capacity entries it can hold.
     */
    public ReceiveBatch(final int capacity)
    {
        frames = new Frame[capacity];
        sourceHigh = new long[capacity];
        sourceLow = new long[capacity];
        sourcePort = new int[capacity];
        tos = new int[capacity];
        segmentSize = new int[capacity];
    }

    /** @return entries it can hold. */
    public int capacity()
    {
        return frames.length;
    }

    /** @return entries in it. */
    public int size()
    {
        return size;
    }

    /** @return true if {@link #add} would refuse. */
    public boolean isFull()
    {
        return size == frames.length;
    }

    /** Forget all entries. */
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
     * @param segmentSize bytes per joined datagram, 0 for a datagram by itself.
     */
    public void add(
        final Frame frame,
        final long sourceHigh,
        final long sourceLow,
        final int sourcePort,
        final int tos,
        final int segmentSize)
    {
        // Mostly the same as last time: a comparison is cheaper than the collector's barrier behind a store.
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

    /**
     * @param index 0…size-1.
     * @return the UDP payload.
     */
    public Frame frame(final int index)
    {
        return frames[index];
    }

    /**
     * @param index 0…size-1.
     * @return first word of the outer source address.
     */
    public long sourceHigh(final int index)
    {
        return sourceHigh[index];
    }

    /**
     * @param index 0…size-1.
     * @return second word of the outer source address.
     */
    public long sourceLow(final int index)
    {
        return sourceLow[index];
    }

    /**
     * @param index 0…size-1.
     * @return outer source port.
     */
    public int sourcePort(final int index)
    {
        return sourcePort[index];
    }

    /**
     * @param index 0…size-1.
     * @return outer type of service or traffic class, or {@link #TOS_UNKNOWN}.
     */
    public int tos(final int index)
    {
        return tos[index];
    }

    /**
     * @param index 0…size-1.
     * @return bytes per joined datagram, 0 for a datagram by itself.
     */
    public int segmentSize(final int index)
    {
        return segmentSize[index];
    }
}
