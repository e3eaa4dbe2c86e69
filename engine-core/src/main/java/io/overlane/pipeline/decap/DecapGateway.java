// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.address.MacAddress;
import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.gateway.GatewayTables;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.bridge.PortFlood;
import io.overlane.pipeline.gateway.GatewayAnswers;
import io.overlane.pipeline.gateway.GatewayNeighbors;
import io.overlane.pipeline.gateway.GatewayShared;
import io.overlane.pipeline.gateway.Resolver;
import io.overlane.pipeline.gateway.RoutedTally;
import io.overlane.pipeline.gateway.Router;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.FloodBudget;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPorts;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VxlanHeader;
import java.util.Objects;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's part of the way from a remote: takes the frames for the gateway's MAC, the messages of its neighbours,
 * and the packets of L3 VNIs. One thread.
 *
 * <p><b>Split horizon.</b> A frame that came in the VNI of a segment was routed by no engine yet: it may go to a port,
 * to a remote of any segment, and to a remote in the L3 VNI. A frame that came in an L3 VNI was routed once: it may go
 * to a port and to a remote of a segment, which only bridges it, and never to an L3 VNI again. Frames to remotes go
 * through {@link Transit}.
 */
public final class DecapGateway
{
    private final GatewayTables tables;
    private final RemoteTable remotes;
    private final Router router;
    private final GatewayNeighbors neighbors;
    private final GatewayAnswers answers;
    private final Resolver resolver;
    private final Transit transit;
    private final OfferQueue out;
    private final Fates fates;
    private final NanoClock clock;
    private final PortFlood flood;
    private final Copies copies = new Copies();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Resolver.Receiver receiver = this::onReleased;
    private boolean isClosing;
    private boolean isReleasing;
    private final RoutedTally routed = new RoutedTally(Vrf::decapCounters);

    /**
     * @param parts of the gateway.
     * @param ring  to the thread that writes the tables; null on that thread.
     * @param out   to the ports.
     */
    public DecapGateway(
        final GatewayShared parts,
        final @Nullable LearnRing ring,
        final RemoteTable remotes,
        final OfferQueue out,
        final Fates fates)
    {
        tables = parts.tables();
        this.remotes = remotes;
        router = parts.router();
        neighbors = parts.neighbors(ring);
        answers = parts.answers();
        resolver = parts.resolver(fates.counters());
        transit = parts.transit();
        clock = parts.clock();
        this.out = out;
        this.fates = fates;
        flood = new PortFlood(out.guard(), fates, true);
    }

    /** The gateway of a segment, null if it has none. */
    @Nullable Link of(final int vni)
    {
        return tables.link(vni);
    }

    /**
     * Take a frame of a segment, and count its fate.
     *
     * @param in       gateway of the segment.
     * @param ethernet the frame's header.
     * @param remote   number of the remote that it came from, or {@code RemoteTraffic.UNNUMBERED}.
     * @return false if the frame is to be carried like any other.
     */
    boolean take(
        final Link in,
        final Frame frame,
        final EthernetHeader ethernet,
        final long high,
        final long low,
        final int remote)
    {
        final long destination = ethernet.destination();
        final boolean isOurs = destination == in.mac();
        if (!isOurs && !MacAddress.isGroup(destination))
        {
            return false;
        }
        final int layer3 = Layer3.of(frame, true);
        if (isOurs && Layer3.etherType(layer3) == EtherType.IPV4)
        {
            route(in.vrf(), in, frame, layer3, high, low, remote);
            return true;
        }
        switch (neighbors.take(in, frame, layer3, isOurs, true))
        {
            case GatewayNeighbors.NO_MESSAGE:
                break;

            case GatewayNeighbors.BRIDGED:
                return false;

            case GatewayNeighbors.ANSWERED:
                reply(in.vrf(), in.vni(), neighbors.answer(), frame, high, low, remote);
                return true;

            default:
                answered(in.vrf(), in.vni(), frame);
                return true;
        }
        if (isOurs)
        {
            route(in.vrf(), in, frame, layer3, high, low, remote);
        }
        return isOurs;
    }

    /**
     * Take a datagram whose VNI no segment has, if it is the L3 VNI of a routing context, and count its fate.
     *
     * @param datagram with its tunnel header.
     * @param vni      of the tunnel header.
     * @return false if it is not.
     */
    boolean takeL3(final Frame datagram, final int vni, final long high, final long low)
    {
        final Vrf vrf = tables.l3(vni);
        if (vrf == null)
        {
            return false;
        }
        if (!vrf.knownSources().contains(high, low))
        {
            fates.dropDatagram(DropReason.SOURCE_NOT_ALLOWED, vni, high, low, datagram);
            return true;
        }
        datagram.strip(VxlanHeader.LENGTH);
        if (ethernet.wrap(datagram.buffer(), datagram.offset(), datagram.length()).check() != DropReason.NONE)
        {
            drop(DropReason.INNER_TOO_SHORT, vrf, vni, datagram, high, low);
        }
        else if (ethernet.destination() != vrf.routerMac())
        {
            drop(DropReason.NOT_LOCAL, vrf, vni, datagram, high, low);
        }
        else
        {
            route(vrf, null, datagram, Layer3.of(datagram, true), high, low, remotes.find(high, low));
        }
        return true;
    }

    private void route(
        final Vrf vrf,
        final @Nullable Link in,
        final Frame frame,
        final int layer3,
        final long high,
        final long low,
        final int remote)
    {
        final int vni = in == null ? vrf.l3Vni() : in.vni();
        switch (router.decide(vrf, in, frame, layer3, 0))
        {
            case Router.SEGMENT:
                if (releases())
                {
                    // Frames to the same next hop may have waited; they come first.
                    route(vrf, in, frame, layer3, high, low, remote);
                    break;
                }
                routed.add(vrf, 1, frame.length());
                router.rewrite(frame, router.nextMac(), router.out().mac());
                toSegment(router.out(), frame, high, low, remote);
                break;

            case Router.L3:
                routed.add(vrf, 1, frame.length());
                router.rewrite(frame, router.nextMac(), vrf.routerMac());
                // Only a frame of a segment goes there.
                send(Objects.requireNonNull(in, "in"), frame, vrf.l3Vni(), router.remote(), high, low, remote);
                break;

            case Router.LOCAL:
                local(vrf, in, vni, frame, layer3, high, low, remote);
                break;

            case Router.UNRESOLVED:
                final DropReason verdict = resolver.hold(
                    router, vrf.decapCounters(), frame, vrf, in, null, high, low, remote, 1);
                if (verdict != DropReason.NONE)
                {
                    drop(verdict, vrf, vni, frame, high, low);
                }
                break;

            case Router.ERROR:
                if (answers.about(vrf, in, frame, layer3, router))
                {
                    reply(vrf, vni, answers.error(), frame, high, low, remote);
                }
                else
                {
                    drop(router.reason(), vrf, vni, frame, high, low);
                }
                break;

            default:
                drop(router.reason(), vrf, vni, frame, high, low);
                break;
        }
    }

    /** All datagrams that were given together are processed. */
    void onBatchEnd()
    {
        router.onBatchEnd();
        routed.flush();
    }

    /** Carry a routed frame to a station of its segment, as a bridge does. */
    private void toSegment(
        final Link link, final Frame frame, final long high, final long low, final int remote)
    {
        final Port port = router.port();
        if (port != null)
        {
            out.begin(port, link.vni(), link.segment().decapTraffic());
            out.add(frame.verdict(DropReason.NONE), high, low, remote);
        }
        else if (router.remote() == RemoteTable.MISSING)
        {
            flood(link, link.segment().ports(), frame, high, low, remote);
        }
        else
        {
            send(link, frame, link.vni(), router.remote(), high, low, remote);
        }
    }

    /** The station is known and its place is not: all ports and remotes of its segment get the frame. */
    private void flood(
        final Link link, final LocalPorts ports, final Frame frame, final long high, final long low, final int remote)
    {
        final int vni = link.vni();
        final int[] remotesOfList = link.segment().floodList().remotes();
        final FloodBudget budget = link.segment().rules().floodBudget();
        final DropReason refusal = remotesOfList.length == 0 || !budget.isLimited() ?
            DropReason.NONE : budget.take(1, remotesOfList.length, clock.nanoTime());
        if (refusal != DropReason.NONE)
        {
            drop(refusal, link.vrf(), vni, frame, high, low);
            return;
        }
        out.flush();
        copies.clear();
        flood.offer(frame, ports, null, vni, high, low, 1, copies);
        for (final int to : remotesOfList)
        {
            copies.count(
                fates, Fate.Kind.FLOOD_COPY, transit.send(frame, vni, to), vni, high, low, frame, 0, 1);
        }
        if (copies.settle(fates, link.segment().decapTraffic(), vni, high, low, frame, 1, frame.length()))
        {
            fates.counters().remotes().record(remote, 1, frame.length());
        }
    }

    /** Hand a routed frame to the thread that sends. */
    private void send(
        final Link link,
        final Frame frame,
        final int vni,
        final int to,
        final long high,
        final long low,
        final int remote)
    {
        final DropReason verdict = transit.send(frame, vni, to);
        if (verdict == DropReason.NONE)
        {
            fates.counters().onDelivered(link.segment().decapTraffic(), 1, frame.length());
            fates.counters().remotes().record(remote, 1, frame.length());
            fates.onDelivered(link.vni(), high, low, frame, 1);
        }
        else
        {
            drop(verdict, link.vrf(), link.vni(), frame, high, low);
        }
    }

    private void local(
        final Vrf vrf,
        final @Nullable Link in,
        final int vni,
        final Frame frame,
        final int layer3,
        final long high,
        final long low,
        final int remote)
    {
        switch (answers.local(vrf, in, frame, layer3))
        {
            case GatewayAnswers.REPLIED -> reply(vrf, vni, frame, frame, high, low, remote);
            case GatewayAnswers.ERROR -> reply(vrf, vni, answers.error(), frame, high, low, remote);
            default -> drop(DropReason.NO_SERVICE, vrf, vni, frame, high, low);
        }
    }

    /** Send an answer to the remote that the frame came from, with the frame's VNI. */
    private void reply(
        final Vrf vrf,
        final int vni,
        final Frame answer,
        final Frame about,
        final long high,
        final long low,
        final int remote)
    {
        // A remote of which nothing was learned has no number: its segment's tables say where the station is.
        final DropReason verdict = transit.post(answer, vni, remote >= 0 ? remote : Transit.FORWARD);
        if (verdict == DropReason.NONE)
        {
            answered(vrf, vni, about);
        }
        else
        {
            drop(verdict, vrf, vni, about, high, low);
        }
    }

    private void answered(final Vrf vrf, final int vni, final Frame frame)
    {
        vrf.decapCounters().onAnswered(1);
        fates.answer(vni, frame, 1);
    }

    private void drop(
        final DropReason reason, final Vrf vrf, final int vni, final Frame frame, final long high, final long low)
    {
        vrf.decapCounters().onDropped(reason, 1);
        fates.drop(reason, vni, high, low, frame, 1);
    }

    /** Carry the frames whose next hop is known now. In every duty cycle of the thread that polls the underlay. */
    public int work()
    {
        return releases() ? 1 : 0;
    }

    /** Carry the frames that wait and whose next hop is known now, unless one of these is being carried. */
    private boolean releases()
    {
        if (!resolver.isWaiting() || isReleasing)
        {
            return false;
        }
        isReleasing = true;
        final int released = resolver.work(receiver);
        isReleasing = false;
        return released > 0;
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
        final int layer3 = Layer3.of(frame, true);
        final int vni = in == null ? vrf.l3Vni() : in.vni();
        if (isClosing)
        {
            drop(DropReason.PORT_CLOSED, vrf, vni, frame, high, low);
        }
        else if (isResolved)
        {
            route(vrf, in, frame, layer3, high, low, remote);
        }
        else if (answers.aboutUnresolved(vrf, in, frame, layer3))
        {
            reply(vrf, vni, answers.error(), frame, high, low, remote);
        }
        else
        {
            drop(DropReason.NEIGHBOR_UNRESOLVED, vrf, vni, frame, high, low);
        }
        // The copy's memory is free again when this returns.
        out.flush();
        onBatchEnd();
        fates.onBatchEnd();
    }
}
