// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.gateway.GatewayTables;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.neighbor.NeighborTable;
import io.overlane.offload.GsoSplitter;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.gateway.GatewayAnswers;
import io.overlane.pipeline.gateway.GatewayNeighbors;
import io.overlane.pipeline.gateway.GatewayShared;
import io.overlane.pipeline.gateway.Resolver;
import io.overlane.pipeline.gateway.RoutedTally;
import io.overlane.pipeline.gateway.Router;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.FloodBudget;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's part of the way from a port: takes the frames for the gateway's MAC and the messages of its neighbours.
 * A routed frame leaves by the same queues as the bridged frames of its batch. One thread, shared by all ports.
 */
public final class EncapGateway
{
    private static final OversizeListener NO_ANSWER = (frame, longestFrame) -> false;

    private final GatewayTables tables;
    private final Router router;
    private final GatewayNeighbors neighbors;
    private final GatewayAnswers answers;
    private final Resolver resolver;
    private final Transit transit;
    private final NeighborTable macs;
    private final Copies toPorts = new Copies();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip4 = new Ipv4Header();
    private final Ipv6Header ip6 = new Ipv6Header();
    private final Resolver.Receiver receiver = this::onReleased;

    @SuppressWarnings("NullAway.Init")
    private EncapShared shared;
    private boolean isClosing;
    private final RoutedTally routed = new RoutedTally(Vrf::encapCounters);

    /**
     * @param parts of the gateway.
     * @param ring  to the thread that writes the tables; null on that thread.
     * @param fates of frames from ports.
     */
    public EncapGateway(final GatewayShared parts, final @Nullable LearnRing ring, final Fates fates)
    {
        tables = parts.tables();
        macs = parts.macs();
        router = parts.router();
        neighbors = parts.neighbors(ring);
        answers = parts.answers();
        resolver = parts.resolver(fates.counters());
        transit = parts.transit();
    }

    void use(final EncapShared of)
    {
        shared = of;
    }

    /** The gateway of a segment, null if it has none. */
    @Nullable Link of(final int vni)
    {
        return tables.link(vni);
    }

    /** The context with an L3 VNI, null if there is none. */
    @Nullable Vrf l3(final int vni)
    {
        return tables.l3(vni);
    }

    /**
     * Take a frame of a port that is to the gateway's MAC or to a group, and count its fate.
     *
     * @param in       gateway of the port's segment.
     * @param segments of a super-frame, none cut yet; null for an ordinary frame.
     * @param isOurs   true if the frame is to the gateway's MAC.
     * @param count    frames that it stands for.
     * @return false if the frame is to be carried like any other.
     */
    boolean take(
        final Link in,
        final Port from,
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final boolean isOurs,
        final int count)
    {
        if (isOurs && Layer3.etherType(layer3) == EtherType.IPV4)
        {
            route(in, from, frame, segments, layer3, count);
            return true;
        }
        final int kind = neighbors.take(in, frame, layer3, isOurs, false);
        switch (kind)
        {
            case GatewayNeighbors.NO_MESSAGE:
                break;

            case GatewayNeighbors.BRIDGED:
                return false;

            case GatewayNeighbors.ANSWERED:
                reply(in, from, neighbors.answer(), frame, count);
                return true;

            default:
                if (kind == GatewayNeighbors.RELAYED && in.segment().floodList().remotes().length > 0)
                {
                    transit.post(frame, in.vni(), Transit.TO_REMOTES);
                }
                answered(in, frame, count);
                return true;
        }
        if (isOurs)
        {
            route(in, from, frame, segments, layer3, count);
        }
        return isOurs;
    }

    private void route(
        final Link in,
        final Port from,
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final int count)
    {
        final int segmentLength = segments == null ? 0 : segments.segmentLength();
        switch (router.decide(in.vrf(), in, frame, layer3, segmentLength))
        {
            case Router.SEGMENT:
                routed.add(in.vrf(), count, frame.length());
                router.rewrite(frame, router.nextMac(), router.out().mac());
                toSegment(router.out(), frame, segments, layer3, count);
                break;

            case Router.L3:
                routed.add(in.vrf(), count, frame.length());
                router.rewrite(frame, router.nextMac(), in.vrf().routerMac());
                shared.out.route(in.vrf().l3Vni());
                shared.out.add(frame, segments, layer3, router.remote(), outer(in).of(frame, layer3));
                shared.out.routeNoMore();
                break;

            case Router.LOCAL:
                local(in, from, frame, layer3, count);
                break;

            case Router.UNRESOLVED:
                final DropReason verdict = resolver.hold(
                    router, in.vrf().encapCounters(), frame, in.vrf(), in, from, 0, 0, RemoteTable.MISSING, count);
                if (verdict != DropReason.NONE)
                {
                    drop(verdict, in, frame, count);
                }
                break;

            case Router.ERROR:
                if (answers.about(in.vrf(), in, frame, layer3, router))
                {
                    reply(in, from, answers.error(), frame, count);
                }
                else
                {
                    drop(router.reason(), in, frame, count);
                }
                break;

            default:
                drop(router.reason(), in, frame, count);
                break;
        }
    }

    /** All frames that were polled together are processed. */
    void onBatchEnd()
    {
        router.onBatchEnd();
        routed.flush();
    }

    /** Carry a routed frame to a station of its segment, as a bridge does. */
    private void toSegment(
        final Link link,
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final int count)
    {
        final Port port = router.port();
        if (port != null)
        {
            shared.local.divert(frame, port, count);
        }
        else if (router.remote() == RemoteTable.MISSING)
        {
            flood(link, frame, segments, layer3, count);
        }
        else
        {
            shared.out.route(link.vni());
            shared.out.add(frame, segments, layer3, router.remote(), outer(link).of(frame, layer3));
            shared.out.routeNoMore();
        }
    }

    /** The station is known and its place is not: all ports and remotes of its segment get the frame. */
    private void flood(
        final Link link,
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final int count)
    {
        final int[] remotes = link.segment().floodList().remotes();
        final FloodBudget budget = link.segment().rules().floodBudget();
        final DropReason refusal = remotes.length == 0 || !budget.isLimited() ?
            DropReason.NONE : budget.take(count, remotes.length, shared.out.clock().nanoTime());
        if (refusal != DropReason.NONE)
        {
            shared.fates.drop(refusal, link.vni(), frame, count);
            return;
        }
        toPorts.clear();
        shared.local.flood(frame, link.segment().ports(), count, toPorts);
        shared.out.route(link.vni());
        shared.out.flood(frame, segments, layer3, remotes, outer(link).of(frame, layer3), toPorts);
        shared.out.routeNoMore();
    }

    private OuterRule outer(final Link link)
    {
        return shared.outerRules.of(link.segment());
    }

    private void local(final Link in, final Port from, final Frame frame, final int layer3, final int count)
    {
        switch (frame.gsoType() == Frame.GSO_NONE ?
            answers.local(in.vrf(), in, frame, layer3) : GatewayAnswers.NOTHING)
        {
            case GatewayAnswers.REPLIED -> reply(in, from, frame, frame, count);
            case GatewayAnswers.ERROR -> reply(in, from, answers.error(), frame, count);
            default -> drop(DropReason.NO_SERVICE, in, frame, count);
        }
    }

    /** Give an answer to the port that the frame came from. */
    private void reply(final Link in, final Port from, final Frame answer, final Frame about, final int count)
    {
        final DropReason verdict = shared.ports.offer(from, answer.verdict(DropReason.NONE));
        if (verdict == DropReason.NONE)
        {
            shared.counters.port(from).onOut(1, answer.length());
            answered(in, about, count);
        }
        else
        {
            drop(verdict, in, about, count);
        }
    }

    private void answered(final Link in, final Frame frame, final int count)
    {
        in.vrf().encapCounters().onAnswered(count);
        shared.fates.answer(in.vni(), frame, count);
    }

    private void drop(final DropReason reason, final Link in, final Frame frame, final int count)
    {
        in.vrf().encapCounters().onDropped(reason, count);
        shared.fates.drop(reason, in.vni(), frame, count);
    }

    /** Whether a frame that a queue gives back was routed, so that its sender is a station of another segment. */
    boolean isRouted(final Link in, final Frame frame)
    {
        final long source = ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).source();
        return source == in.mac() || source == in.vrf().routerMac();
    }

    /**
     * Answer a routed frame that is longer than the path to its remote takes.
     *
     * @param in           gateway of the segment that it came by.
     * @param longestFrame bytes of the longest frame that would have fitted.
     * @return bytes of the answer, 0 if there is none.
     */
    int answerOversize(final Link in, final Port from, final Frame frame, final int longestFrame)
    {
        final int layer3 = Layer3.of(frame, true);
        final long station = sender(in, frame, layer3);
        final int mtu = longestFrame - EthernetHeader.LENGTH;
        if (station == NeighborTable.MISSING || !answers.aboutTooLong(in.vrf(), in, frame, layer3, mtu))
        {
            return 0;
        }
        final Frame error = answers.error();
        ethernet.wrap(error.buffer(), error.offset(), EthernetHeader.LENGTH).destination(station).source(in.mac());
        return shared.ports.offer(from, error) == DropReason.NONE ? error.length() : 0;
    }

    /** MAC of the station that sent a routed packet; its own MAC is no longer in the frame. */
    private long sender(final Link in, final Frame frame, final int layer3)
    {
        final int l3 = frame.offset() + EthernetHeader.LENGTH;
        final int length = frame.length() - EthernetHeader.LENGTH;
        if (Layer3.etherType(layer3) == EtherType.IPV4)
        {
            ip4.wrap(frame.buffer(), l3, length);
            return macs.lookup(in.vni(), 0, IpAddress.v4Low(ip4.source()));
        }
        ip6.wrap(frame.buffer(), l3, length);
        return macs.lookup(in.vni(), ip6.sourceHigh(), ip6.sourceLow());
    }

    /** Carry the frames whose next hop is known now. In every duty cycle of the thread that polls the ports. */
    public int work()
    {
        return resolver.isWaiting() ? resolver.work(receiver) : 0;
    }

    /** Drop the frames that wait, because the thread has ended. */
    public void close()
    {
        isClosing = true;
        resolver.close(receiver);
    }

    private void onReleased(
        final Frame frame,
        final Vrf vrf,
        final @Nullable Link in,
        final @Nullable Port from,
        final long high,
        final long low,
        final int remote,
        final int count,
        final boolean isResolved)
    {
        final Link link = Objects.requireNonNull(in, "in");
        final Port port = Objects.requireNonNull(from, "from");
        final int layer3 = Layer3.of(frame, true);
        shared.out.begin(port, link.vni(), link.segment().encapTraffic(), NO_ANSWER);
        shared.local.begin(link.segment(), link.segment().ports(), port);
        if (isClosing)
        {
            drop(DropReason.PORT_CLOSED, link, frame, count);
        }
        else if (isResolved)
        {
            final boolean isSuperFrame = frame.gsoType() != Frame.GSO_NONE;
            final DropReason verdict = isSuperFrame ? shared.segments.open(frame, layer3) : DropReason.NONE;
            if (verdict == DropReason.NONE)
            {
                route(link, port, frame, isSuperFrame ? shared.segments : null, layer3, count);
            }
            else
            {
                drop(verdict, link, frame, count);
            }
        }
        else if (answers.aboutUnresolved(vrf, link, frame, layer3))
        {
            reply(link, port, answers.error(), frame, count);
        }
        else
        {
            drop(DropReason.NEIGHBOR_UNRESOLVED, link, frame, count);
        }
        // The copy's memory is free again when this returns.
        shared.out.flush();
        shared.local.flush();
        onBatchEnd();
        shared.fates.onBatchEnd();
    }
}
