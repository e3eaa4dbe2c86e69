// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.Layer3;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import org.agrona.MutableDirectBuffer;

/**
 * One received frame, looked at as a segment: where its headers are, which flow it belongs to, and whether it may be
 * joined to others at all.
 */
final class GroSegment
{
    /** Of no TCP or UDP flow: it ends no flow, and later segments of a flow may overtake it. */
    static final int NO_FLOW = 0;

    /** An IP fragment: it may belong to any flow. */
    static final int ANY_FLOW = 1;

    /** Of a known flow, but it must be passed on as it is. */
    static final int ALONE = 2;

    /** Of a known flow, plain data, with a right checksum. */
    static final int JOINABLE = 3;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();
    private final boolean isEthernet;

    private Frame frame;
    private MutableDirectBuffer buffer;
    private int l3;
    private int l4;
    private int payload;
    private int payloadLength;
    private boolean isV4;
    private boolean isTcp;
    private boolean isPushed;
    private int sequence;

    /**
     * @param isEthernet true if frames begin with an Ethernet header, false for IP.
     */
    GroSegment(final boolean isEthernet)
    {
        this.isEthernet = isEthernet;
    }

    /**
     * @param frame to look at.
     * @return {@link #NO_FLOW}, {@link #ANY_FLOW}, {@link #ALONE} or {@link #JOINABLE}.
     */
    int look(final Frame frame)
    {
        this.frame = frame;
        buffer = frame.buffer();
        final int end = frame.offset() + frame.length();
        final int layer3 = Layer3.of(frame, isEthernet);
        l3 = frame.offset() + Layer3.offset(layer3);
        isV4 = Layer3.etherType(layer3) == EtherType.IPV4;
        if (isV4)
        {
            return lookV4(end);
        }
        return Layer3.etherType(layer3) == EtherType.IPV6 ? lookV6(end) : NO_FLOW;
    }

    private int lookV4(final int end)
    {
        if (ipv4.wrap(buffer, l3, end - l3).check() != DropReason.NONE)
        {
            return NO_FLOW;
        }
        if (ipv4.isFragment())
        {
            return ANY_FLOW;
        }
        l4 = l3 + ipv4.headerLength();
        final boolean isPlain = ipv4.headerLength() == Ipv4Header.LENGTH && ipv4.totalLength() == end - l3;
        return lookTransport(ipv4.protocol(), l3 + ipv4.totalLength(), isPlain);
    }

    private int lookV6(final int end)
    {
        if (ipv6.wrap(buffer, l3, end - l3).check() != DropReason.NONE)
        {
            return NO_FLOW;
        }
        l4 = l3 + Ipv6Header.LENGTH;
        final int protocol = ipv6.nextHeader();
        if (protocol == IpProtocol.ICMPV6)
        {
            return NO_FLOW;
        }
        if (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP)
        {
            // Behind extension headers there may be a fragment, or a segment of a flow we have open.
            return ANY_FLOW;
        }
        final int packetEnd = l4 + ipv6.payloadLength();
        return lookTransport(protocol, packetEnd, packetEnd == end);
    }

    private int lookTransport(final int protocol, final int end, final boolean isPlain)
    {
        isTcp = protocol == IpProtocol.TCP;
        if (isTcp)
        {
            return lookTcp(end, isPlain);
        }
        return protocol == IpProtocol.UDP ? lookUdp(end, isPlain) : NO_FLOW;
    }

    private int lookTcp(final int end, final boolean isPlain)
    {
        if (tcp.wrap(buffer, l4, end - l4).check() != DropReason.NONE)
        {
            return end - l4 >= UdpHeader.LENGTH ? ALONE : ANY_FLOW;
        }
        payload = l4 + tcp.dataOffset();
        payloadLength = end - payload;
        sequence = tcp.sequence();
        isPushed = (tcp.flags() & TcpHeader.PSH) != 0;
        final boolean isBulk = (tcp.flags() & ~TcpHeader.PSH) == TcpHeader.ACK &&
            payloadLength > 0 && tcp.urgent() == 0 && (buffer.getByte(l4 + TcpHeader.DATA_OFFSET_OFFSET) & 0xF) == 0;
        return isPlain && isBulk && isChecksumRight(end) ? JOINABLE : ALONE;
    }

    private int lookUdp(final int end, final boolean isPlain)
    {
        if (udp.wrap(buffer, l4, end - l4).check() != DropReason.NONE)
        {
            return end - l4 >= UdpHeader.LENGTH ? ALONE : ANY_FLOW;
        }
        payload = l4 + UdpHeader.LENGTH;
        payloadLength = end - payload;
        isPushed = false;
        final boolean isWhole = udp.udpLength() == end - l4 && payloadLength > 0;
        return isPlain && isWhole && udp.checksum() != 0 && isChecksumRight(end) ? JOINABLE : ALONE;
    }

    private boolean isChecksumRight(final int end)
    {
        // 0xFFFF says the same as 0, but splitting the super-frame would write 0.
        if (isV4 && (!ipv4.isChecksumValid() || ipv4.headerChecksum() == 0xFFFF) ||
            isTcp && tcp.checksum() == 0xFFFF)
        {
            return false;
        }
        final int length = end - l4;
        return Checksum.fold(Checksum.sum(buffer, l4, length, pseudoHeader(length))) == 0xFFFF;
    }

    /** The sum over the pseudo header for a transport header and payload of so many bytes. */
    long pseudoHeader(final int length)
    {
        final int protocol = isTcp ? IpProtocol.TCP : IpProtocol.UDP;
        return isV4 ?
            Checksum.pseudoHeaderV4(ipv4.source(), ipv4.destination(), protocol, length) :
            Checksum.pseudoHeaderV6(
                ipv6.sourceHigh(), ipv6.sourceLow(), ipv6.destinationHigh(), ipv6.destinationLow(), protocol, length);
    }

    Frame frame()
    {
        return frame;
    }

    /** @return bytes of all headers up to the payload, from the start of the frame. */
    int headersLength()
    {
        return payload - frame.offset();
    }

    /** @return where layer 3 begins, from the start of the frame. */
    int l3Length()
    {
        return l3 - frame.offset();
    }

    /** @return where the transport header begins, from the start of the frame. */
    int l4Length()
    {
        return l4 - frame.offset();
    }

    int payloadLength()
    {
        return payloadLength;
    }

    boolean isV4()
    {
        return isV4;
    }

    boolean isTcp()
    {
        return isTcp;
    }

    /** @return true if the sender wants what it sent so far delivered now. */
    boolean isPushed()
    {
        return isPushed;
    }

    int sequence()
    {
        return sequence;
    }

    int identification()
    {
        return isV4 ? ipv4.identification() : 0;
    }
}
