// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.fate.Fate;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Segments of TCP that left in one send. Nearly always the port gave them as one super-frame, which the engine cut: a
 * capture records that super-frame, as captures of a Linux host do, instead of some forty segments.
 */
final class TcpRun
{
    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;
    private static final int TCP_LENGTH = 20;
    private static final int SEQUENCE_OFFSET = 4;
    private static final int DATA_OFFSET = 12;
    private static final int MAX_FIELD = 0xFFFF;

    private TcpRun()
    {
    }

    /**
     * Find out whether the pieces are segments of one connection, one behind the other.
     *
     * @return bytes of the headers of each; 0 if they are not.
     */
    static int headerLength(final Fate fate, final boolean isIpNetwork)
    {
        final int last = fate.pieces() - 1;
        final DirectBuffer buffer = fate.buffer();
        final int first = fate.offset(0);
        final int length = fate.length(0);
        final int layer3 = layer3(buffer, first, length, isIpNetwork);
        final int tcp = tcpOffset(buffer, first, length, layer3);
        if (tcp == 0)
        {
            return 0;
        }
        final int headers = tcp + (buffer.getByte(first + tcp + DATA_OFFSET) >>> 4 & 0xF) * Integer.BYTES;
        final int other = fate.offset(last);
        final int payload = length - headers;
        // The ports stand directly behind the addresses, as there are neither options nor extensions.
        final int addresses = (layer3 & 0xFFFF) == EtherType.IPV4 ? 8 : 32;
        return payload > 0 && fate.length(last) > headers &&
            layer3(buffer, other, fate.length(last), isIpNetwork) == layer3 &&
            tcpOffset(buffer, other, fate.length(last), layer3) == tcp &&
            areEqual(buffer, first + tcp - addresses, other + tcp - addresses, addresses + Integer.BYTES) &&
            int32(buffer, other + tcp + SEQUENCE_OFFSET) ==
                int32(buffer, first + tcp + SEQUENCE_OFFSET) + last * payload ?
            headers : 0;
    }

    /** Make the length in the first segment's IP header that of the super-frame. */
    static void join(
        final MutableDirectBuffer buffer,
        final int index,
        final int copied,
        final int joined,
        final boolean isIpNetwork)
    {
        final int layer3 = layer3(buffer, index, copied, isIpNetwork);
        final int at = layer3 >>> Short.SIZE;
        if ((layer3 & 0xFFFF) == EtherType.IPV4 && at + IPV4_LENGTH <= copied)
        {
            final int field = joined - at > MAX_FIELD ? 0 : joined - at;
            final int before = InnerHeaders.int16(buffer, index + at + 2);
            final int checksum = InnerHeaders.int16(buffer, index + at + 10);
            // RFC 1624: the checksum changes with the field.
            int sum = (~checksum & MAX_FIELD) + (~before & MAX_FIELD) + field;
            sum = (sum & MAX_FIELD) + (sum >>> Short.SIZE);
            sum = (sum & MAX_FIELD) + (sum >>> Short.SIZE);
            buffer.putShort(index + at + 2, (short)field, ByteOrder.BIG_ENDIAN);
            buffer.putShort(index + at + 10, (short)~sum, ByteOrder.BIG_ENDIAN);
        }
        else if ((layer3 & 0xFFFF) == EtherType.IPV6 && at + IPV6_LENGTH <= copied)
        {
            final int payload = joined - at - IPV6_LENGTH;
            buffer.putShort(index + at + 4, (short)(payload > MAX_FIELD ? 0 : payload), ByteOrder.BIG_ENDIAN);
        }
    }

    private static int layer3(
        final DirectBuffer buffer, final int offset, final int length, final boolean isIpNetwork)
    {
        return isIpNetwork ? EtherType.IPV4 : InnerHeaders.layer3(buffer, offset, length);
    }

    /** Where TCP begins behind an IP header without options or extensions; 0 if it does not. */
    private static int tcpOffset(final DirectBuffer buffer, final int offset, final int length, final int layer3)
    {
        final int at = layer3 >>> Short.SIZE;
        final boolean isV4 = (layer3 & 0xFFFF) == EtherType.IPV4;
        final int tcp = at + (isV4 ? IPV4_LENGTH : IPV6_LENGTH);
        if (!isV4 && (layer3 & 0xFFFF) != EtherType.IPV6 || tcp + TCP_LENGTH > length)
        {
            return 0;
        }
        final int protocol = buffer.getByte(offset + at + (isV4 ? 9 : 6)) & 0xFF;
        return protocol == IpProtocol.TCP && (!isV4 || buffer.getByte(offset + at) == 0x45) ? tcp : 0;
    }

    private static boolean areEqual(final DirectBuffer buffer, final int one, final int other, final int length)
    {
        for (int i = 0; i < length; i += Integer.BYTES)
        {
            if (buffer.getInt(one + i) != buffer.getInt(other + i))
            {
                return false;
            }
        }
        return true;
    }

    private static int int32(final DirectBuffer buffer, final int index)
    {
        return buffer.getInt(index, ByteOrder.BIG_ENDIAN);
    }
}
