// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.underlay.SendBatch;
import org.agrona.concurrent.NanoClock;

/**
 * What becomes of datagrams that are too long for their remote: their sender is told, and they count as answered, or
 * they are dropped and counted with their size. Sending thread only.
 */
public final class OversizeFate
{
    private final RemoteTable remotes;
    private final PathCounters counters;
    private final int headerLength;
    private final PathMtus pathMtus;
    private int vni;
    private OversizeListener listener;

    /**
     * @param underlay     knows the paths.
     * @param remotes      addresses of remotes.
     * @param counters     encap counters.
     * @param headerLength bytes of tunnel header in each datagram.
     * @param clock        for how long a path's MTU is remembered.
     */
    public OversizeFate(
        final UnderlayGuard underlay,
        final RemoteTable remotes,
        final PathCounters counters,
        final int headerLength,
        final NanoClock clock)
    {
        this.remotes = remotes;
        this.counters = counters;
        this.headerLength = headerLength;
        pathMtus = new PathMtus(underlay, remotes, clock);
    }

    /**
     * @param vni      segment of the next frames.
     * @param listener may tell their senders; null: nobody does.
     */
    public void aim(final int vni, final OversizeListener listener)
    {
        this.vni = vni;
        this.listener = listener;
        pathMtus.onBatch();
    }

    /**
     * @param length bytes of a datagram.
     * @param remote where it is to go.
     * @return true if it is known not to fit.
     */
    public boolean isTooLong(final int length, final int remote)
    {
        return pathMtus.isActive() && length > pathMtus.longest(remote);
    }

    /**
     * A frame, or a super-frame of several, is not sent.
     *
     * @param frame  tunnel header in front; done with when this returns.
     * @param length bytes of one datagram.
     * @param remote where it was to go.
     * @param count  frames it stands for.
     */
    public void refuse(final Frame frame, final int length, final int remote, final int count)
    {
        final Frame bare = frame.strip(headerLength);
        if (bare.gsoType() == Frame.GSO_NONE)
        {
            bare.length(length - headerLength);
        }
        final int longest = pathMtus.longest(remote);
        if (listener != null && length > longest && listener.onOversize(bare, longest - headerLength))
        {
            counters.onOversizeLength(length - headerLength);
            counters.onAnswered(count);
        }
        else
        {
            drop(bare, length, remote, count);
        }
    }

    /**
     * Frames are too long for any remote by this way.
     *
     * @param bare   the frame, or the super-frame, without its tunnel header.
     * @param length bytes of one datagram.
     * @param remote where they were to go.
     * @param count  of them.
     */
    public void drop(final Frame bare, final int length, final int remote, final int count)
    {
        final long high = remotes.high(remote);
        final long low = remotes.low(remote);
        counters.onDropped(
            DropReason.OVERSIZE, vni, high, low, count, bare.buffer(), bare.offset(), bare.length());
        counters.onOversize(vni, high, low, length - headerLength);
    }

    /**
     * The underlay found an entry too long. Of joined datagrams the first stands for all: its sender is told, the
     * others are dropped.
     *
     * @param batch the entry is in.
     * @param entry its index.
     * @param count frames in it.
     */
    public void onRefused(final SendBatch batch, final int entry, final int count)
    {
        final int remote = batch.remote(entry);
        final int length = datagramLength(batch, entry);
        pathMtus.learn(remote);
        final Frame frame = batch.frame(entry);
        refuse(frame, length, remote, 1);
        if (count > 1)
        {
            drop(frame, length, remote, count - 1);
        }
    }

    public static int datagramLength(final SendBatch batch, final int entry)
    {
        final int segmentSize = batch.segmentSize(entry);
        final int length = batch.frame(entry).length();
        return segmentSize > 0 ? Math.min(segmentSize, length) : length;
    }
}
