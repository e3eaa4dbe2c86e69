// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** One end of a {@link MemoryFabric}. */
final class MemoryUnderlay implements Underlay
{
    private final MemoryFabric fabric;
    private final Vtep local;
    private final TimedQueue queue;
    private final Doorbell doorbell = new Doorbell();
    private Vtep lastRemote;
    private long drops;
    private volatile boolean isClosed;

    MemoryUnderlay(final MemoryFabric fabric, final Vtep local, final int capacity, final int slotLength)
    {
        this.fabric = fabric;
        this.local = local;
        lastRemote = local;
        queue = new TimedQueue(capacity, slotLength);
    }

    @Override
    public Vtep local()
    {
        return local;
    }

    @Override
    public String description()
    {
        return "memory";
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        return fabric.features();
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return fabric.mtu(local, new IpAddress(remoteHigh, remoteLow));
    }

    @Override
    public long receiveDrops()
    {
        synchronized (fabric)
        {
            return drops;
        }
    }

    @Override
    public void join(final IpAddress group)
    {
        fabric.join(this, group);
    }

    @Override
    public void leave(final IpAddress group)
    {
        fabric.leave(this, group);
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        synchronized (fabric)
        {
            queue.giveBack();
            return queue.lend(batch, fabric.nowNs());
        }
    }

    @Override
    public void send(final SendBatch batch)
    {
        synchronized (fabric)
        {
            for (int i = 0; i < batch.size(); i++)
            {
                final Vtep remote = remote(batch, i);
                batch.verdict(i, isClosed ? DropReason.UNDERLAY_ERROR : fabric.carry(local, batch, i, remote));
            }
        }
    }

    @Override
    public void await(final long timeoutNs)
    {
        long waitNs = timeoutNs;
        synchronized (fabric)
        {
            if (isClosed)
            {
                waitNs = 0;
            }
            else if (!queue.isEmpty())
            {
                waitNs = Math.min(timeoutNs, queue.nextDueNs() - fabric.nowNs());
            }
        }
        doorbell.await(waitNs);
    }

    @Override
    public void wake()
    {
        doorbell.ring();
    }

    @Override
    public boolean isClosed()
    {
        return isClosed;
    }

    @Override
    public void close()
    {
        synchronized (fabric)
        {
            if (!isClosed)
            {
                isClosed = true;
                fabric.detach(local);
                queue.clear();
            }
        }
        doorbell.ring();
    }

    /** Copies a datagram. Called by the fabric, which holds the lock. Returns false if there is no room. */
    boolean receive(
        final Vtep source,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int tos,
        final int segmentSize,
        final long dueNs)
    {
        final Frame copy = queue.add(
            buffer,
            offset,
            length,
            source.address().high(),
            source.address().low(),
            source.udpPort(),
            tos,
            segmentSize,
            dueNs);
        drops += copy == null ? 1 : 0;
        doorbell.ring();
        return copy != null;
    }

    /** Keeps the last remote, because most batches go to one. Null if the port is out of range. */
    private @Nullable Vtep remote(final SendBatch batch, final int index)
    {
        final long high = batch.remoteHigh(index);
        final long low = batch.remoteLow(index);
        final int port = batch.remotePort(index);
        if (port < 1 || port > 0xFFFF)
        {
            return null;
        }
        final IpAddress address = lastRemote.address();
        if (address.high() != high || address.low() != low || lastRemote.udpPort() != port)
        {
            lastRemote = new Vtep(new IpAddress(high, low), port);
        }
        return lastRemote;
    }
}
