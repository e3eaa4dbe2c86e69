// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.offload.GroCoalescer;
import io.overlane.pipeline.FateFeed;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.PortTraffic;
import io.overlane.status.Traffic;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way to a port: collects those for one port, joins segments if the port takes super-frames, and counts
 * each frame's fate. It offers the batch when the port changes, the batch is full or the caller flushes. Frames keep
 * their order, except that a joined segment moves up to the first of its super-frame.
 */
public final class OfferQueue
{
    /** Flows that are joined at a time. */
    private static final int MAX_FLOWS = 8;

    private static final int MAX_SUPER_FRAMES = 16;

    /** Longest frame that counts as small. */
    private static final int SMALL = 512;

    private static final int[] SUPER_FRAMES = {Frame.GSO_TCPV4, Frame.GSO_TCPV6, Frame.GSO_UDP_L4};

    private final FrameBatch batch;
    private final long[] sourceHigh;
    private final long[] sourceLow;
    private final int[] remote;
    /** Received frames, and their bytes, that each frame of the batch stands for. */
    private final int[] frames;
    private final int[] bytes;
    private final boolean[] isLone;
    private final PathCounters counters;
    private final Fates fates;
    private final PortGuard guard;
    private final GroCoalescer coalescer;

    /** Written by this thread only. */
    private final AtomicLong superFrames = new AtomicLong();
    private long lone;

    @SuppressWarnings("NullAway.Init")
    private Port port;
    @SuppressWarnings("NullAway.Init")
    private Traffic traffic;
    @SuppressWarnings("NullAway.Init")
    private PortTraffic portTraffic;
    private int vni;
    private boolean joins;

    /**
     * @param capacity   frames per offer.
     * @param isEthernet true if frames begin with an Ethernet header, false for IP.
     */
    public OfferQueue(
        final int capacity, final boolean isEthernet, final Fates fates, final PortGuard guard)
    {
        batch = new FrameBatch(capacity);
        sourceHigh = new long[capacity];
        sourceLow = new long[capacity];
        remote = new int[capacity];
        frames = new int[capacity];
        bytes = new int[capacity];
        isLone = new boolean[capacity];
        counters = fates.counters();
        this.fates = fates;
        this.guard = guard;
        coalescer = new GroCoalescer(MAX_FLOWS, MAX_SUPER_FRAMES, isEthernet);
    }

    /**
     * Say which port the next frames are for.
     *
     * @param vni     its segment, for the drop ledger.
     * @param traffic counts the frames that the port takes.
     */
    public void begin(final Port port, final int vni, final Traffic traffic)
    {
        if (this.port != port || this.traffic != traffic)
        {
            flush();
            this.port = port;
            this.vni = vni;
            this.traffic = traffic;
            portTraffic = counters.port(port);
            findJoins();
        }
    }

    /**
     * @param frame  to deliver; stays where it is until the next {@link #flush()}.
     * @param remote number of the remote it came from, or {@code RemoteTraffic.UNNUMBERED}.
     */
    public void add(final Frame frame, final long sourceHigh, final long sourceLow, final int remote)
    {
        if (joins && isJoined(frame, sourceHigh, sourceLow))
        {
            return;
        }
        if (batch.isFull())
        {
            offer();
        }
        final int index = batch.size();
        this.sourceHigh[index] = sourceHigh;
        this.sourceLow[index] = sourceLow;
        this.remote[index] = remote;
        isLone[index] = joins && frame.length() <= SMALL && !coalescer.isAcknowledgement();
        frames[index] = 1;
        bytes[index] = frame.length();
        batch.add(frame);
    }

    public PortGuard guard()
    {
        return guard;
    }

    /** Super-frames made so far; any thread. */
    long superFrames()
    {
        return superFrames.get();
    }

    /** Small frames so far that no other frame joined, without acknowledgements of TCP. */
    long lone()
    {
        return lone;
    }

    /** Offer the batch and count the fate of every frame in it. */
    public void flush()
    {
        offer();
        if (joins)
        {
            findJoins();
        }
    }

    private void findJoins()
    {
        int types = 0;
        for (final int type : SUPER_FRAMES)
        {
            types |= guard.takesSuperFrames(port, type) ? 1 << type : 0;
        }
        joins = types != 0;
        coalescer.joins(types);
    }

    /** Join a frame to one in the batch. False if it must be added to the batch, which has room for it then. */
    private boolean isJoined(final Frame frame, final long sourceHigh, final long sourceLow)
    {
        final int next = batch.isFull() ? GroCoalescer.NO_PLACE : batch.size();
        GroCoalescer.Verdict verdict = coalescer.add(frame, sourceHigh, sourceLow, next);
        if (verdict == GroCoalescer.Verdict.FLUSH_FIRST)
        {
            offer();
            verdict = coalescer.add(frame, sourceHigh, sourceLow, 0);
        }
        if (verdict != GroCoalescer.Verdict.JOINED)
        {
            return false;
        }
        final int place = coalescer.place();
        if (frames[place] == 1)
        {
            batch.set(place, coalescer.superFrame());
            superFrames.lazySet(superFrames.getPlain() + 1);
        }
        frames[place]++;
        bytes[place] += frame.length();
        return true;
    }

    private void offer()
    {
        if (batch.isEmpty())
        {
            return;
        }
        if (joins)
        {
            coalescer.finish();
        }
        guard.offer(port, batch);
        int taken = 0;
        int takenBytes = 0;
        if (fates.feed() != null)
        {
            reportDeliveries(fates.feed());
        }
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            final DropReason verdict = frame.verdict();
            if (verdict == DropReason.NONE)
            {
                fates.deliver(traffic, remote[i], frames[i], bytes[i]);
                taken += frames[i];
                takenBytes += bytes[i];
                lone += isLone[i] && frames[i] == 1 ? 1 : 0;
            }
            else
            {
                if (fates.feed() != null)
                {
                    fates.feed().to(port);
                }
                fates.drop(verdict, vni, sourceHigh[i], sourceLow[i], frame, frames[i]);
            }
        }
        fates.flush(traffic);
        portTraffic.onOut(taken, takenBytes);
        batch.clear();
    }

    private void reportDeliveries(final FateFeed feed)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            if (batch.get(i).verdict() == DropReason.NONE)
            {
                feed.to(port);
                fates.onDelivered(vni, sourceHigh[i], sourceLow[i], batch.get(i), frames[i]);
            }
        }
    }
}
