// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Ipv6Extensions;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import org.agrona.MutableDirectBuffer;

/**
 * Cuts a TCP or UDP super-frame into segments (Linux {@code tcp_gso_segment}, {@code __udp_gso_segment}), one behind
 * the other in a buffer, so that they leave in one {@code UDP_SEGMENT} send:
 *
 * <pre>
 *  +-----+---------+---------+-----+---------+---------+-----+---------+----
 *  | gap | headers | payload | gap | headers | payload | gap | headers | ...
 *  +-----+---------+---------+-----+---------+---------+-----+---------+----
 *        '-- segmentLength --'     '--- the same -----'     '- or shorter, the last
 * </pre>
 *
 * <p>Every segment gets all headers of the super-frame, with its own lengths, IPv4 id, sequence number and checksums.
 * FIN and PSH stay on the last segment, CWR on the first. The gap is for a tunnel header, which the caller writes.
 */
public final class GsoSplitter
{
    private static final int FIN_PSH = TcpHeader.FIN | TcpHeader.PSH;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();
    private final SegmentHeaders segment = new SegmentHeaders();

    @SuppressWarnings("NullAway.Init")
    private MemoryBuffer source;
    private int start;
    private int end;
    private int next;
    private int l3;
    private int l4;
    private int headers;
    private int gsoSize;
    private boolean isV4;
    private boolean isTcp;
    private boolean isPartial;
    private int flags;
    private long addressSum;

    /**
     * Begin with a super-frame; nothing is changed in it.
     *
     * <p>A partial checksum is used as it is, as Linux does ({@code tcp_gso_segment}): behind an IPv6 routing header
     * its pseudo header has another destination than the packet, and a wrong one must not become right here. Bytes
     * behind the end of the IP packet are left out, as by a Linux receiver ({@code ip_rcv}); a Linux sender would send
     * them.
     *
     * @param frame  a super-frame without tunnel header.
     * @param layer3 the frame's {@link Layer3}.
     * @return {@link DropReason#BAD_OFFLOAD} if its headers do not agree with its metadata, else {@link
     *         DropReason#NONE}.
     */
    public DropReason open(final Frame frame, final int layer3)
    {
        source = frame.buffer();
        start = frame.offset();
        end = start + frame.length();
        isPartial = (frame.flags() & Frame.NEEDS_CHECKSUM) != 0;
        final int type = frame.gsoType() & ~Frame.GSO_ECN;
        isTcp = type == Frame.GSO_TCPV4 || type == Frame.GSO_TCPV6;
        final boolean isKnown = (isTcp || type == Frame.GSO_UDP_L4) && frame.gsoSize() > 0;
        if (!isKnown || !openIp(layer3, type) ||
            !isChecksumAt(frame.checksumStart(), frame.checksumOffset()) ||
            !openTransport() || !openPayload(frame.gsoSize()))
        {
            next = end;
            gsoSize = 1;
            return DropReason.BAD_OFFLOAD;
        }
        return DropReason.NONE;
    }

    public boolean hasNext()
    {
        return next < end;
    }

    /** Segments that are not cut yet. */
    public int segments()
    {
        return (end - next + gsoSize - 1) / gsoSize;
    }

    /** Bytes in all segments that are not cut yet, the headers of each included, without gaps. */
    public int length()
    {
        return segments() * headers + end - next;
    }

    /** Bytes in the longest segment, with headers and without the gap; only the last segment may be shorter. */
    public int segmentLength()
    {
        return headers + gsoSize;
    }

    /**
     * Cut the next segments, as many as fit.
     *
     * @param room bytes behind the offset; at least for one segment and its gap.
     * @param most segments at most.
     * @param gap  bytes left as they are in front of each segment.
     * @return bytes written, gaps included.
     */
    public int cut(final MutableDirectBuffer target, final int offset, final int room, final int most, final int gap)
    {
        final MemoryBuffer memory = MemoryBuffer.of(target);
        if (next == start + headers)
        {
            // Not before: the caller may have changed the time to live.
            segment.set(source, start, l3, l4, headers, isV4, isTcp, addressSum);
        }
        int written = 0;
        for (int i = 0; i < most && next < end; i++)
        {
            final int payload = Math.min(gsoSize, end - next);
            if (written + gap + headers + payload > room)
            {
                break;
            }
            final int first = offset + written + gap;
            // Summed where it comes from: the copy is still on its way to the cache.
            final long payloadSum = Checksum.sum(source, next, payload, 0);
            memory.putBytes(first, source, start, headers);
            memory.putBytes(first + headers, source, next, payload);
            segment.write(memory, first, flagsOf(payload), payload, payloadSum);
            next += payload;
            written += gap + headers + payload;
        }
        return written;
    }

    private boolean openIp(final int layer3, final int type)
    {
        l3 = Layer3.offset(layer3);
        isV4 = Layer3.etherType(layer3) == EtherType.IPV4;
        final int length = end - start - l3;
        final int protocol = isTcp ? IpProtocol.TCP : IpProtocol.UDP;
        if (isV4)
        {
            ipv4.wrap(source, start + l3, length);
            if (type == Frame.GSO_TCPV6 || ipv4.check() != DropReason.NONE)
            {
                return false;
            }
            l4 = l3 + ipv4.headerLength();
            end = start + l3 + ipv4.totalLength();
            addressSum = Checksum.pseudoHeaderV4(ipv4.source(), ipv4.destination(), protocol, 0);
            return ipv4.protocol() == protocol && !ipv4.isFragment();
        }
        ipv6.wrap(source, start + l3, length);
        if (Layer3.etherType(layer3) != EtherType.IPV6 || type == Frame.GSO_TCPV4 || ipv6.check() != DropReason.NONE)
        {
            return false;
        }
        end = start + l3 + Ipv6Header.LENGTH + ipv6.payloadLength();
        addressSum = Checksum.pseudoHeaderV6(
            ipv6.sourceHigh(), ipv6.sourceLow(), ipv6.destinationHigh(), ipv6.destinationLow(), protocol, 0);
        return findTransport(protocol);
    }

    /** Skip the extension headers that every segment may carry a copy of (Linux {@code ipv6_gso_pull_exthdrs}). */
    private boolean findTransport(final int protocol)
    {
        final int l4Offset = start + l3 + Ipv6Header.LENGTH;
        extensions.wrap(source, l4Offset, end - l4Offset, ipv6.nextHeader());
        while (extensions.nextHeader() != protocol)
        {
            final int header = extensions.nextHeader();
            final boolean isCopied = header == IpProtocol.HOP_BY_HOP || header == IpProtocol.DESTINATION_OPTIONS ||
                header == IpProtocol.ROUTING && isPartial;
            if (!isCopied || !extensions.next())
            {
                return false;
            }
        }
        l4 = extensions.offset() - start;
        return true;
    }

    private boolean isChecksumAt(final int checksumStart, final int checksumOffset)
    {
        final int field = isTcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        return !isPartial || checksumStart == l4 && checksumOffset == field;
    }

    private boolean openTransport()
    {
        final int length = end - start - l4;
        if (!isTcp)
        {
            if (length < UdpHeader.LENGTH)
            {
                return false;
            }
            udp.wrap(source, start + l4, length);
            headers = l4 + UdpHeader.LENGTH;
            takePartial(udp.checksum(), udp.udpLength());
            return true;
        }
        if (tcp.wrap(source, start + l4, length).check() != DropReason.NONE)
        {
            return false;
        }
        headers = l4 + tcp.dataOffset();
        flags = tcp.flags();
        takePartial(tcp.checksum(), length);
        return true;
    }

    /** Take the sum of addresses and protocol from the field, which also contains the length of the super-frame. */
    private void takePartial(final int checksum, final int length)
    {
        if (isPartial)
        {
            addressSum = checksum + (~Checksum.fold(length) & 0xFFFFL);
        }
    }

    private boolean openPayload(final int segmentPayload)
    {
        next = start + headers;
        gsoSize = Math.min(segmentPayload, end - next);
        return gsoSize > 0;
    }

    private int flagsOf(final int payload)
    {
        final int first = next == start + headers ? flags : flags & ~TcpHeader.CWR;
        return next + payload == end ? first : first & ~FIN_PSH;
    }
}
