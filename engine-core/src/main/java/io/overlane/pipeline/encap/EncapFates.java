// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.port.Port;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;

/**
 * The fates of a port's frames that do not go into the tunnel: answered through the port they came from, or dropped
 * and counted, a sample kept. No tunnel header is in front of them.
 */
final class EncapFates
{
    /** Of a frame nothing but the port limits. */
    private static final int MAX_FRAME_LENGTH = 1 << 16;

    private final int vni;
    private final Port port;
    private final PathCounters counters;
    private final Fates fates;
    private final PortGuard guard;
    private final OversizeListener oversize;

    /**
     * @param segment  of the port.
     * @param port     frames came from.
     * @param oversize tells senders of frames that are too long.
     * @param counters encap counters.
     * @param guard    calls the port.
     */
    EncapFates(
        final Segment segment,
        final Port port,
        final OversizeListener oversize,
        final PathCounters counters,
        final PortGuard guard)
    {
        vni = segment.vni();
        this.port = port;
        this.oversize = oversize;
        this.counters = counters;
        fates = new Fates(counters);
        this.guard = guard;
    }

    /** A request has become its answer. */
    void answer(final Frame frame)
    {
        final DropReason verdict = guard.offer(port, frame);
        if (verdict == DropReason.NONE)
        {
            counters.onAnswered(1);
        }
        else
        {
            drop(verdict, frame, 1);
        }
    }

    /**
     * The sender of a frame that is too long for the port is told, if it may be; it then counts as answered.
     *
     * @param reason why it goes no further.
     * @param frame  done with when this returns.
     * @param length bytes of it, or of one of its segments.
     * @param frames it stands for.
     */
    void refuse(final DropReason reason, final Frame frame, final int length, final int frames)
    {
        if (reason != DropReason.OVERSIZE)
        {
            drop(reason, frame, frames);
        }
        else
        {
            fates.oversize(oversize.onOversize(frame, MAX_FRAME_LENGTH), vni, 0, 0, frame, length, frames);
        }
    }

    void drop(final DropReason reason, final Frame frame, final int frames)
    {
        fates.drop(reason, vni, frame, frames);
    }
}
