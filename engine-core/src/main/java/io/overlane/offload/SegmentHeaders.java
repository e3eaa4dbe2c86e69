// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.memory.MemoryBuffer;
import io.overlane.wire.Checksum;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import java.nio.ByteOrder;

/**
 * The headers of the segments of one super-frame. They differ in lengths, IPv4 id, sequence number, flags and
 * checksums. All other bytes are summed once, so the checksums of a segment need only the sum of its payload.
 *
 * <p>Fields are written and never read again: a load of eight bytes that waits for stores of two bytes costs the
 * processor more time than a sum.
 */
final class SegmentHeaders
{
    private int l3;
    private int l4;
    private int headers;
    private boolean isV4;
    private boolean isTcp;
    private long ipSum;
    private long transportSum;
    private int identification;
    private int sequence;

    /**
     * Take the headers of a super-frame, which have been checked.
     *
     * @param source     has them.
     * @param start      first byte of the frame.
     * @param l3         offset of layer 3 in the frame.
     * @param l4         offset of the transport header in the frame.
     * @param headers    bytes of all headers.
     * @param addressSum of the pseudo header without the length.
     */
    void set(
        final MemoryBuffer source,
        final int start,
        final int l3,
        final int l4,
        final int headers,
        final boolean isV4,
        final boolean isTcp,
        final long addressSum)
    {
        this.l3 = l3;
        this.l4 = l4;
        this.headers = headers;
        this.isV4 = isV4;
        this.isTcp = isTcp;
        final int ip = start + l3;
        if (isV4)
        {
            ipSum = sum(source, ip, 0, Ipv4Header.TOTAL_LENGTH_OFFSET) +
                sum(source, ip, Ipv4Header.FLAGS_OFFSET, Ipv4Header.HEADER_CHECKSUM_OFFSET) +
                sum(source, ip, Ipv4Header.SOURCE_OFFSET, l4 - l3);
            identification = source.getShort(ip + Ipv4Header.IDENTIFICATION_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        }
        final int transport = start + l4;
        transportSum = addressSum + sum(source, transport, 0, TcpHeader.SEQUENCE_OFFSET);
        if (isTcp)
        {
            sequence = source.getInt(transport + TcpHeader.SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN);
            transportSum +=
                sum(source, transport, TcpHeader.SEQUENCE_OFFSET + Integer.BYTES, TcpHeader.DATA_OFFSET_OFFSET) +
                ((source.getByte(transport + TcpHeader.DATA_OFFSET_OFFSET) & 0xFF) << 8) +
                sum(source, transport, TcpHeader.FLAGS_OFFSET + 1, TcpHeader.CHECKSUM_OFFSET) +
                sum(source, transport, TcpHeader.CHECKSUM_OFFSET + Short.BYTES, headers - l4);
        }
    }

    /**
     * Write the fields of the next segment into a copy of the super-frame's headers.
     *
     * @param segment    first byte of the segment.
     * @param flags      of TCP.
     * @param payload    bytes of it.
     * @param payloadSum sum of these bytes.
     */
    void write(
        final MemoryBuffer target, final int segment, final int flags, final int payload, final long payloadSum)
    {
        final int ip = segment + l3;
        final int ipLength = headers - l3 + payload;
        if (isV4)
        {
            target.putInt(
                ip + Ipv4Header.TOTAL_LENGTH_OFFSET, ipLength << 16 | identification, ByteOrder.BIG_ENDIAN);
            putShort(target, ip + Ipv4Header.HEADER_CHECKSUM_OFFSET, ~Checksum.fold(ipSum + ipLength + identification));
            identification = identification + 1 & 0xFFFF;
        }
        else
        {
            putShort(target, ip + Ipv6Header.PAYLOAD_LENGTH_OFFSET, ipLength - Ipv6Header.LENGTH);
        }
        final int transport = segment + l4;
        final int transportLength = headers - l4 + payload;
        final long sum = transportSum + transportLength + payloadSum;
        if (isTcp)
        {
            target.putInt(transport + TcpHeader.SEQUENCE_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
            target.putByte(transport + TcpHeader.FLAGS_OFFSET, (byte)flags);
            putShort(
                target,
                transport + TcpHeader.CHECKSUM_OFFSET,
                ~Checksum.fold(sum + (sequence & 0xFFFF_FFFFL) + flags));
            sequence += payload;
        }
        else
        {
            // The length is a field, too.
            final int checksum = ~Checksum.fold(sum + transportLength) & 0xFFFF;
            target.putInt(
                transport + UdpHeader.LENGTH_FIELD_OFFSET,
                transportLength << 16 | (checksum == 0 ? 0xFFFF : checksum),
                ByteOrder.BIG_ENDIAN);
        }
    }

    private static void putShort(final MemoryBuffer target, final int index, final int value)
    {
        target.putShort(index, (short)value, ByteOrder.BIG_ENDIAN);
    }

    private static long sum(final MemoryBuffer source, final int header, final int from, final int to)
    {
        return Checksum.sum(source, header + from, to - from, 0);
    }
}
