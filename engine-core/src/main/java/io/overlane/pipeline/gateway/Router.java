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
import io.overlane.memory.MemoryBuffer;
import io.overlane.neighbor.NeighborTable;
import io.overlane.parse.Layer3;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.LocalPort;
import io.overlane.status.DropReason;
import io.overlane.table.Hash;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides where an IP packet is routed (RFC 1812 §5.2, RFC 8200), and writes the frame that leaves. What it found out
 * stays until the next decision. One thread; allocates nothing.
 *
 * <p>Options, extension headers, DSCP and ECN stay as they are; nothing in them is processed. A super-frame is one
 * packet: its headers are those of all its segments.
 */
public final class Router
{
    /** The packet is dropped for {@link #reason()}. */
    public static final int DROP = 0;

    /** The packet is for an address of a gateway. */
    public static final int LOCAL = 1;

    /** The packet goes to {@link #nextMac()} in the segment of {@link #out()}. */
    public static final int SEGMENT = 2;

    /** The packet goes to {@link #remote()} in the L3 VNI. */
    public static final int L3 = 3;

    /** The MAC of the next hop in the segment of {@link #out()} is not known. */
    public static final int UNRESOLVED = 4;

    /** The sender gets the ICMP error, and if it may get none, the packet is dropped for {@link #reason()}. */
    public static final int ERROR = 5;

    /** ICMPv6 destination unreachable; time exceeded. */
    static final int UNREACHABLE_V6 = 1;
    static final int TIME_EXCEEDED_V6 = 3;

    private static final int BEYOND_SCOPE_V6 = 2;
    private static final int FIRST_MULTICAST = 224;
    private static final int LOOPBACK = 127;
    /** 169.254.0.0/16 (RFC 3927 §2.7). */
    private static final int LINK_LOCAL_V4 = 0xA9FE;
    private static final long DONT_FRAGMENT = 0x4000;

    /** Destinations whose decisions are kept; more than a few hosts talk to at a time. */
    private static final int KEPT = 1024;
    private static final int KEPT_SHIFT = Long.SIZE - 10;

    /** Version 4 and a header without options. */
    private static final int PLAIN_V4 = 0x45;
    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final long TTL_UNIT = 1L << 56;
    private static final int CHECKSUM_SHIFT = 32;
    private static final long CHECKSUM_MASK = 0xFFFFL << CHECKSUM_SHIFT;

    private final GatewayTables tables;
    private final NeighborTable neighbors;
    private final Fdb fdb;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip4 = new Ipv4Header();
    private final Ipv6Header ip6 = new Ipv6Header();
    /** Made with the first packet, and each place with its first destination. */
    private @Nullable Adjacency @Nullable [] kept;

    /** Sum of the versions of all tables; it was read before anything else of them. */
    private long version;
    private boolean isVersionKnown;
    private boolean isV4;
    /** Where layer 3 begins. */
    private int l3;
    private int ttl;
    private int packetLength;
    private boolean isFragmentable;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    private DropReason reason = DropReason.NONE;
    private @Nullable Link out;
    private long nextHigh;
    private long nextLow;
    private long nextMac;
    private int remote;
    private @Nullable Port port;
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
     * @return one of the constants.
     */
    public int decide(
        final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3, final int segmentLength)
    {
        if (Layer3.offset(layer3) != EthernetHeader.LENGTH)
        {
            return drop(layer3 == Layer3.NONE ? DropReason.NOT_IP : DropReason.INNER_VLAN);
        }
        final MemoryBuffer buffer = frame.buffer();
        l3 = frame.offset() + EthernetHeader.LENGTH;
        final int length = frame.length() - EthernetHeader.LENGTH;
        final int type = Layer3.etherType(layer3);
        isV4 = type == EtherType.IPV4;
        final DropReason fault = isV4 ? parseV4(buffer, length) :
            type == EtherType.IPV6 ? parseV6(buffer, length) : DropReason.NOT_IP;
        if (fault != DropReason.NONE)
        {
            return drop(fault);
        }
        packetLength = segmentLength > 0 ? segmentLength - EthernetHeader.LENGTH : packetLength;
        if (!isVersionKnown)
        {
            version = (long)tables.version() + neighbors.version() + fdb.version();
            isVersionKnown = true;
        }
        final Adjacency place = place(vrf);
        final boolean isKept = place.version == version && place.low == destinationLow &&
            place.high == destinationHigh && place.vrf == vrf && (isV4 || !IpAddress.isLinkLocal(sourceHigh));
        return isKept ? again(in, place) : decide(vrf, in, place);
    }

    /** End a batch, whose packets share one reading of the versions of the tables. */
    public void onBatchEnd()
    {
        isVersionKnown = false;
    }

    /** The place where the decision about a destination is kept. */
    private Adjacency place(final Vrf vrf)
    {
        if (kept == null)
        {
            kept = new Adjacency[KEPT];
        }
        final int index = (int)(Hash.mix(destinationHigh ^ vrf.salt(), destinationLow) >>> KEPT_SHIFT);
        final Adjacency known = kept[index];
        if (known != null)
        {
            return known;
        }
        final Adjacency made = new Adjacency();
        kept[index] = made;
        return made;
    }

    /** Decide as the last time. */
    private int again(final @Nullable Link in, final Adjacency known)
    {
        if (ttl <= 1)
        {
            return expired();
        }
        if (known.kind == L3)
        {
            nextMac = known.nextMac;
            remote = known.remote;
            return in == null ? drop(DropReason.SPLIT_HORIZON) : L3;
        }
        final Link link = known.out;
        out = link;
        nextMac = known.nextMac;
        remote = known.remote;
        port = known.port;
        return link != null && packetLength > link.mtu() ? tooLong(link) : SEGMENT;
    }

    private int decide(final Vrf vrf, final @Nullable Link in, final Adjacency place)
    {
        if (isMartianDestination(in))
        {
            return drop(DropReason.MARTIAN_ADDRESS);
        }
        // Link-local addresses are not in the routes, because each segment may have the same.
        final boolean isLinkLocal = !isV4 && IpAddress.isLinkLocal(destinationHigh);
        final Hop hop = isLinkLocal ? null : vrf.lookup(destinationHigh, destinationLow);
        if (isLinkLocal || hop != null && hop.kind() == Hop.LOCAL)
        {
            return LOCAL;
        }
        if (hop != null && hop.kind() == Hop.BLACKHOLE)
        {
            // Before all errors: it may be a broadcast address, about which none is sent.
            return drop(DropReason.ROUTE_BLACKHOLE);
        }
        if (!isV4 && IpAddress.isLinkLocal(sourceHigh))
        {
            return error(DropReason.MARTIAN_ADDRESS, 0, 0, UNREACHABLE_V6, BEYOND_SCOPE_V6, 0);
        }
        if (ttl <= 1)
        {
            return expired();
        }
        final int decision = hop == null ? noRoute() : follow(vrf, in, hop);
        if (decision == SEGMENT || decision == L3)
        {
            keep(vrf, place, decision);
        }
        return decision;
    }

    private void keep(final Vrf vrf, final Adjacency place, final int decision)
    {
        place.version = version;
        place.high = destinationHigh;
        place.low = destinationLow;
        place.vrf = vrf;
        place.kind = decision;
        place.out = decision == SEGMENT ? out : null;
        place.nextMac = nextMac;
        place.remote = remote;
        place.port = decision == SEGMENT ? port : null;
    }

    private DropReason parseV4(final MemoryBuffer buffer, final int length)
    {
        if (length >= Ipv4Header.LENGTH && buffer.getByte(l3) == PLAIN_V4)
        {
            // The whole header is in two words and an int. All comparisons below are those of the slower way.
            final long first = buffer.getLong(l3, ByteOrder.BIG_ENDIAN);
            final long second = buffer.getLong(l3 + Long.BYTES, ByteOrder.BIG_ENDIAN);
            final int destination = buffer.getInt(l3 + 2 * Long.BYTES, ByteOrder.BIG_ENDIAN);
            packetLength = (int)(first >>> Integer.SIZE) & 0xFFFF;
            if (packetLength < Ipv4Header.LENGTH || packetLength > length || Checksum.fold((first >>> Integer.SIZE) +
                (first & LOW_HALF) + (second >>> Integer.SIZE) + (second & LOW_HALF) + (destination & LOW_HALF)) !=
                0xFFFF)
            {
                return DropReason.BAD_IP_HEADER;
            }
            ttl = (int)(second >>> 56);
            isFragmentable = (first & DONT_FRAGMENT) == 0;
            return addressesV4((int)second, destination);
        }
        final DropReason fault = ip4.wrap(buffer, l3, length).check();
        if (fault != DropReason.NONE)
        {
            return fault;
        }
        if (!ip4.isChecksumValid())
        {
            return DropReason.BAD_IP_HEADER;
        }
        packetLength = ip4.totalLength();
        ttl = ip4.ttl();
        isFragmentable = !ip4.dontFragment();
        return addressesV4(ip4.source(), ip4.destination());
    }

    private DropReason addressesV4(final int source, final int destination)
    {
        sourceHigh = 0;
        sourceLow = IpAddress.v4Low(source);
        destinationHigh = 0;
        destinationLow = IpAddress.v4Low(destination);
        return isMartian(source) ? DropReason.MARTIAN_ADDRESS : DropReason.NONE;
    }

    private static boolean isMartian(final int address)
    {
        final int first = address >>> 24;
        return first == 0 || first == LOOPBACK || first >= FIRST_MULTICAST || address >>> 16 == LINK_LOCAL_V4;
    }

    private DropReason parseV6(final MemoryBuffer buffer, final int length)
    {
        final DropReason fault = ip6.wrap(buffer, l3, length).check();
        if (fault != DropReason.NONE)
        {
            return fault;
        }
        packetLength = Ipv6Header.LENGTH + ip6.payloadLength();
        ttl = ip6.hopLimit();
        isFragmentable = false;
        sourceHigh = ip6.sourceHigh();
        sourceLow = ip6.sourceLow();
        destinationHigh = ip6.destinationHigh();
        destinationLow = ip6.destinationLow();
        return isMartian(sourceHigh, sourceLow) ? DropReason.MARTIAN_ADDRESS : DropReason.NONE;
    }

    /** Whether no router forwards to the destination. */
    private boolean isMartianDestination(final @Nullable Link in)
    {
        return isV4 ? isMartian((int)destinationLow) : isMartian(destinationHigh, destinationLow) ||
            IpAddress.isLinkLocal(destinationHigh) && (in == null || !in.owns(destinationHigh, destinationLow));
    }

    /** Unspecified, loopback, IPv4-mapped and all else that begins with 80 zeros; multicast. */
    private static boolean isMartian(final long high, final long low)
    {
        return high == 0 && low >>> 48 == 0 || high >>> 56 == 0xFF;
    }

    private int follow(final Vrf vrf, final @Nullable Link in, final Hop hop)
    {
        switch (hop.kind())
        {
            case Hop.REMOTE:
                if (in == null)
                {
                    // Both ends have routed it: a third router would only send it in circles (RFC 9135 §4.2).
                    return drop(DropReason.SPLIT_HORIZON);
                }
                nextMac = hop.mac();
                remote = hop.remote();
                return vrf.l3Vni() == RoutingContext.NO_VNI ? noRoute() : L3;

            case Hop.CONNECTED:
                nextHigh = destinationHigh;
                nextLow = destinationLow;
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
        out = link;
        if (packetLength > link.mtu())
        {
            return tooLong(link);
        }
        nextMac = neighbors.lookup(link.vni(), nextHigh, nextLow);
        if (nextMac == NeighborTable.MISSING)
        {
            return UNRESOLVED;
        }
        findStation(link);
        return SEGMENT;
    }

    /** Find where the station is behind, as a bridge does. */
    private void findStation(final Link link)
    {
        final long entry = fdb.lookup(link.vni(), nextMac);
        port = null;
        remote = RemoteTable.MISSING;
        if (entry != FdbEntry.MISSING && FdbEntry.target(entry) == FdbEntry.REMOTE)
        {
            final LocalPort local = link.segment().ports().find(FdbEntry.remote(entry));
            port = local == null ? null : local.port();
            remote = local == null ? FdbEntry.remote(entry) : RemoteTable.MISSING;
        }
    }

    private int tooLong(final Link link)
    {
        return isFragmentable ? drop(DropReason.OVERSIZE) : tooBig(link.mtu());
    }

    private int expired()
    {
        return error(DropReason.TTL_EXPIRED, IcmpHeader.TIME_EXCEEDED, 0, TIME_EXCEEDED_V6, 0, 0);
    }

    private int drop(final DropReason why)
    {
        reason = why;
        return DROP;
    }

    private int noRoute()
    {
        return error(
            DropReason.NO_ROUTE,
            IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.NET_UNREACHABLE,
            UNREACHABLE_V6, 0, 0);
    }

    private int tooBig(final int mtu)
    {
        return error(
            DropReason.OVERSIZE,
            IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED,
            IcmpHeader.PACKET_TOO_BIG_V6, 0, mtu);
    }

    private int error(
        final DropReason why, final int type4, final int code4, final int type6, final int code6, final int rest)
    {
        reason = why;
        errorType = isV4 ? type4 : type6;
        errorCode = isV4 ? code4 : code6;
        errorRest = rest;
        return ERROR;
    }

    /**
     * Make the frame that leaves: other MACs, and a time to live or hop limit that is one less. The frame is the one of
     * the last decision.
     */
    public void rewrite(final Frame frame, final long destination, final long source)
    {
        final MemoryBuffer buffer = frame.buffer();
        ethernet.wrap(buffer, frame.offset(), EthernetHeader.LENGTH).addresses(destination, source);
        if (isV4)
        {
            // RFC 1624: the checksum grows by what the time to live shrinks by.
            final int index = l3 + Ipv4Header.TTL_OFFSET;
            final long word = buffer.getLong(index, ByteOrder.BIG_ENDIAN) - TTL_UNIT;
            final long sum = (word >>> CHECKSUM_SHIFT & 0xFFFF) + 0x0100;
            final long folded = (sum & 0xFFFF) + (sum >>> Short.SIZE);
            final long checksum = folded == 0xFFFF ? 0 : folded;
            buffer.putLong(index, word & ~CHECKSUM_MASK | checksum << CHECKSUM_SHIFT, ByteOrder.BIG_ENDIAN);
        }
        else
        {
            buffer.putByte(l3 + Ipv6Header.HOP_LIMIT_OFFSET, (byte)(ttl - 1));
        }
    }

    /** Why the packet is dropped. */
    public DropReason reason()
    {
        return reason;
    }

    /** The gateway of the segment that the packet leaves by. */
    public Link out()
    {
        return Objects.requireNonNull(out, "out");
    }

    /** First word of the next hop's address. */
    public long nextHigh()
    {
        return nextHigh;
    }

    /** Second word of the next hop's address. */
    public long nextLow()
    {
        return nextLow;
    }

    /** MAC of the next hop, or router MAC of the remote. */
    public long nextMac()
    {
        return nextMac;
    }

    /**
     * Number of the remote that the station is behind; {@link RemoteTable#MISSING} if it is behind a port, or it is not
     * known where.
     */
    public int remote()
    {
        return remote;
    }

    /** The port that the station is behind; null if it is behind none. */
    public @Nullable Port port()
    {
        return port;
    }

    /** Type of the ICMP error, of the packet's IP version. */
    public int errorType()
    {
        return errorType;
    }

    public int errorCode()
    {
        return errorCode;
    }

    /** Second word of the ICMP error: an MTU or 0. */
    public int errorRest()
    {
        return errorRest;
    }
}
