// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import java.nio.ByteOrder;

/**
 * Segments of one flow that follow each other and become one super-frame. It begins with a frame that
 * {@link #look(Frame)} has found to be joinable. The first segment stays where it was received; once there is a second,
 * all are copied to a slot. A pushed or a shorter segment is the last.
 */
final class GroFlow
{
    /** The frame belongs to no TCP or UDP flow: it ends no flow, and later segments of a flow may overtake it. */
    static final int NO_FLOW = 0;

    /** The frame is an IP fragment: it may belong to any flow. */
    static final int ANY_FLOW = 1;

    /** The frame belongs to a known flow, but it must be passed on as it is. */
    static final int ALONE = 2;

    /** The frame belongs to a known flow, is plain data, and has a right checksum. */
    static final int JOINABLE = 3;

    private static final int MAX_PACKET_LENGTH = 0xFFFF;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();
    private final HeaderPattern pattern = new HeaderPattern();
    private final boolean isEthernet;

    @SuppressWarnings("NullAway.Init")
    private Frame first;
    @SuppressWarnings("NullAway.Init")
    private Frame slot;
    private boolean hasSlot;
    private boolean isOpen;
    private boolean isEnded;
    private boolean isV4;
    private boolean isTcp;
    private int l3;
    private int l4;
    private int ports;
    private int headers;
    private int gsoSize;
    private int length;
    private int segments;
    private int nextSequence;
    /** Sum of the IPv4 header without total length, id and checksum: that of each segment. */
    private long ipSum;
    private boolean dontFragment;
    /** Total length and id of the segment that was looked at last. */
    private int lengthAndId;
    private int lastIdentification;
    private boolean isFixedIdentification;
    private boolean isPushed;
    private long pseudoHeader;
    private long sourceHigh;
    private long sourceLow;
    private int place;

    GroFlow(final boolean isEthernet)
    {
        this.isEthernet = isEthernet;
    }

    boolean isOpen()
    {
        return isOpen;
    }

    /** Whether the last segment was a short or a pushed one, so that no further segment may follow. */
    boolean isEnded()
    {
        return isEnded;
    }

    /** Whether the sender wants all data that it sent so far delivered now. */
    boolean isPushed()
    {
        return isPushed;
    }

    /** Whether the frame that was looked at, which is {@link #ALONE}, only acknowledges what TCP received. */
    boolean isAcknowledgement()
    {
        return isTcp && gsoSize == 0 && tcp.flags() == TcpHeader.ACK;
    }

    /** {@code Frame.GSO_TCPV4} and so on: the type of the super-frame. */
    int gsoType()
    {
        final int tcpType = isV4 ? Frame.GSO_TCPV4 : Frame.GSO_TCPV6;
        return isTcp ? tcpType : Frame.GSO_UDP_L4;
    }

    /** Whether the next segment to join needs a slot. */
    boolean needsSlot()
    {
        return !hasSlot;
    }

    void slot(final Frame slot)
    {
        this.slot = slot;
        hasSlot = true;
    }

    /** The place of the first segment in the batch. */
    int place()
    {
        return place;
    }

    /**
     * Look at a frame as the first segment of a super-frame; this flow is not open. A frame with an unfinished checksum
     * gets {@link Frame#NEEDS_CHECKSUM} and stays alone.
     *
     * @return {@link #NO_FLOW}, {@link #ANY_FLOW}, {@link #ALONE} or {@link #JOINABLE}.
     */
    int look(final Frame frame)
    {
        first = frame;
        length = frame.length();
        final int layer3 = Layer3.of(frame, isEthernet);
        l3 = Layer3.offset(layer3);
        isV4 = Layer3.etherType(layer3) == EtherType.IPV4;
        if (isV4)
        {
            return lookV4(frame.buffer(), frame.offset() + l3);
        }
        return Layer3.etherType(layer3) == EtherType.IPV6 ? lookV6(frame.buffer(), frame.offset() + l3) : NO_FLOW;
    }

    private int lookV4(final MemoryBuffer buffer, final int offset)
    {
        if (ipv4.wrap(buffer, offset, length - l3).check() != DropReason.NONE)
        {
            return NO_FLOW;
        }
        if (ipv4.isFragment())
        {
            return ANY_FLOW;
        }
        l4 = l3 + ipv4.headerLength();
        lastIdentification = ipv4.identification();
        dontFragment = ipv4.dontFragment();
        final boolean isPlain = ipv4.headerLength() == Ipv4Header.LENGTH && ipv4.totalLength() == length - l3;
        return lookTransport(buffer, ipv4.protocol(), l3 + ipv4.totalLength(), isPlain);
    }

    private int lookV6(final MemoryBuffer buffer, final int offset)
    {
        if (ipv6.wrap(buffer, offset, length - l3).check() != DropReason.NONE)
        {
            return NO_FLOW;
        }
        l4 = l3 + Ipv6Header.LENGTH;
        lastIdentification = 0;
        final int protocol = ipv6.nextHeader();
        if (protocol == IpProtocol.ICMPV6)
        {
            return NO_FLOW;
        }
        if (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP)
        {
            // Behind extension headers there may be a fragment, or a segment of an open flow.
            return ANY_FLOW;
        }
        final int end = l4 + ipv6.payloadLength();
        return lookTransport(buffer, protocol, end, end == length);
    }

    private int lookTransport(
        final MemoryBuffer buffer, final int protocol, final int end, final boolean isPlain)
    {
        isTcp = protocol == IpProtocol.TCP;
        if (!isTcp && protocol != IpProtocol.UDP)
        {
            return NO_FLOW;
        }
        if (end - l4 < UdpHeader.LENGTH)
        {
            return ANY_FLOW;
        }
        final int offset = first.offset() + l4;
        ports = buffer.getInt(offset);
        pseudoHeader = isV4 ?
            Checksum.pseudoHeaderV4(ipv4.source(), ipv4.destination(), protocol, 0) :
            Checksum.pseudoHeaderV6(
                ipv6.sourceHigh(), ipv6.sourceLow(), ipv6.destinationHigh(), ipv6.destinationLow(), protocol, 0);
        final boolean isData = isTcp ? lookTcp(buffer, offset, end) : lookUdp(buffer, offset, end);
        if (end == length && isUnfinished(buffer, offset, end - l4))
        {
            first.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0, l4, checksumOffset());
            return ALONE;
        }
        return isData && isPlain && hasRightChecksums() ? JOINABLE : ALONE;
    }

    /**
     * Whether the checksum field holds the sum of the pseudo header, which is what Linux writes where hardware is to
     * finish the checksum ({@code CHECKSUM_PARTIAL}). On a veth no hardware does, and a datagram that is read from a
     * socket brings such frames. A right checksum may have the same value by chance; finishing it then changes nothing.
     */
    private boolean isUnfinished(final MemoryBuffer buffer, final int offset, final int transportLength)
    {
        final int field = checksumOffset();
        return transportLength >= field + Short.BYTES &&
            (buffer.getShort(offset + field, ByteOrder.BIG_ENDIAN) & 0xFFFF) ==
            Checksum.fold(pseudoHeader + transportLength);
    }

    private int checksumOffset()
    {
        return isTcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
    }

    private boolean lookTcp(final MemoryBuffer buffer, final int offset, final int end)
    {
        gsoSize = 0;
        if (tcp.wrap(buffer, offset, end - l4).check() != DropReason.NONE)
        {
            return false;
        }
        headers = l4 + tcp.dataOffset();
        gsoSize = end - headers;
        nextSequence = tcp.sequence() + gsoSize;
        isPushed = (tcp.flags() & TcpHeader.PSH) != 0;
        return (tcp.flags() & ~TcpHeader.PSH) == TcpHeader.ACK && gsoSize > 0 && tcp.urgent() == 0 &&
            (buffer.getByte(offset + TcpHeader.DATA_OFFSET_OFFSET) & 0xF) == 0 && tcp.checksum() != 0xFFFF;
    }

    private boolean lookUdp(final MemoryBuffer buffer, final int offset, final int end)
    {
        if (udp.wrap(buffer, offset, end - l4).check() != DropReason.NONE)
        {
            return false;
        }
        headers = l4 + UdpHeader.LENGTH;
        gsoSize = end - headers;
        isPushed = false;
        return udp.udpLength() == end - l4 && gsoSize > 0 && udp.checksum() != 0;
    }

    private boolean hasRightChecksums()
    {
        // 0xFFFF says the same as 0, but splitting the super-frame would write 0.
        if (isV4 && (!ipv4.isChecksumValid() || ipv4.headerChecksum() == 0xFFFF))
        {
            return false;
        }
        return isChecksumRight(first);
    }

    /** Begin with the frame that was looked at, which is joinable. */
    void open(final int place, final long sourceHigh, final long sourceLow)
    {
        hasSlot = false;
        isOpen = true;
        isEnded = false;
        segments = 1;
        isFixedIdentification = false;
        pattern.set(first.buffer(), first.offset(), headers, l3, l4, isV4, isTcp);
        if (isV4)
        {
            // The checksum is right, so the rest of the header is its complement.
            ipv4.wrap(first.buffer(), first.offset() + l3, length - l3);
            ipSum = ~Checksum.fold(
                (long)ipv4.totalLength() + ipv4.identification() + ipv4.headerChecksum()) & 0xFFFFL;
        }
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.place = place;
    }

    /** Whether the first segments of both have the same protocol, addresses and ports. */
    boolean isSameFlow(final GroFlow other)
    {
        if (other.isV4 != isV4 || other.isTcp != isTcp || other.ports != ports)
        {
            return false;
        }
        final int addresses = isV4 ? Ipv4Header.SOURCE_OFFSET : Ipv6Header.SOURCE_OFFSET;
        final int addressesLength = isV4 ? 2 * Integer.BYTES : 4 * Long.BYTES;
        final int mine = first.offset() + l3 + addresses;
        final int others = other.first.offset() + other.l3 + addresses;
        for (int i = 0; i < addressesLength; i += Long.BYTES)
        {
            if (first.buffer().getLong(mine + i) != other.first.buffer().getLong(others + i))
            {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether this frame came from the same remote and splitting the super-frame would give it back as the next
     * segment. The transport checksum is not checked. The frame may hold anything.
     */
    boolean isNext(final Frame frame, final long sourceHigh, final long sourceLow)
    {
        final int payload = frame.length() - headers;
        final MemoryBuffer buffer = frame.buffer();
        final int offset = frame.offset();
        return payload > 0 && payload <= gsoSize && length - l3 + payload <= MAX_PACKET_LENGTH &&
            buffer.getInt(offset + l4) == ports &&
            this.sourceHigh == sourceHigh && this.sourceLow == sourceLow &&
            pattern.matches(buffer, offset) &&
            (isV4 ? isNextV4(buffer, offset + l3, frame.length() - l3) : isNextV6(buffer, offset + l3, frame)) &&
            (isTcp ? isNextTcp(buffer, offset + l4) : isNextUdp(buffer, offset + l4, frame.length() - l4));
    }

    /** All other bytes of the header are equal to those of the first segment, whose sum is known. */
    private boolean isNextV4(final MemoryBuffer buffer, final int offset, final int packetLength)
    {
        lengthAndId = buffer.getInt(offset + Ipv4Header.TOTAL_LENGTH_OFFSET, ByteOrder.BIG_ENDIAN);
        final int identification = lengthAndId & 0xFFFF;
        final int checksum =
            buffer.getShort(offset + Ipv4Header.HEADER_CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        // 0xFFFF says the same as 0, but splitting the super-frame would write 0.
        return lengthAndId >>> 16 == packetLength && isNextIdentification(identification) &&
            checksum != 0xFFFF && Checksum.fold(ipSum + packetLength + identification + checksum) == 0xFFFF;
    }

    /** The id counts up, or, where it means nothing because nothing may fragment (RFC 6864 §4.1), stays the same. */
    private boolean isNextIdentification(final int identification)
    {
        final boolean isFixed = identification == lastIdentification && dontFragment;
        if (segments > 1 && isFixed != isFixedIdentification)
        {
            return false;
        }
        return isFixed || identification == (lastIdentification + 1 & 0xFFFF);
    }

    private boolean isNextV6(final MemoryBuffer buffer, final int offset, final Frame frame)
    {
        final int payloadLength =
            buffer.getShort(offset + Ipv6Header.PAYLOAD_LENGTH_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        return payloadLength == frame.length() - l4;
    }

    private boolean isNextTcp(final MemoryBuffer buffer, final int offset)
    {
        return buffer.getInt(offset + TcpHeader.SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN) == nextSequence &&
            buffer.getShort(offset + TcpHeader.CHECKSUM_OFFSET) != (short)0xFFFF;
    }

    private boolean isNextUdp(final MemoryBuffer buffer, final int offset, final int udpLength)
    {
        final int stated = buffer.getShort(offset + UdpHeader.LENGTH_FIELD_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        return segments < Frame.MAX_UDP_SEGMENTS && stated == udpLength &&
            buffer.getShort(offset + UdpHeader.CHECKSUM_OFFSET) != 0;
    }

    /** Whether the transport checksum of a frame that {@link #isNext(Frame, long, long)} is right. */
    boolean isChecksumRight(final Frame frame)
    {
        final int transportLength = frame.length() - l4;
        return Checksum.fold(Checksum.sum(
            frame.buffer(), frame.offset() + l4, transportLength, pseudoHeader + transportLength)) == 0xFFFF;
    }

    /** Append a frame that {@link #isNext(Frame, long, long)} and has a right checksum; the flow has a slot. */
    void append(final Frame frame)
    {
        final MemoryBuffer buffer = frame.buffer();
        final int offset = frame.offset();
        final int identification = isV4 ? lengthAndId & 0xFFFF : 0;
        if (segments == 1)
        {
            slot.wrap(FrameSlab.HEADROOM, length);
            slot.buffer().putBytes(FrameSlab.HEADROOM, first.buffer(), first.offset(), length);
            isFixedIdentification = isV4 && identification == lastIdentification;
        }
        final int payload = frame.length() - headers;
        slot.buffer().putBytes(FrameSlab.HEADROOM + length, buffer, offset + headers, payload);
        length += payload;
        segments++;
        nextSequence += payload;
        lastIdentification = identification;
        isPushed = isTcp && (buffer.getByte(offset + l4 + TcpHeader.FLAGS_OFFSET) & TcpHeader.PSH) != 0;
        isEnded = isPushed || payload < gsoSize;
    }

    /** Complete the super-frame, if there is more than one segment; this object is free for another flow. */
    void close()
    {
        isOpen = false;
        if (segments > 1)
        {
            finish();
        }
    }

    /** Holds all segments, if there is more than one; complete once the flow is closed. */
    Frame superFrame()
    {
        return slot;
    }

    private void finish()
    {
        final MemoryBuffer buffer = slot.buffer();
        slot.length(length);
        final int l3Offset = slot.offset() + l3;
        final int l4Offset = slot.offset() + l4;
        final int transportLength = length - l4;
        if (isV4)
        {
            ipv4.wrap(buffer, l3Offset, length - l3).totalLength(length - l3).updateChecksum();
        }
        else
        {
            ipv6.wrap(buffer, l3Offset, length - l3).payloadLength(length - l3 - Ipv6Header.LENGTH);
        }
        if (isTcp && isPushed)
        {
            final int flags = buffer.getByte(l4Offset + TcpHeader.FLAGS_OFFSET) | TcpHeader.PSH;
            buffer.putByte(l4Offset + TcpHeader.FLAGS_OFFSET, (byte)flags);
        }
        if (!isTcp)
        {
            buffer.putShort(l4Offset + UdpHeader.LENGTH_FIELD_OFFSET, (short)transportLength, ByteOrder.BIG_ENDIAN);
        }
        buffer.putShort(
            l4Offset + checksumOffset(), (short)Checksum.fold(pseudoHeader + transportLength), ByteOrder.BIG_ENDIAN);
        slot.offload(Frame.NEEDS_CHECKSUM, gsoType(), headers, gsoSize, l4, checksumOffset());
    }
}
