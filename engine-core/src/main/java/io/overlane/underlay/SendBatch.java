// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;

/**
 * Datagrams to send together, each with where it goes and, afterwards, what became of it. Reused; a fixed number at
 * most.
 *
 * <p>An entry is the payload of one datagram, or of several equal ones that leave in one call (UDP_SEGMENT). The same
 * frame may stand in several entries: a flooded frame is sent to each remote from where it lies.
 */
public final class SendBatch
{
    private final Frame[] frames;
    private final long[] remoteHigh;
    private final long[] remoteLow;
    private final int[] remotePort;
    private final int[] remote;
    private final int[] flowHash;
    private final int[] outer;
    private final int[] segmentSize;
    private final DropReason[] verdict;
    private int size;

    /**
     * @param capacity entries it can hold.
     */
    public SendBatch(final int capacity)
    {
        frames = new Frame[capacity];
        remoteHigh = new long[capacity];
        remoteLow = new long[capacity];
        remotePort = new int[capacity];
        remote = new int[capacity];
        flowHash = new int[capacity];
        outer = new int[capacity];
        segmentSize = new int[capacity];
        verdict = new DropReason[capacity];
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
     * @param frame       the UDP payload; it stays where it is until the batch is sent.
     * @param remoteHigh  first word of the outer destination address ({@code IpAddress}).
     * @param remoteLow   second word.
     * @param remotePort  outer destination port.
     * @param remote      the caller's number for the remote; the underlay does not look at it.
     * @param flowHash    the same for all frames of an inner flow; chooses the source port where the underlay can.
     * @param outer       packed {@link OuterFields}, for underlays that can set them; a type of service alone is one.
     * @param segmentSize bytes per datagram of a joined entry, 0 for a datagram by itself.
     */
    public void add(
        final Frame frame,
        final long remoteHigh,
        final long remoteLow,
        final int remotePort,
        final int remote,
        final int flowHash,
        final int outer,
        final int segmentSize)
    {
        // Mostly the same as last time: a comparison is cheaper than the collector's barrier behind a store.
        if (frames[size] != frame)
        {
            frames[size] = frame;
        }
        if (verdict[size] != DropReason.NONE)
        {
            verdict[size] = DropReason.NONE;
        }
        this.remoteHigh[size] = remoteHigh;
        this.remoteLow[size] = remoteLow;
        this.remotePort[size] = remotePort;
        this.remote[size] = remote;
        this.flowHash[size] = flowHash;
        this.outer[size] = outer;
        this.segmentSize[size] = segmentSize;
        size++;
    }

    /**
     * Let an entry stand for several datagrams of equal length.
     *
     * @param index       0…size-1.
     * @param frame       their payloads, one behind the other.
     * @param segmentSize bytes per datagram; the last may be shorter.
     */
    public void join(final int index, final Frame frame, final int segmentSize)
    {
        frames[index] = frame;
        this.segmentSize[index] = segmentSize;
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
     * @return first word of the outer destination address.
     */
    public long remoteHigh(final int index)
    {
        return remoteHigh[index];
    }

    /**
     * @param index 0…size-1.
     * @return second word of the outer destination address.
     */
    public long remoteLow(final int index)
    {
        return remoteLow[index];
    }

    /**
     * @param index 0…size-1.
     * @return outer destination port.
     */
    public int remotePort(final int index)
    {
        return remotePort[index];
    }

    /**
     * @param index 0…size-1.
     * @return the caller's number for the remote.
     */
    public int remote(final int index)
    {
        return remote[index];
    }

    /**
     * @param index 0…size-1.
     * @return the hash of the inner flow.
     */
    public int flowHash(final int index)
    {
        return flowHash[index];
    }

    /**
     * @param index 0…size-1.
     * @return outer type of service or traffic class.
     */
    public int tos(final int index)
    {
        return OuterFields.tos(outer[index]);
    }

    /**
     * @param index 0…size-1.
     * @return outer time to live or hop limit; 0: the underlay's choice.
     */
    public int ttl(final int index)
    {
        return OuterFields.ttl(outer[index]);
    }

    /**
     * @param index 0…size-1.
     * @return what to do about the don't-fragment bit, one of {@link OuterFields}' three.
     */
    public int df(final int index)
    {
        return OuterFields.df(outer[index]);
    }

    /**
     * @param index 0…size-1.
     * @return type of service, time to live and don't-fragment bit packed, {@link OuterFields}.
     */
    public int outer(final int index)
    {
        return outer[index];
    }

    /**
     * @param index 0…size-1.
     * @return bytes per datagram of a joined entry, 0 for a datagram by itself.
     */
    public int segmentSize(final int index)
    {
        return segmentSize[index];
    }

    /**
     * @param index 0…size-1.
     * @return {@link DropReason#NONE} if the underlay took the datagram, else why not.
     */
    public DropReason verdict(final int index)
    {
        return verdict[index];
    }

    /**
     * @param index   0…size-1.
     * @param verdict what became of the datagram; the underlay calls this.
     */
    public void verdict(final int index, final DropReason verdict)
    {
        this.verdict[index] = verdict;
    }
}
