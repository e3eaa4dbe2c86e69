// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.frame.Frame;

/** Datagrams that are received or sent together, each with the address of its remote. */
abstract class DatagramBatch
{
    final Frame[] frames;
    final long[] remoteHigh;
    final long[] remoteLow;
    final int[] remotePort;
    final int[] segmentSize;
    private int size;

    DatagramBatch(final int capacity)
    {
        frames = new Frame[capacity];
        remoteHigh = new long[capacity];
        remoteLow = new long[capacity];
        remotePort = new int[capacity];
        segmentSize = new int[capacity];
    }

    /** @return entries that fit. */
    public final int capacity()
    {
        return frames.length;
    }

    /** @return number of entries. */
    public final int size()
    {
        return size;
    }

    /** @return true if another {@code add} would throw. */
    public final boolean isFull()
    {
        return size == frames.length;
    }

    /** Remove all entries. */
    public final void clear()
    {
        size = 0;
    }

    /** @return the UDP payload. */
    public final Frame frame(final int index)
    {
        return frames[index];
    }

    /** @return bytes in each datagram of a joined entry, 0 for a single datagram. */
    public final int segmentSize(final int index)
    {
        return segmentSize[index];
    }

    /** Add an entry, and return its index. */
    final int add(final Frame frame, final long high, final long low, final int udpPort, final int segment)
    {
        final int index = size;
        // Mostly it is the same frame as last time: a comparison is cheaper than the write barrier of the collector.
        if (frames[index] != frame)
        {
            frames[index] = frame;
        }
        remoteHigh[index] = high;
        remoteLow[index] = low;
        remotePort[index] = udpPort;
        segmentSize[index] = segment;
        size = index + 1;
        return index;
    }
}
