// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.bridge;

import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.offload.SuperFramePieces;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import org.jspecify.annotations.Nullable;

/** Gives copies of a frame to ports, now. */
public final class PortFlood
{
    private final PortGuard guard;
    private final PathCounters counters;
    private final Fates fates;
    private final boolean isEthernet;

    /** For ports that take no super-frames; made with the first super-frame. */
    private @Nullable SuperFramePieces pieces;

    /** @param isEthernet true if frames begin with an Ethernet header, false for IP. */
    public PortFlood(final PortGuard guard, final Fates fates, final boolean isEthernet)
    {
        this.isEthernet = isEthernet;
        this.guard = guard;
        counters = fates.counters();
        this.fates = fates;
    }

    /**
     * Offer a frame to every port but one. A refused copy gets a line in the ledger.
     *
     * @param frame  stays as it is, except for its verdict, which has no meaning afterwards.
     * @param except the port it came from, null if it came from a remote.
     * @param high   first word of the outer address it came from, 0 if from a port.
     * @param low    second word.
     * @param count  frames it stands for.
     */
    public void offer(
        final Frame frame,
        final LocalPorts ports,
        final @Nullable Port except,
        final int vni,
        final long high,
        final long low,
        final int count,
        final Copies copies)
    {
        for (int i = 0; i < ports.size(); i++)
        {
            final LocalPort port = ports.get(i);
            if (port.port() != except)
            {
                final DropReason verdict = offer(frame, port.port(), count);
                if (fates.feed() != null)
                {
                    fates.feed().to(port.port());
                }
                copies.count(fates, Fate.Kind.FLOOD_COPY, verdict, vni, high, low, frame, 0, count);
            }
        }
        frame.verdict(DropReason.NONE);
    }

    /**
     * Offer a frame that stands for {@code count} frames. {@link DropReason#NONE} if the port took it; of a super-frame
     * in pieces, every piece.
     */
    public DropReason offer(final Frame frame, final Port port, final int count)
    {
        final DropReason verdict = offer(frame, port);
        if (verdict == DropReason.NONE)
        {
            counters.port(port).onOut(count, frame.length());
        }
        return verdict;
    }

    private DropReason offer(final Frame frame, final Port port)
    {
        final int gsoType = frame.gsoType() & ~Frame.GSO_ECN;
        if (gsoType == Frame.GSO_NONE || guard.takesSuperFrames(port, gsoType))
        {
            return guard.offer(port, frame.verdict(DropReason.NONE));
        }
        if (pieces == null)
        {
            pieces = new SuperFramePieces();
        }
        DropReason verdict = pieces.open(frame, isEthernet);
        for (Frame piece = pieces.next(); piece != null; piece = pieces.next())
        {
            final DropReason ofPiece = guard.offer(port, piece);
            verdict = verdict == DropReason.NONE ? ofPiece : verdict;
        }
        return verdict;
    }
}
