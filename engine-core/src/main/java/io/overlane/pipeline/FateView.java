// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.fate.Fate;
import io.overlane.port.Port;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.underlay.OuterFields;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** The view that listeners get; {@link FateFeed} writes its fields. */
final class FateView implements Fate
{
    final Direction direction;
    final int queue;
    Kind kind = Kind.FRAME;
    long id;
    long timeNs;
    int vni;
    Outcome outcome = Outcome.DELIVERED;
    DropReason reason = DropReason.NONE;
    @Nullable Port from;
    /** The last port to which a frame was offered. */
    @Nullable Port to;
    boolean isOffered;
    long high;
    long low;
    boolean hasOuter;
    int udpPort;
    int outerVni;
    int flowHash;
    int outer;
    int frames;
    boolean hasTunnelHeader;

    @SuppressWarnings("NullAway.Init")
    DirectBuffer buffer;
    int offset;
    int length;
    int gsoType;
    int gsoSize;
    int pieces;
    /** Bytes from one piece to the next, and those of a tunnel header between them. */
    int stride;
    int gap;

    FateView(final Direction direction, final int queue)
    {
        this.direction = direction;
        this.queue = queue;
    }

    @Override
    public Direction direction()
    {
        return direction;
    }

    @Override
    public int queue()
    {
        return queue;
    }

    @Override
    public Kind kind()
    {
        return kind;
    }

    @Override
    public long id()
    {
        return id;
    }

    @Override
    public long timeNs()
    {
        return timeNs;
    }

    @Override
    public int vni()
    {
        return vni;
    }

    @Override
    public Outcome outcome()
    {
        return outcome;
    }

    @Override
    public DropReason reason()
    {
        return reason;
    }

    @Override
    public @Nullable Port from()
    {
        return from;
    }

    @Override
    public @Nullable Port to()
    {
        return isOffered ? to : null;
    }

    @Override
    public boolean hasRemote()
    {
        return (high | low) != 0;
    }

    @Override
    public long remoteHigh()
    {
        return high;
    }

    @Override
    public long remoteLow()
    {
        return low;
    }

    @Override
    public boolean hasOuter()
    {
        return hasOuter;
    }

    @Override
    public int remoteUdpPort()
    {
        return hasOuter ? udpPort : 0;
    }

    @Override
    public int outerVni()
    {
        return hasOuter ? outerVni : DropLedger.NO_VNI;
    }

    @Override
    public int flowHash()
    {
        return hasOuter ? flowHash : 0;
    }

    @Override
    public int outerTos()
    {
        return hasOuter ? OuterFields.tos(outer) : 0;
    }

    @Override
    public int outerTtl()
    {
        return hasOuter ? OuterFields.ttl(outer) : 0;
    }

    @Override
    public int frames()
    {
        return frames;
    }

    @Override
    public int pieces()
    {
        return pieces;
    }

    @Override
    public DirectBuffer buffer()
    {
        return buffer;
    }

    @Override
    public boolean hasTunnelHeader()
    {
        return hasTunnelHeader;
    }

    @Override
    public int gsoType()
    {
        return gsoType;
    }

    @Override
    public int gsoSize()
    {
        return gsoSize;
    }

    @Override
    public int offset(final int piece)
    {
        return offset + checked(piece) * stride;
    }

    @Override
    public int length(final int piece)
    {
        final int rest = length - checked(piece) * stride;
        return stride > 0 ? Math.min(rest, stride - gap) : rest;
    }

    private int checked(final int piece)
    {
        if (piece < 0 || piece >= pieces())
        {
            throw new IndexOutOfBoundsException("piece " + piece + " is outside 0..." + (pieces() - 1));
        }
        return piece;
    }
}
