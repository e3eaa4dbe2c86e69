// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.remote.RemoteTable;
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
    private final Fates fates;
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
        fates = new Fates(counters);
        this.headerLength = headerLength;
        pathMtus = new PathMtus(underlay, remotes, clock);
    }

    /**
     * Begin a batch of one segment.
     *
     * @param vni      the segment.
     * @param listener may answer the senders; null: nobody does.
     */
    public void begin(final int vni, final OversizeListener listener)
    {
        this.vni = vni;
        this.listener = listener;
        pathMtus.onBatch();
    }

    /**
     * @param length bytes of a frame.
     * @param remote where it is to go.
     * @return true if it is known not to fit.
     */
    public boolean isTooLong(final int length, final int remote)
    {
        return pathMtus.isActive() && length + headerLength > pathMtus.longest(remote);
    }

    /**
     * A frame, or a super-frame of several, is not sent.
     *
     * @param frame  done with when this returns.
     * @param length bytes of it, or of one of its segments.
     * @param remote where it was to go.
     * @param count  frames it stands for.
     */
    public void refuse(final Frame frame, final int length, final int remote, final int count)
    {
        final int longest = pathMtus.longest(remote) - headerLength;
        final boolean isAnswered = listener != null && length > longest && listener.onOversize(frame, longest);
        count(isAnswered, frame, length, remote, count);
    }

    /**
     * Frames are too long for any remote by this way.
     *
     * @param frame  a frame, or a super-frame.
     * @param length bytes of it, or of one of its segments.
     * @param remote where they were to go.
     * @param count  of them.
     */
    public void drop(final Frame frame, final int length, final int remote, final int count)
    {
        count(false, frame, length, remote, count);
    }

    private void count(
        final boolean isAnswered, final Frame frame, final int length, final int remote, final int count)
    {
        fates.oversize(isAnswered, vni, remotes.high(remote), remotes.low(remote), frame, length, count);
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
        final int length = datagramLength(batch, entry) - headerLength;
        pathMtus.learn(remote);
        final Frame frame = batch.frame(entry).strip(headerLength).length(length);
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
