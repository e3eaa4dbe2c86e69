// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.offload.GroCoalescer;
import io.overlane.pipeline.DeliveryTally;
import io.overlane.pipeline.PortGuard;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.Traffic;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way to a port: collects those for one port, joins what belongs together if the port takes
 * super-frames, offers them when the port changes, the batch is full or it is asked to, and counts each frame's fate.
 * Frames keep their order; only what is joined moves up to the first of its segments.
 */
public final class OfferQueue
{
    /** Flows that are joined at a time. */
    private static final int MAX_RUNS = 8;

    private static final int MAX_SUPER_FRAMES = 16;

    private final FrameBatch batch;
    private final long[] sourceHigh;
    private final long[] sourceLow;
    private final int[] remote;
    private final int[] frames;
    private final int[] bytes;
    private final PathCounters counters;
    private final PortGuard guard;
    private final DeliveryTally tally;
    private final GroCoalescer coalescer;

    /** Written by this thread only. */
    private final AtomicLong superFrames = new AtomicLong();

    private Port port;
    private Traffic traffic;
    private int vni;
    private boolean joins;

    /**
     * @param capacity   frames per offer.
     * @param isEthernet true if frames begin with an Ethernet header, false for IP.
     * @param counters   decap counters.
     * @param guard      calls the ports.
     */
    public OfferQueue(
        final int capacity, final boolean isEthernet, final PathCounters counters, final PortGuard guard)
    {
        batch = new FrameBatch(capacity);
        sourceHigh = new long[capacity];
        sourceLow = new long[capacity];
        remote = new int[capacity];
        frames = new int[capacity];
        bytes = new int[capacity];
        this.counters = counters;
        this.guard = guard;
        tally = new DeliveryTally(counters);
        final GroCoalescer.Output output = new GroCoalescer.Output()
        {
            @Override
            public int onFrame(final Frame frame, final long sourceHigh, final long sourceLow, final int remote)
            {
                return queue(frame, sourceHigh, sourceLow, remote);
            }

            @Override
            public void onJoined(final int place, final Frame superFrame, final int segments, final int length)
            {
                batch.set(place, superFrame);
                superFrames.lazySet(superFrames.getPlain() + 1);
                frames[place] = segments;
                bytes[place] = length;
            }

            @Override
            public void onFlush()
            {
                offer();
            }
        };
        coalescer = new GroCoalescer(MAX_RUNS, MAX_SUPER_FRAMES, capacity, isEthernet, output);
    }

    /**
     * Say which port the next frames are for.
     *
     * @param port    the port.
     * @param vni     its segment, for the drop ledger.
     * @param traffic counts what it is given.
     */
    public void aim(final Port port, final int vni, final Traffic traffic)
    {
        if (this.port != port || this.traffic != traffic)
        {
            flush();
            this.port = port;
            this.vni = vni;
            this.traffic = traffic;
            findJoins();
        }
    }

    /**
     * @param frame      to deliver; stays where it is until the next {@link #flush()}.
     * @param sourceHigh first word of the outer source it came from.
     * @param sourceLow  second word.
     * @param remote     number of the remote it came from, or {@code RemoteTraffic.UNNUMBERED}.
     */
    public void add(final Frame frame, final long sourceHigh, final long sourceLow, final int remote)
    {
        if (joins)
        {
            coalescer.add(frame, sourceHigh, sourceLow, remote);
        }
        else
        {
            queue(frame, sourceHigh, sourceLow, remote);
        }
    }

    public PortGuard guard()
    {
        return guard;
    }

    /** @return super-frames made so far; any thread. */
    long superFrames()
    {
        return superFrames.get();
    }

    /** Offer what is queued and count the fate of every frame in it. */
    public void flush()
    {
        if (joins)
        {
            coalescer.flush();
            findJoins();
        }
        else
        {
            offer();
        }
    }

    private void findJoins()
    {
        final boolean tcpV4 = guard.takesSuperFrames(port, Frame.GSO_TCPV4);
        final boolean tcpV6 = guard.takesSuperFrames(port, Frame.GSO_TCPV6);
        final boolean udp = guard.takesSuperFrames(port, Frame.GSO_UDP_L4);
        joins = tcpV4 || tcpV6 || udp;
        coalescer.joins(tcpV4, tcpV6, udp);
    }

    private int queue(final Frame frame, final long sourceHigh, final long sourceLow, final int remote)
    {
        if (batch.isFull())
        {
            offer();
        }
        final int index = batch.size();
        this.sourceHigh[index] = sourceHigh;
        this.sourceLow[index] = sourceLow;
        this.remote[index] = remote;
        frames[index] = 1;
        bytes[index] = frame.length();
        batch.add(frame);
        return index;
    }

    private void offer()
    {
        if (batch.isEmpty())
        {
            return;
        }
        guard.offer(port, batch);
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            final DropReason verdict = frame.verdict();
            if (verdict == DropReason.NONE)
            {
                tally.add(traffic, remote[i], frames[i], bytes[i]);
            }
            else
            {
                counters.onDropped(
                    verdict, vni, sourceHigh[i], sourceLow[i], frames[i],
                    frame.buffer(), frame.offset(), frame.length());
            }
        }
        tally.flush(traffic);
        batch.clear();
    }
}
