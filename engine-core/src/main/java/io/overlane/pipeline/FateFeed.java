// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.port.Port;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.underlay.SendBatch;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Reports the fates that one thread counts to the listeners. What is known about a frame before its fate is set first,
 * and the report of the fate uses it up.
 */
public final class FateFeed
{
    private static final int QUEUE_BITS = 16;

    private final FateView view;
    private final NanoClock clock;
    private final GuardedErrorHandler errorHandler;
    private ListenerEntry[] listeners = {};

    private long lastId;
    /** Of the frame whose copies are reported; 0 if there is none. */
    private long floodId;
    private boolean isTimeKnown;
    /** Pieces of a send whose fate has not been reported; 0 if the frame comes with its fate. */
    private int open;

    /**
     * @param queue        of the engine.
     * @param errorHandler gets what listeners throw.
     */
    public FateFeed(
        final Fate.Direction direction,
        final int queue,
        final NanoClock clock,
        final @Nullable ErrorHandler errorHandler)
    {
        view = new FateView(direction, queue);
        this.clock = clock;
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
    }

    /** Use other listeners. On the thread that counts the fates. */
    public void listeners(final ListenerEntry... listeners)
    {
        this.listeners = listeners;
    }

    /** The frames that follow come from a port. */
    public void from(final Port port)
    {
        view.from = port;
    }

    /** The next fate is that of a frame that was offered to a port. */
    public void to(final Port port)
    {
        view.isOffered = true;
        // It seldom changes: a comparison is cheaper than the write barrier of the collector.
        if (view.to != port)
        {
            view.to = port;
        }
    }

    /** The bytes of the next fate begin with a tunnel header. */
    public void hasTunnelHeader()
    {
        view.hasTunnelHeader = true;
    }

    /**
     * The next fates are those of the datagrams of an entry that was sent.
     *
     * @param count    of its frames.
     * @param outerVni VNI in their tunnel headers.
     */
    public void sent(
        final SendBatch batch, final int entry, final int headerLength, final int count, final int outerVni)
    {
        view.hasOuter = true;
        view.udpPort = batch.remotePort(entry);
        view.outerVni = headerLength == 0 ? DropLedger.NO_VNI : outerVni;
        view.flowHash = batch.flowHash(entry);
        view.outer = batch.outer(entry);
        datagrams(batch.frame(entry), headerLength, batch.segmentSize(entry), count);
    }

    /**
     * The next fates are those of datagrams that lie one behind the other.
     *
     * @param stride bytes of each but the last, which may be shorter; 0 for a single one.
     */
    public void datagrams(final Frame frame, final int headerLength, final int stride, final int count)
    {
        view.buffer = frame.buffer();
        view.offset = frame.offset() + headerLength;
        view.length = frame.length() - headerLength;
        view.gsoType = Frame.GSO_NONE;
        view.gsoSize = 0;
        view.stride = stride;
        view.gap = headerLength;
        open = count;
    }

    /** All frames that were polled together are processed: the next ones have another time. */
    void onBatchEnd()
    {
        isTimeKnown = false;
    }

    /**
     * Report a copy of a flooded frame, or one that a stage sent.
     *
     * @param reason {@link DropReason#NONE} if a remote or port took it.
     */
    void copy(
        final Fate.Kind kind,
        final DropReason reason,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int count)
    {
        if (kind == Fate.Kind.FLOOD_COPY && floodId == 0)
        {
            floodId = nextId();
        }
        view.kind = kind;
        view.id = kind == Fate.Kind.FLOOD_COPY ? floodId : nextId();
        report(outcome(reason), reason, vni, high, low, frame, count);
        view.kind = Fate.Kind.FRAME;
    }

    /** Report the fate of frames of which all copies have been reported. */
    void flooded(
        final DropReason reason, final int vni, final long high, final long low, final Frame frame, final int count)
    {
        view.id = floodId == 0 ? nextId() : floodId;
        floodId = 0;
        report(outcome(reason), reason, vni, high, low, frame, count);
    }

    /**
     * Report the fate of frames.
     *
     * @param frame means nothing if {@link #datagrams} has set what the frames are.
     */
    void fate(
        final Fate.Outcome outcome,
        final DropReason reason,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int count)
    {
        view.id = nextId();
        report(outcome, reason, vni, high, low, frame, count);
    }

    private long nextId()
    {
        lastId++;
        return lastId << QUEUE_BITS + 1 | (long)view.queue << 1 | view.direction.ordinal();
    }

    private static Fate.Outcome outcome(final DropReason reason)
    {
        return reason == DropReason.NONE ? Fate.Outcome.DELIVERED : Fate.Outcome.DROPPED;
    }

    private void report(
        final Fate.Outcome outcome,
        final DropReason reason,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int count)
    {
        if (view.outcome != outcome)
        {
            view.outcome = outcome;
        }
        if (view.reason != reason)
        {
            view.reason = reason;
        }
        view.vni = vni;
        view.high = high;
        view.low = low;
        view.frames = count;
        if (open == 0)
        {
            single(frame);
        }
        view.pieces = open == 0 ? 1 : Math.min(open, count);
        if (!isTimeKnown)
        {
            view.timeNs = clock.nanoTime();
            isTimeKnown = true;
        }
        for (final ListenerEntry listener : listeners)
        {
            listener.onFate(view, errorHandler);
        }
        view.isOffered = false;
        view.hasTunnelHeader = false;
        open = Math.max(open - count, 0);
        if (open == 0)
        {
            view.hasOuter = false;
        }
        else
        {
            // The rest of these datagrams has another fate.
            view.offset += count * view.stride;
            view.length -= count * view.stride;
        }
    }

    private void single(final Frame frame)
    {
        view.buffer = frame.buffer();
        view.offset = frame.offset();
        view.length = frame.length();
        view.gsoType = frame.gsoType();
        view.gsoSize = view.gsoType == Frame.GSO_NONE ? 0 : frame.gsoSize();
        view.stride = 0;
        view.gap = 0;
    }
}
