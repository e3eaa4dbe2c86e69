// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;

/**
 * Datagrams to send together, each with its destination and, after sending, with its verdict. The batch is reused, and
 * has a fixed capacity. Entries have indexes 0…size-1.
 *
 * <p>An entry is the payload of one datagram, or of several equal ones that leave in one call (UDP_SEGMENT). Several
 * entries may have the same frame: a flooded frame is sent to each remote without a copy.
 */
public final class SendBatch extends DatagramBatch
{
    private final int[] remote;
    private final int[] flowHash;
    private final int[] outer;
    private final DropReason[] verdict;

    public SendBatch(final int capacity)
    {
        super(capacity);
        remote = new int[capacity];
        flowHash = new int[capacity];
        outer = new int[capacity];
        verdict = new DropReason[capacity];
    }

    /**
     * @param frame       the UDP payload; its bytes stay where they are until the batch is sent.
     * @param remoteHigh  first word of the outer destination address ({@code IpAddress}).
     * @param remoteLow   second word.
     * @param remotePort  outer destination port.
     * @param remote      the caller's number for the remote; the underlay ignores it.
     * @param flowHash    the same for all frames of an inner flow; selects the source port if the underlay has several.
     * @param outer       packed {@link OuterFields}, for underlays that can set them; a type of service alone is one.
     * @param segmentSize bytes per datagram of a joined entry, 0 for a single datagram.
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
        final int index = add(frame, remoteHigh, remoteLow, remotePort, segmentSize);
        if (verdict[index] != DropReason.NONE)
        {
            verdict[index] = DropReason.NONE;
        }
        this.remote[index] = remote;
        this.flowHash[index] = flowHash;
        this.outer[index] = outer;
    }

    /**
     * Make an entry stand for several datagrams of equal length.
     *
     * @param index       of the entry.
     * @param frame       their payloads, one after the other.
     * @param segmentSize bytes per datagram; the last may be shorter.
     */
    public void join(final int index, final Frame frame, final int segmentSize)
    {
        frames[index] = frame;
        this.segmentSize[index] = segmentSize;
    }

    /** @return first word of the outer destination address. */
    public long remoteHigh(final int index)
    {
        return remoteHigh[index];
    }

    /** @return second word of the outer destination address. */
    public long remoteLow(final int index)
    {
        return remoteLow[index];
    }

    /** @return outer destination port. */
    public int remotePort(final int index)
    {
        return remotePort[index];
    }

    /** @return the caller's number for the remote. */
    public int remote(final int index)
    {
        return remote[index];
    }

    /** @return the hash of the inner flow. */
    public int flowHash(final int index)
    {
        return flowHash[index];
    }

    /** @return outer type of service or traffic class. */
    public int tos(final int index)
    {
        return OuterFields.tos(outer[index]);
    }

    /** @return outer time to live or hop limit; 0 if the underlay decides. */
    public int ttl(final int index)
    {
        return OuterFields.ttl(outer[index]);
    }

    /** @return what to do about the don't-fragment bit: a constant of {@link OuterFields}. */
    public int df(final int index)
    {
        return OuterFields.df(outer[index]);
    }

    /** @return the packed {@link OuterFields}. */
    public int outer(final int index)
    {
        return outer[index];
    }

    /** @return {@link DropReason#NONE} if the underlay accepted the datagram, else the reason why not. */
    public DropReason verdict(final int index)
    {
        return verdict[index];
    }

    /**
     * Set by the underlay.
     *
     * @param index   of the entry.
     * @param verdict {@link DropReason#NONE}, or why the underlay did not accept the datagram.
     */
    public void verdict(final int index, final DropReason verdict)
    {
        this.verdict[index] = verdict;
    }
}
