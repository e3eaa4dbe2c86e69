// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.gateway.Hop;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.neighbor.NeighborTable;
import io.overlane.parse.Layer3;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
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

    private final NeighborTable neighbors;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip4 = new Ipv4Header();
    private final Ipv6Header ip6 = new Ipv6Header();

    private boolean isV4;
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
    private int errorType;
    private int errorCode;
    private int errorRest;

    public Router(final NeighborTable neighbors)
    {
        this.neighbors = neighbors;
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
        final int l3 = frame.offset() + EthernetHeader.LENGTH;
        final int length = frame.length() - EthernetHeader.LENGTH;
        final int type = Layer3.etherType(layer3);
        isV4 = type == EtherType.IPV4;
        final DropReason fault = isV4 ? parseV4(frame, l3, length) :
            type == EtherType.IPV6 ? parseV6(frame, l3, length, in) : DropReason.NOT_IP;
        if (fault != DropReason.NONE)
        {
            return drop(fault);
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
        if ((isV4 ? ip4.ttl() : ip6.hopLimit()) <= 1)
        {
            return error(DropReason.TTL_EXPIRED, IcmpHeader.TIME_EXCEEDED, 0, TIME_EXCEEDED_V6, 0, 0);
        }
        return hop == null ? noRoute() : follow(vrf, in, hop, segmentLength);
    }

    private DropReason parseV4(final Frame frame, final int l3, final int length)
    {
        final DropReason fault = ip4.wrap(frame.buffer(), l3, length).check();
        if (fault != DropReason.NONE)
        {
            return fault;
        }
        if (!ip4.isChecksumValid())
        {
            return DropReason.BAD_IP_HEADER;
        }
        final int source = ip4.source();
        final int destination = ip4.destination();
        sourceHigh = 0;
        sourceLow = IpAddress.v4Low(source);
        destinationHigh = 0;
        destinationLow = IpAddress.v4Low(destination);
        return isMartian(source) || isMartian(destination) ? DropReason.MARTIAN_ADDRESS : DropReason.NONE;
    }

    private static boolean isMartian(final int address)
    {
        final int first = address >>> 24;
        return first == 0 || first == LOOPBACK || first >= FIRST_MULTICAST || address >>> 16 == LINK_LOCAL_V4;
    }

    private DropReason parseV6(final Frame frame, final int l3, final int length, final @Nullable Link in)
    {
        final DropReason fault = ip6.wrap(frame.buffer(), l3, length).check();
        if (fault != DropReason.NONE)
        {
            return fault;
        }
        sourceHigh = ip6.sourceHigh();
        sourceLow = ip6.sourceLow();
        destinationHigh = ip6.destinationHigh();
        destinationLow = ip6.destinationLow();
        final boolean isForeignLink = IpAddress.isLinkLocal(destinationHigh) &&
            (in == null || !in.owns(destinationHigh, destinationLow));
        return isForeignLink || isMartian(sourceHigh, sourceLow) || isMartian(destinationHigh, destinationLow) ?
            DropReason.MARTIAN_ADDRESS :
            DropReason.NONE;
    }

    /** Unspecified, loopback, IPv4-mapped and all else that begins with 80 zeros; multicast. */
    private static boolean isMartian(final long high, final long low)
    {
        return high == 0 && low >>> 48 == 0 || high >>> 56 == 0xFF;
    }

    private int follow(final Vrf vrf, final @Nullable Link in, final Hop hop, final int segmentLength)
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
        final int packetLength = segmentLength > 0 ? segmentLength - EthernetHeader.LENGTH :
            isV4 ? ip4.totalLength() : Ipv6Header.LENGTH + ip6.payloadLength();
        if (packetLength > link.mtu())
        {
            return isV4 && !ip4.dontFragment() ? drop(DropReason.OVERSIZE) : tooBig(link.mtu());
        }
        nextMac = neighbors.lookup(link.vni(), nextHigh, nextLow);
        return nextMac == NeighborTable.MISSING ? UNRESOLVED : SEGMENT;
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
        ethernet.wrap(frame.buffer(), frame.offset(), EthernetHeader.LENGTH).destination(destination).source(source);
        if (isV4)
        {
            ip4.decrementTtl();
        }
        else
        {
            ip6.hopLimit(ip6.hopLimit() - 1);
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

    /** Number of the remote. */
    public int remote()
    {
        return remote;
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
