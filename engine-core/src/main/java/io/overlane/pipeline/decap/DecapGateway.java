// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.address.MacAddress;
import io.overlane.fate.Fate;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.gateway.Hop;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.bridge.PortFlood;
import io.overlane.pipeline.gateway.GatewayPath;
import io.overlane.pipeline.gateway.GatewayShared;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.stage.Transit;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VxlanHeader;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's part of the way from a remote: takes the frames for the gateway's MAC, the messages of its neighbours,
 * and the packets of L3 VNIs. One thread.
 *
 * <p><b>Split horizon.</b> A frame that came in the VNI of a segment was routed by no engine yet: it may go to a port,
 * to a remote of any segment, and to a remote in the L3 VNI. A frame that came in an L3 VNI was routed once: it may go
 * to a port and to a remote of a segment, which only bridges it, and never to an L3 VNI again. Frames to remotes go
 * through {@link Transit}.
 *
 * <p><b>Answers</b> go to the remote that the frame came from. Anybody can send from an address that is no remote, so
 * the answer to such a frame goes only to a station that the FDB knows: a forged source must not make a flood.
 */
public final class DecapGateway extends GatewayPath
{
    private final Fdb fdb;
    private final RemoteTable remotes;
    private final OfferQueue out;
    private final PortFlood flood;
    private final EthernetHeader ethernet = new EthernetHeader();
    /** Number of the remote that the frame came from; negative if it has none. */
    private int remote = RemoteTable.MISSING;
    private boolean isReleasing;

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
        super(parts, ring, fates, Vrf::decapCounters, true);
        fdb = parts.fdb();
        this.remotes = remotes;
        this.out = out;
        flood = new PortFlood(out.guard(), fates, true);
    }

    /**
     * Take a frame of a segment, and count its fate.
     *
     * @param in       gateway of the segment.
     * @param ethernet the frame's header.
     * @param number   of the remote that it came from, or {@code RemoteTraffic.UNNUMBERED}.
     * @return false if the frame is to be carried like any other.
     */
    boolean take(
        final Link in,
        final Frame frame,
        final EthernetHeader ethernet,
        final long sourceHigh,
        final long sourceLow,
        final int number)
    {
        final long destination = ethernet.destination();
        final boolean isOurs = destination == in.mac();
        if (!isOurs && !MacAddress.isGroup(destination))
        {
            return false;
        }
        came(sourceHigh, sourceLow, number);
        if (!MacAddress.isValidSource(ethernet.source()))
        {
            // No station has such a MAC, and all would get an answer to it.
            if (isOurs)
            {
                drop(DropReason.BAD_SOURCE_MAC, in.vrf(), in, frame);
            }
            return isOurs;
        }
        return take(in, frame, Layer3.of(frame, true), isOurs);
    }

    private void came(final long sourceHigh, final long sourceLow, final int number)
    {
        high = sourceHigh;
        low = sourceLow;
        remote = number;
    }

    /**
     * Take a datagram whose VNI no segment has, if it is the L3 VNI of a routing context, and count its fate.
     *
     * @param datagram with its tunnel header.
     * @param vni      of the tunnel header.
     * @return false if it is not.
     */
    boolean takeL3(final Frame datagram, final int vni, final long sourceHigh, final long sourceLow)
    {
        final Vrf vrf = l3(vni);
        if (vrf == null)
        {
            return false;
        }
        if (!vrf.knownSources().contains(sourceHigh, sourceLow))
        {
            fates.dropDatagram(DropReason.SOURCE_NOT_ALLOWED, vni, sourceHigh, sourceLow, datagram);
            return true;
        }
        came(sourceHigh, sourceLow, remotes.find(sourceHigh, sourceLow));
        datagram.strip(VxlanHeader.LENGTH);
        if (ethernet.wrap(datagram.buffer(), datagram.offset(), datagram.length()).check() != DropReason.NONE)
        {
            drop(DropReason.INNER_TOO_SHORT, vrf, null, datagram);
        }
        else if (ethernet.destination() != vrf.routerMac())
        {
            drop(DropReason.NOT_LOCAL, vrf, null, datagram);
        }
        else if (!MacAddress.isValidSource(ethernet.source()))
        {
            drop(DropReason.BAD_SOURCE_MAC, vrf, null, datagram);
        }
        else
        {
            route(vrf, null, datagram, Layer3.of(datagram, true));
        }
        return true;
    }

    @Override
    protected int segmentLength(final Frame frame)
    {
        return 0;
    }

    @Override
    protected void toPort(final Link to, final Port port, final Frame frame)
    {
        out.begin(port, to.vni(), to.segment().decapTraffic());
        out.add(frame.verdict(DropReason.NONE), high, low, remote);
    }

    @Override
    protected void toRemote(final Link of, final int vni, final int to, final Frame frame, final int layer3)
    {
        final DropReason verdict = transit.send(frame, vni, to);
        if (verdict == DropReason.NONE)
        {
            fates.counters().onDelivered(of.segment().decapTraffic(), 1, frame.length());
            fates.counters().remotes().record(remote, 1, frame.length());
            fates.onDelivered(of.vni(), high, low, frame, 1);
        }
        else
        {
            drop(verdict, of.vrf(), of, frame);
        }
    }

    @Override
    protected void flood(final Link to, final int[] remotesOfList, final Frame frame, final int layer3)
    {
        final int vni = to.vni();
        out.flush();
        flood.offer(frame, to.segment().ports(), null, vni, high, low, 1, copies);
        for (final int number : remotesOfList)
        {
            copies.count(
                fates, Fate.Kind.FLOOD_COPY, transit.send(frame, vni, number), vni, high, low, frame, 0, 1);
        }
        if (copies.settle(fates, to.segment().decapTraffic(), vni, high, low, frame, 1, frame.length()))
        {
            fates.counters().remotes().record(remote, 1, frame.length());
        }
    }

    /** Send an answer to the remote that the frame came from, with the frame's VNI. */
    @Override
    protected DropReason sendBack(final Frame answer, final int vni)
    {
        final long station = ethernet.wrap(answer.buffer(), answer.offset(), answer.length()).destination();
        final long entry = MacAddress.isGroup(station) ? FdbEntry.MISSING : fdb.lookup(vni, station);
        final int to = remoteOf(answer, vni, entry);
        return to == RemoteTable.MISSING && entry == FdbEntry.MISSING ?
            DropReason.NO_DESTINATION :
            transit.post(answer, vni, to == RemoteTable.MISSING ? Transit.FORWARD : to);
    }

    /**
     * The remote that the frame came from. One address may have several numbers, with other UDP ports and VNIs: that of
     * the station, or of the route to it, comes first.
     */
    private int remoteOf(final Frame answer, final int vni, final long entry)
    {
        final Vrf vrf = l3(vni);
        final Hop hop = vrf == null ? null : routeOf(vrf, answer);
        final int route = hop != null && hop.kind() == Hop.REMOTE ? hop.remote() : RemoteTable.MISSING;
        final int known = entry == FdbEntry.MISSING ? route : FdbEntry.remote(entry);
        return known != RemoteTable.MISSING && remotes.high(known) == high && remotes.low(known) == low ?
            known :
            remotes.find(high, low);
    }

    /** The next hop may have answered in this batch. */
    @Override
    protected boolean releasesFirst()
    {
        return isWaiting() && work() > 0;
    }

    @Override
    public int work()
    {
        if (isReleasing)
        {
            return 0;
        }
        final long highNow = high;
        final long lowNow = low;
        final int remoteNow = remote;
        isReleasing = true;
        final int released = super.work();
        isReleasing = false;
        came(highNow, lowNow, remoteNow);
        return released;
    }

    @Override
    protected DropReason open(final @Nullable Link in, final Frame frame, final int layer3)
    {
        // The number that it had when the frame came may be another remote's now.
        remote = remotes.find(high, low);
        return DropReason.NONE;
    }

    @Override
    protected void flush()
    {
        out.flush();
    }
}
