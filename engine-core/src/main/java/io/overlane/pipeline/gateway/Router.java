// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.IpAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.gateway.GatewayTables;
import io.overlane.gateway.Hop;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.neighbor.NeighborTable;
import io.overlane.parse.Layer3;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.LocalPort;
import io.overlane.status.DropReason;
import io.overlane.table.Hash;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides where an IP packet is routed (RFC 1812 §5.2, RFC 8200), and writes the frame that leaves. What it found out
 * stays until the next decision. One thread; allocates nothing.
 *
 * <p>Options, extension headers, DSCP and ECN stay as they are; nothing in them is processed. A super-frame is one
 * packet: its headers are those of all its segments.
 */
final class Router
{
    /** Why a packet goes nowhere. */
    enum Outcome
    {
        /** It is dropped for {@link #reason()}. */
        DROP,

        /** It is for an address of a gateway. */
        LOCAL,

        /** The MAC of the next hop in the segment of {@link #out()} is not known. */
        UNRESOLVED,

        /** The sender gets the ICMP error, and if it may get none, the packet is dropped for {@link #reason()}. */
        ERROR
    }

    /** ICMPv6 destination unreachable; time exceeded. */
    static final int UNREACHABLE_V6 = 1;
    static final int TIME_EXCEEDED_V6 = 3;

    private static final int BEYOND_SCOPE_V6 = 2;
    /** Destinations whose decisions are kept; more than a few hosts talk to at a time. */
    private static final int KEPT = 1024;
    private static final int KEPT_SHIFT = Long.SIZE - 10;

    private final GatewayTables tables;
    private final NeighborTable neighbors;
    private final Fdb fdb;
    private final PacketHeader header = new PacketHeader();
    /** Made with the first packet, and each place with its first destination. */
    private @Nullable Adjacency @Nullable [] kept;

    /** Sum of the versions of all tables; it was read before anything else of them. */
    private long version;
    private boolean isVersionKnown;
    private int packetLength;
    // Of a packet that goes nowhere. A packet that is routed writes none of these.
    private Outcome outcome = Outcome.DROP;
    private DropReason reason = DropReason.NONE;
    private @Nullable Link out;
    private long nextHigh;
    private long nextLow;
    private int errorType;
    private int errorCode;
    private int errorRest;

    Router(final GatewayTables tables, final NeighborTable neighbors, final Fdb fdb)
    {
        this.tables = tables;
        this.neighbors = neighbors;
        this.fdb = fdb;
    }

    /**
     * Decide about a packet.
     *
     * @param vrf           its routing context.
     * @param in            the gateway of the segment that it came by; null for the L3 VNI.
     * @param frame         an Ethernet frame; stays as it is.
     * @param layer3        the frame's {@link Layer3}.
     * @param segmentLength bytes of the longest segment of a super-frame, from the Ethernet header on; 0 for an
     *                      ordinary frame.
     * @return where the packet goes, valid until the next decision; null if it goes nowhere: {@link #outcome()} says
     *         why.
     */
    @Nullable Adjacency decide(
        final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3, final int segmentLength)
    {
        if (Layer3.offset(layer3) != EthernetHeader.LENGTH)
        {
            return drop(layer3 == Layer3.NONE ? DropReason.NOT_IP : DropReason.INNER_VLAN);
        }
        final DropReason fault = header.parse(frame, Layer3.etherType(layer3));
        if (fault != DropReason.NONE)
        {
            return drop(fault);
        }
        packetLength = segmentLength > 0 ? segmentLength - EthernetHeader.LENGTH : header.length;
        if (!isVersionKnown)
        {
            version = (long)tables.version() + neighbors.version() + fdb.version();
            isVersionKnown = true;
        }
        final Adjacency place = place(vrf);
        final boolean isKept = place.version == version && place.low == header.destinationLow &&
            place.high == header.destinationHigh && place.vrf == vrf &&
            (header.isV4 || !IpAddress.isLinkLocal(header.sourceHigh));
        if (!isKept || header.ttl <= 1 || packetLength > place.mtu || in == null && place.out == null)
        {
            return decide(vrf, in, place);
        }
        return place;
    }

    /** End a batch, whose packets share one reading of the versions of the tables. */
    void onBatchEnd()
    {
        isVersionKnown = false;
    }

    /** The route to the destination of a packet that the gateway made; null if there is none. */
    @Nullable Hop routeOf(final Vrf vrf, final Frame packet)
    {
        return header.parse(packet, Layer3.etherType(Layer3.of(packet, true))) == DropReason.NONE ?
            vrf.lookup(header.destinationHigh, header.destinationLow) :
            null;
    }

    /** The place where the decision about a destination is kept. */
    private Adjacency place(final Vrf vrf)
    {
        if (kept == null)
        {
            kept = new Adjacency[KEPT];
        }
        final int index = (int)(Hash.mix(header.destinationHigh ^ vrf.salt(), header.destinationLow) >>> KEPT_SHIFT);
        final Adjacency known = kept[index];
        if (known != null)
        {
            return known;
        }
        final Adjacency made = new Adjacency();
        kept[index] = made;
        return made;
    }

    private @Nullable Adjacency decide(final Vrf vrf, final @Nullable Link in, final Adjacency place)
    {
        if (header.isMartianDestination(in))
        {
            return drop(DropReason.MARTIAN_ADDRESS);
        }
        // Link-local addresses are not in the routes, because each segment may have the same.
        final boolean isLinkLocal = !header.isV4 && IpAddress.isLinkLocal(header.destinationHigh);
        final Hop hop = isLinkLocal ? null : vrf.lookup(header.destinationHigh, header.destinationLow);
        if (isLinkLocal || hop != null && hop.kind() == Hop.LOCAL)
        {
            return nowhere(Outcome.LOCAL);
        }
        if (hop != null && hop.kind() == Hop.BLACKHOLE)
        {
            // Before all errors: it may be a broadcast address, about which none is sent.
            return drop(DropReason.ROUTE_BLACKHOLE);
        }
        if (!header.isV4 && IpAddress.isLinkLocal(header.sourceHigh))
        {
            return error(DropReason.MARTIAN_ADDRESS, 0, 0, UNREACHABLE_V6, BEYOND_SCOPE_V6, 0);
        }
        if (header.ttl <= 1)
        {
            return error(DropReason.TTL_EXPIRED, IcmpHeader.TIME_EXCEEDED, 0, TIME_EXCEEDED_V6, 0, 0);
        }
        return hop == null ? noRoute() : follow(vrf, in, hop, place);
    }

    private @Nullable Adjacency follow(
        final Vrf vrf, final @Nullable Link in, final Hop hop, final Adjacency place)
    {
        switch (hop.kind())
        {
            case Hop.REMOTE:
                if (in == null)
                {
                    // Both ends have routed it: a third router would only send it in circles (RFC 9135 §4.2).
                    return drop(DropReason.SPLIT_HORIZON);
                }
                return vrf.l3Vni() == RoutingContext.NO_VNI ? noRoute() :
                    keep(vrf, place, null, vrf.routerMac(), hop.mac(), hop.remote(), null);

            case Hop.CONNECTED:
                nextHigh = header.destinationHigh;
                nextLow = header.destinationLow;
                break;

            case Hop.VIA:
                nextHigh = hop.high();
                nextLow = hop.low();
                break;

            default:
                return noRoute();
        }
        final Link link = hop.link();
        if (link == null)
        {
            return noRoute();
        }
        if (packetLength > link.mtu())
        {
            return header.isFragmentable ? drop(DropReason.OVERSIZE) : tooBig(link.mtu());
        }
        final long nextMac = neighbors.lookup(link.vni(), nextHigh, nextLow);
        if (nextMac == NeighborTable.MISSING)
        {
            out = link;
            return nowhere(Outcome.UNRESOLVED);
        }
        // Find where the station is, as a bridge does.
        final long entry = fdb.lookup(link.vni(), nextMac);
        if (entry == FdbEntry.MISSING || FdbEntry.target(entry) != FdbEntry.REMOTE)
        {
            return keep(vrf, place, link, link.mac(), nextMac, RemoteTable.MISSING, null);
        }
        final LocalPort local = link.segment().ports().find(FdbEntry.remote(entry));
        return local == null ?
            keep(vrf, place, link, link.mac(), nextMac, FdbEntry.remote(entry), null) :
            keep(vrf, place, link, link.mac(), nextMac, RemoteTable.MISSING, local.port());
    }

    private Adjacency keep(
        final Vrf vrf,
        final Adjacency place,
        final @Nullable Link leavesBy,
        final long ownMac,
        final long nextMac,
        final int remote,
        final @Nullable Port port)
    {
        place.version = version;
        place.high = header.destinationHigh;
        place.low = header.destinationLow;
        place.vrf = vrf;
        place.out = leavesBy;
        place.mtu = leavesBy == null ? Integer.MAX_VALUE : leavesBy.mtu();
        place.ownMac = ownMac;
        place.nextMac = nextMac;
        place.remote = remote;
        place.port = port;
        return place;
    }

    private @Nullable Adjacency drop(final DropReason why)
    {
        reason = why;
        return nowhere(Outcome.DROP);
    }

    private @Nullable Adjacency noRoute()
    {
        return error(
            DropReason.NO_ROUTE,
            IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.NET_UNREACHABLE,
            UNREACHABLE_V6, 0, 0);
    }

    private @Nullable Adjacency tooBig(final int mtu)
    {
        return error(
            DropReason.OVERSIZE,
            IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED,
            IcmpHeader.PACKET_TOO_BIG_V6, 0, mtu);
    }

    private @Nullable Adjacency error(
        final DropReason why, final int type4, final int code4, final int type6, final int code6, final int rest)
    {
        reason = why;
        errorType = header.isV4 ? type4 : type6;
        errorCode = header.isV4 ? code4 : code6;
        errorRest = rest;
        return nowhere(Outcome.ERROR);
    }

    private @Nullable Adjacency nowhere(final Outcome why)
    {
        outcome = why;
        return null;
    }

    /** Make the frame of the last decision the one that leaves: other MACs, and a hop less to live. */
    void rewrite(final Frame frame, final Adjacency to)
    {
        header.rewrite(frame, to.nextMac, to.ownMac);
    }

    /** Why the packet goes nowhere. */
    Outcome outcome()
    {
        return outcome;
    }

    /** Why the packet is dropped. */
    DropReason reason()
    {
        return reason;
    }

    /** The gateway of the segment that the packet would leave by. */
    Link out()
    {
        return Objects.requireNonNull(out, "out");
    }

    /** First word of the next hop's address. */
    long nextHigh()
    {
        return nextHigh;
    }

    /** Second word of the next hop's address. */
    long nextLow()
    {
        return nextLow;
    }

    /** Type of the ICMP error, of the packet's IP version. */
    int errorType()
    {
        return errorType;
    }

    int errorCode()
    {
        return errorCode;
    }

    /** Second word of the ICMP error: an MTU or 0. */
    int errorRest()
    {
        return errorRest;
    }
}
