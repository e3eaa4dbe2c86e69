// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.wire.Checksum;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * Segments of one flow that follow each other and become one super-frame. The first stays where it was received; once
 * there is a second, all are copied to a slot. A pushed or a shorter segment is the last.
 */
final class GroFlow
{
    private static final int MAX_PACKET_LENGTH = 0xFFFF;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();

    private final HeaderPattern pattern = new HeaderPattern();

    private Frame first;
    private Frame slot;
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
    private int lastIdentification;
    private boolean isFixedIdentification;
    private boolean isPushed;
    private long pseudoHeader;
    private long sourceHigh;
    private long sourceLow;
    private int place;

    boolean isOpen()
    {
        return isOpen;
    }

    /** @return true if the last segment was a short or a pushed one, so that no further segment may follow. */
    boolean isEnded()
    {
        return isEnded;
    }

    /** @return true if the next segment to join needs a slot. */
    boolean needsSlot()
    {
        return slot == null;
    }

    void slot(final Frame slot)
    {
        this.slot = slot;
    }

    /** @return place of the first segment in the batch. */
    int place()
    {
        return place;
    }

    void open(final GroSegment segment, final int place, final long sourceHigh, final long sourceLow)
    {
        first = segment.frame();
        slot = null;
        isOpen = true;
        isEnded = false;
        isPushed = false;
        isV4 = segment.isV4();
        isTcp = segment.isTcp();
        l3 = segment.l3Length();
        l4 = segment.l4Length();
        headers = segment.headersLength();
        gsoSize = segment.payloadLength();
        length = first.length();
        segments = 1;
        nextSequence = segment.sequence() + gsoSize;
        lastIdentification = segment.identification();
        isFixedIdentification = false;
        pseudoHeader = segment.pseudoHeader(0);
        ports = first.buffer().getInt(first.offset() + l4);
        pattern.set(first.buffer(), first.offset(), headers, l3, l4, isV4, isTcp);
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.place = place;
    }

    /** @return true if the segment is of the same flow: protocol, addresses and ports. */
    boolean isSameFlow(final GroSegment segment)
    {
        if (segment.isV4() != isV4 || segment.isTcp() != isTcp)
        {
            return false;
        }
        final MutableDirectBuffer mine = first.buffer();
        final MutableDirectBuffer other = segment.frame().buffer();
        final int myL3 = first.offset() + l3;
        final int otherL3 = segment.frame().offset() + segment.l3Length();
        final int addresses = isV4 ? Ipv4Header.SOURCE_OFFSET : Ipv6Header.SOURCE_OFFSET;
        final int addressesLength = isV4 ? 2 * Integer.BYTES : 4 * Long.BYTES;
        return mine.getInt(first.offset() + l4) == other.getInt(segment.frame().offset() + segment.l4Length()) &&
            isSame(mine, myL3 + addresses, other, otherL3 + addresses, addressesLength);
    }

    /**
     * Whether this frame came from the same remote and splitting the super-frame would give it back as the next
     * segment. The transport checksum is not checked. The frame may hold anything.
     */
    boolean isNext(final Frame frame, final long sourceHigh, final long sourceLow)
    {
        final int payload = frame.length() - headers;
        final MutableDirectBuffer buffer = frame.buffer();
        final int offset = frame.offset();
        return payload > 0 && payload <= gsoSize && length - l3 + payload <= MAX_PACKET_LENGTH &&
            buffer.getInt(offset + l4) == ports &&
            this.sourceHigh == sourceHigh && this.sourceLow == sourceLow &&
            pattern.matches(buffer, offset) &&
            (isV4 ? isNextV4(buffer, offset + l3, frame.length() - l3) : isNextV6(buffer, offset + l3, frame)) &&
            (isTcp ? isNextTcp(buffer, offset + l4) : isNextUdp(buffer, offset + l4, frame.length() - l4));
    }

    private boolean isNextV4(final MutableDirectBuffer buffer, final int offset, final int packetLength)
    {
        ipv4.wrap(buffer, offset, packetLength);
        // 0xFFFF says the same as 0, but splitting the super-frame would write 0.
        return ipv4.totalLength() == packetLength && isNextIdentification(ipv4.identification()) &&
            ipv4.headerChecksum() != 0xFFFF && ipv4.isChecksumValid();
    }

    /** The id counts up, or, where it means nothing because nothing may fragment (RFC 6864 §4.1), stays the same. */
    private boolean isNextIdentification(final int identification)
    {
        final boolean isFixed = identification == lastIdentification && ipv4.dontFragment();
        if (segments > 1 && isFixed != isFixedIdentification)
        {
            return false;
        }
        return isFixed || identification == (lastIdentification + 1 & 0xFFFF);
    }

    private boolean isNextV6(final MutableDirectBuffer buffer, final int offset, final Frame frame)
    {
        return ipv6.wrap(buffer, offset, frame.length() - l3).payloadLength() == frame.length() - l4;
    }

    private boolean isNextTcp(final MutableDirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset + TcpHeader.SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN) == nextSequence &&
            buffer.getShort(offset + TcpHeader.CHECKSUM_OFFSET) != (short)0xFFFF;
    }

    private boolean isNextUdp(final MutableDirectBuffer buffer, final int offset, final int udpLength)
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
        final MutableDirectBuffer buffer = frame.buffer();
        final int offset = frame.offset();
        final int identification = isV4 ? ipv4.wrap(buffer, offset + l3, frame.length() - l3).identification() : 0;
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

    /** @return holds all segments, if there is more than one; complete once the flow is closed. */
    Frame superFrame()
    {
        return slot;
    }

    private void finish()
    {
        final MutableDirectBuffer buffer = slot.buffer();
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
        final int checksumOffset = isTcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        buffer.putShort(
            l4Offset + checksumOffset, (short)Checksum.fold(pseudoHeader + transportLength), ByteOrder.BIG_ENDIAN);
        final int tcpType = isV4 ? Frame.GSO_TCPV4 : Frame.GSO_TCPV6;
        slot.offload(
            Frame.NEEDS_CHECKSUM, isTcp ? tcpType : Frame.GSO_UDP_L4, headers, gsoSize, l4, checksumOffset);
    }

    private static boolean isSame(
        final MutableDirectBuffer a,
        final int aOffset,
        final MutableDirectBuffer b,
        final int bOffset,
        final int length)
    {
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES)
        {
            if (a.getLong(aOffset + i) != b.getLong(bOffset + i))
            {
                return false;
            }
        }
        for (; i < length; i++)
        {
            if (a.getByte(aOffset + i) != b.getByte(bOffset + i))
            {
                return false;
            }
        }
        return true;
    }
}
