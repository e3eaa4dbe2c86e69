package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.Traffic;

/**
 * Frames on their way to a port: collects those for one port, offers them when the port changes, the batch is full or
 * it is asked to, and counts each frame's fate. Order is kept.
 */
public final class OfferQueue
{
    private final FrameBatch batch;
    private final long[] sourceHigh;
    private final long[] sourceLow;
    private final int[] remote;
    private final PathCounters counters;

    private Port port;
    private Traffic traffic;
    private int vni;

    /**
     * @param capacity frames per offer.
     * @param counters decap counters.
     */
    public OfferQueue(final int capacity, final PathCounters counters)
    {
        batch = new FrameBatch(capacity);
        sourceHigh = new long[capacity];
        sourceLow = new long[capacity];
        remote = new int[capacity];
        this.counters = counters;
    }

    /**
     * Say which port the next frames are for.
     *
     * @param port    the port.
     * @param vni     its segment, for the drop ledger.
     * @param traffic counts what it is given.
     */
    void aim(final Port port, final int vni, final Traffic traffic)
    {
        if (this.port != port || this.vni != vni)
        {
            flush();
            this.port = port;
            this.vni = vni;
            this.traffic = traffic;
        }
    }

    /**
     * @param frame      to deliver; stays where it is until the next {@link #flush()}.
     * @param sourceHigh first word of the outer source it came from.
     * @param sourceLow  second word.
     * @param remote     number of the remote it came from, or {@code RemoteTraffic.UNNUMBERED}.
     */
    void add(final Frame frame, final long sourceHigh, final long sourceLow, final int remote)
    {
        if (batch.isFull())
        {
            flush();
        }
        final int index = batch.size();
        this.sourceHigh[index] = sourceHigh;
        this.sourceLow[index] = sourceLow;
        this.remote[index] = remote;
        batch.add(frame);
    }

    /** Offer what is queued and count the fate of every frame in it. */
    void flush()
    {
        if (batch.isEmpty())
        {
            return;
        }
        port.offer(batch);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            final DropReason verdict = frame.verdict();
            if (verdict == DropReason.NONE)
            {
                counters.onDelivered(traffic, frame.length());
                counters.remotes().record(remote[i], frame.length());
            }
            else
            {
                counters.onDropped(verdict, vni, sourceHigh[i], sourceLow[i]);
            }
        }
        batch.clear();
    }
}
