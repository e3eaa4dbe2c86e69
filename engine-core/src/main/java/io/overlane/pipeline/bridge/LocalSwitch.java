// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.bridge;

import io.overlane.fdb.Fdb;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.learning.Learn;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.PortTraffic;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * From a port of a segment to other ports of it: learns the stations behind the port, collects frames for another port,
 * and gives copies to all others. A frame never returns to the port it came from.
 */
public final class LocalSwitch
{
    private final Learn learn;
    private final RemoteTable remotes;
    private final PathCounters counters;
    private final Fates fates;
    private final PortGuard guard;
    private final FrameBatch batch;
    private final int[] frames;
    private final PortFlood flood;

    @SuppressWarnings("NullAway.Init")
    private Segment segment;
    @SuppressWarnings("NullAway.Init")
    private LocalPorts ports;
    @SuppressWarnings("NullAway.Init")
    private Port from;
    private @Nullable LocalPort self;
    @SuppressWarnings("NullAway.Init")
    private Port to;

    /**
     * @param peerUdpPort UDP port that the ports have in the table of remotes.
     * @param ring        to the thread that writes the FDB; null on that thread.
     * @param batchLimit  frames that are carried together at most.
     */
    public LocalSwitch(
        final Fdb fdb,
        final RemoteTable remotes,
        final int peerUdpPort,
        final NanoClock clock,
        final @Nullable LearnRing ring,
        final Fates fates,
        final PortGuard guard,
        final int batchLimit)
    {
        this.remotes = remotes;
        counters = fates.counters();
        this.fates = fates;
        this.guard = guard;
        learn = new Learn(fdb, remotes, peerUdpPort, clock, ring);
        batch = new FrameBatch(batchLimit);
        frames = new int[batchLimit];
        flood = new PortFlood(guard, fates, true);
    }

    /** Begin a batch that comes from one port. */
    public void begin(final Segment segment, final LocalPorts ports, final Port from)
    {
        this.segment = segment;
        this.ports = ports;
        this.from = from;
        self = ports.find(from);
    }

    /** Second word of the address of the port in the table of remotes. */
    public long portId()
    {
        return self == null ? LocalPorts.ONLY_PORT : remotes.low(self.number());
    }

    /** Learn that a station is behind the port. The answer is why its frame is dropped, or {@link DropReason#NONE}. */
    public DropReason onSource(final long source)
    {
        // Null for a port that has just been added or is about to be removed.
        return self == null ?
            DropReason.NONE :
            learn.onFrame(
                segment.vni(),
                source,
                remotes.high(self.number()),
                remotes.low(self.number()),
                self.number());
    }

    /**
     * Give a frame to the port its station is behind, when {@link #flush()} is called at the latest.
     *
     * @return false if that is the port it came from.
     */
    public boolean add(final Frame frame, final LocalPort port, final int count)
    {
        if (port.port() == from)
        {
            return false;
        }
        divert(frame, port.port(), count);
        return true;
    }

    /** Give a frame to any port, the one it came from too, when {@link #flush()} is called at the latest. */
    public void divert(final Frame frame, final Port port, final int count)
    {
        if (to != port || batch.isFull())
        {
            offer();
            to = port;
        }
        if (frame.gsoType() != Frame.GSO_NONE && !guard.takesSuperFrames(to, frame.gsoType() & ~Frame.GSO_ECN))
        {
            offer();
            settle(flood.offer(frame, to, count), count, frame);
        }
        else
        {
            frames[batch.size()] = count;
            batch.add(frame.verdict(DropReason.NONE));
        }
    }

    /**
     * Give copies to all other ports, behind all frames that are collected. The caller counts the fate of the frame.
     */
    public void flood(final Frame frame, final int count, final Copies copies)
    {
        offer();
        flood.offer(frame, ports, from, segment.vni(), 0, 0, count, copies);
    }

    /**
     * Give copies to all ports of a segment, behind all frames that are collected. The caller counts the fate of the
     * frame.
     */
    public void flood(final Frame frame, final LocalPorts all, final int count, final Copies copies)
    {
        offer();
        flood.offer(frame, all, null, segment.vni(), 0, 0, count, copies);
    }

    /** Deliver every frame that is collected. */
    public void flush()
    {
        offer();
        learn.onBatchEnd();
    }

    private void offer()
    {
        if (batch.isEmpty())
        {
            return;
        }
        guard.offer(to, batch);
        final PortTraffic traffic = counters.port(to);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.verdict() == DropReason.NONE)
            {
                traffic.onOut(frames[i], frame.length());
            }
            settle(frame.verdict(), frames[i], frame);
        }
        batch.clear();
    }

    private void settle(final DropReason verdict, final int count, final Frame frame)
    {
        fates.offered(verdict, to, segment.encapTraffic(), segment.vni(), frame, count);
    }
}
