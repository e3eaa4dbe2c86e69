// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.parse.Ipv6Extensions;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Builds the answer to an Ethernet frame whose IP packet does not fit the tunnel: ICMP "fragmentation needed" or ICMPv6
 * "packet too big", from the inner destination to the inner source. It quotes as much of the packet as 576 or 1280
 * bytes allow (Linux {@code iptunnel_pmtud_build_icmp}) and has the VLAN tags of the frame.
 *
 * <p>None is built (RFC 1122 §3.2.2, RFC 4443 §2.4; Linux {@code skb_tunnel_check_pmtu}) for an MTU below 576 or 1280,
 * which every path carries; about IPv4 without DF, which routers may fragment; about fragments but the first; about
 * ICMP errors; nor to or about a packet whose source is not a single station, or whose IPv4 destination is a group.
 */
final class PacketTooBig
{
    private static final int SMALLEST_V4 = 576;
    private static final int SMALLEST_V6 = 1280;
    private static final int MAX_LENGTH = 1400;
    private static final int MAX_EXTENSIONS = 8;

    private final Frame answer = new FrameSlab(1, MAX_LENGTH).frame(0);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header about4 = new Ipv4Header();
    private final Ipv6Header about6 = new Ipv6Header();
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final Ipv4Header ip4 = new Ipv4Header();
    private final Ipv6Header ip6 = new Ipv6Header();
    private final IcmpHeader icmp = new IcmpHeader();
    private int linkLength;

    /**
     * @param portMtu      the largest IP packet the port may send at all.
     * @param longestFrame bytes of the longest frame that would have fitted.
     * @return the answer, valid until the next call, or null if none may be sent.
     */
    @Nullable Frame build(final Frame frame, final int portMtu, final int longestFrame)
    {
        final MutableDirectBuffer buffer = frame.buffer();
        final int offset = frame.offset();
        final int layer3 = Layer3.of(frame, true);
        if (layer3 == Layer3.NONE || (buffer.getByte(offset + EthernetHeader.SOURCE_OFFSET) & 1) != 0)
        {
            return null;
        }
        linkLength = Layer3.offset(layer3);
        final int l3 = offset + linkLength;
        final int l3Length = frame.length() - linkLength;
        final int mtu = Math.min(portMtu, longestFrame - linkLength);
        return switch (Layer3.etherType(layer3))
        {
            case EtherType.IPV4 ->
                mtu < SMALLEST_V4 || !isAnsweredV4(buffer, l3, l3Length) ? null : buildV4(buffer, l3, l3Length, mtu);
            case EtherType.IPV6 ->
                mtu < SMALLEST_V6 || !isAnsweredV6(buffer, l3, l3Length) ? null : buildV6(buffer, l3, l3Length, mtu);
            default -> null;
        };
    }

    private boolean isAnsweredV4(final MutableDirectBuffer buffer, final int l3, final int length)
    {
        if (about4.wrap(buffer, l3, length).checkHeader() != DropReason.NONE || !about4.dontFragment() ||
            about4.isFragment() || !IcmpError.isStation(about4.source()) || IcmpError.isGroup(about4.destination()))
        {
            return false;
        }
        final int headerLength = about4.headerLength();
        return about4.protocol() != IpProtocol.ICMP ||
            length > headerLength && !isErrorV4(buffer.getByte(l3 + headerLength) & 0xFF);
    }

    /** RFC 1122 §3.2.2: unreachable, source quench, redirect, time exceeded, parameter problem. */
    private static boolean isErrorV4(final int type)
    {
        return type == IcmpHeader.DESTINATION_UNREACHABLE || type == 4 || type == 5 ||
            type == IcmpHeader.TIME_EXCEEDED || type == 12;
    }

    private boolean isAnsweredV6(final MutableDirectBuffer buffer, final int l3, final int length)
    {
        if (about6.wrap(buffer, l3, length).checkHeader() != DropReason.NONE)
        {
            return false;
        }
        final long high = about6.sourceHigh();
        final boolean isAnyOrLoopback = high == 0 && about6.sourceLow() >>> 1 == 0;
        if (isAnyOrLoopback || high >>> 56 == 0xFF)
        {
            return false;
        }
        extensions.wrap(buffer, l3 + Ipv6Header.LENGTH, length - Ipv6Header.LENGTH, about6.nextHeader());
        int type = extensions.nextHeader();
        for (int i = 0; i < MAX_EXTENSIONS && extensions.next(); i++)
        {
            if (type == IpProtocol.FRAGMENT && extensions.fragmentOffset() != 0)
            {
                return false;
            }
            type = extensions.nextHeader();
        }
        // Types below 128 are errors (RFC 4443 §2.1).
        return type != IpProtocol.ICMPV6 ||
            extensions.offset() < l3 + length && buffer.getByte(extensions.offset()) < 0;
    }

    private Frame buildV4(final MutableDirectBuffer buffer, final int aboutL3, final int length, final int mtu)
    {
        final int headers = Ipv4Header.LENGTH + IcmpHeader.LENGTH;
        final int quoted = Math.min(length, SMALLEST_V4 - headers);
        final int l3 = open(buffer, aboutL3, headers, quoted);
        ip4.wrap(answer.buffer(), l3, headers + quoted)
            .headerLength(Ipv4Header.LENGTH)
            .totalLength(headers + quoted)
            .dontFragment(true)
            .ttl(about4.ttl())
            .protocol(IpProtocol.ICMP)
            .source(about4.destination())
            .destination(about4.source())
            .updateChecksum();
        icmp.wrap(answer.buffer(), l3 + Ipv4Header.LENGTH, IcmpHeader.LENGTH + quoted)
            .init(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, mtu)
            .updateChecksum();
        return answer;
    }

    private Frame buildV6(final MutableDirectBuffer buffer, final int aboutL3, final int length, final int mtu)
    {
        final int headers = Ipv6Header.LENGTH + IcmpHeader.LENGTH;
        final int quoted = Math.min(length, SMALLEST_V6 - headers);
        final int l3 = open(buffer, aboutL3, headers, quoted);
        ip6.wrap(answer.buffer(), l3, headers + quoted)
            .init()
            .payloadLength(IcmpHeader.LENGTH + quoted)
            .nextHeader(IpProtocol.ICMPV6)
            .hopLimit(about6.hopLimit())
            .sourceHigh(about6.destinationHigh()).sourceLow(about6.destinationLow())
            .destinationHigh(about6.sourceHigh()).destinationLow(about6.sourceLow());
        icmp.wrap(answer.buffer(), l3 + Ipv6Header.LENGTH, IcmpHeader.LENGTH + quoted)
            .init(IcmpHeader.PACKET_TOO_BIG_V6, 0, mtu)
            .updateChecksum(ip6);
        return answer;
    }

    /**
     * Begin an answer: the link layer with source and destination exchanged, zeros for the headers, and the quotation.
     * Returns where layer 3 begins.
     */
    private int open(final MutableDirectBuffer buffer, final int aboutL3, final int headers, final int quoted)
    {
        final int offset = aboutL3 - linkLength;
        answer.wrap(FrameSlab.HEADROOM, linkLength + headers + quoted);
        final int start = answer.offset();
        answer.buffer().putBytes(start, buffer, offset, linkLength);
        ethernet.wrap(buffer, offset, EthernetHeader.LENGTH);
        final long destination = ethernet.source();
        final long source = ethernet.destination();
        ethernet.wrap(answer.buffer(), start, EthernetHeader.LENGTH).destination(destination).source(source);
        answer.buffer().setMemory(start + linkLength, headers, (byte)0);
        answer.buffer().putBytes(start + linkLength + headers, buffer, aboutL3, quoted);
        return start + linkLength;
    }
}
