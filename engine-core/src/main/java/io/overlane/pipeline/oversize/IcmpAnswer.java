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

/**
 * Builds ICMP and ICMPv6 errors about the IP packet in an Ethernet frame, to the frame's sender. An error quotes as
 * much of the packet as 576 or 1280 bytes allow (RFC 1812 §4.3.2.3, RFC 4443 §2.4) and has the VLAN tags of the frame.
 *
 * <p>None is built about fragments but the first; about ICMP errors; nor to or about a packet whose source is not a
 * single station, or whose destination is a group (RFC 1122 §3.2.2, RFC 4443 §2.4).
 */
public final class IcmpAnswer
{
    /** Every IPv4 link carries this many bytes in one or several fragments. */
    static final int SMALLEST_V4 = 576;

    /** Every IPv6 link carries this many bytes. */
    static final int SMALLEST_V6 = 1280;

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
    private MutableDirectBuffer buffer = answer.buffer();
    private boolean isV4;
    private int linkLength;
    private int l3;
    private int length;

    /**
     * Begin with a frame; it stays as it is.
     *
     * @param layer3 the frame's {@link Layer3}.
     * @return false if no error may be sent about it.
     */
    public boolean about(final Frame frame, final int layer3)
    {
        buffer = frame.buffer();
        final int offset = frame.offset();
        if (layer3 == Layer3.NONE || (buffer.getByte(offset + EthernetHeader.SOURCE_OFFSET) & 1) != 0)
        {
            return false;
        }
        linkLength = Layer3.offset(layer3);
        l3 = offset + linkLength;
        length = frame.length() - linkLength;
        isV4 = Layer3.etherType(layer3) == EtherType.IPV4;
        return isV4 ? isAnsweredV4() : Layer3.etherType(layer3) == EtherType.IPV6 && isAnsweredV6();
    }

    /** Whether the packet is IPv4. */
    public boolean isV4()
    {
        return isV4;
    }

    /** Source of the IPv4 packet. */
    public int sourceV4()
    {
        return about4.source();
    }

    /** First word of the source of the IPv6 packet. */
    public long sourceHigh()
    {
        return about6.sourceHigh();
    }

    /** Second word of the source of the IPv6 packet. */
    public long sourceLow()
    {
        return about6.sourceLow();
    }

    /** The header of the packet, if it is IPv4. */
    Ipv4Header v4()
    {
        return about4;
    }

    /** The header of the packet, if it is IPv6. */
    Ipv6Header v6()
    {
        return about6;
    }

    /** Bytes in front of layer 3. */
    int linkLength()
    {
        return linkLength;
    }

    private boolean isAnsweredV4()
    {
        if (about4.wrap(buffer, l3, length).checkHeader() != DropReason.NONE || about4.fragmentOffset() != 0 ||
            !IcmpError.isStation(about4.source()) || IcmpError.isGroup(about4.destination()))
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

    private boolean isAnsweredV6()
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

    /**
     * Build an error about the IPv4 packet.
     *
     * @param source address that it comes from.
     * @param rest   the second word: an MTU or 0.
     * @return the error, valid until the next call.
     */
    public Frame build(
        final int source, final int tos, final int ttl, final int type, final int code, final int rest)
    {
        final int headers = Ipv4Header.LENGTH + IcmpHeader.LENGTH;
        // A short frame has padding behind its packet, and that of a super-frame may be longer than the field can say.
        final int whole = about4.totalLength() >= about4.headerLength() && about4.totalLength() < length ?
            about4.totalLength() : length;
        final int quoted = Math.min(whole, SMALLEST_V4 - headers);
        final int start = open(headers, quoted);
        ip4.wrap(answer.buffer(), start, headers + quoted)
            .headerLength(Ipv4Header.LENGTH)
            .tos(tos)
            .totalLength(headers + quoted)
            .dontFragment(true)
            .ttl(ttl)
            .protocol(IpProtocol.ICMP)
            .source(source)
            .destination(about4.source())
            .updateChecksum();
        icmp.wrap(answer.buffer(), start + Ipv4Header.LENGTH, IcmpHeader.LENGTH + quoted)
            .init(type, code, rest)
            .updateChecksum();
        return answer;
    }

    /**
     * Build an error about the IPv6 packet.
     *
     * @param sourceHigh first word of the address that it comes from.
     * @param sourceLow  second word.
     * @param rest       the second word of the message: an MTU or 0.
     * @return the error, valid until the next call.
     */
    public Frame build(
        final long sourceHigh,
        final long sourceLow,
        final int hopLimit,
        final int type,
        final int code,
        final int rest)
    {
        final int headers = Ipv6Header.LENGTH + IcmpHeader.LENGTH;
        final int whole = Math.min(length, Ipv6Header.LENGTH + about6.payloadLength());
        final int quoted = Math.min(about6.payloadLength() == 0 ? length : whole, SMALLEST_V6 - headers);
        final int start = open(headers, quoted);
        ip6.wrap(answer.buffer(), start, headers + quoted)
            .init()
            .payloadLength(IcmpHeader.LENGTH + quoted)
            .nextHeader(IpProtocol.ICMPV6)
            .hopLimit(hopLimit)
            .sourceHigh(sourceHigh).sourceLow(sourceLow)
            .destinationHigh(about6.sourceHigh()).destinationLow(about6.sourceLow());
        icmp.wrap(answer.buffer(), start + Ipv6Header.LENGTH, IcmpHeader.LENGTH + quoted)
            .init(type, code, rest)
            .updateChecksum(ip6);
        return answer;
    }

    /**
     * Begin an answer: the link layer with source and destination exchanged, zeros for the headers, and the quotation.
     * Returns where layer 3 begins.
     */
    private int open(final int headers, final int quoted)
    {
        final int offset = l3 - linkLength;
        answer.wrap(FrameSlab.HEADROOM, linkLength + headers + quoted);
        final int start = answer.offset();
        answer.buffer().putBytes(start, buffer, offset, linkLength);
        ethernet.wrap(buffer, offset, EthernetHeader.LENGTH);
        final long destination = ethernet.source();
        final long source = ethernet.destination();
        ethernet.wrap(answer.buffer(), start, EthernetHeader.LENGTH).destination(destination).source(source);
        answer.buffer().setMemory(start + linkLength, headers, (byte)0);
        answer.buffer().putBytes(start + linkLength + headers, buffer, l3, quoted);
        return start + linkLength;
    }
}
