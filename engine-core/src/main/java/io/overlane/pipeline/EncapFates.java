package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
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
    private final OversizeListener oversize;
    private final FrameBatch answer = new FrameBatch(1);

    /**
     * @param segment  of the port.
     * @param port     frames came from.
     * @param oversize tells senders of frames that are too long.
     * @param counters encap counters.
     */
    EncapFates(final Segment segment, final Port port, final OversizeListener oversize, final PathCounters counters)
    {
        vni = segment.vni();
        this.port = port;
        this.oversize = oversize;
        this.counters = counters;
    }

    /** A request has become its answer. */
    void answer(final Frame frame)
    {
        answer.clear();
        answer.add(frame);
        port.offer(answer);
        if (frame.verdict() == DropReason.NONE)
        {
            counters.onAnswered(1);
        }
        else
        {
            drop(frame.verdict(), frame, 1);
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
        else if (oversize.onOversize(frame, MAX_FRAME_LENGTH))
        {
            counters.onOversizeLength(length);
            counters.onAnswered(frames);
        }
        else
        {
            counters.onOversize(vni, 0, 0, frames, length);
            sample(reason, frame);
        }
    }

    void drop(final DropReason reason, final Frame frame, final int frames)
    {
        counters.onDropped(reason, vni, 0, 0, frames);
        sample(reason, frame);
    }

    private void sample(final DropReason reason, final Frame frame)
    {
        counters.samples().record(reason, vni, 0, 0, frame.buffer(), frame.offset(), frame.length());
    }
}
