// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.frame.Frame;
import io.overlane.gateway.GatewayTables;
import io.overlane.gateway.Hop;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.FloodBudget;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import io.overlane.status.RoutingCounters;
import java.util.Objects;
import java.util.function.Function;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's part of one way: takes frames, routes them, and answers. What is different for frames from ports and
 * for frames from remotes is in the subclasses: how a frame leaves. One thread.
 */
public abstract class GatewayPath
{
    protected final Fates fates;
    protected final Transit transit;
    protected final Copies copies = new Copies();

    // Where the frame that is carried now came from.
    /** Null for a remote. */
    protected @Nullable Port from;
    /** First word of the outer address. */
    protected long high;
    /** Second word of the outer address. */
    protected long low;
    /** Frames that the frame stands for. */
    protected int count = 1;

    private final GatewayTables tables;
    private final Router router;
    private final GatewayNeighbors neighbors;
    private final GatewayAnswers answers;
    private final Resolver resolver;
    private final NanoClock clock;
    private final Function<Vrf, RoutingCounters> way;
    private final RoutedTally routed;
    private final Resolver.Receiver receiver = this::onReleased;
    private final boolean isFromRemotes;
    private boolean isClosing;

    /**
     * @param parts         of the gateway.
     * @param ring          to the thread that writes the tables; null on that thread.
     * @param fates         of the frames of this way.
     * @param way           the counters of a context for this way.
     * @param isFromRemotes whether the frames come from remotes.
     */
    protected GatewayPath(
        final GatewayShared parts,
        final @Nullable LearnRing ring,
        final Fates fates,
        final Function<Vrf, RoutingCounters> way,
        final boolean isFromRemotes)
    {
        this.fates = fates;
        this.way = way;
        this.isFromRemotes = isFromRemotes;
        tables = parts.tables();
        transit = parts.transit();
        clock = parts.clock();
        router = new Router(tables, parts.macs(), parts.fdb());
        neighbors = new GatewayNeighbors(parts.macs(), parts.fdb(), new NeighborLearner(parts, ring));
        answers = new GatewayAnswers(parts.errors(), clock);
        resolver = new Resolver(
            parts.macs(), clock, new GatewayRequests(transit, parts.requests()), fates.counters());
        routed = new RoutedTally(way);
    }

    /** The gateway of a segment, null if it has none. */
    public final @Nullable Link of(final int vni)
    {
        return tables.link(vni);
    }

    /** The context with an L3 VNI, null if there is none. */
    public final @Nullable Vrf l3(final int vni)
    {
        return tables.l3(vni);
    }

    /** The route to the destination of an answer; null if there is none. */
    protected final @Nullable Hop routeOf(final Vrf vrf, final Frame answer)
    {
        return router.routeOf(vrf, answer);
    }

    /** What builds errors. */
    protected final GatewayAnswers answers()
    {
        return answers;
    }

    /**
     * Take a frame of a segment, and count its fate.
     *
     * @param in     gateway of the segment.
     * @param isOurs true if the frame is to the gateway's MAC, false if it is to a group.
     * @return false if the frame is to be carried like any other.
     */
    protected final boolean take(final Link in, final Frame frame, final int layer3, final boolean isOurs)
    {
        final int kind = NeighborMessage.isPossible(frame, layer3) ?
            neighbors.take(in, frame, layer3, isOurs, isFromRemotes) : GatewayNeighbors.NO_MESSAGE;
        if (kind == GatewayNeighbors.NO_MESSAGE)
        {
            if (isOurs)
            {
                route(in.vrf(), in, frame, layer3);
            }
            return isOurs;
        }
        switch (kind)
        {
            case GatewayNeighbors.BRIDGED:
                return false;

            case GatewayNeighbors.ANSWERED:
                reply(in.vrf(), in, neighbors.answer(), frame);
                return true;

            default:
                if (kind == GatewayNeighbors.RELAYED && in.segment().floodList().remotes().length > 0)
                {
                    transit.post(frame, in.vni(), Transit.TO_REMOTES);
                }
                answered(in.vrf(), in, frame);
                return true;
        }
    }

    /**
     * Route a frame, and count its fate.
     *
     * @param in gateway of the segment that it came by; null for the L3 VNI.
     */
    protected final void route(final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3)
    {
        final Adjacency to = router.decide(vrf, in, frame, layer3, segmentLength(frame));
        if (to == null)
        {
            end(vrf, in, frame, layer3);
        }
        else if (releasesFirst())
        {
            // The frames that waited for the same next hop come first.
            route(vrf, in, frame, layer3);
        }
        else
        {
            routed.add(vrf, count, frame.length());
            router.rewrite(frame, to);
            final Link out = to.out;
            if (out == null)
            {
                // Only a frame of a segment goes there.
                toRemote(Objects.requireNonNull(in, "in"), vrf.l3Vni(), to.remote, frame, layer3);
            }
            else
            {
                toSegment(out, to, frame, layer3);
            }
        }
    }

    /** Carry a routed frame to a station of its segment, as a bridge does. */
    private void toSegment(final Link out, final Adjacency to, final Frame frame, final int layer3)
    {
        final Port port = to.port;
        if (port != null)
        {
            toPort(out, port, frame);
        }
        else if (to.remote != RemoteTable.MISSING)
        {
            toRemote(out, out.vni(), to.remote, frame, layer3);
        }
        else
        {
            // The station is known and its place is not: all ports and remotes of its segment get the frame.
            final int[] remotes = out.segment().floodList().remotes();
            final FloodBudget budget = out.segment().rules().floodBudget();
            final DropReason refusal = remotes.length == 0 || !budget.isLimited() ?
                DropReason.NONE : budget.take(count, remotes.length, clock.nanoTime());
            if (refusal == DropReason.NONE)
            {
                copies.clear();
                flood(out, remotes, frame, layer3);
            }
            else
            {
                drop(refusal, out.vrf(), out, frame);
            }
        }
    }

    /** Count the fate of a frame that goes nowhere. */
    private void end(final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3)
    {
        switch (router.outcome())
        {
            case LOCAL -> local(vrf, in, frame, layer3);
            case ERROR -> error(answers.about(vrf, in, frame, layer3, router), router.reason(), vrf, in, frame);
            case UNRESOLVED ->
            {
                final DropReason verdict = resolver.hold(
                    router, way.apply(vrf), frame, vrf, in, from, high, low, count);
                if (verdict != DropReason.NONE)
                {
                    drop(verdict, vrf, in, frame);
                }
            }
            default -> drop(router.reason(), vrf, in, frame);
        }
    }

    private void local(final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3)
    {
        final int answer = frame.gsoType() == Frame.GSO_NONE ?
            answers.local(vrf, in, frame, layer3) : GatewayAnswers.NOTHING;
        if (answer == GatewayAnswers.REPLIED)
        {
            reply(vrf, in, frame, frame);
        }
        else
        {
            error(answer == GatewayAnswers.ERROR, DropReason.NO_SERVICE, vrf, in, frame);
        }
    }

    private void error(
        final boolean isAnswered,
        final DropReason reason,
        final Vrf vrf,
        final @Nullable Link in,
        final Frame about)
    {
        if (isAnswered)
        {
            reply(vrf, in, answers.error(), about);
        }
        else
        {
            drop(reason, vrf, in, about);
        }
    }

    private void reply(final Vrf vrf, final @Nullable Link in, final Frame answer, final Frame about)
    {
        final DropReason verdict = sendBack(answer, vni(vrf, in));
        if (verdict == DropReason.NONE)
        {
            answered(vrf, in, about);
        }
        else
        {
            drop(verdict, vrf, in, about);
        }
    }

    private void answered(final Vrf vrf, final @Nullable Link in, final Frame frame)
    {
        way.apply(vrf).onAnswered(count);
        fates.answer(vni(vrf, in), frame, count);
    }

    /** Drop a frame, and count it for its context. */
    protected final void drop(final DropReason reason, final Vrf vrf, final @Nullable Link in, final Frame frame)
    {
        way.apply(vrf).onDropped(reason, count);
        fates.drop(reason, vni(vrf, in), high, low, frame, count);
    }

    private static int vni(final Vrf vrf, final @Nullable Link in)
    {
        return in == null ? vrf.l3Vni() : in.vni();
    }

    /** All frames that were given together are processed. */
    public final void onBatchEnd()
    {
        router.onBatchEnd();
        routed.flush();
    }

    /** Whether frames wait for their next hop. */
    protected final boolean isWaiting()
    {
        return resolver.isWaiting();
    }

    /**
     * Carry the frames whose next hop is known now. In every duty cycle of the way's thread.
     *
     * @return frames that no longer wait.
     */
    public int work()
    {
        return resolver.work(receiver);
    }

    /** Drop the frames that wait, because the thread has ended. */
    public final void close()
    {
        isClosing = true;
        resolver.close(receiver);
    }

    private void onReleased(
        final Frame frame,
        final Vrf vrf,
        final @Nullable Link in,
        final @Nullable Port port,
        final long sourceHigh,
        final long sourceLow,
        final int frames,
        final boolean isResolved)
    {
        from = port;
        high = sourceHigh;
        low = sourceLow;
        count = frames;
        final int layer3 = Layer3.of(frame, true);
        final DropReason opened = open(in, frame, layer3);
        final DropReason verdict = isClosing ? DropReason.PORT_CLOSED : opened;
        if (verdict != DropReason.NONE)
        {
            drop(verdict, vrf, in, frame);
        }
        else if (isResolved)
        {
            route(vrf, in, frame, layer3);
        }
        else
        {
            error(
                answers.aboutUnresolved(vrf, in, frame, layer3), DropReason.NEIGHBOR_UNRESOLVED, vrf, in, frame);
        }
        // The copy's memory is free again when this returns.
        flush();
        onBatchEnd();
        fates.onBatchEnd();
    }

    /** Bytes of the longest segment of a super-frame from the Ethernet header on; 0 for an ordinary frame. */
    protected abstract int segmentLength(Frame frame);

    /** Whether frames that waited were carried now, because they come before one that need not wait. */
    protected abstract boolean releasesFirst();

    /** Give a routed frame to a port. */
    protected abstract void toPort(Link out, Port port, Frame frame);

    /**
     * Send a routed frame to a remote.
     *
     * @param of  gateway of the segment that gives the outer header and counts the frame.
     * @param vni of the tunnel header.
     * @param to  number of the remote.
     */
    protected abstract void toRemote(Link of, int vni, int to, Frame frame, int layer3);

    /** Give a routed frame to all ports of its segment and to the remotes; {@link #copies} is empty. */
    protected abstract void flood(Link out, int[] remotes, Frame frame, int layer3);

    /** Send an answer to where the frame came from; the result is {@link DropReason#NONE} if it is on its way. */
    protected abstract DropReason sendBack(Frame answer, int vni);

    /** Begin to carry a frame that waited; the result is {@link DropReason#NONE}, or why it is dropped. */
    protected abstract DropReason open(@Nullable Link in, Frame frame, int layer3);

    /** Carry all frames that are collected in batches. */
    protected abstract void flush();
}
