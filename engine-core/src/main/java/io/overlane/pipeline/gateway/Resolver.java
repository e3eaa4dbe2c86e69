// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.frame.Frame;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.neighbor.NeighborTable;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.RoutingCounters;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Finds the MACs of next hops that are not known: asks for them, holds the frames to them meanwhile, and gives the
 * frames back when the MAC is known or nobody answered (Linux {@code neigh_resolve_output}). One thread; allocates
 * nothing but the memory of the first held frame.
 */
final class Resolver
{
    /** Next hops that are asked for at a time; a scan of a subnet takes them all for {@link #TRIES} intervals. */
    private static final int MAX_PENDING = 256;

    /** Frames that wait for one next hop, so that one that is away leaves room for others. */
    private static final int MAX_WAITING = 32;

    /** As Linux {@code mcast_solicit}. */
    private static final int TRIES = 3;

    /** As Linux {@code retrans_time_ms}. */
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int NONE = -1;

    /** Gets frames back. */
    interface Receiver
    {
        /**
         * A frame no longer waits.
         *
         * @param frame      a copy, valid until this returns.
         * @param vrf        its routing context.
         * @param in         gateway of the segment that it came by; null for the L3 VNI.
         * @param from       port that it came from; null for a remote.
         * @param high       first word of the outer address that it came from.
         * @param low        second word.
         * @param count      frames that it stands for.
         * @param isResolved true if the next hop's MAC is known now.
         */
        void onReleased(
            Frame frame, Vrf vrf, @Nullable Link in, @Nullable Port from, long high, long low, int count,
            boolean isResolved);
    }

    private final NeighborTable neighbors;
    private final NanoClock clock;
    private final GatewayRequests requests;
    private final PathCounters counters;
    private final HeldFrames held = new HeldFrames();

    // By pending next hop, without gaps.
    private final @Nullable Link[] links = new Link[MAX_PENDING];
    private final @Nullable RoutingCounters[] askers = new RoutingCounters[MAX_PENDING];
    private final long[] high = new long[MAX_PENDING];
    private final long[] low = new long[MAX_PENDING];
    private final int[] tries = new int[MAX_PENDING];
    private final long[] dueNs = new long[MAX_PENDING];
    private final int[] first = new int[MAX_PENDING];
    private final int[] last = new int[MAX_PENDING];
    private final int[] waiting = new int[MAX_PENDING];
    private int pending;
    private int seenVersion;
    private long nextDueNs;

    /**
     * @param requests sends the requests.
     * @param counters of the way on which the frames wait.
     */
    Resolver(
        final NeighborTable neighbors,
        final NanoClock clock,
        final GatewayRequests requests,
        final PathCounters counters)
    {
        this.neighbors = neighbors;
        this.clock = clock;
        this.requests = requests;
        this.counters = counters;
    }

    /**
     * Hold a frame until the MAC of its next hop is known.
     *
     * @param router has decided that it is not known. The other parameters are those of {@link Receiver#onReleased}.
     * @param asker  counts the requests.
     * @return {@link DropReason#NONE} if it is held, else why it must be dropped.
     */
    DropReason hold(
        final Router router,
        final RoutingCounters asker,
        final Frame frame,
        final Vrf vrf,
        final @Nullable Link in,
        final @Nullable Port from,
        final long sourceHigh,
        final long sourceLow,
        final int count)
    {
        final int known = find(router.out(), router.nextHigh(), router.nextLow());
        if (known == NONE ? pending == MAX_PENDING : waiting[known] == MAX_WAITING)
        {
            return DropReason.NEIGHBOR_QUEUE_FULL;
        }
        final int slot = held.copy(frame);
        if (slot == HeldFrames.NO_SLOT)
        {
            return DropReason.NEIGHBOR_QUEUE_FULL;
        }
        held.vrf[slot] = vrf;
        held.in[slot] = in;
        held.from[slot] = from;
        held.high[slot] = sourceHigh;
        held.low[slot] = sourceLow;
        held.count[slot] = count;
        held.next[slot] = NONE;
        final int place = known == NONE ? begin(router, asker) : known;
        if (waiting[place] == 0)
        {
            first[place] = slot;
        }
        else
        {
            held.next[last[place]] = slot;
        }
        last[place] = slot;
        waiting[place]++;
        counters.onHeld(count);
        return DropReason.NONE;
    }

    private int find(final Link link, final long nextHigh, final long nextLow)
    {
        for (int i = 0; i < pending; i++)
        {
            final Link of = links[i];
            if (low[i] == nextLow && high[i] == nextHigh && of != null && of.vni() == link.vni())
            {
                return i;
            }
        }
        return NONE;
    }

    private int begin(final Router router, final RoutingCounters asker)
    {
        final int place = pending++;
        links[place] = router.out();
        askers[place] = asker;
        high[place] = router.nextHigh();
        low[place] = router.nextLow();
        tries[place] = 0;
        waiting[place] = 0;
        ask(place, clock.nanoTime());
        return place;
    }

    private void ask(final int place, final long nowNs)
    {
        if (requests.ask(Objects.requireNonNull(links[place]), high[place], low[place], nowNs))
        {
            Objects.requireNonNull(askers[place]).onRequest();
        }
        tries[place]++;
        dueNs[place] = nowNs + INTERVAL_NS;
        nextDueNs = place == 0 && pending == 1 || dueNs[place] - nextDueNs < 0 ? dueNs[place] : nextDueNs;
    }

    /** Whether frames wait. */
    boolean isWaiting()
    {
        return pending > 0;
    }

    /**
     * Give back the frames whose next hop is known now or did not answer, and ask again for others. In every duty
     * cycle.
     *
     * @return frames given back.
     */
    int work(final Receiver receiver)
    {
        if (pending == 0)
        {
            return 0;
        }
        final int version = neighbors.version();
        final long nowNs = clock.nanoTime();
        if (version == seenVersion && nextDueNs - nowNs > 0)
        {
            return 0;
        }
        seenVersion = version;
        int released = 0;
        nextDueNs = nowNs + INTERVAL_NS;
        for (int place = pending - 1; place >= 0; place--)
        {
            final Link link = Objects.requireNonNull(links[place]);
            final boolean isResolved =
                neighbors.lookup(link.vni(), high[place], low[place]) != NeighborTable.MISSING;
            if (isResolved || dueNs[place] - nowNs <= 0 && tries[place] == TRIES)
            {
                released += end(place, isResolved, receiver);
            }
            else if (dueNs[place] - nowNs <= 0)
            {
                ask(place, nowNs);
            }
            else if (dueNs[place] - nextDueNs < 0)
            {
                nextDueNs = dueNs[place];
            }
        }
        return released;
    }

    /** Give back all frames, because their thread ends. */
    void close(final Receiver receiver)
    {
        while (pending > 0)
        {
            end(pending - 1, false, receiver);
        }
    }

    private int end(final int place, final boolean isResolved, final Receiver receiver)
    {
        int slot = first[place];
        final int count = waiting[place];
        pending--;
        move(pending, place);
        for (int i = 0; i < count; i++)
        {
            final int following = held.next[slot];
            counters.onHeld(-held.count[slot]);
            receiver.onReleased(
                held.frame(slot),
                Objects.requireNonNull(held.vrf[slot]),
                held.in[slot],
                held.from[slot],
                held.high[slot],
                held.low[slot],
                held.count[slot],
                isResolved);
            held.free(slot);
            slot = following;
        }
        return count;
    }

    private void move(final int source, final int target)
    {
        links[target] = links[source];
        askers[target] = askers[source];
        high[target] = high[source];
        low[target] = low[source];
        tries[target] = tries[source];
        dueNs[target] = dueNs[source];
        first[target] = first[source];
        last[target] = last[source];
        waiting[target] = waiting[source];
        links[source] = target == source ? null : links[source];
    }
}
