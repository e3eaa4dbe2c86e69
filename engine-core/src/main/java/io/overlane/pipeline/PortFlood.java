package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.offload.GsoSplitter;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;

/** Gives copies of a frame to ports, now, and says how many took it. */
final class PortFlood
{
    private static final int LONGEST_FRAME = 65_535;

    private final DropLedger ledger;
    private final FrameBatch one = new FrameBatch(1);
    private int taken;
    private int refused;
    private DropReason reason;

    /** For ports that take no super-frames; made with the first. */
    private GsoSplitter splitter;
    private Frame piece;

    PortFlood(final DropLedger ledger)
    {
        this.ledger = ledger;
    }

    /**
     * Offer a frame to every port but one. What is refused gets a line in the ledger.
     *
     * @param frame  stays as it is, but for its verdict, which has no meaning afterwards.
     * @param ports  of a segment.
     * @param except the one it came from, null if it came from none.
     * @param vni    their segment.
     * @param high   first word of the outer address it came from, 0 if from a port.
     * @param low    second word.
     * @param count  frames it stands for.
     */
    void offer(
        final Frame frame,
        final LocalPorts ports,
        final Port except,
        final int vni,
        final long high,
        final long low,
        final int count)
    {
        taken = 0;
        refused = 0;
        reason = DropReason.NO_DESTINATION;
        for (int i = 0; i < ports.size(); i++)
        {
            final LocalPort port = ports.get(i);
            if (port.port() != except)
            {
                final DropReason verdict = offer(frame, port.port());
                if (verdict == DropReason.NONE)
                {
                    taken++;
                }
                else
                {
                    reason = refused == 0 ? verdict : reason;
                    refused++;
                    ledger.record(verdict, vni, high, low, count);
                }
            }
        }
        frame.verdict(DropReason.NONE);
    }

    /** Ports that took the last one. */
    int taken()
    {
        return taken;
    }

    /** Ports that did not take the last one. */
    int refused()
    {
        return refused;
    }

    /** Why the first of those did not. */
    DropReason reason()
    {
        return reason;
    }

    /**
     * @return {@link DropReason#NONE} if the port took it; of a super-frame in pieces, every piece.
     */
    DropReason offer(final Frame frame, final Port port)
    {
        final int gsoType = frame.gsoType() & ~Frame.GSO_ECN;
        if (gsoType == Frame.GSO_NONE || port.takesSuperFrames(gsoType))
        {
            return offerWhole(frame.verdict(DropReason.NONE), port);
        }
        if (splitter == null)
        {
            splitter = new GsoSplitter();
            piece = new FrameSlab(1, LONGEST_FRAME).frame(0);
        }
        DropReason verdict = splitter.open(frame, 0, true);
        while (splitter.hasNext())
        {
            piece.wrap(FrameSlab.HEADROOM, 0);
            final int length = splitter.cut(piece.buffer(), piece.offset(), LONGEST_FRAME, 1);
            if (length == 0)
            {
                return DropReason.OVERSIZE;
            }
            piece.length(length);
            final DropReason ofPiece = offerWhole(piece, port);
            verdict = verdict == DropReason.NONE ? ofPiece : verdict;
        }
        return verdict;
    }

    private DropReason offerWhole(final Frame frame, final Port port)
    {
        one.clear();
        one.add(frame);
        port.offer(one);
        return frame.verdict();
    }
}
