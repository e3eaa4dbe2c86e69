// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The underlay of a replayed engine: receives one datagram at a time, and sends everything it gets. */
final class ReplayUnderlay implements Underlay
{
    private final int udpPort;
    private final Consumer<SendBatch> sent;
    private final FrameSlab slab = new FrameSlab(1, CapturedPacket.MAX_LENGTH);
    private @Nullable OuterDatagram waiting;

    /**
     * @param udpPort of the imagined socket.
     * @param sent    gets every batch that is sent.
     */
    ReplayUnderlay(final int udpPort, final Consumer<SendBatch> sent)
    {
        this.udpPort = udpPort;
        this.sent = sent;
    }

    /** Give a datagram to the next poll. */
    void put(final OuterDatagram datagram)
    {
        waiting = datagram;
    }

    @Override
    public Vtep local()
    {
        return new Vtep(IpAddress.ANY_V6, udpPort);
    }

    @Override
    public String description()
    {
        return "replay";
    }

    /** Any configuration can be replayed, as nothing is sent. */
    @Override
    public Set<UnderlayFeature> features()
    {
        return EnumSet.allOf(UnderlayFeature.class);
    }

    @Override
    public void join(final IpAddress group)
    {
    }

    @Override
    public void leave(final IpAddress group)
    {
    }

    @Override
    public void acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        final OuterDatagram datagram = waiting;
        if (datagram == null || batch.isFull())
        {
            return 0;
        }
        waiting = null;
        final Frame frame = slab.frame(0).wrap(FrameSlab.HEADROOM, datagram.length());
        frame.buffer().putBytes(FrameSlab.HEADROOM, datagram.buffer(), datagram.offset(), datagram.length());
        batch.add(frame, datagram.sourceHigh(), datagram.sourceLow(), datagram.sourcePort(), datagram.tos(), 0);
        return 1;
    }

    @Override
    public void send(final SendBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            batch.verdict(i, DropReason.NONE);
        }
        sent.accept(batch);
    }

    /** Returns at once, as a capture never has to be waited for. */
    @Override
    public void await(final long timeoutNs)
    {
    }

    @Override
    public void wake()
    {
    }

    @Override
    public void close()
    {
    }
}
