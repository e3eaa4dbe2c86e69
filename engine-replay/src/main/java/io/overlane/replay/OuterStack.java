// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.address.IpAddress;
import io.overlane.parse.Ipv6Extensions;
import io.overlane.pcap.CaptureReader;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.UdpHeader;
import org.agrona.MutableDirectBuffer;

/**
 * Does with a captured packet what a host's IP and UDP layers do before a socket on a UDP port gets it. Each packet
 * ends in one verdict; after {@code NONE}, {@link #datagram()} is the datagram until the next call.
 *
 * <p>The rules are those of Linux ({@code ip_rcv_core}, {@code ip6_rcv_core}, {@code __udp4_lib_rcv},
 * {@code __udp6_lib_rcv}), with these differences:
 * <ul>
 * <li>Destination addresses are not checked, as a capture belongs to no host.</li>
 * <li>{@link DropReason#CAPTURE_CUT} if necessary bytes are missing from the capture, not from the packet.</li>
 * <li>A <i>partial</i> UDP checksum, the sum of the pseudo header alone, is accepted and counted. It occurs in
 *     captures on the sending host, before the device completes it, and in captures after GRO; the kernel treats both
 *     as checked. One wrong checksum in 65536 looks like a partial one.</li>
 * <li>A super-frame (GSO) is one datagram as long as its length fields say. BIG TCP, whose length fields are 0, is
 *     {@link DropReason#BAD_OUTER_HEADER}.</li>
 * <li>A checksum that the sender computed around an unfinished inner one (Linux {@code lco_csum}) is not recognised;
 *     a packet captured before its device finished the inner one is {@link DropReason#UDP_CHECKSUM}.</li>
 * </ul>
 * Not thread safe. Allocates only for the first fragmented packets.
 */
public final class OuterStack
{
    private final LinkLayer link = new LinkLayer();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final UdpLayer udp;
    private final Reassembly reassembly = new Reassembly();
    private final OuterDatagram datagram = new OuterDatagram();
    private boolean isFragment;

    /**
     * @param udpPorts ports that sockets would be bound to, at least one.
     */
    public OuterStack(final int... udpPorts)
    {
        udp = new UdpLayer(udpPorts);
    }

    /** @return true if packets of this link type, one of {@link io.overlane.pcap.LinkType}, can be parsed. */
    public static boolean isSupported(final int linkType)
    {
        return LinkLayer.isSupported(linkType);
    }

    /**
     * Set the families of the socket, by default both. Packets of a family without a socket end as
     * {@link DropReason#NO_SOCKET}.
     *
     * @param v4 true for IPv4.
     * @param v6 true for IPv6.
     * @return this.
     */
    public OuterStack families(final boolean v4, final boolean v6)
    {
        udp.families(v4, v6);
        return this;
    }

    /**
     * @param accept true to accept datagrams without checksum over IPv6 too (RFC 6935; Linux {@code udp6zerocsumrx}).
     * @return this.
     */
    public OuterStack acceptZeroChecksumV6(final boolean accept)
    {
        udp.acceptZeroChecksumV6(accept);
        return this;
    }

    /** @return the first of the ports. */
    public int udpPort()
    {
        return udp.port();
    }

    /**
     * Process the packet of a capture.
     *
     * @param reader at the packet.
     * @return as {@link #receive(int, MutableDirectBuffer, int, int, long, long)}.
     */
    public DropReason receive(final CaptureReader reader)
    {
        return receive(
            reader.linkType(),
            reader.buffer(),
            reader.offset(),
            reader.length(),
            reader.originalLength(),
            reader.timestampNs());
    }

    /**
     * Process one packet.
     *
     * @param linkType       of the packet, one of {@link io.overlane.pcap.LinkType}.
     * @param buffer         with the packet.
     * @param offset         of its first byte.
     * @param length         captured bytes.
     * @param originalLength bytes on the wire.
     * @param timestampNs    capture time, by which fragments time out.
     * @return {@code NONE} if the socket would get a datagram, else {@code BAD_OUTER_HEADER}, {@code CAPTURE_CUT},
     *         {@code FRAGMENT}, {@code UDP_CHECKSUM} or {@code NO_SOCKET}. A packet whose link type is not
     *         supported is {@code NO_SOCKET}.
     */
    public DropReason receive(
        final int linkType,
        final MutableDirectBuffer buffer,
        final int offset,
        final int length,
        final long originalLength,
        final long timestampNs)
    {
        datagram.reset();
        final long missing = Math.max(0, originalLength - length);
        final DropReason found = link.locate(linkType, buffer, offset, length);
        if (found != DropReason.NONE)
        {
            return found == DropReason.NO_SOCKET ? found : tooShort(missing);
        }
        final int l3Offset = link.l3Offset();
        final int l3Length = length - (l3Offset - offset);
        return switch (link.etherType())
        {
            case EtherType.IPV4 -> ipv4(buffer, l3Offset, l3Length, missing, timestampNs);
            case EtherType.IPV6 -> ipv6(buffer, l3Offset, l3Length, missing, timestampNs);
            default -> DropReason.NO_SOCKET;
        };
    }

    /**
     * Take the datagram out of a packet whose headers an engine made up: an IP header without options or extensions,
     * and a UDP header. The lengths in them may be 0, as a super-frame can be longer than they can say.
     *
     * @return {@code NONE}, or {@code BAD_OUTER_HEADER}.
     */
    DropReason receiveMadeUp(final CapturedPacket packet)
    {
        datagram.reset();
        final MutableDirectBuffer buffer = packet.bytes();
        final int length = packet.length();
        final boolean isV4 = ipv4.wrap(buffer, 0, length).checkHeader() == DropReason.NONE;
        final boolean isV6 = !isV4 && ipv6.wrap(buffer, 0, length).checkHeader() == DropReason.NONE;
        final int headers = (isV4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH) + UdpHeader.LENGTH;
        if (!isV4 && !isV6 || length < headers)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        if (isV4)
        {
            datagram.addresses(
                true, 0, IpAddress.v4Low(ipv4.source()), 0, IpAddress.v4Low(ipv4.destination()), ipv4.tos());
        }
        else
        {
            datagram.addresses(
                false,
                ipv6.sourceHigh(),
                ipv6.sourceLow(),
                ipv6.destinationHigh(),
                ipv6.destinationLow(),
                ipv6.trafficClass());
        }
        final UdpHeader header = new UdpHeader().wrap(buffer, headers - UdpHeader.LENGTH, UdpHeader.LENGTH);
        datagram.ports(header.sourcePort(), header.destinationPort());
        datagram.payload(buffer, headers, length - headers);
        return DropReason.NONE;
    }

    /** @return datagram of the last packet; the same object for every packet. */
    public OuterDatagram datagram()
    {
        return datagram;
    }

    /** @return packets so far that were accepted because of a partial UDP checksum. */
    public long partialChecksums()
    {
        return udp.partialChecksums();
    }

    private DropReason ipv4(
        final MutableDirectBuffer buffer, final int offset, final int held, final long missing, final long timestampNs)
    {
        final DropReason verdict = ipv4.wrap(buffer, offset, held).checkHeader();
        if (verdict == DropReason.INNER_IP_TRUNCATED)
        {
            return tooShort(missing);
        }
        if (verdict != DropReason.NONE || !ipv4.isChecksumValid())
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        datagram.addresses(
            true, 0, IpAddress.v4Low(ipv4.source()), 0, IpAddress.v4Low(ipv4.destination()), ipv4.tos());
        final int headerLength = ipv4.headerLength();
        final int totalLength = ipv4.totalLength();
        if (totalLength < headerLength || totalLength > held + missing)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        if (ipv4.protocol() != IpProtocol.UDP)
        {
            return DropReason.NO_SOCKET;
        }
        final int udpOffset = offset + headerLength;
        final int udpLength = totalLength - headerLength;
        final int udpHeld = Math.min(udpLength, held - headerLength);
        if (!ipv4.isFragment())
        {
            return udp.receive(datagram, buffer, udpOffset, udpHeld, udpLength);
        }
        if (udpHeld < udpLength)
        {
            return DropReason.CAPTURE_CUT;
        }
        final boolean moreFollow = ipv4.moreFragments();
        final FragmentQueue queue = queue(ipv4.identification(), timestampNs);
        // Linux's ip_frag_queue cuts the length to a multiple of eight before it checks the rest.
        final FragmentQueue.Outcome outcome = queue.add(
            buffer,
            udpOffset,
            ipv4.fragmentOffset(),
            moreFollow ? udpLength & ~0x7 : udpLength,
            moreFollow,
            datagram.tos(),
            IpProtocol.UDP);
        return isWhole(queue, outcome) ?
            udp.receive(datagram, queue.buffer(), 0, queue.length(), queue.length()) :
            DropReason.FRAGMENT;
    }

    private DropReason ipv6(
        final MutableDirectBuffer buffer, final int offset, final int held, final long missing, final long timestampNs)
    {
        final DropReason verdict = ipv6.wrap(buffer, offset, held).checkHeader();
        if (verdict == DropReason.INNER_IP_TRUNCATED)
        {
            return tooShort(missing);
        }
        if (verdict != DropReason.NONE)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        datagram.addresses(
            false,
            ipv6.sourceHigh(),
            ipv6.sourceLow(),
            ipv6.destinationHigh(),
            ipv6.destinationLow(),
            ipv6.trafficClass());
        final int bodyLength = ipv6.payloadLength();
        if (bodyLength > held - Ipv6Header.LENGTH + missing)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        final int bodyOffset = offset + Ipv6Header.LENGTH;
        final int bodyHeld = Math.min(bodyLength, held - Ipv6Header.LENGTH);
        final DropReason walked = walk(buffer, bodyOffset, bodyHeld, ipv6.nextHeader(), true);
        if (walked != DropReason.NONE)
        {
            return walked == DropReason.BAD_OUTER_HEADER ? tooShort(bodyLength - bodyHeld) : walked;
        }
        final int passed = extensions.offset() - bodyOffset;
        if (extensions.nextHeader() == IpProtocol.UDP && !isFragment)
        {
            return udp.receive(datagram, buffer, extensions.offset(), bodyHeld - passed, bodyLength - passed);
        }
        return isFragment ?
            ipv6Fragment(buffer, bodyHeld - passed, bodyLength - passed, timestampNs) :
            DropReason.NO_SOCKET;
    }

    /**
     * Walk to the transport header, or to the end of the fragment header of a fragmented packet.
     *
     * @return {@code BAD_OUTER_HEADER} if the bytes end inside an extension header; {@code NO_SOCKET} if a host would
     *         not process the transport header: the route does not end here, or hop-by-hop options are out of place.
     */
    private DropReason walk(
        final MutableDirectBuffer buffer,
        final int start,
        final int length,
        final int firstHeader,
        final boolean hopByHopMayStand)
    {
        isFragment = false;
        extensions.wrap(buffer, start, length, firstHeader);
        int type = firstHeader;
        for (boolean isFirst = hopByHopMayStand; !isFragment && extensions.next(); isFirst = false)
        {
            if (extensions.isTruncated())
            {
                return DropReason.BAD_OUTER_HEADER;
            }
            if (type == IpProtocol.HOP_BY_HOP && !isFirst ||
                type == IpProtocol.ROUTING && extensions.segmentsLeft() != 0)
            {
                return DropReason.NO_SOCKET;
            }
            // An "atomic" fragment is the whole packet (RFC 6946).
            isFragment = type == IpProtocol.FRAGMENT &&
                (extensions.moreFragments() || extensions.fragmentOffset() != 0);
            type = extensions.nextHeader();
        }
        return !isFragment && Ipv6Extensions.isExtension(type) ? DropReason.BAD_OUTER_HEADER : DropReason.NONE;
    }

    private DropReason ipv6Fragment(
        final MutableDirectBuffer buffer, final int held, final int length, final long timestampNs)
    {
        if (held < length)
        {
            return DropReason.CAPTURE_CUT;
        }
        final boolean moreFollow = extensions.moreFragments();
        if (moreFollow && (length & 0x7) != 0)
        {
            return DropReason.BAD_OUTER_HEADER;
        }
        final FragmentQueue queue = queue(extensions.identification(), timestampNs);
        final FragmentQueue.Outcome outcome = queue.add(
            buffer,
            extensions.offset(),
            extensions.fragmentOffset(),
            length,
            moreFollow,
            datagram.tos(),
            extensions.nextHeader());
        if (!isWhole(queue, outcome))
        {
            return DropReason.FRAGMENT;
        }
        final MutableDirectBuffer whole = queue.buffer();
        final DropReason walked = walk(whole, 0, queue.length(), queue.nextHeader(), false);
        if (walked != DropReason.NONE)
        {
            return walked;
        }
        final int left = queue.length() - extensions.offset();
        return extensions.nextHeader() == IpProtocol.UDP && !isFragment ?
            udp.receive(datagram, whole, extensions.offset(), left, left) :
            DropReason.NO_SOCKET;
    }

    private FragmentQueue queue(final int identification, final long timestampNs)
    {
        return reassembly.queue(
            datagram.sourceHigh(),
            datagram.sourceLow(),
            datagram.destinationHigh(),
            datagram.destinationLow(),
            identification,
            timestampNs);
    }

    private boolean isWhole(final FragmentQueue queue, final FragmentQueue.Outcome outcome)
    {
        if (outcome == FragmentQueue.Outcome.HELD)
        {
            return false;
        }
        queue.close();
        datagram.tos(queue.tos());
        return outcome == FragmentQueue.Outcome.COMPLETE;
    }

    private static DropReason tooShort(final long missing)
    {
        return missing > 0 ? DropReason.CAPTURE_CUT : DropReason.BAD_OUTER_HEADER;
    }
}
