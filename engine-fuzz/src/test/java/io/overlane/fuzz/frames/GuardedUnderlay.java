// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import io.overlane.testkit.SilentUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayFeature;
import java.util.EnumSet;
import java.util.Set;

/** An underlay that lends guarded datagrams, and checks the datagrams that it gets. */
final class GuardedUnderlay extends SilentUnderlay
{
    private static final int MTU = 1500;

    private final Vtep local;
    private final Traffic traffic;
    private final boolean isVxlan;
    private final GuardedSlots slots = new GuardedSlots(64);
    private final Traffic.Arrival arrival = new Traffic.Arrival();
    private long polled;

    GuardedUnderlay(final Vtep local, final Traffic traffic, final boolean isVxlan)
    {
        super(local);
        this.local = local;
        this.traffic = traffic;
        this.isVxlan = isVxlan;
    }

    /** Entries that the engine polled. */
    long polled()
    {
        return polled;
    }

    @Override
    public boolean gainsFromJoining()
    {
        return true;
    }

    @Override
    public boolean usesFlowHash()
    {
        return true;
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        return EnumSet.allOf(UnderlayFeature.class);
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return MTU;
    }

    @Override
    public void join(final IpAddress group)
    {
        // Datagrams come as the traffic says.
    }

    @Override
    public void leave(final IpAddress group)
    {
        // As above.
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        slots.takeBack();
        int count = 0;
        while (batch.size() < batch.capacity() && slots.free() > 0 && traffic.hasDatagram())
        {
            final Frame frame = slots.take();
            traffic.datagram(frame, arrival);
            slots.seal();
            batch.add(frame, arrival.high, arrival.low, arrival.port, arrival.tos, arrival.segmentSize);
            count++;
        }
        polled += count;
        return count;
    }

    @Override
    public void send(final SendBatch batch)
    {
        final int most = MTU - (local.address().isV4() ? 28 : 48);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.frame(i);
            frame.buffer().boundsCheck(frame.offset(), frame.length());
            final int size = batch.segmentSize(i);
            if (size < 0 || batch.remotePort(i) < 1 || batch.remotePort(i) > 0xFFFF ||
                IpAddress.isV4(batch.remoteHigh(i), batch.remoteLow(i)) != local.address().isV4())
            {
                throw new AssertionError("a datagram to port " + batch.remotePort(i) + ", segments of " + size);
            }
            final int step = size == 0 ? frame.length() : size;
            for (int at = 0; at < frame.length(); at += step)
            {
                check(frame, at, Math.min(step, frame.length() - at));
            }
            batch.verdict(i, step > most ? DropReason.OVERSIZE : traffic.verdict(DropReason.UNDERLAY_BUSY));
        }
    }

    private void check(final Frame frame, final int at, final int length)
    {
        if (isVxlan)
        {
            final int first = frame.buffer().getByte(frame.offset() + at);
            if (length < 8 + 14 || first != 0x08)
            {
                throw new AssertionError("a datagram of " + length + " bytes begins with " + first);
            }
        }
        else
        {
            // The version may be another one: a port can demand a checksum in any place, as with Linux.
            if (length < 20)
            {
                throw new AssertionError("a packet of " + length + " bytes");
            }
        }
    }

    @Override
    public void close()
    {
        slots.takeBack();
    }
}
