package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;

/**
 * Datagrams on their way to the underlay: collects a batch, sends it when it is full or asked to, and gives each frame
 * its verdict.
 *
 * <p>A frame queued for several remotes is delivered when at least one took it; refused copies are counted aside.
 */
public final class SendQueue
{
    /** What a queued frame's verdict is until a remote takes it. */
    static final DropReason NOT_YET = DropReason.NO_DESTINATION;

    private final Underlay underlay;
    private final SendBatch batch;
    private final RemoteTable remotes;
    private final PathCounters counters;
    private final int headerLength;

    /**
     * @param underlay     to send with.
     * @param capacity     datagrams per send.
     * @param remotes      addresses of remotes.
     * @param counters     encap counters.
     * @param headerLength bytes of tunnel header in each datagram, not counted as payload.
     */
    public SendQueue(
        final Underlay underlay,
        final int capacity,
        final RemoteTable remotes,
        final PathCounters counters,
        final int headerLength)
    {
        this.underlay = underlay;
        batch = new SendBatch(capacity);
        this.remotes = remotes;
        this.counters = counters;
        this.headerLength = headerLength;
    }

    /**
     * Queue one datagram. Until it is sent the frame's verdict is {@link #NOT_YET}.
     *
     * @param frame  a whole UDP payload; stays where it is until the next {@link #flush(int)}.
     * @param remote number of the remote.
     * @param vni    for the drop ledger, should the underlay refuse.
     */
    void add(final Frame frame, final int remote, final int vni)
    {
        if (batch.isFull())
        {
            flush(vni);
        }
        batch.add(frame, remotes.high(remote), remotes.low(remote), remotes.udpPort(remote), remote, 0, 0, 0);
    }

    /**
     * Send what is queued and set the verdict of every frame in it.
     *
     * @param vni for the drop ledger.
     */
    void flush(final int vni)
    {
        if (batch.size() == 0)
        {
            return;
        }
        underlay.send(batch);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.frame(i);
            final DropReason verdict = batch.verdict(i);
            if (verdict == DropReason.NONE)
            {
                counters.remotes().record(batch.remote(i), frame.length() - headerLength);
                onTaken(frame);
            }
            else
            {
                onRefused(frame, verdict);
                counters.ledger().record(verdict, vni, batch.remoteHigh(i), batch.remoteLow(i));
            }
        }
        batch.clear();
    }

    private void onTaken(final Frame frame)
    {
        final DropReason before = frame.verdict();
        if (before == DropReason.NONE)
        {
            counters.onFlooded(1, 0);
        }
        else if (before != NOT_YET)
        {
            // An earlier copy was refused and is no longer the fate of the frame.
            counters.onFlooded(0, 1);
        }
        frame.verdict(DropReason.NONE);
    }

    private void onRefused(final Frame frame, final DropReason verdict)
    {
        if (frame.verdict() == NOT_YET)
        {
            frame.verdict(verdict);
        }
        else
        {
            counters.onFlooded(0, 1);
        }
    }
}
