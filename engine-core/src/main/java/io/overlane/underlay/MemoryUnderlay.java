package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * One end of a {@link MemoryFabric}.
 */
final class MemoryUnderlay implements Underlay
{
    private static final Comparator<Datagram> BY_TIME = (a, b) ->
    {
        final int byTime = Long.signum(a.dueNs - b.dueNs);
        return byTime != 0 ? byTime : Long.compare(a.sequence, b.sequence);
    };

    private final MemoryFabric fabric;
    private final Vtep local;
    private final Doorbell doorbell = new Doorbell();
    private final ArrayDeque<Datagram> free;
    private final PriorityQueue<Datagram> waiting;
    private final List<Datagram> lent;
    private Vtep lastRemote;
    private boolean isClosed;

    MemoryUnderlay(final MemoryFabric fabric, final Vtep local, final int capacity, final int slotLength)
    {
        this.fabric = fabric;
        this.local = local;
        lastRemote = local;
        free = new ArrayDeque<>(capacity);
        waiting = new PriorityQueue<>(capacity, BY_TIME);
        lent = new ArrayList<>(capacity);
        final FrameSlab slab = new FrameSlab(capacity, slotLength);
        for (int i = 0; i < capacity; i++)
        {
            free.add(new Datagram(slab.frame(i)));
        }
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
    public int poll(final ReceiveBatch batch)
    {
        synchronized (fabric)
        {
            for (int i = 0; i < lent.size(); i++)
            {
                free.add(lent.get(i));
            }
            lent.clear();

            int count = 0;
            while (!batch.isFull() && isDue())
            {
                final Datagram datagram = waiting.poll();
                lent.add(datagram);
                final IpAddress source = datagram.source.address();
                batch.add(
                    datagram.frame,
                    source.high(),
                    source.low(),
                    datagram.source.udpPort(),
                    datagram.tos,
                    datagram.segmentSize);
                count++;
            }
            return count;
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
            final Datagram next = waiting.peek();
            if (isClosed)
            {
                waitNs = 0;
            }
            else if (next != null)
            {
                waitNs = Math.min(timeoutNs, next.dueNs - fabric.nowNs());
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
    public void close()
    {
        synchronized (fabric)
        {
            if (!isClosed)
            {
                isClosed = true;
                fabric.detach(local);
                free.addAll(waiting);
                waiting.clear();
            }
        }
        doorbell.ring();
    }

    /** Take a copy of some bytes of an entry; the fabric calls this and holds the lock. False if there is no room. */
    boolean receive(
        final Vtep source,
        final SendBatch batch,
        final int index,
        final int offset,
        final int length,
        final int segmentSize,
        final long dueNs,
        final long sequence)
    {
        final Datagram datagram = free.poll();
        if (datagram == null)
        {
            return false;
        }
        final Frame from = batch.frame(index);
        datagram.frame.buffer().putBytes(FrameSlab.HEADROOM, from.buffer(), from.offset() + offset, length);
        datagram.frame.wrap(FrameSlab.HEADROOM, length);
        datagram.source = source;
        datagram.tos = batch.tos(index);
        datagram.segmentSize = segmentSize;
        datagram.dueNs = dueNs;
        datagram.sequence = sequence;
        waiting.add(datagram);
        doorbell.ring();
        return true;
    }

    private boolean isDue()
    {
        final Datagram next = waiting.peek();
        return next != null && next.dueNs - fabric.nowNs() <= 0;
    }

    /** Most batches go to one remote: remember it instead of making it anew. Null if it can be nobody. */
    private Vtep remote(final SendBatch batch, final int index)
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

    /** A slot and what is known of the datagram in it. */
    private static final class Datagram
    {
        private final Frame frame;
        private Vtep source;
        private int tos;
        private int segmentSize;
        private long dueNs;
        private long sequence;

        private Datagram(final Frame frame)
        {
            this.frame = frame;
        }
    }
}
