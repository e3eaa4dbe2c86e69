// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.fate.Fate.Outcome;
import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.Traffic;
import org.jspecify.annotations.Nullable;

/**
 * Counts frames as delivered, answered or dropped, and reports each fate to the listeners if there are any. All steps
 * of one thread share it.
 *
 * <p>Each drop takes the frame, so that its counter, its line of the ledger and its sample belong together. Deliveries
 * are added up, so that counters are written once for each run of frames of one remote and not for each frame; the step
 * that delivers reports them, with {@link #onDelivered}.
 *
 * <p>The VNI may be {@code DropLedger.NO_VNI}. The two words are the outer address that frames came from or should have
 * gone to, 0 if there is none. The frame has no tunnel header; it may be a super-frame, which counts for as many frames
 * as it has segments.
 */
public final class Fates
{
    private final PathCounters counters;
    /** Null while there is no listener. */
    private @Nullable FateFeed feed;
    private int deliveredRemote;
    private int deliveredFrames;
    private int deliveredBytes;

    public Fates(final PathCounters counters)
    {
        this.counters = counters;
    }

    public PathCounters counters()
    {
        return counters;
    }

    /** What reports fates; null while there is no listener. Steps that know more than the fate set it there first. */
    public @Nullable FateFeed feed()
    {
        return feed;
    }

    /** Begin or end to report. On the thread that counts. */
    public void feed(final @Nullable FateFeed feed)
    {
        this.feed = feed;
    }

    /** All frames that were polled together are processed. */
    public void onBatchEnd()
    {
        counters.onBatchEnd();
        if (feed != null)
        {
            feed.onBatchEnd();
        }
    }

    /**
     * Count frames as delivered, at the next {@link #flush(Traffic)} at the latest.
     *
     * @param traffic of the frames' VNI, the same until the next flush.
     * @param remote  number of the remote they went to or came from, or {@code RemoteTraffic.UNNUMBERED}.
     */
    public void deliver(final Traffic traffic, final int remote, final int frames, final int bytes)
    {
        if (deliveredRemote != remote)
        {
            flush(traffic);
            deliveredRemote = remote;
        }
        deliveredFrames += frames;
        deliveredBytes += bytes;
    }

    /** Write the counters of all deliveries. */
    public void flush(final Traffic traffic)
    {
        if (deliveredFrames > 0)
        {
            counters.onDelivered(traffic, deliveredFrames, deliveredBytes);
            counters.remotes().record(deliveredRemote, deliveredFrames, deliveredBytes);
            deliveredFrames = 0;
            deliveredBytes = 0;
        }
    }

    /** Report frames that are counted as delivered. */
    public void onDelivered(final int vni, final long high, final long low, final Frame frame, final int count)
    {
        report(Outcome.DELIVERED, DropReason.NONE, vni, high, low, frame, count);
    }

    /** Count frames that the engine answered itself. */
    public void answer(final int vni, final Frame frame, final int count)
    {
        counters.onAnswered(count);
        report(Outcome.ANSWERED, DropReason.NONE, vni, 0, 0, frame, count);
    }

    /** Drop frames that have no remote. */
    public void drop(final DropReason reason, final int vni, final Frame frame, final int count)
    {
        drop(reason, vni, 0, 0, frame, count);
    }

    public void drop(
        final DropReason reason, final int vni, final long high, final long low, final Frame frame, final int count)
    {
        counters.onDropped(reason, vni, high, low, count, frame.buffer(), frame.offset(), frame.length());
        report(Outcome.DROPPED, reason, vni, high, low, frame, count);
    }

    /**
     * Drop a datagram that did not pass the checks.
     *
     * @param datagram with its tunnel header, or what there is of it.
     */
    public void dropDatagram(
        final DropReason reason, final int vni, final long high, final long low, final Frame datagram)
    {
        counters.onDatagramDropped(reason, vni, high, low, datagram.buffer(), datagram.offset(), datagram.length());
        if (feed != null)
        {
            feed.hasTunnelHeader();
            report(Outcome.DROPPED, reason, vni, high, low, datagram, 1);
        }
    }

    /**
     * Count frames of a port that were offered to a port of the engine: as delivered and switched, or as dropped.
     *
     * @param verdict {@link DropReason#NONE} if the port took them.
     * @param traffic of their VNI.
     */
    public void offered(
        final DropReason verdict, final Port to, final Traffic traffic, final int vni, final Frame frame,
        final int count)
    {
        if (feed != null)
        {
            feed.to(to);
        }
        if (verdict == DropReason.NONE)
        {
            counters.onDelivered(traffic, count, frame.length());
            counters.onSwitched(count);
            onDelivered(vni, 0, 0, frame, count);
        }
        else
        {
            drop(verdict, vni, frame, count);
        }
    }

    /**
     * Count frames that are too long: as answered if their sender got an answer, else as dropped.
     *
     * @param length bytes of the longest.
     */
    public void oversize(
        final boolean isAnswered,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int length,
        final int count)
    {
        if (isAnswered)
        {
            counters.onAnswered(count);
            counters.onOversizeLength(length);
            report(Outcome.ANSWERED, DropReason.NONE, vni, high, low, frame, count);
        }
        else
        {
            drop(DropReason.OVERSIZE, vni, high, low, frame, count);
            counters.onOversize(vni, high, low, length);
        }
    }

    /**
     * Count a copy of frames: of flooded ones, whose fate {@link Copies} counts, or one that a stage sent.
     *
     * @param reason {@link DropReason#NONE} if it was taken.
     * @param length bytes of the longest of these frames if they were too long, else 0.
     */
    public void copy(
        final Fate.Kind kind,
        final DropReason reason,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int length,
        final int count)
    {
        if (kind == Fate.Kind.MIRROR_COPY)
        {
            counters.onMirror(reason, count);
        }
        if (reason != DropReason.NONE)
        {
            counters.onCopyRefused(reason, vni, high, low, count, frame.buffer(), frame.offset(), frame.length());
            if (reason == DropReason.OVERSIZE && length > 0)
            {
                counters.onOversize(vni, high, low, length);
            }
        }
        if (feed != null)
        {
            feed.copy(kind, reason, vni, high, low, frame, count);
        }
    }

    private void report(
        final Outcome outcome,
        final DropReason reason,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int count)
    {
        if (feed != null)
        {
            feed.fate(outcome, reason, vni, high, low, frame, count);
        }
    }
}
